"""Questions whose answers are known, as they lie in files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import BadInput
from workbench.runs.canonical import canonical, sha256

__all__ = ["EvaluationSet", "Question"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question and what answers it.

    Attributes
    ----------
    id : str
        Unique in its set.
    text : str
        As a person asks it.
    judgements : mapping
        Document to grade; empty where no document answers it. Documents are named as search results
        name them, by ``filename``.
    answer : str or None
        The words that answer it, as they stand in the one relevant document, once.
    page : int or None
        Where they stand, in formats with pages.
    near : bool or None
        Of a question that nothing answers: whether it is about the same field.
    """

    id: str
    text: str
    judgements: Mapping[str, float] = field(default_factory=dict)
    answer: str | None = None
    page: int | None = None
    near: bool | None = None

    @property
    def absent(self) -> bool:
        """Whether no document answers it."""
        return not self.judgements


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Questions with known answers, and the documents that they are about.

    Attributes
    ----------
    name : str
        For people.
    questions : tuple of Question
        In the order of their file.
    texts : tuple of (str, str)
        Identifier and text of each document, where the set carries them.
    files : tuple of Path
        The documents, where they are files.
    """

    name: str
    questions: tuple[Question, ...]
    texts: tuple[tuple[str, str], ...] = ()
    files: tuple[Path, ...] = ()

    @property
    def present(self) -> tuple[Question, ...]:
        """The questions that a document answers."""
        return tuple(question for question in self.questions if not question.absent)

    @property
    def absent(self) -> tuple[Question, ...]:
        """The questions that nothing answers."""
        return tuple(question for question in self.questions if question.absent)

    @property
    def digest(self) -> str:
        """SHA-256 over the questions and their answers."""
        rows = [[one.id, one.text, dict(one.judgements), one.answer] for one in self.questions]
        return sha256(canonical(rows))

    @classmethod
    def load(cls, path: str | Path, name: str | None = None) -> EvaluationSet:
        """Read a set.

        Parameters
        ----------
        path : str or Path
            A file of one question a line, ``{"id", "question", "file", "answer", "page"}``: ``file`` is
            relative to the file's folder, ``answer`` stands in it once, and is ``null`` where nothing answers
            the question. Or a folder as BEIR lays it out: ``corpus.jsonl`` or ``docs.jsonl``,
            ``queries.jsonl``, and ``qrels.tsv`` or ``qrels/test.tsv``; only judged queries are kept, as BEIR
            does.
        name : str, optional
            By default that of the file or folder.

        Raises
        ------
        BadInput
            There is no such file, or a line of it is not as it should be.
        """
        place = Path(path)
        if place.is_dir():
            return _load_folder(cls, place, name or place.resolve().name)
        return _load_questions(cls, place, name or place.stem)


def _load_questions(cls: type[EvaluationSet], path: Path, name: str) -> EvaluationSet:
    questions, files = [], {}
    for item in _lines(path, ("id", "question")):
        file, answer = item.get("file"), item.get("answer")
        judged = {}
        if file is not None and answer is not None:
            files[file] = path.parent / file
            judged = {Path(file).name: 1.0}
        questions.append(
            Question(str(item["id"]), item["question"], judged, answer, item.get("page"), item.get("near"))
        )
    return cls(name, tuple(questions), files=tuple(files.values()))


def _load_folder(cls: type[EvaluationSet], folder: Path, name: str) -> EvaluationSet:
    judgements = _judgements(_first(folder, "qrels.tsv", "qrels/test.tsv"))
    asked = ((_id(item), item["text"]) for item in _lines(_first(folder, "queries.jsonl"), ("text",)))
    questions = tuple(Question(key, text, judgements[key]) for key, text in asked if key in judgements)
    corpus = _lines(_first(folder, "docs.jsonl", "corpus.jsonl"), ("text",))
    texts = tuple((_id(item), " ".join(filter(None, (item.get("title"), item["text"])))) for item in corpus)
    return cls(name, questions, texts=texts)


def _judgements(path: Path) -> dict[str, dict[str, float]]:
    """Read query, document and grade; a first line whose grade is no number is a heading."""
    found: dict[str, dict[str, float]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split("\t")
        try:
            query, document, grade = parts[0], parts[1], float(parts[-1])
        except (IndexError, ValueError):
            if number == 1:
                continue
            raise BadInput(
                f"Line {number} of {path.name} is {line!r:.80}; expected query, document, grade."
            ) from None
        if grade > 0:
            found.setdefault(query, {})[document] = grade
    return found


def _lines(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise BadInput(f"There is no file {path}.", "Give a folder in BEIR's layout or a file of questions.")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except ValueError:
            item = None
        if not isinstance(item, dict) or any(name not in item for name in needed):
            raise BadInput(f"Line {number} of {path.name} is no JSON object with {' and '.join(needed)}.")
        yield item


def _first(folder: Path, *names: str) -> Path:
    return next((folder / name for name in names if (folder / name).is_file()), folder / names[0])


def _id(item: dict[str, Any]) -> str:
    return str(item.get("_id", item.get("id")))
