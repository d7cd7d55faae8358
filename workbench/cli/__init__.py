"""The ``workbench`` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; an error of ours is one sentence on stderr and exit status 2.

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
    return 0
