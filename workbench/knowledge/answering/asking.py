"""Asking a knowledge base: search, decide whether it says, write, check every claim; one Run in all."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.knowledge.answering.answer import Answer
from workbench.knowledge.answering.citing import Cited, cite, quoted
from workbench.knowledge.answering.passages import Passage, checked, fitting
from workbench.knowledge.answering.prompt import (
    REFUSAL,
    context_of,
    is_refusal,
    messages_for,
    room_for,
)
from workbench.knowledge.answering.reading import Reading, read
from workbench.knowledge.search import RANKING, checked_query
from workbench.runs import Recorder
from workbench.storage.models import KnowledgeBase

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["ASK", "Asking", "Question"]

ASK = "knowledge.ask"
ANSWERING = "1"
"""Version of how answers come about; another one gives other answers from the same passages."""
NONE = "none"
_SMALLEST = ("local", "smollm2")
_REMEMBERED = 1000
_NEAR = -4.0
"""Strength of the evidence from which on a refusal names the closest passage."""

Pieces = Generator[str, None, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """One checked question, and who is to answer it."""

    base: KnowledgeBase
    question: str
    limit: int
    filters: dict[str, Any]
    provider: str
    model: str
    settings: dict[str, Any]

    def inputs(self) -> dict[str, Any]:
        """Return what decides the answer, as JSON values."""
        return {
            "base": self.base.name,
            "state": self.base.state,
            "question": self.question,
            "limit": self.limit,
            "filters": self.filters,
            "settings": self.settings,
            "provider": self.provider,
            "model": self.model,
        }


class Asking:
    """Answers questions from knowledge bases.

    Parameters
    ----------
    studio : Studio
        Whose bases and models.
    """

    def __init__(self, studio: Studio) -> None:
        self.studio = studio

    def ask(self, call: Question) -> Answer:
        """Return the answer; see `VectorService.ask`."""

        def compute(recorder: Recorder) -> dict[str, Any]:
            return _drained(self._pieces(call, recorder, stream=False))

        run = self.studio.runs.execute(ASK, call.inputs(), compute, **self._recording(call))
        return Answer.of(run)

    def stream(self, call: Question) -> Generator[dict[str, Any], None, None]:
        """Yield the answer as it comes; see `VectorService.ask_stream`."""
        stream = self.studio.runs.stream(
            ASK,
            call.inputs(),
            lambda recorder: self._pieces(call, recorder, stream=True),
            rechunk=lambda output: [output["content"]],
            **self._recording(call),
        )
        with stream:
            for text in stream:
                yield {"content": text, "done": False}
        answer = Answer.of(stream.run)
        names = ("provider", "model", "tokens_used", "cost", "run_id")
        figures = {name: getattr(answer, name) for name in names}
        yield {"content": "", "done": True, "answer": answer, **figures}

    # one question

    def question(
        self,
        knowledge_base: KnowledgeBase | str,
        question: str,
        model: str | None,
        provider: str | None,
        settings: Mapping[str, Any] | None,
        limit: int,
        user_id: str | None,
        filters: Mapping[str, Any] | None,
    ) -> Question:
        """Return the checked question; the parameters are those of `VectorService.ask`."""
        wanted = checked_query(question, limit, 0, filters)
        base = self.studio.vectors.bases.get(knowledge_base, user_id)
        given = {name: value for name, value in (settings or {}).items() if value is not None}
        call = Question(base, wanted.text, wanted.limit, wanted.filters, "", "", given)
        name, chosen = self._answerer(call, provider, model)
        return Question(base, wanted.text, wanted.limit, wanted.filters, name, chosen, given)

    def _answerer(self, call: Question, provider: str | None, model: str | None) -> tuple[str, str]:
        """Return who writes the answer.

        Strict replay must not depend on which keys this machine has: with nothing named, who answered
        the same question in the record stands in for the default.
        """
        if NONE in {(provider or "").casefold(), (model or "").casefold()}:
            if {provider, model} - {None, ""} - {provider and NONE, model and NONE}:
                raise BadInput(
                    "model='none' asks no provider, so none can be named beside it.", "Leave provider out."
                )
            return NONE, NONE
        if self.studio.runs.mode == "strict" and not (provider or model):
            same = call.inputs().keys() - {"provider", "model"}
            for run in self.studio.runs.list(kind=ASK, limit=_REMEMBERED):
                if all(run.inputs[name] == call.inputs()[name] for name in same):
                    return run.inputs["provider"], run.inputs["model"]
        found = self.studio.ai.resolve(provider, model)
        settings = self.studio.settings
        named = provider or model or settings.workbench_provider or settings.workbench_model
        # The smallest model makes up more than it reads; quotes are the better answer.
        return (NONE, NONE) if found == _SMALLEST and not named else found

    @staticmethod
    def _recording(call: Question) -> dict[str, Any]:
        return {
            "version": f"{ANSWERING}.{RANKING}",
            "name": call.question[:100],
            "parameters": {"provider": call.provider, "model": call.model},
        }

    def _pieces(self, call: Question, recorder: Recorder, *, stream: bool) -> Pieces:
        """Yield the answer's text as it comes; return what the Run keeps."""
        found = self.studio.vectors.search(call.base, call.question, call.limit, 0, filters=call.filters)
        passages, missing = checked(self.studio, call.base.user_id, found.hits)
        reading = self._read(call, passages, recorder)
        if reading is None or not reading.evidence.enough:
            output = _refused(missing, reading)
            yield output["content"]
            return output
        if call.provider == NONE:
            made = quoted(reading, self.studio.redactor.text)
            yield made.content
            return _output(made, missing)
        room = self._room(call)
        shown = len(fitting(call.question, passages, room))
        reply = yield from self._written(call, messages_for(call.question, passages, room), stream=stream)
        output = self._checked(reading, reply, shown, missing, recorder)
        recorder.metric("citations", len(output["citations"]))
        recorder.metric("unsupported", len(output["unsupported"]))
        return output

    def _read(self, call: Question, passages: tuple[Passage, ...], recorder: Recorder) -> Reading | None:
        if not passages:
            return None
        embedder = self.studio.vectors.bases.embedder(call.base)
        reading = read(embedder, call.question, passages)
        recorder.parameter("embedder", call.base.embedder)
        recorder.parameter("exact", embedder.exact)
        recorder.metric("evidence", round(reading.evidence.strength, 4))
        self._book(recorder, reading, reading.tokens)
        return reading

    def _room(self, call: Question) -> int:
        provider = self.studio.ai.provider(call.provider)
        answer = call.settings.get("max_tokens") or provider.default_max_tokens
        return room_for(call.question, context_of(call.provider), int(answer))

    def _written(
        self, call: Question, messages: list[dict[str, str]], *, stream: bool
    ) -> Generator[str, None, dict[str, Any]]:
        asked: Any = (messages, call.provider, call.model, call.settings)
        if not stream:
            reply: dict[str, Any] = self.studio.ai.chat_completion(*asked)
            yield reply["content"]
            return reply
        parts: list[str] = []
        for piece in self.studio.ai.stream_chat_completion(*asked):
            if piece["done"]:
                return piece | {"content": "".join(parts)}
            parts.append(piece["content"])
            yield piece["content"]
        raise AssertionError("a stream ends with done")  # pragma: no cover

    def _checked(
        self,
        reading: Reading,
        reply: dict[str, Any],
        shown: int,
        missing: list[str],
        recorder: Recorder,
    ) -> dict[str, Any]:
        """Check what the model wrote; say what the documents have where it wrote nothing they carry."""
        who = {name: reply[name] for name in ("provider", "model", "tokens_used", "cost")}
        made = cite(reading, reply["content"], shown, self.studio.redactor.text)
        self._book(recorder, reading, made.tokens)
        if is_refusal(reply["content"]) and all(citation.attached for citation in made.citations):
            return _refused(missing) | who
        if not made.citations:
            quotes = quoted(reading, self.studio.redactor.text)
            quotes.unsupported = made.unsupported or [reply["content"].strip()]
            note = f"Nothing that {reply['provider']}:{reply['model']} wrote is in the passages"
            note += "; the closest sentences stand here instead."
            quotes.flagged = [note, *made.flagged, *quotes.flagged]
            made = quotes
        if reply["finish_reason"] == "length":
            made.flagged.append("The model's answer was cut at max_tokens.")
        return _output(made, missing) | who

    def _book(self, recorder: Recorder, reading: Reading, tokens: int) -> None:
        if reading.embedder.remote:
            recorder.usage(tokens, 0, self.studio.ai.embedding_cost(reading.embedder, tokens))


def _drained(pieces: Pieces) -> dict[str, Any]:
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            output: dict[str, Any] = end.value
            return output


def _refused(missing: list[str], reading: Reading | None = None) -> dict[str, Any]:
    content = REFUSAL
    if reading is not None and reading.evidence.strength >= _NEAR:
        content += f" The closest passage, in {reading.passages[0].hit.citation}, does not seem to say it."
    return _output(Cited(content=content), missing) | {"refused": True}


def _output(made: Cited, missing: list[str]) -> dict[str, Any]:
    made.flagged += missing
    return {
        **made.output(),
        "refused": False,
        "provider": NONE,
        "model": NONE,
        "tokens_used": 0,
        "cost": 0.0,
    }
