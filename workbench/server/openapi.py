"""The OpenAPI 3.1 document, made from the table of routes."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from workbench.server.identity import COOKIE
from workbench.server.route import Route
from workbench.server.schemas.common import Failure

__all__ = ["described"]

_REFERENCE = "#/components/schemas/{model}"
_WAYS = {
    "key": {"type": "http", "scheme": "bearer", "description": "An `ask_` key, or Jupyter's token."},
    "token": {"type": "apiKey", "in": "query", "name": "token"},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "username",
        "description": "Of who logged in; what changes anything needs `X-XSRFToken` too.",
    },
}
"""How a request may say who sends it."""
_ALWAYS = (401, 403, 405, 429, 500, 503)


def described(routes: Iterable[Route], base_url: str, version: str, *, alone: bool = False) -> dict[str, Any]:
    """Return the document.

    Parameters
    ----------
    routes : iterable of Route
        What is served.
    base_url : str
        Under which.
    version : str
        Of the workbench.
    alone : bool
        Whether it is served without Jupyter, whose token may come in the address.
    """
    own = {"key": _WAYS["key"], "cookie": _WAYS["cookie"] | {"name": COOKIE}}
    ways = own if alone else _WAYS
    schemas: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    _schema(Failure, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Autogent Studio",
            "version": version,
            "description": "Chat, files, knowledge search and Runs. Lists are paged by limit and cursor.",
        },
        "servers": [{"url": base_url.rstrip("/") or "/"}],
        "security": [{name: []} for name in ways],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": ways,
        },
    }


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    doc = inspect.cleandoc(route.answer.__doc__ or "")
    operation: dict[str, Any] = {
        "operationId": route.answer.__name__,
        "summary": doc.partition("\n")[0].rstrip("."),
        "tags": [route.scope or "service"],
        "parameters": [*_path(route), *_query(route, schemas), *_once(route)],
        "responses": _responses(route, schemas),
    }
    if route.body is not None:
        schema = _schema(route.body, schemas)
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if route.uploads:
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
    return operation


_FORM = {
    "type": "object",
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    "required": ["file"],
}


def _path(route: Route) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in route.names]


def _query(route: Route, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    whole = route.query.model_json_schema(ref_template=_REFERENCE)
    schemas.update(whole.pop("$defs", {}))
    return [
        {"name": name, "in": "query", "required": False, "schema": _given(schema)}
        for name, schema in whole["properties"].items()
    ]


def _once(route: Route) -> list[dict[str, Any]]:
    if route.method == "GET":
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "A new name for each request; what comes twice under one name is done once.",
            "schema": schema,
        }
    ]


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that is there: it is left out, never null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default", "title"}}
    return rest | (kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})


def _responses(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {
        "description": HTTPStatus(route.status).phrase,
        "content": _content(route, schemas),
    }
    if route.attaches:
        good["headers"] = {"Content-Disposition": {"schema": {"type": "string"}, "required": True}}
    elif route.query is not None:
        text = {"schema": {"type": "string"}, "required": False}
        good["headers"] = {"X-Next-Cursor": text, "Link": text}
    if route.lasts:
        good["headers"] = {"Location": {"schema": {"type": "string"}, "required": True}}
    taken = {400, 415} if route.body is not None or route.uploads else {400}
    # What the same Idempotency-Key may give.
    taken |= {409, 422} if route.method != "GET" else set()
    # A cursor may name what is gone.
    taken |= {404} if route.query is not None else set()
    bad = {
        "description": "What went wrong.",
        "content": {"application/json": {"schema": {"$ref": _REFERENCE.format(model="Failure")}}},
    }
    return {str(route.status): good} | {
        str(status): bad for status in sorted({*_ALWAYS, *taken, *route.errors})
    }


def _content(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    if route.attaches:
        return {kind: {"schema": {}} for kind in route.attaches}
    if route.streams:
        return {"text/event-stream": {"schema": {"type": "string"}}}
    return {route.media: {"schema": _schema(route.gives, schemas)}}


def _schema(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """Return a reference to a model's schema, or the schema of what holds models."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        _, whole = models_json_schema([(kind, "validation")], ref_template=_REFERENCE)
        schemas.update(whole.get("$defs", {}))
        return {"$ref": _REFERENCE.format(model=kind.__name__)}
    schema = TypeAdapter(kind).json_schema(ref_template=_REFERENCE)
    schemas.update(schema.pop("$defs", {}))
    return schema
