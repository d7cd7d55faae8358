"""``--json``: what the answer must look like, and the answer made into that."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import BadInput, ProviderFailed
from workbench.magics.interpolation import close_names

__all__ = ["AnswerSchema", "read_schema"]

_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?```\s*\Z", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AnswerSchema:
    """A schema by name.

    Attributes
    ----------
    name : str
        As the notebook wrote it.
    schema : dict
        JSON Schema, an object at its root; a list stands under ``items`` in it.
    listed : bool
        Whether the schema asks for a list.
    validate : callable
        Makes the validated value from JSON; raises ``ValueError`` with what is wrong.
    """

    name: str
    schema: dict[str, Any]
    listed: bool
    validate: Callable[[Any], Any]

    def instruction(self) -> str:
        """Return the sentence that asks a model for this, for providers that cannot enforce it."""
        schema = json.dumps(self.schema, ensure_ascii=False, separators=(",", ":"))
        return f"Answer with JSON alone, no other text, that follows this JSON Schema: {schema}"

    def value(self, content: str, run_id: str) -> Any:
        """Return the validated object of an answer; a DataFrame for a list of records.

        Parameters
        ----------
        content : str
            The answer.
        run_id : str
            Its Run, named in the error.

        Raises
        ------
        ProviderFailed
            The answer is no JSON or does not follow the schema.
        """
        try:
            value = self.validate(self._unwrapped(json.loads(_unfenced(content))))
        except ValueError as error:
            raise ProviderFailed(
                f"The answer does not follow {self.name}: {_first_fault(error)}.",
                f"The answer is kept: `%runs show {run_id}`. Ask again, or let another model answer.",
                details={"run_id": run_id},
            ) from None
        fields = _record_fields(self.schema) if self.listed else None
        return value if fields is None else _as_frame(value, fields)

    def _unwrapped(self, value: Any) -> Any:
        return value["items"] if self.listed and isinstance(value, dict) and "items" in value else value


def read_schema(source: str, namespace: Mapping[str, Any]) -> AnswerSchema:
    """Read what ``--json`` was given.

    Parameters
    ----------
    source : str
        Name of a pydantic model, of a dict holding a JSON Schema, or an expression such as
        ``list[City]``.
    namespace : mapping
        Variables by name.

    Raises
    ------
    BadInput
        It names nothing, or nothing that a schema can be made from.
    """
    try:
        # The schema is the notebook's own code, as in any cell.
        value = eval(source, dict(namespace))  # noqa: S307
    except NameError as error:
        raise BadInput(
            f"--json {source} names {error.name!r}, which is no variable.",
            close_names(error.name or "", namespace),
        ) from None
    except Exception as error:
        raise BadInput(f"--json {source} could not be read: {type(error).__name__}: {error}.") from error
    return _of_dict(source, value) if isinstance(value, dict) else _of_type(source, value)


def _of_dict(name: str, schema: dict[str, Any]) -> AnswerSchema:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
    from jsonschema.exceptions import SchemaError, best_match  # type: ignore[import-untyped]

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise BadInput(f"--json {name} is no valid JSON Schema: {error.message}.") from None
    validator = Draft202012Validator(schema)

    def validate(value: Any) -> Any:
        fault = best_match(validator.iter_errors(value))
        if fault is not None:
            where = ".".join(map(str, fault.absolute_path))
            raise ValueError(f"{where}: {fault.message}" if where else fault.message)
        return value

    return AnswerSchema(name, *_rooted(schema), validate)


def _of_type(name: str, kind: Any) -> AnswerSchema:
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

    takes = "It takes a pydantic model, list[Model], or a dict that holds a JSON Schema."
    if not isinstance(kind, type) and not hasattr(kind, "__origin__") and not hasattr(kind, "__args__"):
        raise BadInput(f"--json {name} is of type {type(kind).__name__}.", takes)
    try:
        adapter = TypeAdapter(kind)
        schema = adapter.json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError):
        raise BadInput(f"--json {name} cannot be written as a JSON Schema.", takes) from None
    return AnswerSchema(name, *_rooted(schema), _json_validator(adapter))


def _json_validator(adapter: Any) -> Callable[[Any], Any]:
    # By way of JSON, so that dates and sets are read from text as pydantic reads them there.
    return lambda value: adapter.validate_json(json.dumps(value))


def _rooted(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Put a list's schema into an object: providers take nothing else at the root."""
    if schema.get("type") != "array":
        return schema, False
    definitions: dict[str, Any] = {name: schema[name] for name in ("$defs", "definitions") if name in schema}
    inner = {key: value for key, value in schema.items() if key not in definitions}
    return {
        "type": "object",
        "properties": {"items": inner},
        "required": ["items"],
        "additionalProperties": False,
        **definitions,
    }, True


def _unfenced(content: str) -> str:
    fenced = _FENCE.match(content)
    return fenced[1] if fenced else content


def _first_fault(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON ({error.msg} at character {error.pos})"
    if hasattr(error, "errors"):
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        return f"{where}: {first['msg']}" if where else str(first["msg"])
    return str(error).rstrip(".")


def _record_fields(schema: dict[str, Any]) -> list[str] | None:
    """Return the fields of a listed schema's records; ``None`` where its items are no objects."""
    item = schema["properties"]["items"].get("items", {})
    if reference := item.get("$ref", "").rpartition("/")[2]:
        item = schema.get("$defs", schema.get("definitions", {})).get(reference, {})
    return list(item.get("properties", {})) if item.get("type") == "object" else None


def _as_frame(value: list[Any], fields: list[str]) -> Any:
    import pandas as pd

    records = [item.model_dump() if hasattr(item, "model_dump") else item for item in value]
    return pd.DataFrame(records, columns=None if records else fields)
