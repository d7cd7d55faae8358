"""JSON Schemas in their closed form."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from workbench.chat.providers.schemas import closed


class Street(BaseModel):
    name: str
    number: int | None = None


class Person(BaseModel):
    name: str
    age: int = 0
    streets: list[Street] = []


def objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for item in schema for found in objects(item)]
    if not isinstance(schema, dict):
        return []
    inner = [found for value in schema.values() for found in objects(value)]
    return [schema, *inner] if schema.get("type") == "object" else inner


def test_every_object_is_closed_and_every_property_required() -> None:
    schema = closed(Person.model_json_schema())
    assert schema is not None
    found = objects(schema)
    assert len(found) == 2
    for item in found:
        assert item["additionalProperties"] is False
        assert item["required"] == list(item["properties"])
    assert "default" not in str(schema)


def test_what_was_given_stays_as_it_was() -> None:
    schema = Person.model_json_schema()
    closed(schema)
    assert schema == Person.model_json_schema()


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": True}}},
        {"type": "object", "properties": {"a": {"oneOf": [{"type": "string"}, {"type": "null"}]}}},
        {"type": "object", "properties": {"a": {"not": {"type": "string"}}}},
    ],
)
def test_some_schemas_have_no_closed_form(schema: dict[str, Any]) -> None:
    assert closed(schema) is None
