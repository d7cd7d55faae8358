"""Knowledge bases."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from workbench.server.route import Call, Routes
from workbench.server.schemas.common import Begun, Done, Page
from workbench.server.schemas.knowledge import (
    BaseChange,
    BaseFile,
    Cited,
    FilesToAdd,
    Found,
    KnowledgeBaseView,
    NewBase,
    NewIndex,
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


@routes.delete(_ONE, Done, errors=(404,), audit="base.delete")
def delete_base(call: Call) -> Done:
    """Delete a knowledge base; the uploaded files stay."""
    call.studio.vectors.delete_knowledge_base(call.path["kb_id"], call.user_id)
    return Done()


@routes.get(f"{_ONE}/files", list[BaseFile], errors=(404,))
def list_base_files(call: Call) -> list[dict[str, Any]]:
    """List the files of a knowledge base."""
    return call.studio.vectors.files(call.path["kb_id"], call.user_id)


@routes.post(f"{_ONE}/files", Begun, body=FilesToAdd, status=202, errors=(404, 429), lasts=True)
def add_files(call: Call) -> None:
    """Add uploaded files; the Run's output says how each fared, one that cannot be read hurts no other."""
    call.studio.vectors.add_uploaded(_owned(call), call.body.file_ids)


@routes.post(f"{_ONE}/reindex", Begun, body=NewIndex, status=202, errors=(404, 429), lasts=True)
def reindex(call: Call) -> None:
    """Make all passages and vectors anew while the present ones serve; what is left out stays as it is."""
    given = call.body
    call.studio.vectors.reindex(_owned(call), embedder=given.embedder, chunk_tokens=given.chunk_tokens)


@routes.delete(f"{_ONE}/files/{{file_id}}", Done, errors=(404,), audit="base.remove")
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


@routes.post(f"{_ONE}/ask", Cited, body=NewQuestion, errors=(404, 429, 502), asks=True)
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
