"""Evaluation sets as they lie in files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.errors import BadInput
from workbench.knowledge.evaluation import EvaluationSet, Question


def write(path: Path, rows: list[dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_questions_with_answers_and_without(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "question": "How high?", "file": "papers/one.pdf", "answer": "41 m", "page": 3},
        {"id": "b", "question": "How wide?", "file": None, "answer": None, "near": True},
        {"id": "c", "question": "How deep?", "file": "papers/one.pdf", "answer": "9 m"},
    ]
    found = EvaluationSet.load(write(tmp_path / "lake.jsonl", rows))
    assert found.name == "lake"
    assert found.questions[0] == Question("a", "How high?", {"one.pdf": 1.0}, "41 m", 3)
    assert [one.id for one in found.present] == ["a", "c"]
    assert [(one.id, one.near) for one in found.absent] == [("b", True)]
    assert found.files == (tmp_path / "papers/one.pdf",)


@pytest.mark.parametrize(
    ("corpus", "key", "judged"),
    [("docs.jsonl", "id", "qrels.tsv"), ("corpus.jsonl", "_id", "qrels/test.tsv")],
)
def test_folders_as_beir_lays_them_out(tmp_path: Path, corpus: str, key: str, judged: str) -> None:
    write(tmp_path / corpus, [{key: "7", "title": "Snow", "text": "It melts."}, {key: "8", "text": "Rain."}])
    write(
        tmp_path / "queries.jsonl", [{key: "q1", "text": "melting"}, {key: "q2", "text": "nobody judged it"}]
    )
    (tmp_path / judged).parent.mkdir(exist_ok=True)
    (tmp_path / judged).write_text("query\tdoc\tscore\nq1\t7\t2\nq1\t8\t0\n")
    found = EvaluationSet.load(tmp_path, "small")
    assert (found.name, found.texts) == ("small", (("7", "Snow It melts."), ("8", "Rain.")))
    assert found.questions == (Question("q1", "melting", {"7": 2.0}),)


def test_the_digest_changes_with_a_question_and_with_nothing_else(tmp_path: Path) -> None:
    row = {"id": "a", "question": "How high?", "file": "one.pdf", "answer": "41 m"}
    first = EvaluationSet.load(write(tmp_path / "a.jsonl", [row]), "one")
    same = EvaluationSet.load(write(tmp_path / "b.jsonl", [row]), "two")
    other = EvaluationSet.load(write(tmp_path / "c.jsonl", [row | {"answer": "42 m"}]), "one")
    assert first.digest == same.digest != other.digest


@pytest.mark.parametrize("line", ["{", '"text"', '{"id": "a"}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"id": "x", "question": "Why?"}\n\n' + line + "\n")
    with pytest.raises(BadInput, match=r"Line 3 of set\.jsonl is no JSON object with id and question"):
        EvaluationSet.load(path)


def test_broken_judgements_are_named(tmp_path: Path) -> None:
    (tmp_path / "qrels.tsv").write_text("query\tdoc\tscore\nq1 7 2\n")
    with pytest.raises(BadInput, match=r"Line 2 of qrels\.tsv is 'q1 7 2'"):
        EvaluationSet.load(tmp_path)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no file"):
        EvaluationSet.load(tmp_path / "none.jsonl")
