"""Searching a hundred thousand and a million chunks: latency, recall, memory, opening, adding.

``python -m benchmarks.search [CHUNKS ...]``. Vectors are 384 wide and lie in clusters; texts are
recombined sentences. The whole path without embedding the query and without reading the passages: 100
near chunks, 100 by words, exact cosines for all of them, fused.
"""

from __future__ import annotations

import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil

from benchmarks.corpora import ROOT, SCIFACT
from benchmarks.corpora import rows as lines
from benchmarks.report import tell
from workbench.knowledge.indexes import open_index, open_lexical
from workbench.knowledge.ranking import CANDIDATES, DENSE_WEIGHT
from workbench.settings import load_settings

SIZES = (100_000, 1_000_000)
DIMENSION = 384
CLUSTERS = 2_000
BATCH = 5_000
QUERIES = 100
ADDED = 100


class Corpus:
    """Chunks that need no database: the first revision has ``count`` of them."""

    def __init__(self, count: int) -> None:
        self.base_id, self.generation, self.fingerprint = "bench", 1, f"synthetic-{count}"
        self.dimension = DIMENSION
        self.database: Any = SimpleNamespace(embedded=True)
        self.sentences = sentences()
        drawn = np.random.default_rng(0)
        self.centres = drawn.standard_normal((CLUSTERS, DIMENSION)).astype(np.float32)
        self.matrix = np.empty((count + ADDED, DIMENSION), np.float16)
        for start in range(0, count + ADDED, BATCH):
            self.matrix[start : start + BATCH] = self.draw(drawn, min(BATCH, count + ADDED - start))
        self.first, self.now = count, 1
        self.dead = np.empty(0, np.int64)

    def draw(self, drawn: np.random.Generator, count: int) -> Any:
        noise = drawn.standard_normal((count, DIMENSION)).astype(np.float32)
        vectors = self.centres[drawn.integers(0, CLUSTERS, count)] + 0.9 * noise
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def revision(self) -> int:
        return self.now

    def count(self) -> int:
        return self.first + (ADDED if self.now > 1 else 0) - len(self.dead)

    def rows(self, after: int, upto: int) -> Iterator[range]:
        start = 0 if after < 1 else self.first
        stop = self.first if upto < 2 else self.first + ADDED
        for at in range(start, stop if after < 2 else start, BATCH):
            yield range(at, min(at + BATCH, stop))

    def vectors(self, after: int, upto: int) -> Iterator[tuple[Any, Any]]:
        for rows in self.rows(after, upto):
            yield np.arange(rows.start, rows.stop), self.matrix[rows.start : rows.stop]

    def texts(self, after: int, upto: int) -> Iterator[list[tuple[int, str]]]:
        for rows in self.rows(after, upto):
            yield [(row, self.text(row)) for row in rows]

    def text(self, row: int) -> str:
        return " ".join(random.Random(row).choices(self.sentences, k=5))

    def removed(self, after: int, upto: int) -> Any:
        return self.dead if after < 3 <= upto else self.dead[:0]

    def exact(self, query: Any, limit: int) -> set[int]:
        scores = np.concatenate([
            self.matrix[at : at + BATCH].astype(np.float32) @ query for at in range(0, self.first, BATCH)
        ])  # fmt: skip
        return set(np.argsort(-scores[: self.first])[:limit].tolist())


def sentences() -> list[str]:
    """SciFact's where they lie beside the project, else those of the project's documentation."""
    if SCIFACT.is_dir():
        texts = [row["text"] for row in lines(SCIFACT / "docs.jsonl")]
    else:
        texts = [path.read_text() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]]
    return [part for text in texts for part in re.split(r"(?<=[.!?])\s+", text) if len(part.split()) > 4]


def questions() -> list[str]:
    """SciFact's claims, else single sentences."""
    if SCIFACT.is_dir():
        return [row["text"] for row in lines(SCIFACT / "queries.jsonl")][:QUERIES]
    return random.Random(1).choices(sentences(), k=QUERIES)


def timed(call: Callable[[], Any]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def median_ms(call: Callable[[int], Any]) -> float:
    return 1e3 * statistics.median(timed(lambda number=number: call(number)) for number in range(QUERIES))


def fused(index: Any, words: Any, vector: Any, question: str) -> Any:
    """Rank as a search of the product does."""
    near, found = index.search(vector, CANDIDATES)[0], words.search(question, CANDIDATES)
    every = np.union1d(near, found[0])
    ids, cosine = index.search(vector, len(every), every)
    order = np.argsort(found[0])
    bm25 = np.zeros(len(ids), np.float32)
    known = np.isin(ids, found[0])
    bm25[known] = found[1][order][np.searchsorted(found[0][order], ids[known])]
    return ids[np.argsort(-(DENSE_WEIGHT * scaled(cosine) + (1 - DENSE_WEIGHT) * scaled(bm25)))][:10]


def scaled(values: Any) -> Any:
    spread = values.max() - values.min() if len(values) else 0
    return (values - values.min()) / spread if spread else values


def measure(count: int, folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def say(what: str, value: float, unit: str, bar: str = "") -> None:
        rows.append({"what": f"{count:,}: {what}", "value": value, "unit": unit, "bar": bar})

    corpus, settings = Corpus(count), load_settings()
    drawn, asked = np.random.default_rng(1), questions()
    vectors = corpus.draw(drawn, QUERIES)
    before = psutil.Process().memory_info().rss
    index, words = open_index(corpus, folder, settings), open_lexical(corpus, folder, settings)
    say("reading the vectors", timed(index.refresh), "s")
    say("building the graph in the background", timed(index.settle), "s")
    say("building the index of words", timed(words.refresh), "s")
    index.close()
    words.close()
    index, words = open_index(corpus, folder, settings), open_lexical(corpus, folder, settings)
    opening = timed(index.refresh), timed(words.refresh)
    say("opening the vectors, sha256 checked", opening[0], "s")
    say("opening the words, sha256 checked", opening[1], "s")
    say("opening", sum(opening), "s", "< 3 at 1,000,000")
    say("near chunks", median_ms(lambda n: index.search(vectors[n], CANDIDATES)), "ms")
    say("chunks by words", median_ms(lambda n: words.search(asked[n % len(asked)], CANDIDATES)), "ms")
    whole = median_ms(lambda n: fused(index, words, vectors[n], asked[n % len(asked)]))
    say("hybrid, whole path", whole, "ms", "< 20 at 100,000, < 30 at 1,000,000")
    hits = [len(set(index.search(v, 10)[0].tolist()) & corpus.exact(v, 10)) for v in vectors]
    say("dense recall@10", sum(hits) / 10 / QUERIES, "", ">= .97")
    some = np.sort(drawn.choice(count, count // 20, replace=False))
    say("near chunks, 5% allowed", median_ms(lambda n: index.search(vectors[n], CANDIDATES, some)), "ms")
    say("words, 5% allowed", median_ms(lambda n: words.search(asked[n % len(asked)], CANDIDATES, some)), "ms")
    corpus.now = 2
    added = timed(index.refresh), timed(words.refresh)
    say("adding 100: vectors", added[0], "s")
    say("adding 100: words", added[1], "s")
    say("adding 100", sum(added), "s", "< 1")
    corpus.now, corpus.dead = 3, np.arange(0, count, count // ADDED)
    say("removing 100", timed(index.refresh) + timed(words.refresh), "s")
    say("vectors in memory", index.memory_bytes() / 1e6, "MB")
    say("process's memory beside the source", (psutil.Process().memory_info().rss - before) / 1e6, "MB")
    files = [path for path in folder.rglob("*") if path.is_file()]
    graph = sum(path.stat().st_size for path in files if path.name.startswith("graph"))
    say("files of the graph", graph / 1e6, "MB")
    say("files of the words", sum(path.stat().st_size for path in files) / 1e6 - graph / 1e6, "MB")
    index.close()
    words.close()
    return rows


def main() -> None:
    rows = []
    for count in [int(given) for given in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            rows += measure(count, Path(folder))
    tell("search", "Searching a knowledge base", rows)


if __name__ == "__main__":
    main()
