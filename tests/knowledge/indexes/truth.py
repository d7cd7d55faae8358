"""A knowledge base in lists: what every index must agree with."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

DIMENSION = 16
WORDS = [
    "cell", "protein", "gene", "mouse", "trial", "risk", "drug", "tumour",
    "blood", "brain", "heart", "virus", "dose", "bone", "liver", "age",
]  # fmt: skip


class Truth:
    """A `VectorSource` that is its own truth; rows are (id, revision, vector, text)."""

    def __init__(self, dimension=DIMENSION, *, seed=0, database=None):
        self.base_id, self.generation, self.fingerprint = "base", 1, "sha256:embedder"
        self.dimension = dimension
        self.database = database or SimpleNamespace(embedded=True)
        self.random = np.random.default_rng(seed)
        self.now = 0
        self.rows = {}
        self.gone = []
        self.next = 1

    def revision(self):
        return self.now

    def count(self):
        return len(self.rows)

    def vectors(self, after, upto, batch=7):
        rows = self._between(after, upto)
        for start in range(0, len(rows), max(batch, len(rows) // 20)):
            part = rows[start : start + max(batch, len(rows) // 20)]
            yield np.array([row[1] for row in part], np.int64), np.array([row[2] for row in part], np.float16)

    def texts(self, after, upto, batch=7):
        rows = self._between(after, upto)
        for start in range(0, len(rows), max(batch, len(rows) // 20)):
            yield [(row[1], row[3]) for row in rows[start : start + max(batch, len(rows) // 20)]]

    def removed(self, after, upto):
        return np.array([number for revision, number in self.gone if after < revision <= upto], np.int64)

    def add(self, count=1, *, vectors=None, texts=None):
        """Add chunks in one change and return their ids."""
        self.now += 1
        vectors = self.random_vectors(count) if vectors is None else vectors
        texts = texts or [" ".join(self.random.choice(WORDS, 8)) for _ in range(len(vectors))]
        ids = list(range(self.next, self.next + len(vectors)))
        self.next += len(vectors)
        for number, vector, text in zip(ids, vectors, texts, strict=True):
            self.rows[number] = (self.now, number, np.asarray(vector, np.float16), text)
        return ids

    def remove(self, ids):
        """Remove chunks in one change."""
        self.now += 1
        for number in ids:
            del self.rows[number]
            self.gone.append((self.now, number))

    def put_back(self):
        """Follow up on rows and revision having been set back; a list needs nothing."""

    def random_vectors(self, count):
        drawn = self.random.standard_normal((count, self.dimension))
        return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)

    def query(self):
        return self.random_vectors(1)[0].astype(np.float32)

    def nearest(self, query, limit, allowed=None):
        """Answer by brute force."""
        ids = np.array(sorted(self.rows), np.int64)
        if allowed is not None:
            ids = ids[np.isin(ids, allowed)]
        if not len(ids):
            return ids, np.empty(0, np.float32)
        cosines = np.array([self.rows[number][2] for number in ids], np.float32) @ query
        order = np.lexsort((ids, -cosines))[:limit]
        return ids[order], cosines[order]

    def _between(self, after, upto):
        return sorted((row for row in self.rows.values() if after < row[0] <= upto), key=lambda row: row[:2])


def agrees(index, truth, *, limit=5, allowed=None, query=None):
    """Assert that an index answers as brute force does, ties aside."""
    query = truth.query() if query is None else query
    ids, cosines = index.search(query, limit, allowed)
    wanted, expected = truth.nearest(query, limit, allowed)
    assert ids.dtype == np.int64 and cosines.dtype == np.float32
    assert len(ids) == len(wanted)
    np.testing.assert_allclose(cosines, expected, atol=1e-5)
    assert len(set(ids.tolist())) == len(ids)
    for number, cosine in zip(ids.tolist(), cosines, strict=True):
        assert abs(truth.rows[number][2].astype(np.float32) @ query - cosine) < 1e-5
        assert allowed is None or number in allowed
