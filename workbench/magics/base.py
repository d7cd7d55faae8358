"""What every class of magics starts from."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics, magics_class

from workbench.magics.context import Context

__all__ = ["SharingMagics"]


@magics_class
class SharingMagics(Magics):
    """Magics that share one `Context`.

    Parameters
    ----------
    shell : InteractiveShell
        IPython's shell.
    context : Context
        What the magics share.
    """

    def __init__(self, shell: Any, context: Context) -> None:
        super().__init__(shell)
        self.context = context
