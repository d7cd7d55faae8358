"""One search: candidates by meaning and by words, fused, folded and cut at the threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.embedders import Embedder
from workbench.errors import BadInput
from workbench.knowledge.document import Document
from workbench.knowledge.documents import read_documents
from workbench.knowledge.engine import Engine
from workbench.knowledge.filters import allowed_chunks, checked_filters
from workbench.knowledge.indexes.lexical import matched_terms
from workbench.knowledge.ranking import CANDIDATES, fold, fuse, lift, score_of
from workbench.knowledge.words import content_terms
from workbench.storage.models import KnowledgeBase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FLOOR", "RANKING", "Query", "checked_query", "find"]

RANKING = "2"
"""Version of the ranking; another one gives other results for the same passages."""
FLOOR = 0.40
MOST = 1000
KEYWORDS = 3
"""Words of a query up to which a passage that has them all is taken to be to the point."""
SHORT = 3
"""Passages of a file that is shown as one result."""
_READ_FOR_ONE = 4
"""Passages looked at for each one shown, for some of them repeat others or belong to one short file."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for.

    Attributes
    ----------
    text : str
        Words or a question.
    limit : int
        Most passages, 1 to 1000.
    threshold : float
        Least score, 0 to 1.
    filters : dict
        See `checked_filters`.
    """

    text: str
    limit: int
    threshold: float
    filters: dict[str, list[Any]]

    def inputs(self) -> dict[str, Any]:
        """Return what decides the result, as JSON values."""
        return {"query": self.text, "limit": self.limit, "threshold": self.threshold, "filters": self.filters}


def checked_query(text: str, limit: int, threshold: float, filters: Mapping[str, Any] | None) -> Query:
    """Return the query, or say what is wrong with it.

    Raises
    ------
    BadInput
        An empty query, a limit or a threshold out of range, filters of a wrong form.
    """
    if not isinstance(text, str) or not text.strip():
        raise BadInput("The query is empty; expected words or a question.", details={"field": "query"})
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MOST:
        raise BadInput(
            f"limit is {limit!r}; expected a whole number from 1 to {MOST}.", details={"field": "limit"}
        )
    if not isinstance(threshold, int | float) or isinstance(threshold, bool) or not 0 <= threshold <= 1:
        raise BadInput(
            f"similarity_threshold is {threshold!r}; expected a number from 0, which cuts nothing, to 1.",
            details={"field": "similarity_threshold"},
        )
    return Query(text.strip(), limit, float(threshold), checked_filters(filters))


def find(engine: Engine, base: KnowledgeBase, embedder: Embedder, query: Query) -> list[dict[str, Any]]:
    """Return the passages as dicts; see `workbench.knowledge.results.Hit`."""
    engine.refresh()
    vector = embedder.embed([query.text], role="query")[0]
    allowed = allowed_chunks(engine.source.database, base, query.filters)
    ids, cosine, bm25 = engine.candidates(vector, query.text, allowed, max(CANDIDATES, query.limit))
    evidence = _lifted(engine, query, ids, fuse(cosine, bm25), bm25)
    # equal ones by identifier, which ascends already
    order = (-evidence).argsort(kind="stable")
    best = [int(index) for index in order[: query.limit * _READ_FOR_ONE]]
    rows = engine.read([int(ids[index]) for index in best])
    found = [
        _Found(rows[int(ids[index])], float(cosine[index]), float(bm25[index]), float(evidence[index]))
        for index in best
        if int(ids[index]) in rows
    ]
    found = [passage for passage in found if passage.score >= query.threshold]
    groups = _grouped(found)[: query.limit]
    texts = _texts(engine, groups)
    return [_hit(group, query, texts) for group in groups]


def _lifted(
    engine: Engine,
    query: Query,
    ids: NDArray[np.int64],
    evidence: NDArray[np.float64],
    bm25: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Raise the passages that have every word of a query of a few words."""
    import numpy as np

    wanted = content_terms(query.text)
    if not 1 <= len(wanted) <= KEYWORDS:
        return evidence
    rows = engine.read(ids[bm25 > 0].tolist())
    full = [
        number
        for number, row in rows.items()
        if wanted <= content_terms(f"{row.filename}\n{row.heading}\n{row.content}")
    ]
    identifier = any(character.isdigit() for character in query.text)
    return lift(evidence, np.isin(ids, full), FLOOR, identifier=identifier)


@dataclass(frozen=True, slots=True)
class _Found:
    row: Any
    cosine: float
    bm25: float
    evidence: float

    @property
    def score(self) -> float:
        return round(score_of(self.evidence, FLOOR), 4)


@dataclass(slots=True)
class _Group:
    """What is shown as one result: the best passage, its neighbours in a short file, its repetitions."""

    best: _Found
    neighbours: list[_Found]
    repeats: list[_Found]

    @property
    def start(self) -> int:
        start: int = min(passage.row.start for passage in (self.best, *self.neighbours))
        return start

    @property
    def end(self) -> int:
        end: int = max(passage.row.end for passage in (self.best, *self.neighbours))
        return end


def _grouped(found: list[_Found]) -> list[_Group]:
    """Fold repetitions, and put the found passages of a short file together, for it is read at a glance."""
    groups: list[_Group] = []
    shown_in: dict[int, _Group] = {}
    short: dict[tuple[str, int | None], _Group] = {}
    for place, first in enumerate(fold([passage.row for passage in found])):
        passage = found[place]
        file = (passage.row.file_id, passage.row.page)
        if first != place:
            shown_in[first].repeats.append(passage)
        elif file in short:
            shown_in[place] = short[file]
            short[file].neighbours.append(passage)
        else:
            shown_in[place] = _Group(passage, [], [])
            groups.append(shown_in[place])
            if passage.row.passages <= SHORT:
                short[file] = shown_in[place]
    return groups


def _texts(engine: Engine, groups: list[_Group]) -> dict[str, Document]:
    """Read the files of which more than a passage is shown."""
    wanted = {group.best.row.document for group in groups if group.neighbours}
    return read_documents(engine.source.database, wanted)


def _hit(group: _Group, query: Query, texts: Mapping[str, Document]) -> dict[str, Any]:
    best, row = group.best, group.best.row
    content = row.content
    if group.neighbours:
        content = texts[row.document].text[group.start : group.end]
    return {
        "content": content,
        "score": best.score,
        **_place(best),
        "start": group.start,
        "end": group.end,
        "heading": row.heading,
        "citation": row.filename + (f", p. {row.page}" if row.page is not None else ""),
        "why": {
            "cosine": round(best.cosine, 4),
            "bm25": round(best.bm25, 4),
            "evidence": round(best.evidence, 4),
            "terms": _telling(matched_terms(query.text, content)),
        },
        "duplicates": [_place(repeat) for repeat in group.repeats],
    }


def _telling(words: list[str]) -> list[str]:
    """Leave out what every text has, unless there is nothing else."""
    return [word for word in words if content_terms(word)] or words


def _place(passage: _Found) -> dict[str, Any]:
    row = passage.row
    return {
        "file_id": row.file_id, "filename": row.filename, "chunk_id": row.id,
        "start": row.start, "end": row.end, "page": row.page,
    }  # fmt: skip
