"""What a ``%chat`` asks, with every value in place and nothing sent yet."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from workbench.errors import BadInput
from workbench.magics.context import check_name
from workbench.magics.interpolation import Insertion, Interpolated, interpolate
from workbench.magics.schema import AnswerSchema, read_schema

__all__ = ["Question", "read_question"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, ready to be asked.

    Attributes
    ----------
    prompt : str
        What goes out: the user's text, values in place, with what it must look like.
    asked : str
        The user's text alone.
    model, system, session, kb : str or None
        As given.
    sources : int
        Most passages of the knowledge base that go out with it.
    settings : dict
        For `AIService.chat_completion`.
    schema : AnswerSchema or None
        What the answer must look like.
    name : str or None
        The variable that takes the reply.
    stream, preview : bool
        How to show it, and whether to show the question alone.
    insertions : tuple of Insertion
        Values that went in.
    notes : tuple of str
        Sentences for the reader.
    """

    prompt: str
    asked: str
    model: str | None
    system: str | None
    session: str | None
    kb: str | None
    sources: int
    settings: dict[str, Any]
    schema: AnswerSchema | None
    name: str | None
    stream: bool
    preview: bool
    insertions: tuple[Insertion, ...]
    notes: tuple[str, ...]


def read_question(given: Namespace, parts: Sequence[str], namespace: Mapping[str, Any]) -> Question:
    """Put values into the text and the options, and check all of it.

    Parameters
    ----------
    given : Namespace
        The options of ``%chat``.
    parts : sequence of str
        Pieces of the text: the line's and the cell's.
    namespace : mapping
        Variables by name.

    Raises
    ------
    BadInput
        An empty question, an unknown variable, a name that cannot be bound, no schema.
    """
    check_name(given.name)
    text = "\n".join(part.strip("\n") for part in parts if part.strip())
    if given.sources < 1:
        raise BadInput(f"--sources is {given.sources}; it takes 1 or more.")
    if not text:
        raise BadInput("There is no question.", "Write it after the options, or below %%chat.")
    fill = partial(_fill, given, namespace)
    prompt, system = fill(text), fill(given.system)
    schema = read_schema(given.json, namespace) if given.json else None
    return Question(
        prompt=prompt.text + (f"\n\n{schema.instruction()}" if schema else ""),
        asked=prompt.text,
        model=fill(given.model).text or None,
        system=system.text or None,
        session=fill(given.session).text or None,
        kb=fill(given.kb).text or None,
        sources=given.sources,
        settings=_settings(given, schema),
        schema=schema,
        name=given.name,
        stream=not given.no_stream,
        preview=given.preview,
        insertions=system.insertions + prompt.insertions,
        notes=system.notes + prompt.notes,
    )


def _fill(given: Namespace, namespace: Mapping[str, Any], text: str | None) -> Interpolated:
    if given.raw or not text:
        return Interpolated(text or "")
    return interpolate(text, namespace, max_chars=given.max_chars)


def _settings(given: Namespace, schema: AnswerSchema | None) -> dict[str, Any]:
    settings = {name: getattr(given, name) for name in ("temperature", "max_tokens", "seed")}
    settings["json_schema"] = schema.schema if schema else None
    return {name: value for name, value in settings.items() if value is not None}
