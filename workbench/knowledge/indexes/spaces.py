"""Which state of which knowledge base the side tables in a shared PostgreSQL stand at."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from workbench.knowledge.indexes.base import VectorSource

__all__ = ["Space", "SpaceTable"]

LOCK = 0x776B6273
"""Held by whoever makes tables; any number that nobody else uses."""
# One row for each generation of each base and each kind of index; it goes when the base goes.
TABLE = """
CREATE TABLE IF NOT EXISTS knowledge_spaces (
    id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    base_id VARCHAR(255) NOT NULL REFERENCES knowledge_bases(id) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    kind VARCHAR(32) NOT NULL,
    revision BIGINT NOT NULL DEFAULT 0,
    documents BIGINT NOT NULL DEFAULT 0,
    tokens BIGINT NOT NULL DEFAULT 0,
    UNIQUE (base_id, generation, kind)
)"""
# A generation that was replaced leaves nothing behind; the one in use, and the next one, have chunks.
FORGET = """
DELETE FROM knowledge_spaces AS old
WHERE old.base_id = :base AND old.kind = :kind AND old.generation < :generation AND NOT EXISTS (
    SELECT FROM chunks WHERE chunks.base_id = old.base_id AND chunks.generation = old.generation
)"""


@dataclass(frozen=True, slots=True)
class Space:
    """The state of one side table for one generation of one knowledge base.

    Attributes
    ----------
    id : int
        Stands in every row of the side table.
    revision : int
        Of the source, which the side table stands at.
    documents, tokens : int
        Chunks in the side table, and their words.
    """

    id: int
    revision: int
    documents: int
    tokens: int


Following: TypeAlias = "Callable[[Connection, Space, int], Space]"
Emptying: TypeAlias = "Callable[[Connection, Space], Space]"


class SpaceTable:
    """The spaces of one kind, for one source.

    Parameters
    ----------
    source : VectorSource
        Whose database and which generation.
    kind : str
        Tells the side tables apart.
    tables : sequence of str
        Statements that make the side tables where they are missing.
    """

    def __init__(self, source: VectorSource, kind: str, tables: Sequence[str]) -> None:
        self.source = source
        self.kind = kind
        self._tables = tables
        self._made = False
        self._following = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection whose transaction is given up at the end."""
        with _said(), self.source.database.engine.connect() as connection:
            yield connection

    def catch_up(self, upto: int, follow: Following, emptied: Emptying) -> Space:
        """Bring the side table to a revision, in one transaction that alone may change this space.

        Parameters
        ----------
        upto : int
            The source's revision now.
        follow : callable
            Applies what changed after the space's revision, up to another one; returns the new space.
        emptied : callable
            Deletes the space's rows; returns the new space.
        """
        self._make()
        # Alone in this process: who waits for the row holds a connection, and the one who has it takes a
        # second one to read the source.
        with self._following, _said(), self.source.database.engine.begin() as connection:
            space = self._locked(connection)
            if space.revision > upto:
                # The database was put together from copies of different age.
                space = emptied(connection, space)
            if space.revision < upto:
                space = follow(connection, space, upto)
            if space.documents != self.source.count() and self.source.revision() == upto:
                space = follow(connection, emptied(connection, space), upto)
            self._keep(connection, space)
        return space

    def find(self, connection: Connection) -> Space | None:
        """Return the space as it is now, ``None`` before the first refresh."""
        row = connection.execute(
            text(
                "SELECT id, revision, documents, tokens FROM knowledge_spaces"
                " WHERE base_id = :base AND generation = :generation AND kind = :kind"
            ),
            self._key(),
        ).first()
        return Space(*row) if row else None

    @staticmethod
    def _keep(connection: Connection, space: Space) -> None:
        connection.execute(
            text(
                "UPDATE knowledge_spaces SET revision = :revision, documents = :documents, tokens = :tokens"
                " WHERE id = :id"
            ),
            {
                "id": space.id,
                "revision": space.revision,
                "documents": space.documents,
                "tokens": space.tokens,
            },
        )

    def _key(self) -> dict[str, object]:
        return {"base": self.source.base_id, "generation": self.source.generation, "kind": self.kind}

    def _make(self) -> None:
        if self._made:
            return
        with _said(), self.source.database.engine.begin() as connection:
            # Two sessions that make the same table at once would have one of them fail.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            for statement in (TABLE, *self._tables):
                connection.execute(text(statement))
            connection.execute(text(FORGET), self._key())
        self._made = True

    def _locked(self, connection: Connection) -> Space:
        connection.execute(
            text(
                "INSERT INTO knowledge_spaces (base_id, generation, kind)"
                " VALUES (:base, :generation, :kind) ON CONFLICT DO NOTHING"
            ),
            self._key(),
        )
        row = connection.execute(
            text(
                "SELECT id, revision, documents, tokens FROM knowledge_spaces"
                " WHERE base_id = :base AND generation = :generation AND kind = :kind FOR UPDATE"
            ),
            self._key(),
        ).one()
        return Space(*row)


@contextmanager
def _said() -> Iterator[None]:
    """Say in a sentence what the server has against it."""
    try:
        yield
    except DBAPIError as error:
        raise WorkbenchError(
            f"The search index in the database cannot be used: {str(error.orig).splitlines()[0]}.",
            "Check that the server runs, and that its role may make tables there.",
        ) from None
