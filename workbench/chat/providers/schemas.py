"""JSON Schemas in the closed form that strict structured output asks for."""

from __future__ import annotations

from typing import Any, cast

__all__ = ["closed"]

_MAPS = ("properties", "$defs", "definitions")
# Closing what lies within these would change which documents satisfy the schema.
_FRAGILE = frozenset(("allOf", "dependentSchemas", "else", "if", "not", "oneOf", "patternProperties", "then"))


def closed(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema with every object closed and every property required.

    What satisfies the closed schema also satisfies the one given.

    Parameters
    ----------
    schema : dict
        A JSON Schema.

    Returns
    -------
    dict or None
        ``None`` where strict structured output cannot express it: an object takes properties of
        any name, branches exclude each other, or the root is no object.
    """
    if schema.get("type") != "object" and "$ref" not in schema:
        return None
    try:
        return cast("dict[str, Any]", _closed(schema))
    except _Open:
        return None


class _Open(Exception):
    """The schema has no closed form."""


def _closed(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    if not _FRAGILE.isdisjoint(schema):
        raise _Open
    # A default says what a missing property means, and none is missing from a closed object.
    result = {name: value for name, value in schema.items() if name != "default"}
    if "items" in result:
        result["items"] = _closed(result["items"])
    if "anyOf" in result:
        result["anyOf"] = [_closed(item) for item in result["anyOf"]]
    for name in _MAPS:
        if name in result:
            result[name] = {key: _closed(value) for key, value in result[name].items()}
    return _shut(result) if result.get("type") == "object" else result


def _shut(schema: dict[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties")
    if not properties or schema.get("additionalProperties"):
        raise _Open
    return {**schema, "additionalProperties": False, "required": list(properties)}
