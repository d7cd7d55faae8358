"""A panel over every Run: find, sum up, open, compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from workbench.widgets.explorer import RunsExplorer
from workbench.widgets.panel import Panel, asset
from workbench.widgets.run_html import static_table
from workbench.wording import amount

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["RunsWidget"]


class RunsWidget(Panel):
    """The table of Runs with totals and charts; a click opens a Run, two ticks compare two.

    Parameters
    ----------
    studio : Studio, optional
        The process's default one when not given.
    **traits
        Those of `ipywidgets.DOMWidget`, such as ``layout``.

    Examples
    --------
    >>> from workbench.widgets import RunsWidget
    >>> RunsWidget()  # doctest: +SKIP
    """

    _esm = asset("dom.js", "runs.js")
    _css = asset("theme.css", "runs.css")

    view = traitlets.Dict().tag(sync=True)

    def __init__(self, studio: Studio | None = None, **traits: Any) -> None:
        super().__init__(studio, **traits)
        self.explorer = RunsExplorer(self.studio, self._show)
        self._show()

    def act(self, action: dict[str, Any]) -> None:
        """Do what the browser asks; see `RunsExplorer.act`."""
        self.explorer.act(action)

    def static_html(self) -> str:
        """Return the present page of the table, the totals and the charts as HTML without script."""
        shown = (self.view.get(name) for name in ("summary", "charts", "rows", "pager"))
        return "" if "rows" not in self.view else static_table(*shown)

    def __repr__(self) -> str:
        return f"RunsWidget({amount(self.view.get('pager', {}).get('total', 0), 'Run')})"

    def _show(self) -> None:
        self.view = self.explorer.snapshot()
        self._refresh_twin()
