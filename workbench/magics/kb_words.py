"""The words of a ``%kb`` line: its action, its options, and which base is meant."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.wording import amount

if TYPE_CHECKING:
    from workbench.magics.context import Context

__all__ = ["ACTIONS", "check_action", "last_used", "name_and_words", "only_name"]

ACTIONS = {
    "create": "%kb create NAME",
    "add": "%kb add NAME PATH ...",
    "list": "%kb list",
    "files": "%kb files [NAME]",
    "remove": "%kb remove NAME FILE ...",
    "drop": "%kb drop NAME --yes",
    "resume": "%kb resume [NAME]",
    "reindex": "%kb reindex NAME",
    "stats": "%kb stats [NAME]",
    "verify": "%kb verify [NAME]",
}
_OPTIONS = {
    "embedder": ("create", "reindex"),
    "chunk_tokens": ("create", "reindex"),
    "description": ("create",),
    "recursive": ("add",),
    "yes": ("drop",),
}


def check_action(action: Any, given: Namespace) -> None:
    """Refuse what is no action, and an option that the action does not take.

    Raises
    ------
    BadInput
        Naming those that there are.
    """
    if not isinstance(action, str) or action not in ACTIONS:
        raise BadInput(f"%kb knows no action {action!r}.", f"There are {', '.join(ACTIONS)}.")
    for option, takers in _OPTIONS.items():
        if getattr(given, option) and action not in takers:
            flag = option.replace("_", "-")
            raise BadInput(f"%kb {action} takes no --{flag}.", f"Write `{ACTIONS[action]}`.")


def last_used(context: Context) -> str:
    """Return the name of the knowledge base that is meant where none is named.

    Raises
    ------
    BadInput
        None was used in this notebook, and there is not just one.
    """
    if context.knowledge_base is not None:
        return context.knowledge_base
    names = [base["name"] for base in context.studio.vectors.list_knowledge_bases(context.studio.user_id)]
    if len(names) == 1:
        return str(names[0])
    if not names:
        raise BadInput("There is no knowledge base yet.", "`%kb create NAME` makes one.")
    raise BadInput("No knowledge base is named.", f"There are {', '.join(names)}; `--kb NAME` says which.")


def only_name(words: list[Any], action: str) -> str:
    """Return the one name that the line holds after its action."""
    name, rest = name_and_words(words, action, 1)
    if rest:
        raise BadInput(
            f"%kb {action} takes one name, not {len(words)} words.",
            f"Write `{ACTIONS[action]}`, a name with spaces in quotation marks.",
        )
    return name


def name_and_words(words: list[Any], action: str, least: int) -> tuple[str, list[Any]]:
    """Return the base's name and the words after it.

    Parameters
    ----------
    words : list
        What follows the action.
    action : str
        For the sentence.
    least : int
        Words that there must be, the name among them.

    Raises
    ------
    BadInput
        There are fewer, or the name is no text.
    """
    if len(words) < least:
        raise BadInput(
            f"%kb {action} takes {amount(least, 'word')} or more, not {len(words)}.",
            f"Write `{ACTIONS[action]}`.",
        )
    name, *rest = words
    if not isinstance(name, str):
        raise BadInput(f"The name of a knowledge base is text, not a {type(name).__name__}.")
    return name.strip(), rest
