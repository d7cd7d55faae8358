"""No known secret leaves a notebook's kernel or an IPython terminal.

In a kernel every message goes through one `Session`, whose sending is wrapped: streams,
displays, results, errors, widget values and their binary buffers, replies of every kind. What
ipykernel writes to the server's console, and log records, are cleaned as well. The source of a
cell is not the kernel's: a key typed into a cell stays in the saved notebook.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TextIO, cast
from weakref import WeakKeyDictionary

from workbench.kernels.console import CleanFile, guard_console
from workbench.kernels.outgoing import guard_session
from workbench.security import redact_logging

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from workbench.security import Redactor

__all__ = ["install", "uninstall"]


class _Installed:
    """What `install` did to one shell, and how it is undone."""

    def __init__(self, shell: InteractiveShell, redactor: Redactor) -> None:
        self.redactor = redactor
        self._undo = ExitStack()
        self._undo.callback(redact_logging(redactor))
        if getattr(getattr(shell, "kernel", None), "session", None) is None:
            self._guard_terminal(shell)
        else:
            self._guard_kernel(shell)
        shell.events.register("pre_run_cell", self._reload)
        self._undo.callback(shell.events.unregister, "pre_run_cell", self._reload)

    def undo(self) -> None:
        self._undo.close()

    def _reload(self, _info: object = None) -> None:
        self.redactor.reload()

    def _guard_kernel(self, shell: Any) -> None:
        self._undo.callback(guard_session(shell, self.redactor))
        for stream in (sys.stdout, sys.stderr):
            self._undo.callback(guard_console(stream, self.redactor))

    def _guard_terminal(self, shell: InteractiveShell) -> None:
        out, err = CleanFile(sys.stdout, self.redactor), CleanFile(sys.stderr, self.redactor)

        def settle(_result: object = None) -> None:
            out.settle()
            err.settle()

        def restore() -> None:
            settle()
            if sys.stdout is cast("TextIO", out):
                sys.stdout = out.file
            if sys.stderr is cast("TextIO", err):
                sys.stderr = err.file

        sys.stdout, sys.stderr = cast("TextIO", out), cast("TextIO", err)
        self._undo.callback(restore)
        shell.events.register("post_run_cell", settle)
        self._undo.callback(shell.events.unregister, "post_run_cell", settle)


_installed: WeakKeyDictionary[InteractiveShell, _Installed] = WeakKeyDictionary()


def install(shell: InteractiveShell, redactor: Redactor) -> None:
    """Clean all that leaves by a shell from now on.

    Keys that come into the environment later are known from then on, within the cell that
    sets them too. A second call with the same redactor changes nothing; with another one it
    takes over, and what the former knew stays known.

    Parameters
    ----------
    shell : InteractiveShell
        Of a kernel or of a terminal.
    redactor : Redactor
        Knows the secrets.
    """
    former = _installed.get(shell)
    if former is not None:
        if former.redactor is redactor:
            return
        redactor.include(former.redactor)
        uninstall(shell)
    _installed[shell] = _Installed(shell, redactor)


def uninstall(shell: InteractiveShell) -> None:
    """Undo `install`; without one, do nothing."""
    installed = _installed.pop(shell, None)
    if installed is not None:
        installed.undo()
