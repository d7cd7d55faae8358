"""``%chat`` and ``%%chat``: a question to a language model."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.magic import line_cell_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from workbench.magics.arguments import parse, split_options
from workbench.magics.base import SharingMagics

__all__ = ["ChatMagics"]


@magics_class
class ChatMagics(SharingMagics):
    """The chat magic of one shell."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument(
        "-m", "--model", metavar="MODEL", help="provider:model, or a model whose name tells its provider."
    )
    @argument("--session", metavar="NAME", help="Go on in the chat session of this name; made on first use.")
    @argument("--system", metavar="TEXT", help="System prompt. A session keeps the one it was made with.")
    @argument(
        "--kb",
        metavar="NAME",
        help="Knowledge base: what it holds on the question goes out before it, to be cited as [1], [2].",
    )
    @argument(
        "--sources",
        type=int,
        default=6,
        metavar="N",
        help="With --kb: most passages that go out; default 6.",
    )
    @argument("--temperature", type=float, metavar="T", help="0 to 2; unset leaves it to the provider.")
    @argument("--max-tokens", type=int, metavar="N", help="Most tokens of the answer.")
    @argument("--seed", type=int, metavar="N", help="Seed, for providers that take one.")
    @argument("--as", dest="name", metavar="NAME", help="Variable that takes the ChatReply.")
    @argument(
        "--json",
        metavar="SCHEMA",
        help="A pydantic model, list[Model], or a dict that holds a JSON Schema. The validated object,"
        " for a list of records a DataFrame, is the reply's value.",
    )
    @argument("--no-stream", action="store_true", help="Show the answer when all of it is there.")
    @argument(
        "--dry-run",
        "--preview",
        dest="preview",
        action="store_true",
        help="Show what would be sent, its tokens and its price; send nothing.",
    )
    @argument("--raw", action="store_true", help="Send the text as it stands: {braces} and @names are text.")
    @argument(
        "--max-chars",
        type=int,
        default=4000,
        metavar="N",
        help="Most characters of one inserted value, 100 or more; default 4000.",
    )
    @argument(
        "question",
        nargs="*",
        metavar="QUESTION",
        help="The text; with %%%%chat the cell below goes on with it.",
    )
    @line_cell_magic
    def chat(self, line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> None:
        """Ask a language model; the answer streams in and is recorded as a Run.

        ``%chat [options] question`` on one line, or ``%%chat [options]`` above a longer question.
        Options come before the text; ``--`` ends them.

        ``{expression}`` in the text becomes the value of any Python expression, with ``!r`` and
        ``:format`` as in f-strings; ``{{`` and ``}}`` are plain braces. ``@name`` becomes the value
        of a variable where it stands alone. A DataFrame, Series or numpy array goes out as a typed
        summary, long text is cut with a visible mark, and what a value brings in is not read again.

        With ``--kb NAME`` passages of that knowledge base stand before the question and below the
        answer; ``%ask`` does more: it checks quotations and refuses where the documents do not say.

        Without ``--session`` each question stands alone. Interrupt the kernel to stop an answer:
        what came is kept.
        """
        from workbench.magics.asking import ask, preview
        from workbench.magics.question import read_question

        arguments, text = split_options(ChatMagics.chat, line)
        namespace = self.context.namespace(local_ns)
        given = parse(ChatMagics.chat, arguments)
        question = read_question(given, (text, cell or ""), namespace)
        for note in question.notes:
            print(note, file=sys.stderr)  # noqa: T201 - stands above the answer, as a warning does
        (preview if question.preview else ask)(self.context, question)
