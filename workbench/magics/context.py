"""What every magic shares: the shell, its Studio and the cell that runs."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["Context", "check_name", "existing_studio"]


class Context:
    """The running notebook.

    Parameters
    ----------
    shell : InteractiveShell
        IPython's shell.

    Attributes
    ----------
    knowledge_base : str or None
        Name of the knowledge base that was last used here.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.knowledge_base: str | None = None
        self._cell: str | None = None
        self._begun: Studio | None = None

    def pre_run_cell(self, info: Any) -> None:
        """Tell the Runs which cell starts, where a Studio exists; never makes one."""
        self._cell = info.cell_id
        self._begun = None
        studio = existing_studio()
        if studio is not None:
            self._begin(studio)

    @property
    def studio(self) -> Studio:
        """The process's Studio, made on first use and told the cell that made it."""
        from workbench.studio import studio as default

        studio = default()
        if self._begun is not studio:
            self._begin(studio)
        return studio

    def _begin(self, studio: Studio) -> None:
        self._begun = studio
        studio.runs.begin_cell(self._cell)

    def namespace(self, local: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the notebook's variables, those of a calling function over them."""
        return {**self.shell.user_ns, **(local or {})}

    def bind(self, name: str | None, value: Any) -> None:
        """Set a variable of the notebook."""
        if name is not None:
            self.shell.user_ns[name] = value

    @property
    def live(self) -> bool:
        """Whether a front end is there that can change what was displayed."""
        return hasattr(self.shell, "kernel")


def existing_studio() -> Studio | None:
    """Return the process's Studio if something has made it already; never makes or loads one."""
    module = sys.modules.get("workbench.studio")
    return module.opened() if module is not None else None


def check_name(name: str | None) -> None:
    """Refuse what cannot be a variable, before anything is sent."""
    if name is None or (name.isidentifier() and not keyword.iskeyword(name)):
        return
    taken = "It is a word of Python; choose another." if keyword.iskeyword(name) else ""
    raise BadInput(
        f"--as {name} cannot be a variable's name.",
        taken or "Use letters, digits and underscores, a digit not first.",
    )
