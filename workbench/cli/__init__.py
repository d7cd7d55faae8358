"""The ``workbench`` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["jupyter_workbench", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; an error of ours or the machine's is one sentence on stderr and exit status 2.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.
    """
    from workbench.cli.app import app
    from workbench.errors import WorkbenchError

    try:
        app(args=None if arguments is None else list(arguments), prog_name="workbench")
    except WorkbenchError as error:
        print(f"workbench: {error}", file=sys.stderr)  # noqa: T201 this is the command's way to speak
        return 2
    except OSError as error:
        # A full disk, a folder in place of a file: the machine's word on it, not a traceback.
        print(f"workbench: {_machines_word(error)}", file=sys.stderr)  # noqa: T201 as above
        return 2
    return 0


def jupyter_workbench() -> int:
    """Run ``jupyter workbench``, which is ``workbench serve``."""
    return main(["serve", *sys.argv[1:]])


def _machines_word(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}."
