"""Knowledge bases."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from workbench.server.route import Call, Routes
from workbench.server.schemas.common import Done, Page
from workbench.server.schemas.knowledge import (
    AddedFiles,
    BaseChange,
    BaseFile,
    Cited,
    FilesToAdd,
    Found,
    KnowledgeBaseView,
    NewBase,
    NewQuestion,
    Search,
)
from workbench.storage.models import KnowledgeBase

__all__ = ["routes"]

routes = Routes("knowledge")
_ONE = "/api/knowledge/bases/{kb_id}"


@routes.get("/api/knowledge/bases", list[KnowledgeBaseView], query=Page, errors=(404,))
def list_bases(call: Call) -> list[dict[str, Any]]:
    """List one's knowledge bases, last changed first."""
    found = call.studio.vectors.list_knowledge_bases(call.user_id)
    return call.cut(found, call.query)


@routes.post("/api/knowledge/bases", KnowledgeBaseView, body=NewBase, status=201)
def create_base(call: Call) -> dict[str, Any]:
    """Make a knowledge base."""
    made = call.studio.files.create_knowledge_base(call.user_id, call.body.name, call.body.description)
    return call.studio.vectors.get_knowledge_base(made, call.user_id)


@routes.get(_ONE, KnowledgeBaseView, errors=(404,))
def read_base(call: Call) -> dict[str, Any]:
    """Return a knowledge base."""
    return call.studio.vectors.get_knowledge_base(call.path["kb_id"], call.user_id)


@routes.patch(_ONE, KnowledgeBaseView, body=BaseChange, errors=(404,))
def change_base(call: Call) -> dict[str, Any]:
    """Change name or description."""
    given = call.body
    return call.studio.vectors.edit_knowledge_base(
        call.path["kb_id"], call.user_id, given.name, given.description
    )


@routes.delete(_ONE, Done, errors=(404,))
def delete_base(call: Call) -> Done:
    """Delete a knowledge base; the uploaded files stay."""
    call.studio.vectors.delete_knowledge_base(call.path["kb_id"], call.user_id)
    return Done()


@routes.get(f"{_ONE}/files", list[BaseFile], errors=(404,))
def list_base_files(call: Call) -> list[dict[str, Any]]:
    """List the files of a knowledge base."""
    return call.studio.vectors.files(call.path["kb_id"], call.user_id)


@routes.post(f"{_ONE}/files", AddedFiles, body=FilesToAdd, errors=(404,))
def add_files(call: Call) -> dict[str, Any]:
    """Add uploaded files; one that cannot be read does not keep the others out."""
    result = call.studio.vectors.add_uploaded(_owned(call), call.body.file_ids)
    return {"files": list(result.files), "run_id": result.run_id}


@routes.delete(f"{_ONE}/files/{{file_id}}", Done, errors=(404,))
def remove_file(call: Call) -> Done:
    """Take a file out of a knowledge base; the uploaded file stays."""
    call.studio.vectors.remove_file(call.path["kb_id"], call.path["file_id"], call.user_id)
    return Done()


@routes.post(f"{_ONE}/search", list[Found], body=Search, errors=(404,))
def search(call: Call) -> list[dict[str, Any]]:
    """Search a knowledge base; the best passages come first."""
    given = call.body
    return call.studio.vectors.search_knowledge_base(
        _owned(call), given.query, given.limit, given.similarity_threshold, filters=given.filters
    )


@routes.post(f"{_ONE}/ask", Cited, body=NewQuestion, errors=(404, 429, 502))
def ask(call: Call) -> dict[str, Any]:
    """Answer a question with citations that are checked against the documents."""
    given = call.body
    answer = call.studio.vectors.ask(
        _owned(call),
        given.question,
        model=given.model,
        provider=given.provider,
        settings=given.settings,
        limit=given.limit,
        user_id=call.user_id,
        filters=given.filters,
    )
    return asdict(answer)


def _owned(call: Call) -> KnowledgeBase:
    return call.studio.vectors.bases.get(call.path["kb_id"], call.user_id)
