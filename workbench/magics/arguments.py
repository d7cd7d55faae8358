"""Reading a magic's line: options first, then text that stays exactly as it was written."""

from __future__ import annotations

import re
import shlex
from argparse import Namespace
from difflib import get_close_matches
from typing import Any

from IPython.core.error import UsageError

from workbench.errors import BadInput

__all__ = ["flags", "parse", "parse_words", "split_options", "words"]

_TOKEN = re.compile(r"""\s*((?:[^\s"']|"[^"]*"|'[^']*')+)""")
_QUOTED = re.compile(r""""([^"]*)"|'([^']*)'""")
_HELP = {"-h", "--help", "-?"}
_TAKING = {"store", "append"}


def flags(magic: Any) -> dict[str, bool]:
    """Return the options that a magic declares, each with whether it takes a value."""
    return {
        flag: option.kwds.get("action", "store") in _TAKING
        for option in magic.decorators
        for flag in getattr(option, "args", ())
        if flag.startswith("-")
    }


def split_options(magic: Any, line: str) -> tuple[list[str], str]:
    """Split a line into its leading options and the text after them.

    Parameters
    ----------
    magic : function
        Decorated with ``magic_arguments``.
    line : str
        What follows the magic's name. ``--`` ends the options.

    Returns
    -------
    list of str, str
        Arguments for the parser, quotes taken off, and the text, unchanged but for white space
        around it.

    Raises
    ------
    BadInput
        An unknown option, one without its value, or one inside the text.
    """
    known = flags(magic)
    arguments: list[str] = []
    position = 0
    while (match := _TOKEN.match(line, position)) and _is_option(match[1]):
        if match[1] == "--":
            return arguments, line[match.end() :].strip()
        position = _take(match, line, known, arguments, magic.__name__)
    text = line[position:].strip()
    _refuse_later_options(text, known, magic.__name__)
    return arguments, text


def _is_option(token: str) -> bool:
    return re.match(r"--?[A-Za-z]|--$", token) is not None


def _take(match: re.Match[str], line: str, known: dict[str, bool], arguments: list[str], name: str) -> int:
    """Append one option, with its value where it takes one; return where the next token starts."""
    flag, equals, value = match[1].partition("=")
    if flag not in known:
        raise _asks_for_help(name) if flag in _HELP else _unknown(flag, known)
    if not known[flag]:
        if equals:
            raise BadInput(f"{flag} takes no value.")
        arguments.append(flag)
        return match.end()
    end = match.end()
    if not equals:
        following = _TOKEN.match(line, end)
        if following is None:
            raise BadInput(f"{flag} needs a value.", _remedy(line[end:], flag))
        value, end = following[1], following.end()
    # one word, so that a value which starts with a hyphen is not taken for an option
    arguments.append(f"{flag}={_unquoted(value)}" if flag.startswith("--") else f"{flag}{_unquoted(value)}")
    return end


def _remedy(rest: str, flag: str) -> str:
    return "Close every quotation mark on the line." if rest.strip() else f"Write it after {flag}."


def _unknown(flag: str, known: dict[str, bool]) -> BadInput:
    near = [one for one in known if one.startswith(flag)] or get_close_matches(flag, known, n=1)
    guess = f"Did you mean {near[0]}?" if near else f"There are {', '.join(sorted(known))}."
    return BadInput(f"There is no option {flag}.", f"{guess} Put -- before a text that starts with a hyphen.")


def _refuse_later_options(text: str, known: dict[str, bool], name: str) -> None:
    for token in text.split():
        flag = token.partition("=")[0]
        if flag in known:
            raise BadInput(
                f"{flag} stands inside the text; options come before it.",
                f"Write `%{name} {flag} …` first, or put -- before a text that holds {flag} itself.",
            )


def _unquoted(token: str) -> str:
    """Take off quotation marks around the whole value; those inside belong to an expression."""
    whole = _QUOTED.fullmatch(token)
    return token if whole is None else (whole[1] or whole[2] or "")


def parse(magic: Any, arguments: list[str]) -> Namespace:
    """Parse arguments by a magic's own parser.

    Raises
    ------
    BadInput
        What argparse has to say, in one sentence.
    """
    try:
        parsed: Namespace = magic.parser.parse_intermixed_args(arguments)
    except UsageError as error:
        sentence = str(error).removeprefix("argument ").rstrip(".")
        raise BadInput(
            f"%{magic.__name__}: {sentence}.", f"`%{magic.__name__}?` lists what it takes."
        ) from None
    return parsed


def words(line: str) -> list[str]:
    """Split a line at white space outside quotes, which are taken off; a backslash is a letter.

    Raises
    ------
    BadInput
        A quotation mark is not closed.
    """
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = lexer.escape = ""
    try:
        return list(lexer)
    except ValueError:
        raise BadInput(
            "A quotation mark on the line is not closed.", f"The line is: {line.strip()}"
        ) from None


def parse_words(magic: Any, line: str) -> Namespace:
    """Parse a line of words and options in any order."""
    given = words(line)
    if _HELP & set(given):
        raise _asks_for_help(magic.__name__)
    return parse(magic, given)


def _asks_for_help(name: str) -> BadInput:
    return BadInput(f"A magic has no --help; `%{name}?` says what it does and takes.")
