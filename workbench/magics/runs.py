"""``%runs`` and ``%replay``: what was done, and doing it again from the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_cell_magic, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from workbench.errors import BadInput
from workbench.magics.arguments import parse_words
from workbench.magics.base import SharingMagics
from workbench.magics.cells import run_cell
from workbench.magics.context import check_name

if TYPE_CHECKING:
    from argparse import Namespace


__all__ = ["ACTIONS", "MODES", "STATUSES", "RunsMagics"]

ACTIONS = {
    "show": "%runs show ID",
    "diff": "%runs diff ID ID",
    "export": "%runs export PATH [ID ...]",
    "import": "%runs import PATH",
    "verify": "%runs verify [ID ...]",
    "tag": "%runs tag ID WORD ...",
}
STATUSES = ("finished", "failed", "cancelled", "running", "submitted")
MODES = {
    "live": "every call is computed and recorded",
    "cache": "a call recorded before is taken from the record, others are computed",
    "strict": "every call is taken from the record, one that is not there is refused",
}


@magics_class
class RunsMagics(SharingMagics):
    """The magics of recorded work."""

    @magic_arguments()
    @argument(
        "words", nargs="*", metavar="ACTION", help="Nothing for the table, or an action and what it takes."
    )
    @argument("--all", action="store_true", help="Runs of every execution, not of this one alone.")
    @argument("--kind", metavar="KIND", help="Only Runs of this kind, such as chat.")
    @argument(
        "--status",
        metavar="STATUS",
        choices=STATUSES,
        help="Only finished, failed, cancelled, running or submitted ones.",
    )
    @argument("--limit", type=int, default=50, metavar="N", help="At most so many, newest first; default 50.")
    @argument(
        "--as",
        dest="name",
        metavar="NAME",
        help="Variable that takes the DataFrame, the Run, the RunDiff, the path, the list of Runs or"
        " the list of faults.",
    )
    @line_magic
    def runs(self, line: str) -> None:
        """Show recorded Runs, compare them, carry them elsewhere.

        ``%runs``
            the table of this execution's Runs; ``--all`` for those of every execution
        ``%runs show ID``
            one Run in full; the beginning of an identifier is enough
        ``%runs diff ID ID``
            what differs between two Runs
        ``%runs export PATH [ID ...]``
            write Runs and their objects into one zip file, all of them unless some are named
        ``%runs import PATH``
            check such a file and take its Runs in
        ``%runs verify [ID ...]``
            hash Runs and objects again and say what is wrong
        ``%runs tag ID WORD ...``
            put words on a Run; a tagged Run is never pruned
        """
        given = parse_words(RunsMagics.runs, line)
        check_name(given.name)
        action, *rest = given.words or [""]
        actions: dict[str, Callable[[list[str], Namespace], Any]] = {
            "": self._table,
            "show": self._show,
            "diff": self._diff,
            "export": self._export,
            "import": self._import,
            "verify": self._verify,
            "tag": self._tag,
        }
        if action not in actions:
            raise BadInput(f"%runs knows no action {action!r}.", f"There are {', '.join(ACTIONS)}.")
        self.context.bind(given.name, actions[action](rest, given))

    def _table(self, _: list[str], given: Namespace) -> Any:
        from workbench.magics.run_views import runs_table

        if given.limit < 1:
            raise BadInput(f"--limit is {given.limit}; it takes 1 or more.")
        runs = self.context.studio.runs
        execution = None if given.all else runs.execution
        frame = runs.frame(kind=given.kind, status=given.status, execution=execution, limit=given.limit)
        title = "Runs of every execution" if given.all else "Runs of this execution"
        if len(frame) == given.limit:
            title += f", the newest {given.limit}"
        display(runs_table(frame, title, 0 if given.all else runs.spent().replayed))
        return frame

    def _show(self, words: list[str], _: Namespace) -> Any:
        from workbench.magics.run_views import RunPage

        (run_id,) = _exactly(1, words, "show")
        run = self.context.studio.runs.get(run_id)
        display(RunPage(run))
        return run

    def _diff(self, words: list[str], _: Namespace) -> Any:
        left, right = _exactly(2, words, "diff")
        runs = self.context.studio.runs
        found = runs.diff(runs.get(left), runs.get(right))
        display(found)
        return found

    def _export(self, words: list[str], _: Namespace) -> Any:
        path, *chosen = _at_least(1, words, "export")
        runs = self.context.studio.runs
        written = runs.export(path, [runs.get(one) for one in chosen] or None)
        print(f"Exported to {path}.")  # noqa: T201 - what the magic has to say
        return written

    def _import(self, words: list[str], _: Namespace) -> Any:
        from workbench.wording import amount

        (path,) = _exactly(1, words, "import")
        taken = self.context.studio.runs.import_(path)
        print(f"Imported {amount(len(taken), 'new Run')}.")  # noqa: T201 - what the magic has to say
        return taken

    def _verify(self, words: list[str], _: Namespace) -> Any:
        from workbench.magics.table import Table

        runs = self.context.studio.runs
        faults = runs.verify([runs.get(one) for one in words] or None)
        if faults:
            display(Table(("what is wrong",), [[fault] for fault in faults]))
        else:
            print("Sound: every Run and object matches its digest.")  # noqa: T201 - as above
        return faults

    def _tag(self, words: list[str], _: Namespace) -> Any:
        run_id, *tags = _at_least(2, words, "tag")
        runs = self.context.studio.runs
        run = runs.get(run_id)
        runs.tag(run.id, *tags)
        tagged = runs.get(run.id)
        print(f"Run {run.id} is tagged {', '.join(tagged.tags)}.")  # noqa: T201 - as above
        return tagged

    @magic_arguments()
    @argument(
        "mode", nargs="?", metavar="MODE", help="live, cache or strict; nothing tells the one in force."
    )
    @line_cell_magic
    def replay(self, line: str, cell: str | None = None) -> Any:
        """Choose whether calls are computed or taken from the record.

        ``live`` computes and records every call. ``cache`` takes a call that is recorded from the
        record and computes the others. ``strict`` takes every call from the record and refuses one
        that is not there before anything leaves the machine.

        ``%replay strict`` holds from now on, ``%%replay strict`` for one cell, ``%replay`` tells.
        """
        mode = parse_words(RunsMagics.replay, line).mode
        runs = self.context.studio.runs
        if cell is not None:
            if mode is None:
                raise BadInput("%%replay needs a mode.", f"There are {', '.join(MODES)}.")
            before = runs.mode
            # The whole process's mode: a thread that the cell starts is held to it too.
            runs.set_mode(mode)
            try:
                return run_cell(self.shell, cell)
            finally:
                runs.set_mode(before)
        if mode is not None:
            runs.set_mode(mode)
        print(f"Replay is {runs.mode}: {MODES[runs.mode]}.")  # noqa: T201 - what the magic has to say
        return None


def _exactly(count: int, words: list[str], action: str) -> list[str]:
    if len(words) != count:
        raise BadInput(
            f"%runs {action} takes {count} word{'s' * (count > 1)}, not {len(words)}.",
            f"Write `{ACTIONS[action]}`.",
        )
    return words


def _at_least(count: int, words: list[str], action: str) -> list[str]:
    if len(words) < count:
        raise BadInput(
            f"%runs {action} takes {count} word{'s' * (count > 1)} or more, not {len(words)}.",
            f"Write `{ACTIONS[action]}`.",
        )
    return words
