"""What every panel shares: its Studio, a static twin that survives the kernel, and no tracebacks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import anywidget

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["Panel", "asset"]

STATIC = "wb-fallback"


def asset(*names: str) -> str:
    """Return files that lie beside this module, one after the other."""
    return "\n".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in names)


class Panel(anywidget.AnyWidget):
    """A live view with a static twin.

    Showing a panel writes two outputs: the live view, and beside it plain HTML that is kept up to
    date and hidden while the live view runs. So the notebook that is saved, exported or opened
    without a kernel shows what the panel showed last.

    Parameters
    ----------
    studio : Studio, optional
        The process's default one when not given.
    **traits
        Those of `ipywidgets.DOMWidget`, such as ``layout``.
    """

    def __init__(self, studio: Studio | None = None, **traits: Any) -> None:
        from workbench.studio import studio as default_studio

        self.studio: Studio = studio or default_studio()
        self._twin: str | None = None
        self._twin_html = ""
        super().__init__(**traits)
        self.on_msg(self._received)

    def act(self, action: dict[str, Any]) -> None:
        """Do what the browser asks; never raises."""
        raise NotImplementedError

    def static_html(self) -> str:
        """Return what the panel shows now as HTML without script."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {**self._live_bundle(), "text/html": self.static_html()}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        # the twin carries the HTML; two copies of it would show in an export
        display({**self._live_bundle(), "text/html": ""}, raw=True)
        self._twin = uuid4().hex
        self._twin_html = self.static_html()
        display(self._twin_bundle(), raw=True, display_id=self._twin)

    def _live_bundle(self) -> dict[str, Any]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"text/plain": repr(self), "application/vnd.jupyter.widget-view+json": view}

    def _twin_bundle(self) -> dict[str, str]:
        return {"text/plain": "", "text/html": f'<div class="{STATIC}">{self._twin_html}</div>'}

    def _refresh_twin(self) -> None:
        from IPython.display import update_display

        if self._twin is None or (html := self.static_html()) == self._twin_html:
            return
        self._twin_html = html
        update_display(self._twin_bundle(), raw=True, display_id=self._twin)

    def _received(self, _: Any, content: Any, __: Any) -> None:
        if isinstance(content, dict):
            self.act(content)
