"""Turning what a session holds into a conversation that every provider accepts."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.errors import BadInput
from workbench.storage.models import ChatMessage

__all__ = ["conversation"]


def conversation(
    system_prompt: str | None, stored: Iterable[ChatMessage], user_message: str | None
) -> list[dict[str, str]]:
    """Return the messages to send.

    Turns that were left without an answer, or whose answer was stopped before its first word, are
    joined with the question after them; system messages stand first.

    Parameters
    ----------
    system_prompt : str or None
        The session's instructions.
    stored : iterable of ChatMessage
        In the order of their making.
    user_message : str or None
        The new question; ``None`` to answer the last stored one.
    """
    instructions = [system_prompt] if system_prompt and system_prompt.strip() else []
    turns: list[dict[str, str]] = []
    for message in stored:
        if message.role == "system":
            instructions.append(message.content)
        elif message.content.strip():
            _append(turns, message.role, message.content)
    if user_message is not None:
        _append(turns, "user", user_message)
    if not turns or turns[-1]["role"] != "user":
        raise BadInput("The session has no question to answer.", "Send a message first.")
    if turns[0]["role"] == "assistant":
        turns.pop(0)
    system = [{"role": "system", "content": "\n\n".join(instructions)}] if instructions else []
    return system + turns


def _append(turns: list[dict[str, str]], role: str, content: str) -> None:
    if turns and turns[-1]["role"] == role:
        turns[-1]["content"] += f"\n\n{content}"
    else:
        turns.append({"role": role, "content": content})
