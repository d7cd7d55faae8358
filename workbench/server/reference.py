"""The OpenAPI document as a page that needs neither script nor network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["rendered"]

_PAGE = Path(__file__).parent / "pages" / "reference.html"
_SHORT = 60


def rendered(document: dict[str, Any]) -> str:
    """Return the page.

    Parameters
    ----------
    document : dict
        As `workbench.server.openapi.described` gives it.
    """
    from jinja2 import Environment, StrictUndefined

    schemas = document["components"]["schemas"]
    groups: dict[str, list[Any]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(
                (path, method, {"requestBody": None} | operation)
            )
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["shape"] = lambda schema: _text(_shape(schema, schemas, ()))
    template = environment.from_string(_PAGE.read_text(encoding="utf-8"))
    return template.render(info=document["info"], groups=groups.items(), failure=schemas["Failure"])


def _shape(schema: dict[str, Any], schemas: dict[str, Any], above: tuple[str, ...]) -> Any:
    """Return an example-like outline of what a schema allows."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"{name} ..." if name in above else _shape(schemas[name], schemas, (*above, name))
    if "anyOf" in schema:
        kinds = [_shape(kind, schemas, above) for kind in schema["anyOf"]]
        plain = [kind for kind in kinds if kind != "null"]
        return (
            plain[0] if len(plain) == 1 and not isinstance(plain[0], str) else " | ".join(map(_text, kinds))
        )
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return [_shape(schema.get("items", {}), schemas, above)]
    if "properties" in schema:
        return {name: _shape(kind, schemas, above) for name, kind in schema["properties"].items()}
    return schema.get("format") or schema.get("type") or json.dumps(schema.get("const", "any"))


def _text(shape: Any) -> str:
    if isinstance(shape, str):
        return shape
    flat = json.dumps(shape, ensure_ascii=False)
    return flat if len(flat) < _SHORT else json.dumps(shape, ensure_ascii=False, indent=2)
