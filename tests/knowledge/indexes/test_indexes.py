"""Choosing an index, searching while it changes, and what counts as a word."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest

from tests.knowledge.indexes.test_conformance import SmallHnsw
from tests.knowledge.indexes.truth import Truth
from workbench.errors import BadInput, MissingExtra
from workbench.knowledge.indexes import index_names, matched_terms, open_index, rows
from workbench.knowledge.indexes.exact import ExactIndex
from workbench.knowledge.indexes.hnsw import LocalIndex
from workbench.knowledge.indexes.lexical.analysis import query_terms, terms
from workbench.knowledge.indexes.lexical.bm25 import Corpus
from workbench.knowledge.indexes.rows import Rows


def test_the_indexes_are_found_by_name(settings, tmp_path):
    assert index_names() == ["exact", "hnsw", "pgvector"]
    truth = Truth()
    assert isinstance(open_index(truth, tmp_path, settings), LocalIndex)
    assert isinstance(open_index(truth, tmp_path, settings, kind="exact"), ExactIndex)
    with pytest.raises(BadInput, match="There is no vector index 'faiss'"):
        open_index(truth, tmp_path, settings, kind="faiss")


def test_an_index_that_cannot_be_used_says_why(studio, tmp_path):
    truth = Truth(database=studio.database)
    with pytest.raises(MissingExtra, match=r"the database is not PostgreSQL\. Use auto or exact or hnsw"):
        open_index(truth, tmp_path, studio.settings, kind="pgvector")


def test_no_library_is_loaded_before_it_is_used():
    heavy = {"numkong", "numpy", "pgvector", "psycopg", "tantivy", "usearch"}
    script = f"import sys, workbench.knowledge.indexes; print(sorted({heavy} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("kind", [ExactIndex, SmallHnsw])
def test_searching_goes_on_while_the_index_changes(kind, settings, tmp_path):
    truth = Truth()
    kept = truth.add(40)
    vectors = {number: truth.rows[number][2].astype(np.float32) for number in kept}
    index = kind(truth, tmp_path, settings)
    index.refresh()
    wrong, done = [], threading.Event()

    def read():
        while not done.is_set():
            number = int(np.random.default_rng().choice(kept))
            ids, cosines = index.search(vectors[number], 3)
            if ids[0] != number or not cosines[0] > 0.99:
                wrong.append((number, ids, cosines))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(20):
        truth.remove(truth.add(15)[:10])
        index.refresh()
    index.settle()
    done.set()
    for reader in readers:
        reader.join()
    index.close()
    assert not wrong


def test_adding_to_many_rows_copies_no_block(monkeypatch):
    monkeypatch.setattr(rows, "BLOCK", 8)
    truth = Truth()
    before = Rows(truth.dimension).adding(np.arange(20), truth.random_vectors(20).astype(np.float16))
    after = before.adding(np.arange(20, 30), truth.random_vectors(10).astype(np.float16))
    assert len(before) == 20 and len(after) == 30
    assert all(one is other for one, other in zip(before._blocks, after._blocks, strict=False))
    assert before.without(np.arange(5))._blocks[0] is before._blocks[0]


def test_rows_get_rid_of_the_dead(monkeypatch):
    monkeypatch.setattr(rows, "BLOCK", 64)
    truth = Truth()
    many = Rows(truth.dimension).adding(np.arange(4000), truth.random_vectors(4000).astype(np.float16))
    few = many.without(np.arange(3000))
    assert len(few) == 1000
    assert few.nbytes < many.nbytes / 2
    query = truth.query()
    assert few.search(query, 5)[0].tolist() == many.search(query, 5, np.arange(3000, 4000))[0].tolist()


def test_words():
    assert terms("The running café's FOXES—jumped, p53") == ["the", "run", "cafe", "s", "fox", "jump", "p53"]
    assert terms("北京大学 x") == ["北京", "京大", "大学", "x"]
    assert query_terms("What is the effect of the drug?") == ["what", "effect", "drug"]
    assert query_terms("to be or not to be") == ["to", "be", "or", "not"]
    assert len(query_terms(" ".join(f"word{n}" for n in range(500)))) == 64


def test_the_words_that_a_passage_was_found_by():
    text = "Induced CELL of a café; 北京大学 in Rome"
    assert matched_terms("does inducing cells in cafes", text) == ["Induced", "CELL", "café"]
    assert matched_terms("大学", text) == ["大学"]
    assert matched_terms("absent", text) == []


def test_bm25_by_hand():
    corpus = Corpus(documents=2, tokens=6)
    weights = corpus.weights([1])
    # ln(1 + (2 - 1 + .5) / (1 + .5)), and a text of average length that holds the word once
    assert weights[0] == pytest.approx(0.6931472)
    assert corpus.scores(weights, [[1]], [3])[0] == pytest.approx(0.6931472)
    assert corpus.scores(weights, [[30]], [3])[0] < corpus.bound(weights)
