"""The lexical index in a shared PostgreSQL: a GIN index finds candidates, BM25 ranks them.

``ts_rank`` is no BM25 and PostgreSQL cuts words in its own way, so the words are cut by the same
analyser as on one machine, lie in a side table, and are scored by the same formula.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from workbench.knowledge.indexes.lexical.analysis import query_terms, terms
from workbench.knowledge.indexes.lexical.bm25 import Corpus
from workbench.knowledge.indexes.rows import best
from workbench.knowledge.indexes.spaces import Space, SpaceTable

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from workbench.knowledge.indexes.base import Floats, Ids, VectorSource
    from workbench.settings import Settings

__all__ = ["PostgresLexicalIndex"]

KIND = "words"
MOST_COUNTED = 32_767
"""Of one word in one chunk; the column's type holds no more."""
FEW = 1_000
"""Candidates that the rarest words of a query bring before any is scored."""
MANY = 20_000
"""Candidates beyond which the commonest words bring no more; until then the ranking is complete."""
# A word has another number in each space, so that a search never sees another base's chunks, not even to
# pass over them.
TABLES = (
    """
CREATE TABLE IF NOT EXISTS knowledge_words (
    id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    space INTEGER NOT NULL REFERENCES knowledge_spaces(id) ON DELETE CASCADE,
    word TEXT NOT NULL,
    documents BIGINT NOT NULL,
    UNIQUE (space, word)
)""",
    """
CREATE TABLE IF NOT EXISTS knowledge_texts (
    space INTEGER NOT NULL REFERENCES knowledge_spaces(id) ON DELETE CASCADE,
    chunk_id BIGINT NOT NULL,
    length INTEGER NOT NULL,
    words INTEGER[] NOT NULL,
    counts SMALLINT[] NOT NULL,
    PRIMARY KEY (space, chunk_id)
)""",
    "CREATE INDEX IF NOT EXISTS ix_knowledge_texts_words ON knowledge_texts USING gin (words)",
)
NEW = """
INSERT INTO knowledge_words (space, word, documents)
SELECT :space, new.word, 0 FROM unnest(CAST(:words AS text[])) AS new(word)
WHERE NOT EXISTS (SELECT FROM knowledge_words AS old WHERE old.space = :space AND old.word = new.word)"""
MORE = """
UPDATE knowledge_words AS kept SET documents = kept.documents + new.documents
FROM unnest(CAST(:words AS text[]), CAST(:documents AS bigint[])) AS new(word, documents)
WHERE kept.space = :space AND kept.word = new.word
RETURNING kept.word, kept.id"""
FEWER = """
UPDATE knowledge_words AS kept SET documents = kept.documents - gone.documents
FROM unnest(CAST(:ids AS integer[]), CAST(:documents AS bigint[])) AS gone(id, documents)
WHERE kept.id = gone.id"""
DELETE = """
DELETE FROM knowledge_texts WHERE space = :space AND chunk_id = ANY(:ids) RETURNING length, words"""
HELD = """
SELECT id, documents FROM knowledge_words
WHERE space = :space AND word = ANY(:words) AND documents > 0 ORDER BY documents, id"""


class PostgresLexicalIndex:
    """BM25 in the database that holds the chunks.

    Parameters
    ----------
    source : VectorSource
        What it follows; its database is a PostgreSQL server.
    folder : Path
        Not used.
    settings : Settings
        Not used.
    """

    def __init__(self, source: VectorSource, folder: Path, settings: Settings) -> None:  # noqa: ARG002
        self.source = source
        self._spaces = SpaceTable(source, KIND, TABLES)
        self._seen = -1

    def refresh(self) -> None:
        """Catch up with the source; see `workbench.knowledge.indexes.LexicalIndex`."""
        now = self.source.revision()
        if now == self._seen:
            return
        self._spaces.catch_up(now, self._follow, self._emptied)
        self._seen = now

    def search(self, query: str, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return the chunks that hold words of the query; see `workbench.knowledge.indexes.LexicalIndex`."""
        import numpy as np

        words = query_terms(query)
        with self._spaces.reading() as connection:
            space = self._spaces.find(connection) if words and self._seen >= 0 else None
            if space is not None:
                held = connection.execute(text(HELD), {"space": space.id, "words": words}).all()
                if held:
                    return _Ranking(connection, space, dict(map(tuple, held)), allowed).best(limit)
        return np.empty(0, np.int64), np.empty(0, np.float32)

    def count(self) -> int:
        """Return how many chunks it answers from."""
        if self._seen < 0:
            return 0
        with self._spaces.reading() as connection:
            space = self._spaces.find(connection)
        return space.documents if space else 0

    def close(self) -> None:
        """Do nothing: the database keeps the index."""

    def _follow(self, connection: Connection, space: Space, upto: int) -> Space:
        after = space.revision
        if after:
            space = _deleted(connection, space, self.source.removed(after, upto).tolist())
        for batch in self.source.texts(after, upto):
            if after:
                space = _deleted(connection, space, [number for number, _ in batch])
            space = _inserted(connection, space, batch)
        return replace(space, revision=upto)

    @staticmethod
    def _emptied(connection: Connection, space: Space) -> Space:
        for table in ("knowledge_texts", "knowledge_words"):
            connection.execute(text(f"DELETE FROM {table} WHERE space = :space"), {"space": space.id})  # noqa: S608
        return replace(space, revision=0, documents=0, tokens=0)


class _Ranking:
    """One query: the rarest words find candidates, until what the others add cannot bring another in."""

    def __init__(
        self, connection: Connection, space: Space, held: dict[int, int], allowed: Ids | None
    ) -> None:
        self._connection = connection
        self._allowed = allowed
        self._words = list(held)
        self._counts = list(held.values())
        self._corpus = Corpus(space.documents, space.tokens)
        self._weights = self._corpus.weights(self._counts)

    def best(self, limit: int) -> tuple[Ids, Floats]:
        """Return the highest ranked chunks."""
        most, used = self._bringing(MANY), min(self._bringing(FEW), self._bringing(MANY))
        while True:
            found = best(*self._scored(used), limit)
            lowest = float(found[1][-1]) if len(found[1]) == limit else 0.0
            needed = min(self._needed(lowest), most)
            if needed <= used:
                return found
            used = needed

    def _bringing(self, wanted: int) -> int:
        """Return how many of the words, the rarest first, together stand in this many chunks."""
        brought = 0
        for number, count in enumerate(self._counts, 1):
            brought += count
            if brought >= wanted:
                return number
        return len(self._counts)

    def _needed(self, lowest: float) -> int:
        """Return how many words have to be looked up if a chunk must score this to matter."""
        for used in range(1, len(self._words)):
            if self._corpus.bound(self._weights[used:]) < lowest:
                return used
        return len(self._words)

    def _scored(self, used: int) -> tuple[Ids, Floats]:
        import numpy as np

        # Numbers from our own table, in the statement's text so that each is looked up but once.
        columns = ", ".join(f"coalesce(counts[array_position(words, {word})], 0)" for word in self._words)
        among = "" if self._allowed is None else " AND chunk_id = ANY(:allowed)"
        wanted = ", ".join(map(str, self._words[:used]))
        rows = self._connection.execute(
            text(
                f"SELECT chunk_id, length, {columns} FROM knowledge_texts"  # noqa: S608
                f" WHERE words && ARRAY[{wanted}]{among}"
            ),
            {} if self._allowed is None else {"allowed": self._allowed.tolist()},
        ).all()
        if not rows:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        table = np.array([tuple(row) for row in rows], np.int64)
        return table[:, 0], self._corpus.scores(self._weights, table[:, 2:], table[:, 1])


def _deleted(connection: Connection, space: Space, ids: list[int]) -> Space:
    rows = connection.execute(text(DELETE), {"space": space.id, "ids": ids}).all() if ids else []
    if not rows:
        return space
    counts = Counter(word for row in rows for word in row.words)
    connection.execute(text(FEWER), {"ids": list(counts), "documents": list(counts.values())})
    tokens = sum(row.length for row in rows)
    return replace(space, documents=space.documents - len(rows), tokens=space.tokens - tokens)


def _inserted(connection: Connection, space: Space, batch: list[tuple[int, str]]) -> Space:
    counted = [(number, Counter(terms(content))) for number, content in batch]
    holding = Counter(word for _, words in counted for word in words)
    values = {"space": space.id, "words": list(holding), "documents": list(holding.values())}
    connection.execute(text(NEW), values)
    numbers: dict[str, int] = dict(map(tuple, connection.execute(text(MORE), values).all()))
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy("COPY knowledge_texts (space, chunk_id, length, words, counts) FROM STDIN") as copy,
    ):
        for number, words in counted:
            kept = [min(count, MOST_COUNTED) for count in words.values()]
            copy.write_row((space.id, number, words.total(), [numbers[word] for word in words], kept))
    tokens = sum(words.total() for _, words in counted)
    return replace(space, documents=space.documents + len(batch), tokens=space.tokens + tokens)
