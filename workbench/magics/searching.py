"""``%search`` and ``%ask``: what is asked of a knowledge base, and showing what it says."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, Cancelled, WorkbenchError
from workbench.magics.answer import ENDINGS, LiveAnswer, answer_bundle
from workbench.magics.context import check_name
from workbench.magics.interpolation import Interpolated, interpolate
from workbench.magics.kb_words import last_used

if TYPE_CHECKING:
    from workbench.magics.context import Context

__all__ = ["Inquiry", "ask", "read_inquiry", "search"]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked of a knowledge base, values in place.

    Attributes
    ----------
    text : str
        Words or a question.
    kb, model, name : str or None
        As given: the base, the model, the variable that takes the result.
    limit : int
        Most passages.
    threshold : float
        Least score, 0 to 1.
    filters : dict
        See `workbench.knowledge.filters.checked_filters`.
    notes : tuple of str
        Sentences for the reader.
    """

    text: str
    kb: str | None
    model: str | None
    name: str | None
    limit: int
    threshold: float
    filters: dict[str, Any] | None
    notes: tuple[str, ...]


def read_inquiry(magic: str, given: Namespace, parts: Sequence[str], namespace: Mapping[str, Any]) -> Inquiry:
    """Put values into text and options.

    Parameters
    ----------
    magic : str
        The magic's name.
    given : Namespace
        Its options.
    parts : sequence of str
        The line's text and the cell's.
    namespace : mapping
        Variables by name.

    Raises
    ------
    BadInput
        Nothing is asked, a variable is unknown, or a name cannot be bound.
    """
    from workbench.knowledge.choosing import filters_of

    check_name(given.name)
    text = "\n".join(part.strip("\n") for part in parts if part.strip())
    if not text:
        below = ", or below %%ask" if magic == "ask" else ""
        raise BadInput("Nothing is asked.", f"Write it after the options{below}.")

    def fill(value: str | None) -> Interpolated:
        return Interpolated(value or "") if given.raw or not value else interpolate(value, namespace)

    asked = fill(text)
    return Inquiry(
        text=asked.text,
        kb=fill(given.kb).text or None,
        model=fill(getattr(given, "model", None)).text or None,
        name=given.name,
        limit=given.limit,
        threshold=getattr(given, "threshold", 0.0),
        filters=filters_of(given.file, given.type, given.page),
        notes=asked.notes,
    )


def search(context: Context, inquiry: Inquiry) -> None:
    """Search, show and bind."""
    from IPython.display import display

    base = _base(context, inquiry)
    found = context.studio.vectors.search(
        base, inquiry.text, inquiry.limit, inquiry.threshold, filters=inquiry.filters
    )
    context.bind(inquiry.name, found)
    display(found)
    if not found and inquiry.threshold > 0:
        print("`--threshold 0` shows the nearest passages all the same.")  # noqa: T201 - as above


def ask(context: Context, inquiry: Inquiry) -> None:
    """Ask, show the answer as it comes, and bind it.

    Raises
    ------
    Cancelled
        The kernel was interrupted; what came is shown.
    """
    base = _base(context, inquiry)
    shown = LiveAnswer(live=context.live)
    options = {"model": inquiry.model, "limit": inquiry.limit, "filters": inquiry.filters}
    try:
        answer = _answer(context, base, inquiry.text, options, shown)
    except (KeyboardInterrupt, Cancelled):
        shown.finish(answer_bundle(shown.text, ENDINGS["cancelled"]))
        raise Cancelled("The answer was stopped before its end.", "What came is kept in its Run.") from None
    except WorkbenchError:
        if shown.text:
            shown.finish(answer_bundle(shown.text, ENDINGS["failed"]))
        raise
    context.bind(inquiry.name, answer)
    shown.finish(answer._repr_mimebundle_())


def _answer(context: Context, base: str, question: str, options: dict[str, Any], shown: LiveAnswer) -> Any:
    """Stream the answer's text into its output; return the whole answer."""
    piece: dict[str, Any] = {}
    with closing(context.studio.vectors.ask_stream(base, question, **options)) as pieces:
        for piece in pieces:
            shown.add(piece["content"])
    return piece["answer"]


def _base(context: Context, inquiry: Inquiry) -> str:
    from workbench.knowledge.choosing import base_named

    name = inquiry.kb or last_used(context)
    base = base_named(context.studio, name)
    context.knowledge_base = name
    return base
