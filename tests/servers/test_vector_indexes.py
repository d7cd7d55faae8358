"""The indexes that lie in a shared PostgreSQL keep the promises of every index."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import create_engine, delete, select, text

from tests.knowledge.indexes.suite import LEXICAL_CHECKS, VECTOR_CHECKS
from tests.knowledge.indexes.truth import Truth, agrees
from workbench.errors import MissingExtra
from workbench.knowledge.indexes import open_index, open_lexical, pgvector
from workbench.knowledge.indexes.lexical.local import LocalLexicalIndex
from workbench.knowledge.indexes.lexical.postgres import PostgresLexicalIndex
from workbench.knowledge.indexes.pgvector import PgvectorIndex
from workbench.settings import load_settings
from workbench.storage.database import Database
from workbench.storage.knowledge import ChunkRow
from workbench.storage.models import File, KnowledgeBase, User


class StoredTruth(Truth):
    """One whose chunks also lie in the database, where side tables refer to them."""

    def __init__(self, database, base="base", first=1, **options):
        super().__init__(database=database, **options)
        self.base_id, self.next = base, first
        with database.begin() as session:
            if session.get(User, "u") is None:
                session.add(User(id="u", email="u", username="u"))
                session.flush()
                file = {"filename": "f", "original_filename": "f", "file_type": "txt", "file_size": 1}
                session.add(File(id="f", user_id="u", storage_path="", **file))
            session.add(KnowledgeBase(id=base, user_id="u", name=base))

    def add(self, count=1, **given):
        ids = super().add(count, **given)
        self.put_back()
        return ids

    def remove(self, ids):
        super().remove(ids)
        self.put_back()

    def put_back(self):
        with self.database.begin() as session:
            mine = ChunkRow.base_id == self.base_id
            session.execute(delete(ChunkRow).where(mine, ChunkRow.id.not_in(list(self.rows))))
            there = set(session.scalars(select(ChunkRow.id).where(mine)))
            session.add_all(self._row(*row) for number, row in self.rows.items() if number not in there)

    def _row(self, revision, number, vector, content):
        place = {"position": 0, "start": 0, "end": 1, "heading": "", "tokens": 1, "text_hash": b"0"}
        return ChunkRow(
            id=number, base_id=self.base_id, file_id="f", generation=self.generation, revision=revision,
            content=content.replace("\0", ""), vector=vector.tobytes(), **place,
        )  # fmt: skip


@pytest.fixture(scope="module")
def upgraded(postgres):
    """A database with the workbench's tables."""
    database = Database(load_settings(database_url=postgres.fresh()))
    yield database
    database.close()


@pytest.fixture
def database(upgraded):
    """The same without a row."""
    with upgraded.write() as connection:
        connection.execute(text("DELETE FROM users"))
    return upgraded


@pytest.mark.parametrize("check", VECTOR_CHECKS)
def test_vectors_in_the_database(check, database, settings, tmp_path):
    truth = StoredTruth(database)
    check(truth, lambda: open_index(truth, tmp_path, settings, kind="pgvector"))


@pytest.mark.parametrize("check", LEXICAL_CHECKS)
def test_words_in_the_database(check, database, settings, tmp_path):
    truth = StoredTruth(database)
    check(truth, lambda: open_lexical(truth, tmp_path, settings))


def test_the_database_is_used_where_it_can_be(database, settings, tmp_path):
    truth = StoredTruth(database)
    assert isinstance(open_index(truth, tmp_path, settings), PgvectorIndex)
    assert isinstance(open_lexical(truth, tmp_path, settings), PostgresLexicalIndex)


def test_without_the_extension_the_index_lies_on_this_machine(postgres, settings, tmp_path):
    postgres.embedded.psql("CREATE ROLE reader LOGIN;")
    url = postgres.empty().replace("postgres:@", "reader:@")
    assert "reader" in url
    database = SimpleNamespace(
        embedded=False, engine=create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    )
    truth = Truth(database=database)
    assert open_index(truth, tmp_path, settings).name == "exact"
    with pytest.raises(MissingExtra, match=r"pgvector.*permission denied to create extension"):
        open_index(truth, tmp_path, settings, kind="pgvector")
    database.engine.dispose()


def test_two_bases_never_see_each_other(database, settings, tmp_path):
    one, other = StoredTruth(database, "one"), StoredTruth(database, "other", first=1000, seed=1)
    indexes = []
    for truth in (one, other):
        truth.add(40)
        pair = open_index(truth, tmp_path, settings), open_lexical(truth, tmp_path, settings)
        for index in pair:
            index.refresh()
        indexes.append(pair)
    for truth, (vectors, words) in zip((one, other), indexes, strict=True):
        agrees(vectors, truth, limit=100)
        everything = np.array(sorted([*one.rows, *other.rows]), np.int64)
        agrees(vectors, truth, limit=100, allowed=everything)
        query = " ".join(row[3] for row in truth.rows.values())
        for allowed in (None, everything):
            assert set(words.search(query, 100, allowed)[0].tolist()) == set(truth.rows)


def test_what_is_deleted_from_the_chunks_is_found_no_more_even_before_a_refresh(database, settings, tmp_path):
    truth = StoredTruth(database)
    ids = truth.add(10)
    index = open_index(truth, tmp_path, settings, kind="pgvector")
    index.refresh()
    truth.remove(ids[:5])
    agrees(index, truth, limit=10)


def test_a_dropped_base_leaves_nothing(database, settings, tmp_path):
    truth = StoredTruth(database)
    truth.add(10)
    for index in (open_index(truth, tmp_path, settings), open_lexical(truth, tmp_path, settings)):
        index.refresh()
    tables = ("knowledge_spaces", "knowledge_vectors_16", "knowledge_texts", "knowledge_words")
    with database.write() as connection:
        assert all(connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables)
        connection.execute(text("DELETE FROM knowledge_bases"))
        assert not any(connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables)


def test_a_graph_in_the_database_finds_what_comparing_with_all_finds(
    database, settings, tmp_path, monkeypatch
):
    monkeypatch.setattr(pgvector, "CROSSING", 500)
    monkeypatch.setattr(pgvector, "SUBSET", 100)
    truth = StoredTruth(database)
    ids = truth.add(3000)
    index = open_index(truth, tmp_path, settings, kind="pgvector")
    index.refresh()
    index.settle()
    with database.engine.connect() as connection:
        assert connection.scalar(
            text("SELECT count(*) FROM pg_index WHERE indisvalid AND indpred IS NOT NULL")
        )
        connection.execute(text("SET enable_seqscan = off"))
    for allowed in (None, np.array(ids[::5]), np.array(ids[:3])):
        shared = 0
        for _ in range(20):
            query = truth.query()
            found, wanted = index.search(query, 10, allowed)[0], truth.nearest(query, 10, allowed)[0]
            assert len(found) == len(wanted)
            shared += len(set(found.tolist()) & set(wanted.tolist())) / len(wanted)
        assert shared / 20 >= 0.97


def test_both_engines_of_words_rank_alike(database, settings, tmp_path):
    truth = StoredTruth(database)
    for _ in range(5):
        truth.add(
            100,
            texts=[
                " ".join(truth.random.zipf(1.3, truth.random.integers(5, 200)).astype(str))
                for _ in range(100)
            ],
        )
    shared, local = open_lexical(truth, tmp_path, settings), LocalLexicalIndex(truth, tmp_path, settings)
    shared.refresh()
    local.refresh()
    for _ in range(50):
        query = " ".join(truth.random.zipf(1.3, 8).astype(str))
        (_, one), (_, other) = shared.search(query, 10), local.search(query, 10)
        np.testing.assert_allclose(one, other, rtol=1e-5)
