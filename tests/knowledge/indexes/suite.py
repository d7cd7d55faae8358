"""What every vector index and every lexical index promises, wherever it keeps its rows.

A check takes a truth and a function that opens an index of it; opening again is another process.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.knowledge.indexes.truth import agrees
from workbench.errors import BadInput, Corrupted
from workbench.knowledge.indexes import LexicalIndex, VectorIndex


def refreshed(open_one):
    index = open_one()
    index.refresh()
    return index


def of_nothing(truth, open_one):
    index = open_one()
    assert isinstance(index, VectorIndex)
    assert index.available() is None
    index.refresh()
    ids, cosines = index.search(truth.query(), 5)
    assert len(ids) == len(cosines) == index.count() == 0
    assert index.memory_bytes() >= 0


def of_changes(truth, open_one):
    first = truth.add(30)
    index = refreshed(open_one)
    agrees(index, truth)
    truth.add(50)
    truth.remove(first[::3])
    index.refresh()
    index.settle()
    assert index.count() == truth.count()
    for limit in (1, 5, 40, 500):
        agrees(index, truth, limit=limit)
    truth.remove(list(truth.rows))
    index.refresh()
    agrees(index, truth)


def of_filters(truth, open_one):
    ids = truth.add(90)
    index = refreshed(open_one)
    truth.remove(ids[10:20])
    index.refresh()
    for allowed in ([], ids[:3], ids[5:25], ids[::2], ids, [10**9]):
        agrees(index, truth, allowed=np.array(allowed, np.int64))


def of_ties(truth, open_one):
    vector = truth.random_vectors(1)[0]
    ids = truth.add(vectors=[vector] * 12)
    index = refreshed(open_one)
    found, cosines = index.search(vector.astype(np.float32), 5)
    assert found.tolist() == ids[:5]
    assert len(set(cosines.tolist())) == 1


def of_opening_again(truth, open_one):
    truth.add(60)
    index = refreshed(open_one)
    index.settle()
    index.close()
    truth.remove(truth.add(20)[:5])
    again = refreshed(open_one)
    assert again.count() == truth.count()
    agrees(again, truth)
    agrees(again, truth, limit=200)


def of_two_at_once(truth, open_one):
    truth.add(60)
    one, two = refreshed(open_one), refreshed(open_one)
    for _ in range(4):
        truth.remove(truth.add(20)[:3])
        one.refresh()
        one.settle()
        two.refresh()
        two.settle()
        agrees(one, truth, limit=100)
        agrees(two, truth, limit=100)


def of_a_restored_database(truth, open_one):
    truth.add(30)
    index = refreshed(open_one)
    index.settle()
    before, now = dict(truth.rows), truth.now
    truth.add(30)
    index.refresh()
    index.settle()
    truth.rows, truth.now = before, now
    truth.put_back()
    index.refresh()
    agrees(index, truth, limit=100)
    index.close()
    agrees(refreshed(open_one), truth, limit=100)


def of_damaged_vectors(truth, open_one):
    truth.add(3)
    zero, nothing = np.zeros(truth.dimension), np.full(truth.dimension, np.nan)
    for vector in (zero, nothing):
        (bad,) = truth.add(vectors=[vector])
        with pytest.raises(Corrupted, match=f"chunk {bad} is not of unit length"):
            refreshed(open_one)
        truth.remove([bad])
    agrees(refreshed(open_one), truth)


def of_bad_queries(truth, open_one):
    truth.add(3)
    index = refreshed(open_one)
    with pytest.raises(BadInput, match="the index holds 16 columns"):
        index.search(np.ones(3, np.float32), 5)
    with pytest.raises(BadInput, match="no finite number"):
        index.search(np.full(truth.dimension, np.nan, np.float32), 5)


VECTOR_CHECKS = [
    of_nothing, of_changes, of_filters, of_ties, of_opening_again, of_two_at_once, of_a_restored_database,
    of_damaged_vectors, of_bad_queries,
]  # fmt: skip


def found(index, query, limit=10, allowed=None):
    ids, scores = index.search(query, limit, allowed)
    assert ids.dtype == np.int64 and scores.dtype == np.float32
    assert list(scores) == sorted(scores, reverse=True)
    assert (scores > 0).all()
    return ids.tolist()


def in_nothing(truth, open_one):
    index = open_one()
    assert isinstance(index, LexicalIndex)
    assert found(index, "cell") == []
    index.refresh()
    assert found(index, "cell") == []
    assert index.count() == 0


def in_words(truth, open_one):
    ids = truth.add(
        vectors=truth.random_vectors(6),
        texts=[
            "Inducing cells of the mouse", "The cafés of Über-Straße 12", "北京大学的研究人员",
            "ملف الكتاب الجديد", "p53 and COVID-19, in vitro", "Исследование клеток крови",
        ],
    )  # fmt: skip
    index = refreshed(open_one)
    for query, wanted in {
        "induced CELL?": [ids[0]], "cafe": [ids[1]], "uber": [ids[1]], "大学": [ids[2]], "北京": [ids[2]],
        "الكتاب": [ids[3]], "covid 19": [ids[4]], "P53": [ids[4]], "клеток": [ids[5]], "absent": [],
        "": [], "  ,;": [],
    }.items():  # fmt: skip
        assert found(index, query) == wanted, query


def in_syntax(truth, open_one):
    (number,) = truth.add(vectors=truth.random_vectors(1), texts=["a plain text about foo and id"])
    index = refreshed(open_one)
    for query in (
        "foo AND (",
        '"foo',
        "id:1 foo",
        "foo:bar*^2 ~[a TO b}",
        "foo\\",
        "'; DROP TABLE chunks; foo",
        "\x00foo",
        "{foo}|&!<->",
    ):
        assert found(index, query) == [number], query


def in_changes(truth, open_one):
    first = truth.add(40)
    index = refreshed(open_one)
    truth.add(30)
    truth.remove(first[::4])
    index.refresh()
    assert index.count() == truth.count()
    wanted = sorted(number for number, row in truth.rows.items() if {"cell", "gene"} & set(row[3].split()))
    assert sorted(found(index, "cell genes", 100)) == wanted
    half = np.array(wanted[::2])
    assert sorted(found(index, "cell genes", 100, half)) == half.tolist()
    assert (
        found(index, "cell genes", 2, half)
        == [number for number in found(index, "cell genes", 100) if number in half][:2]
    )
    assert found(index, "cell", 5, np.empty(0, np.int64)) == []
    truth.remove(list(truth.rows))
    index.refresh()
    assert found(index, "cell gene") == []


def in_opening_again(truth, open_one):
    truth.add(40)
    index = refreshed(open_one)
    before = found(index, "brain heart", 100)
    index.close()
    again = refreshed(open_one)
    assert found(again, "brain heart", 100) == before
    truth.add(texts=["brain surgery"], vectors=truth.random_vectors(1))
    third = refreshed(open_one)
    again.refresh()
    assert found(third, "surgery") == found(again, "surgery") == [truth.next - 1]


def in_a_restored_database(truth, open_one):
    truth.add(20)
    index = refreshed(open_one)
    before, now = dict(truth.rows), truth.now
    truth.add(20)
    index.refresh()
    truth.rows, truth.now = before, now
    truth.put_back()
    index.refresh()
    assert set(found(index, "cell protein gene mouse trial risk drug", 100)) <= set(truth.rows)
    assert index.count() == truth.count()


def in_rare_and_common_words(truth, open_one):
    """The highest scores are found whatever the engine leaves out on its way."""
    texts = [("cell " * (i % 5 + 1)) + "word " * (i % 37) + ("gene " if i % 3 else "") for i in range(400)]
    truth.add(vectors=truth.random_vectors(400), texts=[*texts[:-1], "zebra cell gene"])
    index = refreshed(open_one)
    whole = index.search("zebra gene cell", 400)
    part = index.search("zebra gene cell", 7)
    np.testing.assert_allclose(part[1], whole[1][:7], atol=1e-5)
    assert part[0][0] == whole[0][0] == truth.next - 1


LEXICAL_CHECKS = [
    in_nothing, in_words, in_syntax, in_changes, in_opening_again, in_a_restored_database,
    in_rare_and_common_words,
]  # fmt: skip
