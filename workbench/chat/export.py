"""A conversation as a file: Markdown to read, JSON for programs, a notebook beside other notebooks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workbench.errors import BadInput
from workbench.files import safe_filename
from workbench.text import format_datetime
from workbench.wording import amount, money

__all__ = ["FORMATS", "Transcript", "transcript"]

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")

Talk = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation, written down.

    Attributes
    ----------
    text : str
        To be stored as UTF-8.
    media_type : str
        Of the format.
    filename : str
        The title with the format's ending, as every system takes it.
    """

    text: str
    media_type: str
    filename: str


def transcript(talk: Talk, people: Mapping[str, str], form: str) -> Transcript:
    """Write a conversation down.

    Parameters
    ----------
    talk : mapping
        As `ChatService.get_session` gives it.
    people : mapping
        Names of those who speak in it, by their identifiers.
    form : str
        One of `FORMATS`.
    """
    if form not in FORMATS:
        raise BadInput(
            f"The format is {form!r}; expected one of {', '.join(FORMATS)}.", details={"field": "format"}
        )
    media_type, ending, written = FORMATS[form]
    return Transcript(written(talk, people), media_type, safe_filename(f"{talk['title']}.{ending}"))


def _markdown(talk: Talk, people: Mapping[str, str]) -> str:
    parts = [_head(talk)]
    parts += [
        f"## {_speaker(said, people)}, {_time(said)}\n\n{_closed(said['content'])}"
        for said in talk["messages"]
    ]
    return "\n\n".join(parts) + "\n"


def _json(talk: Talk, people: Mapping[str, str]) -> str:
    return json.dumps({**talk, "people": dict(people)}, ensure_ascii=False, indent=2) + "\n"


def _notebook(talk: Talk, people: Mapping[str, str]) -> str:
    cells = [_cell("conversation", _head(talk), {"conversation_id": talk["id"]})]
    for at, said in enumerate(talk["messages"], 1):
        text = f"**{_speaker(said, people)}**, {_time(said)}\n\n{_closed(said['content'])}"
        cells.append(_cell(f"message-{at}", text, _facts(said)))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


FORMATS: dict[str, tuple[str, str, Callable[[Talk, Mapping[str, str]], str]]] = {
    "markdown": ("text/markdown; charset=utf-8", "md", _markdown),
    "json": ("application/json", "json", _json),
    "notebook": ("application/x-ipynb+json", "ipynb", _notebook),
}
"""Media type, ending and writer of each format."""


def _cell(name: str, text: str, facts: dict[str, Any]) -> dict[str, Any]:
    # Markdown and no code: who opens what others wrote runs nothing of it.
    return {"id": name, "cell_type": "markdown", "metadata": {"workbench": facts}, "source": text}


def _facts(said: Talk) -> dict[str, Any]:
    names = ("role", "tokens_used", "cost", "created_at", "metadata")
    return {"message_id": said["id"]} | {name: said[name] for name in names}


def _head(talk: Talk) -> str:
    facts = [amount(len(talk["messages"]), "message"), amount(talk["tokens_used"], "token")]
    facts.append(money(talk["cost"]) + (" and what is unknown" if talk["unknown_cost"] else ""))
    if talk["model_name"]:
        facts.insert(0, f"{talk['model_provider']}:{talk['model_name']}")
    parts = [f"# {' '.join(talk['title'].split())}", " · ".join([*facts, f"begun {_time(talk)}"])]
    if talk["system_prompt"]:
        parts.append("\n".join(f"> {line}".rstrip() for line in talk["system_prompt"].splitlines()))
    return "\n\n".join(parts)


def _speaker(said: Talk, people: Mapping[str, str]) -> str:
    if said["role"] == "assistant":
        return str(said["metadata"].get("model", "assistant"))
    # Messages that a program added are nobody's.
    return people.get(said["metadata"].get("user_id", ""), said["role"])


def _time(of: Talk) -> str:
    return f"{format_datetime(datetime.fromisoformat(of['created_at']))} UTC"


def _closed(content: str) -> str:
    """Return the content with its code block ended, where the answer broke off in one."""
    opened = ""
    for line in content.splitlines():
        found = _FENCE.match(line)
        if found is None:
            continue
        fence, rest = found.groups()
        if not opened:
            opened = fence
        elif fence.startswith(opened) and not rest.strip():
            opened = ""
    return f"{content}\n{opened}" if opened else content
