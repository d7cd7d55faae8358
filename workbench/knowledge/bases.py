"""Knowledge bases as rows: making, finding, pinning to an embedder, dropping."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workbench.embedders import Embedder, get_embedder
from workbench.errors import BadInput, NotFound, Refused
from workbench.knowledge.chunking import CHUNKER
from workbench.runs import Run
from workbench.runs.identity import is_alive
from workbench.storage.models import KnowledgeBase, User

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.studio import Studio

__all__ = ["CREATE", "DEFAULT_TOKENS", "DROP", "Bases", "changed_state", "entry_of", "pin_of", "view"]

CREATE = "knowledge.create"
DROP = "knowledge.drop"
DEFAULT_TOKENS = 240
LEAST_TOKENS = 16
_MOST = 1 << 256
_INNER = {"building", "chunker"}


class Bases:
    """The knowledge bases of one Studio.

    Parameters
    ----------
    studio : Studio
        Whose database they lie in.
    """

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._embedders: dict[str, Embedder] = {}
        self._replayed: dict[str, KnowledgeBase] = {}

    # making and finding

    def create(
        self,
        user_id: str,
        name: str,
        description: str | None,
        embedder: str | None,
        settings: Mapping[str, Any] | None,
    ) -> str:
        """Make an empty base; see `FileService.create_knowledge_base`."""
        if not isinstance(name, str) or not 0 < len(name.strip()) <= 255:  # noqa: PLR2004 - the column's width
            raise BadInput(
                "The name of a knowledge base must have 1 to 255 characters.", details={"field": "name"}
            )
        checked = _checked_settings(settings)
        chosen = embedder or self.studio.settings.workbench_embedder
        self._embedder(chosen)
        inputs = {"name": name.strip(), "description": description, "embedder": chosen, "settings": checked}

        def compute(_: Any) -> dict[str, Any]:
            with self.studio.database.begin() as session:
                if session.get(User, user_id) is None:
                    raise NotFound(f"There is no user {user_id!r}.", "Create the user first.")
                row = KnowledgeBase(
                    user_id=user_id, name=name.strip(), description=description, settings=checked,
                    embedder=chosen,
                )  # fmt: skip
                session.add(row)
                session.flush()
                return {"base": pin_of(row)}

        run = self.studio.runs.execute(CREATE, inputs, compute, name=name.strip(), effect=True)
        self.note(run)
        made: str = run.output["base"]["id"]
        return made

    def get(self, base: KnowledgeBase | str, user_id: str | None = None) -> KnowledgeBase:
        """Return the row as it is now; in strict replay, as it was when it was recorded.

        Raises
        ------
        NotFound
            There is none, or it is not this user's.
        """
        base_id = base.id if isinstance(base, KnowledgeBase) else str(base)
        found = self._replayed.get(base_id) if self._strict else None
        if found is None:
            with self.studio.database.session() as session:
                found = session.get(KnowledgeBase, base_id)
        if found is None or (user_id is not None and found.user_id != user_id):
            raise NotFound(
                f"There is no knowledge base {base_id!r}.", "`%kb list` shows those that there are."
            )
        return found

    def find(self, user_id: str, name: str) -> str | None:
        """Return the identifier of the user's newest base of this name."""
        if self._strict:
            for row in reversed(self._replayed.values()):
                if (row.user_id, row.name) == (user_id, name):
                    return row.id
        statement = select(KnowledgeBase.id).where(
            KnowledgeBase.user_id == user_id, KnowledgeBase.name == name
        )
        with self.studio.database.session() as session:
            return session.scalar(statement.order_by(KnowledgeBase.created_at.desc()).limit(1))

    def all(self, user_id: str) -> list[KnowledgeBase]:
        """Return the user's bases, the last changed first."""
        statement = select(KnowledgeBase).where(KnowledgeBase.user_id == user_id)
        with self.studio.database.session() as session:
            return list(
                session.scalars(statement.order_by(KnowledgeBase.updated_at.desc(), KnowledgeBase.id))
            )

    def edit(self, base: KnowledgeBase, name: str | None, description: str | None) -> None:
        """Change what people read."""
        if name is not None and not 0 < len(name.strip()) <= 255:  # noqa: PLR2004 - the column's width
            raise BadInput(
                "The name of a knowledge base must have 1 to 255 characters.", details={"field": "name"}
            )
        values: dict[str, Any] = {"name": name.strip()} if name is not None else {}
        if description is not None:
            values["description"] = description
        if values:
            with self.studio.database.begin() as session:
                session.execute(update(KnowledgeBase).where(KnowledgeBase.id == base.id).values(**values))

    def drop(self, base: KnowledgeBase) -> None:
        """Delete the base, its passages and its index files; the files stay."""

        def compute(_: Any) -> dict[str, Any]:
            with self.studio.database.begin() as session:
                row = session.get(KnowledgeBase, base.id)
                if row is not None:
                    session.delete(row)
            shutil.rmtree(self.folder(base), ignore_errors=True)
            return {}

        self.studio.runs.execute(DROP, {"base": base.name}, compute, name=base.name, effect=True)
        self._replayed.pop(base.id, None)

    def folder(self, base: KnowledgeBase) -> Path:
        """Return where its index files lie."""
        return self.studio.settings.indexes_folder / base.id

    # embedders

    def embedder(self, base: KnowledgeBase) -> Embedder:
        """Return the base's embedder, checked to be the one that made its vectors.

        Raises
        ------
        Refused
            It is another one by now; reindexing is the way out.
        """
        embedder = self._embedder(base.embedder or self.studio.settings.workbench_embedder)
        if base.fingerprint is not None and base.fingerprint != embedder.fingerprint:
            raise Refused(
                f"The knowledge base {base.name!r} was made with {base.fingerprint}"
                f" and {base.embedder} is {embedder.fingerprint} now: their vectors cannot be compared.",
                f"Run `%kb reindex {base.name}`; until then, put the former embedder back to search.",
                details={"pinned": base.fingerprint, "found": embedder.fingerprint},
            )
        return embedder

    def pin(self, session: Session, row: KnowledgeBase, embedder: Embedder) -> None:
        """Tie the base to the embedder of its first vectors."""
        if row.fingerprint is None:
            row.embedder = f"{embedder.name}:{embedder.model}"
            row.fingerprint, row.dimension = embedder.fingerprint, embedder.dimension
            wanted: int = (row.settings or {}).get("chunk_tokens") or DEFAULT_TOKENS
            tokens = min(wanted, embedder.window)
            row.settings = {**(row.settings or {}), "chunk_tokens": tokens, "chunker": CHUNKER}
            session.flush()

    def _embedder(self, name: str) -> Embedder:
        if name not in self._embedders:
            self._embedders[name] = get_embedder(name, self.studio.settings)
        return self._embedders[name]

    # replay

    @property
    def _strict(self) -> bool:
        return self.studio.runs.mode == "strict"

    def note(self, run: Run) -> None:
        """Remember what a replayed Run says of its base, for the calls after it."""
        pinned = (run.output or {}).get("base") if run.replayed else None
        if pinned:
            row = KnowledgeBase(user_id=self.studio.user_id, settings={}, **pinned)
            self._replayed.pop(row.id, None)
            self._replayed[row.id] = row


def view(row: KnowledgeBase) -> dict[str, Any]:
    """Return a base as a dict of JSON values."""
    building = (row.settings or {}).get("building")
    return {
        "id": row.id,
        "user_id": row.user_id,
        "name": row.name,
        "description": row.description,
        "file_count": row.file_count,
        "total_chunks": row.total_chunks,
        "embedder": row.embedder,
        "dimension": row.dimension,
        "status": "reindexing" if building and building["owner"] and is_alive(building["owner"]) else "ready",
        "settings": {name: value for name, value in (row.settings or {}).items() if name not in _INNER},
        "created_at": row.created_at.isoformat() if row.created_at else None,
        "updated_at": row.updated_at.isoformat() if row.updated_at else None,
    }


def entry_of(base: KnowledgeBase, title: str, document: str | None) -> int:
    """Return the number by which one document counts in the base's `state`."""
    how = (base.fingerprint, base.settings["chunk_tokens"], base.settings["chunker"])
    text = "\0".join(map(str, (document, title, *how)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest())


def changed_state(state: str, *, added: int = 0, removed: int = 0) -> str:
    """Return the state after a change.

    It is a sum of hashes modulo 2^256, so that the order in which documents came has no part in it and a
    change costs the same however many there are (Bellare and Micciancio 1997, AdHash).
    """
    return f"{(int(state or '0', 16) + added - removed) % _MOST:064x}"


def pin_of(row: KnowledgeBase) -> dict[str, Any]:
    """Return what a Run keeps of its base, by which later calls are replayed."""
    return {"id": row.id, "name": row.name, "state": row.state, "embedder": row.embedder}


def _checked_settings(settings: Mapping[str, Any] | None) -> dict[str, Any]:
    given = dict(settings or {})
    if unknown := sorted(given.keys() - {"chunk_tokens"}):
        raise BadInput(
            f"A knowledge base has no setting {unknown[0]!r}; it has chunk_tokens.",
            details={"field": unknown[0]},
        )
    tokens = given.get("chunk_tokens", DEFAULT_TOKENS)
    if not isinstance(tokens, int) or isinstance(tokens, bool) or tokens < LEAST_TOKENS:
        raise BadInput(
            f"chunk_tokens is {tokens!r}; expected a whole number, {LEAST_TOKENS} or more.",
            details={"field": "chunk_tokens"},
        )
    return given
