"""A panel on knowledge bases: drop files, search as you type, read the passage in its page, ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from workbench.widgets.knowledge_explorer import PARTS, KnowledgeExplorer
from workbench.widgets.knowledge_html import static_html
from workbench.widgets.panel import Panel, asset
from workbench.wording import amount

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["KnowledgeWidget"]


class KnowledgeWidget(Panel):
    """Files and knowledge bases: dropped files become searchable, every passage opens in its page.

    What is added, searched with Enter and asked is a Run, as from `VectorService`, ``%kb`` and
    ``%search``. A search that only follows the typing leaves none.

    Parameters
    ----------
    studio : Studio, optional
        The process's default one when not given.
    base : str, optional
        Id or name of a knowledge base to open; a new name makes one. By default the one that was
        changed last.
    **traits
        Those of `ipywidgets.DOMWidget`, such as ``layout={"height": "80vh"}``.

    Examples
    --------
    >>> from workbench.widgets import KnowledgeWidget
    >>> KnowledgeWidget(base="Snow and soil")  # doctest: +SKIP
    """

    _esm = asset(
        "dom.js", "knowledge_send.js", "knowledge_files.js", "knowledge_find.js", "knowledge_page.js",
        "knowledge_ask.js", "knowledge.js",
    )  # fmt: skip
    _css = asset("theme.css", "knowledge.css")

    bases = traitlets.List().tag(sync=True)
    base = traitlets.Dict().tag(sync=True)
    tasks = traitlets.List().tag(sync=True)
    found = traitlets.Dict().tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)

    def __init__(self, studio: Studio | None = None, *, base: str | None = None, **traits: Any) -> None:
        self.explorer: KnowledgeExplorer | None = None
        super().__init__(studio, **traits)
        self.explorer = KnowledgeExplorer(self.studio, self._publish, base=base)
        self._publish({"type": "state", "parts": PARTS, "settled": True})

    def act(self, action: dict[str, Any]) -> None:
        """Do what the browser asks; see `KnowledgeExplorer.act`."""
        self._do(action, ())

    def static_html(self) -> str:
        """Return base, files, passages and the open page as HTML without script."""
        return static_html({name: getattr(self, name) for name in PARTS})

    def __repr__(self) -> str:
        files = amount(self.base.get("file_count", 0), "file")
        return f"KnowledgeWidget(base={self.base.get('name')!r}, {files})"

    def _received(self, _: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict):
            self._do(content, buffers or ())

    def _do(self, action: dict[str, Any], buffers: Any) -> None:
        if self.explorer is not None:
            self.explorer.act(action, buffers)

    def _publish(self, event: dict[str, Any]) -> None:
        """Pass an event on; threads come one after the other."""
        explorer = self.explorer
        if explorer is None:  # still being made
            return
        with explorer.desk.lock:
            if event["type"] != "state":
                self.send(event)
                return
            with self.hold_sync():
                for part in event["parts"]:
                    setattr(self, part, explorer.view(part))
            if event["settled"] and not explorer.tasks.busy:
                self._refresh_twin()
