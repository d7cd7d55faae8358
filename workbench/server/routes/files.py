"""Uploaded files."""

from __future__ import annotations

from typing import Any

from workbench.server.route import Call, Routes
from workbench.server.schemas.common import Done, Page
from workbench.server.schemas.files import StoredFile, Uploaded

__all__ = ["routes"]

routes = Routes("files")
_ONE = "/api/files/{file_id}"


@routes.post("/api/files/upload", Uploaded, status=201, errors=(413, 415, 429), uploads=True)
def upload_file(call: Call) -> dict[str, Any]:
    """Upload a file as the part ``file`` of a form, and extract its text."""
    return _owned(call, call.studio.files.upload_file(call.user_id, call.upload))


@routes.get("/api/files", list[StoredFile], query=Page, errors=(404,))
def list_files(call: Call) -> list[dict[str, Any]]:
    """List one's files, newest first."""
    found = call.studio.files.get_user_files(call.user_id, call.query.limit + 1, call.query.cursor)
    return [_owned(call, file) for file in call.page(found, call.query.limit)]


@routes.get(_ONE, StoredFile, errors=(404,))
def read_file(call: Call) -> dict[str, Any]:
    """Return what is known of a file."""
    return _owned(call, call.studio.files.get_file(call.path["file_id"], call.user_id))


@routes.delete(_ONE, Done, errors=(404,), audit="file.delete")
def delete_file(call: Call) -> Done:
    """Delete a file, its text, and its passages in every knowledge base."""
    return Done(success=call.studio.files.delete_file(call.path["file_id"], call.user_id))


def _owned(call: Call, file: dict[str, Any]) -> dict[str, Any]:
    return file | {"user_id": call.user_id}
