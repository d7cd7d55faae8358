"""How often absent subjects are refused and present ones answered, with the default settings and no model.

    python -m benchmarks.refusal [questions of each set, 100 by default]

XQuAD (Artetxe et al. 2020) is put in by whole articles: the questions of the others are absent. SciFact's
claims (Wadden et al. 2020) are absent from XQuAD and the sample documents, and XQuAD's questions from
SciFact (both: see ``benchmarks/corpora.py``). The sample questions come with the repository; the
near ones ask for what the documents' own subjects leave open.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.corpora import SCIFACT, XQUAD, need, rows, xquad
from benchmarks.report import tell
from workbench.settings import load_settings
from workbench.studio import Studio

SAMPLES = Path(__file__).parents[1] / "data"
ARTICLES = 24
ABSTRACTS = 300
Asked = list[tuple[str, str | None]]
"""Questions, with the words that answer them where these are known."""


def main(most: int) -> None:
    """Measure every set and tell the rates."""
    need(SCIFACT, XQUAD)
    dice = random.Random(5)
    inside, outside, articles = _xquad(dice)
    claims, abstracts = _scifact(dice)
    samples = _samples()
    told = []
    with tempfile.TemporaryDirectory() as home:
        studio = Studio(load_settings(workbench_home=home))
        base = _base(studio, "articles", articles)
        told += [
            _row(studio, base, "XQuAD, article in the base", _some(inside, most, dice), present=True),
            _row(studio, base, "XQuAD, article left out", _some(outside, most, dice), present=False),
            _row(studio, base, "SciFact's claims on XQuAD", _some(claims, most, dice), present=False),
        ]
        base = _base(studio, "abstracts", abstracts)
        told += [
            _row(
                studio,
                base,
                "SciFact's claims, abstract in the base",
                _some(claims, most, dice),
                present=True,
            ),
            _row(studio, base, "XQuAD's questions on SciFact", _some(inside, most, dice), present=False),
        ]
        base = studio.files.create_knowledge_base(studio.user_id, "samples")
        studio.vectors.add_files(base, [path for kind in ("documents", "texts") for path in _files(kind)])
        told += [
            _row(
                studio, base, "sample questions, present", _some(samples["present"], most, dice), present=True
            ),
            _row(studio, base, "sample questions, absent", samples["absent"], present=False),
            _row(studio, base, "sample questions, absent but near", samples["near"], present=False),
            _row(studio, base, "XQuAD's questions on the samples", _some(inside, most, dice), present=False),
            _row(studio, base, "SciFact's claims on the samples", _some(claims, most, dice), present=False),
        ]
        studio.close()
    tell("refusal", "Absent subjects refused, present ones answered", told)


def _row(studio: Studio, base: str, what: str, asked: Asked, *, present: bool) -> dict[str, Any]:
    refused, quoted, began = 0, 0, time.perf_counter()
    for question, words in asked:
        answer = studio.vectors.ask(base, question, model="none")
        refused += answer.refused
        quoted += words is not None and any(words in citation.quote for citation in answer.citations)
    known = sum(words is not None for _, words in asked) if present else 0
    print(f"{what}: {refused} of {len(asked)} refused", file=sys.stderr, flush=True)
    return {
        "what": what,
        "questions": len(asked),
        "right": (len(asked) - refused if present else refused) / len(asked),
        "answer in the quotes": quoted / known if known else "",
        "s a question": (time.perf_counter() - began) / len(asked),
    }


def _base(studio: Studio, name: str, texts: list[tuple[str, str]]) -> str:
    base = studio.files.create_knowledge_base(studio.user_id, name)
    studio.vectors.add_texts(base, texts)
    return base


def _some(asked: Asked, most: int, dice: random.Random) -> Asked:
    return dice.sample(asked, min(most, len(asked)))


def _files(kind: str) -> list[Path]:
    return sorted((SAMPLES / kind).iterdir())


def _xquad(dice: random.Random) -> tuple[Asked, Asked, list[tuple[str, str]]]:
    articles = xquad()
    dice.shuffle(articles)

    def questions(some: list[Any]) -> Asked:
        found = (answer for article in some for part in article["paragraphs"] for answer in part["qas"])
        return [(one["question"], one["answers"][0]["text"]) for one in found]

    texts = [
        (article["title"], "\n\n".join(part["context"] for part in article["paragraphs"]))
        for article in articles[:ARTICLES]
    ]
    return questions(articles[:ARTICLES]), questions(articles[ARTICLES:]), texts


def _scifact(dice: random.Random) -> tuple[Asked, list[tuple[str, str]]]:
    claims = {row["id"]: row["text"] for row in rows(SCIFACT / "queries.jsonl")}
    abstracts = {row["id"]: row for row in rows(SCIFACT / "docs.jsonl")}
    pairs = [line.split("\t")[:2] for line in (SCIFACT / "qrels.tsv").read_text().splitlines()[1:]]
    dice.shuffle(pairs)
    kept = dict.fromkeys(abstract for _, abstract in pairs[:ABSTRACTS])
    asked: Asked = [(claims[claim], None) for claim in dict.fromkeys(claim for claim, _ in pairs[:ABSTRACTS])]
    return asked, [(abstracts[name]["title"] or name, abstracts[name]["text"]) for name in kept]


def _samples() -> dict[str, Asked]:
    asked = rows(SAMPLES / "questions.jsonl")
    return {
        "present": [(row["question"], row["answer"]) for row in asked if row["answer"] is not None],
        "near": [(row["question"], None) for row in asked if row["answer"] is None and row["near"]],
        "absent": [(row["question"], None) for row in asked if row["answer"] is None and not row["near"]],
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
