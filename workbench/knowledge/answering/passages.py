"""The passages that an answer may rest on, checked against their files, and how they are put to a model."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import NotFound
from workbench.knowledge.document import Document
from workbench.knowledge.results import Hit

if TYPE_CHECKING:
    from workbench.storage.models import KnowledgeBase
    from workbench.studio import Studio

__all__ = ["Grounds", "Passage", "checked", "delimited", "fitting", "passages_for", "tokens_of"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with the text that it is a stretch of.

    Attributes
    ----------
    number : int
        By which it is cited, from 1.
    hit : Hit
        As the search found it.
    document : Document
        Its file's text: ``document.text[hit.start:hit.end]`` is the content, secrets and all.
    digest : str
        Of the file.
    """

    number: int
    hit: Hit
    document: Document
    digest: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a model is given to answer from.

    Attributes
    ----------
    question : str
        What was asked.
    passages : tuple of Passage
        The best first.
    enough : bool
        Whether they are taken to answer the question; see `workbench.knowledge.answering.gate`.
    run_id : str or None
        The Run of the search.
    """

    question: str
    passages: tuple[Passage, ...]
    enough: bool
    run_id: str | None

    def prompt(self) -> str:
        """Return the passages, numbered, between marks that no document can foresee."""
        return delimited(self.question, self.passages)


def passages_for(
    studio: Studio,
    knowledge_base: KnowledgeBase | str,
    question: str,
    budget_tokens: int,
    *,
    limit: int = 8,
    user_id: str | None = None,
    filters: Mapping[str, Any] | None = None,
) -> Grounds:
    """Return what a conversation may be given to answer a question from.

    Parameters
    ----------
    studio : Studio
        Whose base it is.
    knowledge_base : KnowledgeBase or str
        Which.
    question : str
        What is asked.
    budget_tokens : int
        Most tokens that the passages may take in the prompt, estimated at two bytes each; the best
        one is always given.
    limit : int
        Most passages.
    user_id : str, optional
        Whose base it must be.
    filters : mapping, optional
        See `workbench.knowledge.filters.checked_filters`.
    """
    from workbench.knowledge.answering.reading import read

    base = studio.vectors.bases.get(knowledge_base, user_id)
    found = studio.vectors.search(base, question, limit, 0, filters=filters, user_id=user_id)
    passages, _ = checked(studio, base.user_id, found.hits)
    if not passages:
        return Grounds(question, (), enough=False, run_id=found.run_id)
    enough = read(studio.vectors.bases.embedder(base), question, passages).evidence.enough
    return Grounds(question, fitting(question, passages, budget_tokens), enough, found.run_id)


def checked(studio: Studio, user_id: str, hits: Sequence[Hit]) -> tuple[tuple[Passage, ...], list[str]]:
    """Return the passages that stand in their files as found, and a sentence on each that does not."""
    passages: list[Passage] = []
    missing: list[str] = []
    for hit in hits:
        try:
            document = studio.files.document(hit.file_id, user_id)
            (named,) = studio.files.named([hit.file_id], user_id)
        except NotFound:
            missing.append(f"{hit.citation} was left out: its file is gone.")
            continue
        # A Run holds no secret, so that a passage which has one comes without it.
        if studio.redactor.text(document.text[hit.start : hit.end]) != hit.content:
            missing.append(f"{hit.citation} was left out: the passage is not in the file's text.")
            continue
        passages.append(Passage(len(passages) + 1, hit, document, named["digest"]))
    return tuple(passages), missing


def fitting(question: str, passages: tuple[Passage, ...], budget_tokens: int) -> tuple[Passage, ...]:
    """Return the best passages that fit, at least one."""
    for count in range(len(passages), 1, -1):
        if tokens_of(delimited(question, passages[:count])) <= budget_tokens:
            return passages[:count]
    return passages[:1]


def tokens_of(text: str) -> int:
    """Return more tokens than a text can reasonably have, as the chat service estimates them."""
    return len(text.encode()) // 2 + 1


def delimited(question: str, passages: Sequence[Passage]) -> str:
    """Return the passages between marks whose name a document cannot know before the question is put."""
    seed = "\0".join([question, *(passage.hit.content for passage in passages)])
    mark = "passage-" + hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:8]
    return "\n".join(
        f"<{mark} number={passage.number} from={_named(passage.hit)}>\n{passage.hit.content}\n</{mark}>"
        for passage in passages
    )


def _named(hit: Hit) -> str:
    place = hit.citation + (f", {hit.heading}" if hit.heading else "")
    return f'"{html.escape(" ".join(place.split()))}"'
