"""Asking a question: the one place where a magic reaches a model."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, Cancelled, WorkbenchError
from workbench.magics.answer import ENDINGS, LiveAnswer, answer_bundle, preview_bundle, value_bundle
from workbench.wording import money

if TYPE_CHECKING:
    from workbench.magics.context import Context
    from workbench.magics.question import Question
    from workbench.studio import Studio

__all__ = ["ask", "preview"]


def ask(context: Context, question: Question) -> None:
    """Ask, show the answer and bind it.

    Parameters
    ----------
    context : Context
        The notebook.
    question : Question
        What to ask.

    Raises
    ------
    Cancelled
        The kernel was interrupted; what came is shown and recorded.
    ProviderFailed
        The model failed, or its answer does not follow the schema.
    """
    sources = None
    if question.kb is not None:
        from workbench.magics.grounding import ground

        question, sources = ground(context, question)
    shown = LiveAnswer(live=context.live and question.stream)
    began = time.time_ns() // 1000
    try:
        reply = _reply(context.studio, question, shown, sources)
    except (KeyboardInterrupt, Cancelled):
        shown.finish(answer_bundle(shown.text, _stopped(context.studio, began)))
        raise Cancelled("The answer was stopped before its end.", "What came is kept in its Run.") from None
    except WorkbenchError:
        if shown.text:
            shown.finish(answer_bundle(shown.text, ENDINGS["failed"]))
        raise
    _settle(context, question, shown, reply)


def _settle(context: Context, question: Question, shown: LiveAnswer, reply: Any) -> None:
    """Show and bind a whole answer; one that does not follow its schema can still be read."""
    context.bind(question.name, reply)
    if question.schema is None:
        shown.finish(reply._repr_mimebundle_())
        return
    try:
        valid = replace(reply, value=question.schema.value(reply.content, reply.run_id))
    except WorkbenchError:
        shown.finish(answer_bundle(f"```json\n{reply.content}\n```", reply.footer()))
        raise
    bundle = value_bundle(valid.value, reply.footer())
    shown.finish(bundle if question.kb is None else valid.below(bundle))
    context.bind(question.name, valid)


def _stopped(studio: Studio, began: int) -> str:
    """Say that an answer was stopped, naming its Run if there was one already."""
    newest = studio.runs.list(kind="chat", execution=studio.runs.execution, limit=1)
    named = [f"run {run.id}" for run in newest if run.started_us >= began]
    return " · ".join([ENDINGS["cancelled"], *named])


def _reply(studio: Studio, question: Question, shown: LiveAnswer, sources: Any) -> Any:
    from workbench.chat import ChatReply

    last: dict[str, Any] = {}
    with closing(_pieces(studio, question)) as pieces:
        for last in pieces:
            shown.add(last["content"])
    if sources is None:
        return ChatReply.of(last, content=shown.text)
    from workbench.magics.grounding import GroundedReply

    return replace(GroundedReply.of(last, content=shown.text), sources=sources)


def _pieces(studio: Studio, question: Question) -> Generator[dict[str, Any], None, None]:
    """Yield the answer's pieces, only one where it is not to be streamed."""
    stream: Any
    whole: Any
    if question.session is None:
        stream, whole = studio.ai.stream_chat_completion, studio.ai.chat_completion
        arguments: tuple[Any, ...] = (_messages(question), None, question.model)
    else:
        stream, whole = studio.chat.stream, studio.chat.chat_completion
        arguments = (_session(studio, question), question.prompt, question.model)
    if question.stream:
        yield from stream(*arguments, settings=question.settings)
    else:
        yield whole(*arguments, settings=question.settings)


def _messages(question: Question) -> list[dict[str, str]]:
    system = [{"role": "system", "content": question.system}] if question.system else []
    return [*system, {"role": "user", "content": question.prompt}]


def _session(studio: Studio, question: Question) -> str:
    """Return the session's id, made on first use."""
    found: str | None = studio.chat.find_session(studio.user_id, question.session or "")
    if found is None:
        made: str = studio.chat.create_session(
            studio.user_id, question.session, question.model, system_prompt=question.system
        )
        return made
    _check_system(studio.chat.get_session(found, studio.user_id), question)
    return found


def _check_system(session: dict[str, Any], question: Question) -> None:
    if question.system not in {None, session["system_prompt"]}:
        raise BadInput(
            f"The session {question.session} was made with another system prompt.",
            "Leave --system out, or give --session another name.",
        )


def preview(context: Context, question: Question) -> None:
    """Show what would be sent and what it could cost; send nothing.

    Parameters
    ----------
    context : Context
        The notebook.
    question : Question
        What would be asked.
    """
    from IPython.display import display

    from workbench.chat.messages import estimate_tokens

    facts: dict[str, str] = {}
    if question.kb is not None:
        from workbench.magics.grounding import ground

        question, sources = ground(context, question)
        facts["sources"] = ", ".join(hit.citation for hit in sources) or "none found"
    call = _call(context.studio, question)
    estimate = context.studio.ai.estimate(**call)
    facts |= {
        "model": f"{estimate['provider']}:{estimate['model']}",
        "prompt": f"at most {estimate_tokens(call['messages']):,} tokens",
        "prompt and answer": f"at most {estimate['tokens']:,} tokens",
        "cost": "unknown" if estimate["cost"] is None else f"at most {money(estimate['cost'])}",
    }
    display(preview_bundle(call["messages"], facts, question.insertions), raw=True)


def _call(studio: Studio, question: Question) -> dict[str, Any]:
    """Return the call as the services would make it."""
    from workbench.chat.history import conversation

    call = {"messages": _messages(question), "model": question.model, "settings": question.settings}
    found = studio.chat.find_session(studio.user_id, question.session) if question.session else None
    if found is None:
        return call
    session = studio.chat.get_session(found, studio.user_id)
    _check_system(session, question)
    stored = studio.chat.sessions.messages(found)
    call["messages"] = conversation(session["system_prompt"], stored, question.prompt)
    call["settings"] = {**(session["settings"] or {}), **question.settings}
    if question.model is None:
        call |= {"provider": session["model_provider"], "model": session["model_name"]}
    return call
