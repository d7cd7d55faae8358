"""From texts to searchable passages: cut, embedded and stored slice by slice.

A slice is one transaction, so a crash loses at most the slice in work, and what was embedded before it
is found again by its text. A file becomes searchable in the transaction that stores its last passage.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, true, update
from sqlalchemy.orm import Session

from workbench.embedders import Embedder
from workbench.errors import BadInput, Cancelled, Corrupted, WorkbenchError
from workbench.knowledge.bases import changed_state, entry_of
from workbench.knowledge.chunking import Chunk, chunk_document
from workbench.knowledge.context import context_of, opening_of
from workbench.knowledge.document import Document
from workbench.knowledge.documents import read_documents
from workbench.knowledge.removal import locked, recount
from workbench.knowledge.source import FLOAT16
from workbench.storage.database import Database
from workbench.storage.knowledge import ChunkRow, KnowledgeFile
from workbench.storage.models import KnowledgeBase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FileToAdd", "Ingest", "Target"]

SLICE = 512
"""Passages to a transaction: some hundred kilobytes, and seconds of embedding."""
_READ_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class FileToAdd:
    """One file on its way into a base.

    Attributes
    ----------
    id, title : str
        Of the file.
    document : str
        Key of its text.
    """

    id: str
    title: str
    document: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where passages go and how they are made.

    Attributes
    ----------
    base_id, user_id : str
        The base and its owner.
    generation : int
        The base's present one, or the one that is built beside it.
    reader : str or None
        Who adds the files; ``None`` for a generation that is built beside the present one from files
        that are in the base.
    embedder : Embedder
        Makes the vectors.
    tokens : int
        Most tokens of a passage.
    """

    base_id: str
    user_id: str
    generation: int
    reader: str | None
    embedder: Embedder
    tokens: int


@dataclass(frozen=True, slots=True)
class _Passage:
    file: FileToAdd
    position: int
    chunk: Chunk
    content: str
    context: str
    last: bool

    @property
    def embedded(self) -> str:
        """The text that the vector stands for."""
        return self.content


class Ingest:
    """Adds files to one generation of a knowledge base.

    Parameters
    ----------
    database : Database
        Where texts and passages lie.
    target : Target
        Where to and how.
    tell : callable
        ``tell(done, total, message)`` after each slice, in files; what it raises stops the work.

    Attributes
    ----------
    failures : dict
        Of the files that could not be added, why not.
    chunks : int
        Passages stored.
    tokens : int
        What the embedder's provider counted.
    """

    def __init__(
        self, database: Database, target: Target, tell: Callable[[int, int, str], None] = lambda *_: None
    ) -> None:
        self.database = database
        self.target = target
        self.failures: dict[str, WorkbenchError] = {}
        self.chunks = 0
        self.tokens = 0
        self._tell = tell
        self._known: dict[bytes, bytes] = {}

    def add(self, files: Sequence[FileToAdd]) -> None:
        """Add the files; one that fails does not keep the others out."""
        done = 0
        passages = self._passages(files)
        while part := list(islice(passages, SLICE)):
            told = (done + len(self.failures), len(files), part[0].file.title)
            vectors = self._vectors(part, lambda *_, told=told: self._tell(*told))
            with self.database.begin() as session:
                self._store(session, part, vectors)
            done += sum(passage.last for passage in part)
            self._tell(done + len(self.failures), len(files), part[-1].file.title)

    # cutting

    def _passages(self, files: Sequence[FileToAdd]) -> Iterator[_Passage]:
        for start in range(0, len(files), _READ_AT_ONCE):
            some = files[start : start + _READ_AT_ONCE]
            documents = read_documents(self.database, {file.document for file in some})
            self._take_up({file.id for file in some})
            for file in some:
                try:
                    yield from self._cut(file, documents.get(file.document))
                except WorkbenchError as error:
                    self.failures[file.id] = error

    def _cut(self, file: FileToAdd, document: Document | None) -> list[_Passage]:
        if document is None:
            raise BadInput(f"The text of {file.title!r} is not there.", "Process the file first.")
        chunks = chunk_document(document, self.target.embedder.spans, self.target.tokens)
        if not chunks:
            raise BadInput(f"{file.title!r} holds no words.", "Add a file with text.")
        last = len(chunks) - 1
        opening = opening_of(document.text)
        return [
            _Passage(
                file,
                position,
                chunk,
                document.text[chunk.start : chunk.end],
                context_of(chunk, opening),
                position == last,
            )
            for position, chunk in enumerate(chunks)
        ]

    def _take_up(self, file_ids: set[str]) -> None:
        """Take the vectors of interrupted attempts along, and their rows away."""
        target = self.target
        staged = (
            ChunkRow.base_id == target.base_id,
            ChunkRow.file_id.in_(file_ids),
            ChunkRow.generation == target.generation,
            ChunkRow.revision.is_(None),
        )
        with self.database.session() as session:
            rows = session.execute(select(ChunkRow.text_hash, ChunkRow.vector).where(*staged)).all()
        if rows:
            self._known.update((bytes(key), bytes(vector)) for key, vector in rows)
            with self.database.begin() as session:
                session.execute(delete(ChunkRow).where(*staged).execution_options(synchronize_session=False))

    # embedding

    def _vectors(
        self, passages: Sequence[_Passage], progress: Callable[[int, int], None]
    ) -> list[tuple[bytes, bytes]]:
        """Return for each passage the hash of its text and its vector; equal text is embedded once."""
        texts = {self._hash(passage.embedded): passage.embedded for passage in passages}
        known = self._stored(list(texts))
        missing = {key: text for key, text in texts.items() if key not in known}
        if missing:
            rows, tokens = self.target.embedder.embed_with_usage(list(missing.values()), progress=progress)
            self.tokens += tokens
            known |= zip(missing, _packed(rows, self.target.embedder.dimension), strict=True)
        keys = (self._hash(passage.embedded) for passage in passages)
        return [(key, known[key]) for key in keys]

    def _hash(self, text: str) -> bytes:
        named = f"{self.target.embedder.fingerprint}\0{text}".encode()
        return hashlib.blake2b(named, digest_size=16).digest()

    def _stored(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """Return the vectors that this user's bases hold already."""
        statement = (
            select(ChunkRow.text_hash, ChunkRow.vector)
            .join(KnowledgeBase, KnowledgeBase.id == ChunkRow.base_id)
            .where(KnowledgeBase.user_id == self.target.user_id, ChunkRow.text_hash.in_(keys))
        )
        with self.database.engine.connect() as connection:
            found = {bytes(key): bytes(vector) for key, vector in connection.execute(statement)}
        return {key: self._known[key] for key in keys if key in self._known} | found

    # storing

    def _store(
        self, session: Session, passages: Sequence[_Passage], vectors: Sequence[tuple[bytes, bytes]]
    ) -> None:
        target = self.target
        base = locked(session, target.base_id)
        self._check_still_wanted(base)
        there = self._places(session, {passage.file.id for passage in passages})
        whole = {
            passage.file.id: passage for passage in passages if passage.last and passage.file.id in there
        }
        rows = [
            self._row(passage, key, vector, base.revision if passage.file.id in whole else None)
            for passage, (key, vector) in zip(passages, vectors, strict=True)
            if passage.file.id in there
        ]
        if rows:
            session.execute(insert(ChunkRow.__table__), rows)  # type: ignore[arg-type]
        self.chunks += len(rows)
        here = Counter(passage.file.id for passage in passages)
        for file_id in [key for key, passage in whole.items() if passage.position >= here[key]]:
            begun_before = (*self._mine(file_id), ChunkRow.revision.is_(None))
            session.execute(update(ChunkRow).where(*begun_before).values(revision=base.revision))
        if target.reader:
            for file_id, passage in whole.items():
                self._finish(base, there[file_id], passage)
            recount(session, base)

    def _finish(self, base: KnowledgeBase, place: KnowledgeFile, passage: _Passage) -> None:
        place.status, place.error, place.reader = "ready", None, None
        place.chunks = passage.position + 1
        entry = entry_of(base, passage.file.title, passage.file.document)
        base.state = changed_state(base.state, added=entry)

    def _places(self, session: Session, file_ids: set[str]) -> dict[str, KnowledgeFile]:
        """Return the files that are still to be added; one may have been taken out meanwhile."""
        reader = self.target.reader
        rows = session.scalars(
            select(KnowledgeFile).where(
                KnowledgeFile.base_id == self.target.base_id,
                KnowledgeFile.file_id.in_(file_ids),
                KnowledgeFile.status == ("processing" if reader else "ready"),
                KnowledgeFile.reader == reader if reader else true(),
            )
        )
        return {row.file_id: row for row in rows}

    def _check_still_wanted(self, base: KnowledgeBase) -> None:
        if base.generation != self.target.generation and self.target.reader:
            raise Cancelled(
                f"The knowledge base {base.name!r} was reindexed while files were added.", "Add them again."
            )

    def _mine(self, file_id: str) -> tuple[Any, ...]:
        target = self.target
        return (
            ChunkRow.base_id == target.base_id,
            ChunkRow.file_id == file_id,
            ChunkRow.generation == target.generation,
        )

    def _row(self, passage: _Passage, key: bytes, vector: bytes, revision: int | None) -> dict[str, Any]:
        chunk = passage.chunk
        return {
            "base_id": self.target.base_id, "file_id": passage.file.id, "revision": revision,
            "generation": self.target.generation, "position": passage.position,
            "start": chunk.start, "end": chunk.end, "page": chunk.page, "heading": chunk.heading,
            "content": passage.content, "context": passage.context, "tokens": chunk.tokens,
            "text_hash": key, "vector": vector,
        }  # fmt: skip


def _packed(vectors: NDArray[np.float32], dimension: int) -> list[bytes]:
    """Return the rows as they are stored.

    Raises
    ------
    Corrupted
        They are not of the embedder's dimension, or hold what is no number.
    """
    import numpy as np

    if vectors.ndim != 2 or vectors.shape[1] != dimension or not np.isfinite(vectors).all():  # noqa: PLR2004
        raise Corrupted(
            f"The embedder gave vectors of shape {vectors.shape} or with values that are no numbers;"
            f" expected {dimension} finite numbers each.",
            "Nothing of them was stored. Check the embedder, and add the files again.",
        )
    return [row.tobytes() for row in vectors.astype(FLOAT16)]
