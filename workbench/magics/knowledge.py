"""``%kb``, ``%search`` and ``%ask``: documents, what is found in them and what they answer."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.magic import (
    line_cell_magic,
    line_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from IPython.core.magic_arguments import argument, magic_arguments

from workbench.magics.arguments import parse, split_options
from workbench.magics.base import SharingMagics
from workbench.magics.context import check_name
from workbench.magics.values import parse_values

__all__ = ["KnowledgeMagics"]


@magics_class
class KnowledgeMagics(SharingMagics):
    """The magics of knowledge bases."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="ACTION", help="Nothing for the list, or an action and its words.")
    @argument(
        "--embedder",
        metavar="E",
        help="For create and reindex: what makes the vectors, such as minilm; unset, WORKBENCH_EMBEDDER.",
    )
    @argument(
        "--chunk-tokens",
        type=int,
        metavar="N",
        help="For create and reindex: most tokens of a passage, 16 or more; default 240.",
    )
    @argument("--description", metavar="TEXT", help="For create: what it is about, for people.")
    @argument("--recursive", action="store_true", help="For add: go through the folders in a folder too.")
    @argument("--yes", action="store_true", help="For drop: it is meant.")
    @argument(
        "--as",
        dest="name",
        metavar="NAME",
        help="Variable that takes the AddResult, the DataFrame, the dict or the list of faults.",
    )
    @line_magic
    def kb(self, line: str, local_ns: dict[str, Any] | None = None) -> None:
        """Make knowledge bases, fill them, look after them.

        ``%kb create NAME``
            make a base; one that is there already is used
        ``%kb add NAME PATH ...``
            add files, patterns such as ``papers/*.pdf`` and folders; interrupt the kernel to stop
        ``%kb resume NAME``
            add what an interrupted or failed addition left out
        ``%kb list``, or ``%kb``
            the bases
        ``%kb files NAME``
            the files of a base, and how far each is
        ``%kb remove NAME FILE ...``
            take files out by name or pattern
        ``%kb drop NAME --yes``
            delete a base; the uploaded files stay
        ``%kb reindex NAME``
            make all passages and vectors anew while the present ones serve
        ``%kb stats NAME``
            how large it is and how it answers
        ``%kb verify NAME``
            read all of it again and say what is wrong

        A word ``@name`` or ``{expression}`` stands for its value: a list of paths, a column of a
        DataFrame, ``(name, bytes)``. Where NAME may be left out, the base last used is meant.
        """
        from workbench.magics.kb_actions import KbActions

        given = parse_values(KnowledgeMagics.kb, line, self.context.namespace(local_ns))
        check_name(given.name)
        self.context.bind(given.name, KbActions(self.context).run(given))

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("--kb", metavar="NAME", help="Knowledge base; unset, the one last used.")
    @argument("-n", "--limit", type=int, default=5, metavar="N", help="Most passages; default 5.")
    @argument(
        "--threshold",
        type=float,
        default=0.7,
        metavar="T",
        help="Least score, 0 to 1; default .7, from where a passage is more likely to the point than not.",
    )
    @argument("--file", action="append", metavar="GLOB", help="Only files of this name, such as 'report*'.")
    @argument("--type", action="append", metavar="TYPE", help="Only files of this type, such as pdf.")
    @argument("--page", action="append", type=int, metavar="N", help="Only this page.")
    @argument("--as", dest="name", metavar="NAME", help="Variable that takes the SearchResults.")
    @argument("--raw", action="store_true", help="Search the text as it stands: {braces} are text.")
    @argument("question", nargs="*", metavar="WORDS", help="Words or a question.")
    @line_magic
    def search(self, line: str, local_ns: dict[str, Any] | None = None) -> None:
        """Find passages in a knowledge base, by meaning and by words.

        ``%search [options] words``. ``--file``, ``--type`` and ``--page`` narrow it and may be given
        again for alternatives. ``{expression}`` and ``@name`` become values, as in ``%chat``.
        """
        from workbench.magics.searching import search

        self._do(search, KnowledgeMagics.search, (line, ""), local_ns)

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("--kb", metavar="NAME", help="Knowledge base; unset, the one last used.")
    @argument(
        "-m",
        "--model",
        metavar="MODEL",
        help="provider:model, or a model whose name tells its provider; none answers by quotes alone.",
    )
    @argument("-n", "--limit", type=int, default=8, metavar="N", help="Most passages read; default 8.")
    @argument("--file", action="append", metavar="GLOB", help="Only files of this name, such as 'report*'.")
    @argument("--type", action="append", metavar="TYPE", help="Only files of this type, such as pdf.")
    @argument("--page", action="append", type=int, metavar="N", help="Only this page.")
    @argument("--as", dest="name", metavar="NAME", help="Variable that takes the Answer.")
    @argument("--raw", action="store_true", help="Ask the text as it stands: {braces} are text.")
    @argument(
        "question",
        nargs="*",
        metavar="QUESTION",
        help="The question; with %%%%ask the cell below goes on with it.",
    )
    @line_cell_magic
    def ask(self, line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> None:
        """Let a knowledge base answer, each claim with the place that says so.

        ``%ask [options] question`` on one line, or ``%%ask [options]`` above a longer question. What the
        documents do not say is not answered. Quotations are checked to stand in the source.
        """
        from workbench.magics.searching import ask

        self._do(ask, KnowledgeMagics.ask, (line, cell or ""), local_ns)

    def _do(self, work: Any, magic: Any, parts: tuple[str, str], local_ns: dict[str, Any] | None) -> None:
        from workbench.magics.searching import read_inquiry

        arguments, text = split_options(magic, parts[0])
        namespace = self.context.namespace(local_ns)
        inquiry = read_inquiry(magic.__name__, parse(magic, arguments), (text, parts[1]), namespace)
        for note in inquiry.notes:
            print(note, file=sys.stderr)  # noqa: T201 - stands above the result, as a warning does
        work(self.context, inquiry)
