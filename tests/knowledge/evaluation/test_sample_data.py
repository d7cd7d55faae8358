"""The documents that ship, and the questions about them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from workbench.knowledge.evaluation import EvaluationSet
from workbench.knowledge.parsing import parse_file

DATA = Path(__file__).parents[3] / "data"
SET = EvaluationSet.load(DATA / "questions.jsonl")


def test_there_are_enough_questions_of_every_kind() -> None:
    assert len(SET.present) >= 70
    assert len(SET.absent) >= 30
    assert len({one.id for one in SET.questions}) == len(SET.questions)
    assert len({one.text for one in SET.questions}) == len(SET.questions)
    near = Counter(one.near for one in SET.absent)
    assert near[True] == near[False]


def test_every_format_is_asked_about_and_the_files_are_small() -> None:
    documents = set((DATA / "documents").iterdir())
    assert documents <= set(SET.files)
    kinds = {path.suffix for path in documents}
    assert kinds == {
        ".pdf",
        ".docx",
        ".pptx",
        ".xlsx",
        ".csv",
        ".html",
        ".md",
        ".ipynb",
        ".py",
        ".eml",
        ".txt",
    }
    assert sum(path.stat().st_size for path in documents) < 400_000
    readme = (DATA / "README.md").read_text()
    assert [path.name for path in documents if path.name not in readme] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", SET.files, ids=lambda path: path.name)
def test_each_answer_stands_in_its_file_once_and_on_its_page(path: Path) -> None:
    document = parse_file(path, path.name).document
    wrong = {}
    for question in SET.present:
        if path.name not in question.judgements:
            continue
        answer = question.answer or ""
        page = document.page_at(document.text.find(answer))
        found = document.text.count(answer), page.number if page else None
        if found != (1, question.page):
            wrong[question.id] = found
    assert wrong == {}
