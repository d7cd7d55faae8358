"""Passages that hold the answer: recall with the default chunker and ranking, by the size of chunks.

``python -m benchmarks.passages [CHUNK_TOKENS ...]``. Questions with exact answer ranges: XQuAD's English part
(Artetxe et al. 2020), its paragraphs joined to one document an article, with blank lines, on one line,
and eight articles to a document; and the sample questions that come with the repository. A question counts
where the answer's whole range lies in one of the first five passages, or in those that fit together
into 1,000 tokens. XQuAD: see ``benchmarks/corpora.py``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpora import XQUAD, need, xquad
from benchmarks.report import tell
from workbench.embedders import get_embedder
from workbench.knowledge.evaluation import recall_at, recall_within
from workbench.settings import load_settings
from workbench.studio import Studio

SAMPLES = Path(__file__).parents[1] / "data"
DEFAULT = 240
BUDGET = 1_000
DEPTH = 20
LEAST = {"recall@5": 0.90, "recall in 1,000 tokens": 0.885}


@dataclass(frozen=True)
class Asked:
    """A question, and where its answer stands."""

    text: str
    document: str
    start: int
    end: int


Texts = list[tuple[str, str]]


def articles(separator: str, together: int = 1) -> tuple[Texts, list[Asked]]:
    """Return documents of so many articles each, and the questions on them."""
    data = xquad()
    texts, asked = [], []
    for first in range(0, len(data), together):
        title, text = data[first]["title"].replace("_", " "), ""
        for paragraph in (one for article in data[first : first + together] for one in article["paragraphs"]):
            text += separator if text else ""
            for question in paragraph["qas"]:
                answer = question["answers"][0]
                start = len(text) + answer["answer_start"]
                asked.append(Asked(question["question"], title, start, start + len(answer["text"])))
            text += paragraph["context"]
        texts.append((title, text))
    return texts, asked


def samples(studio: Studio, base: str) -> list[Asked]:
    """Add the sample documents and return the questions that they answer."""
    lines = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = [item for item in map(json.loads, lines) if item["answer"]]
    studio.vectors.add_files(base, sorted({SAMPLES / item["file"] for item in wanted}))
    texts = {
        file["filename"]: studio.files.document(file["file_id"], studio.user_id).text
        for file in studio.vectors.files(base)
    }
    asked = []
    for item in wanted:
        name = Path(item["file"]).name
        start = texts[name].index(item["answer"])
        asked.append(Asked(item["question"], name, start, start + len(item["answer"])))
    return asked


def measured(studio: Studio, base: str, asked: Sequence[Asked], what: str) -> dict[str, Any]:
    """Put every question and return the shares found."""
    tokens = get_embedder("minilm", studio.settings).spans
    near = within = 0.0
    for one in asked:
        hits = studio.vectors.search(base, one.text, DEPTH, similarity_threshold=0, record=False).hits
        holds = [
            "answer"
            if hit.filename == one.document and hit.start <= one.start and hit.end >= one.end
            else f"{place}"
            for place, hit in enumerate(hits)
        ]
        near += recall_at(holds, {"answer": 1.0}, 5)
        lengths = [len(tokens(hit.content)) for hit in hits]
        within += recall_within(holds, lengths, {"answer": 1.0}, BUDGET)
    stats = studio.vectors.get_knowledge_base(base)
    return {
        "what": what, "questions": len(asked), "chunks": stats["total_chunks"],
        "recall@5": near / len(asked), "recall in 1,000 tokens": within / len(asked),
    }  # fmt: skip


def main(sizes: Sequence[int]) -> None:
    """Measure every arrangement and every size."""
    need(XQUAD)
    rows = []
    arrangements = {
        "XQuAD, paragraphs": ("\n\n", 1), "XQuAD, one line": (" ", 1), "XQuAD, eight articles": ("\n\n", 8)
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as home:
        studio = Studio(load_settings(workbench_home=home))
        for size in sizes:
            for what, arrangement in arrangements.items():
                base = created(studio, f"{what} {size}", size)
                texts, asked = articles(*arrangement)
                studio.vectors.add_texts(base, texts)
                rows.append(measured(studio, base, asked, f"{what}, {size} tokens"))
            base = created(studio, f"samples {size}", size)
            rows.append(measured(studio, base, samples(studio, base), f"samples, {size} tokens"))
        studio.close()
    tell(
        "passages",
        "Answers within the passages found, MiniLM and BM25",
        [*rows, {"what": "least", "questions": "", "chunks": ""} | LEAST],
    )


def created(studio: Studio, name: str, size: int) -> str:
    """Make a knowledge base with chunks of so many tokens."""
    made: str = studio.files.create_knowledge_base(studio.user_id, name, settings={"chunk_tokens": size})
    return made


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [DEFAULT])
