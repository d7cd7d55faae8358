"""A question to the open knowledge base, and its answer with the passages that it stands on."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.markdown import LiveMarkdown
from workbench.text import truncate_text
from workbench.widgets.failures import described
from workbench.widgets.knowledge_desk import Desk
from workbench.widgets.turn import Turn
from workbench.wording import amount, money

if TYPE_CHECKING:
    from workbench.knowledge.answering import Answer, Citation

__all__ = ["QUOTES_ONLY", "Answers", "cited_blocks"]

QUOTES_ONLY = {"provider": "none", "model": "none"}
QUOTE = 400
_PARTS = re.compile(r"(<code\b.*?</code>|<[^>]+>)", re.DOTALL)
_MARKER = re.compile(r"\[(\d{1,3})\]")


class Answers:
    """Asks the open base.

    Parameters
    ----------
    desk : Desk
        The panel's shared state.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.question = ""
        self.choice: dict[str, str] = {}
        self.answer: Answer | None = None
        self.error: dict[str, Any] | None = None
        self._turn: Turn | None = None
        self._stopped = False

    # ---- what a reader may do ----

    def ask(self, question: str) -> None:
        """Answer a question from the documents alone; the answer streams."""
        text = question.strip()
        if not text:
            return
        base, user, choice = self.desk.opened(), self.desk.user, dict(self.choice)
        with self.desk.lock:
            if self.busy:
                raise BadInput("An answer is still on its way.", "Stop it first, or wait for its end.")
            self.forget()
            self.question = text
            turn = Turn(base, text, self.desk.studio.redactor.text, self._paint, self._end)
            self._turn = turn

        def pieces() -> Generator[dict[str, Any], None, None]:
            with closing(
                self.desk.studio.vectors.ask_stream(
                    base, text, user_id=user, provider=choice.get("provider"), model=choice.get("model")
                )
            ) as stream:
                for piece in stream:
                    if piece["done"] and self._turn is turn:
                        self.answer = piece["answer"]
                    yield piece

        self.desk.changed("answer")
        turn.start(pieces)

    def stop(self) -> None:
        """Stop the answer."""
        with self.desk.lock:
            if self._turn is None:
                return
            self._turn.stop()
            self._turn, self._stopped = None, True
        self.desk.changed("answer")

    def choose(self, provider: str = "", model: str = "") -> None:
        """Answer with this model from now on; without one, with the default."""
        self.choice = {"provider": str(provider), "model": str(model)} if provider else {}
        self.desk.changed("answer")

    def forget(self) -> None:
        """Put question and answer away."""
        with self.desk.lock:
            if self._turn is not None:
                self._turn.stop()
            self._turn, self._stopped = None, False
            self.question, self.answer, self.error = "", None, None
        self.desk.changed("answer")

    # ---- what to show ----

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way."""
        return self._turn is not None

    def view(self) -> dict[str, Any]:
        """Return question and answer as JSON values; the HTML in them is safe."""
        answer = None if self.busy else self.answer
        return {
            "question": self.question,
            "busy": self.busy,
            "error": self.error,
            "choice": self.choice,
            "refused": bool(answer and answer.refused),
            "blocks": self._blocks(answer),
            "citations": [_citation(each) for each in _once(answer.citations)] if answer else [],
            "doubts": [*answer.flagged, *map(_unsupported, answer.unsupported)] if answer else [],
            "note": self._note(answer),
        }

    def _blocks(self, answer: Answer | None) -> list[str]:
        if answer is not None:
            return cited_blocks(answer.content, {each.number for each in answer.citations})
        return list(self._turn.live.blocks) if self._turn else []

    def _note(self, answer: Answer | None) -> str:
        if self._stopped:
            return "Stopped."
        if answer is None:
            return "Reading the documents; what is being written is not checked yet." if self.busy else ""
        parts = [f"Run …{answer.run_id[-6:]}"]
        if answer.provider != "none":
            cost = "cost unknown" if answer.cost is None else money(answer.cost)
            parts = [f"{answer.provider}:{answer.model}", amount(answer.tokens_used, "token"), cost, *parts]
        elif not answer.refused:
            parts = ["quotes only, no language model", *parts]
        return " · ".join(parts)

    # ---- inside ----

    def _paint(self, turn: Turn, changed: list[tuple[int, str]]) -> None:
        if turn is self._turn:
            self.desk.publish({"type": "live", "blocks": changed, "count": len(turn.live.blocks)})

    def _end(self, turn: Turn) -> None:
        with self.desk.lock:
            if turn is not self._turn:
                return
            self._turn = None
            if turn.error is not None:
                self.error = described(turn.error)
        self.desk.changed("answer", settled=True)


def cited_blocks(content: str, numbers: set[int]) -> list[str]:
    """Return an answer as safe HTML blocks in which each ``[n]`` of ``numbers`` is a button."""
    live = LiveMarkdown()
    live.update(content)
    return [_with_buttons(block, numbers) for block in live.blocks]


def _with_buttons(block: str, numbers: set[int]) -> str:
    # odd pieces are tags and code, where no marker stands
    pieces = _PARTS.split(block)
    pieces[::2] = [_MARKER.sub(lambda found: _button(found, numbers), piece) for piece in pieces[::2]]
    return "".join(pieces)


def _button(found: re.Match[str], numbers: set[int]) -> str:
    number = found[1]
    if int(number) not in numbers:
        return found[0]
    return (
        f'<button type="button" class="wb-k-cite" data-citation="{number}" title="Read it in its page">'
        f"[{number}]</button>"
    )


def _once(citations: tuple[Citation, ...]) -> list[Citation]:
    """Return each quote once, in the order of the numbers."""
    found = {(each.number, each.file_id, each.start, each.end): each for each in citations}
    return sorted(found.values(), key=lambda each: (each.number, each.start))


def _citation(each: Citation) -> dict[str, Any]:
    names = ("number", "file_id", "filename", "page", "heading", "start", "end")
    quote = truncate_text(" ".join(each.quote.split()), QUOTE, "…")
    place = each.filename + (f", p. {each.page}" if each.page is not None else "")
    return {name: getattr(each, name) for name in names} | {"citation": place, "quote": quote}


def _unsupported(sentence: str) -> str:
    return f"No source supports: “{sentence}”"
