"""The page that is open: a file's text with a passage marked, and the pages around it."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, NotFound
from workbench.widgets.knowledge_desk import Desk
from workbench.widgets.knowledge_pages import Leaf, Place, leaf_at, leaves, page_view

if TYPE_CHECKING:
    from workbench.knowledge.document import Document

__all__ = ["Reader"]

KEPT = 4
"""Texts that are kept at hand."""


class Reader:
    """Opens passages in their pages.

    Parameters
    ----------
    desk : Desk
        The panel's shared state.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.place: Place | None = None
        self._at = 0
        self._texts: OrderedDict[str, tuple[Document, list[Leaf], dict[str, Any]]] = OrderedDict()

    # ---- what a reader may do ----

    def open(self, file_id: str, start: int = 0, end: int = 0, terms: tuple[str, ...] = ()) -> None:
        """Show a passage where it stands, or a file's first page.

        Parameters
        ----------
        file_id : str
            The file.
        start, end : int
            Character offsets into its text.
        terms : tuple of str
            Words to mark in the passage.
        """
        if type(start) is not int or type(end) is not int or not 0 <= start <= end:
            raise BadInput("There is no such passage.", "Search again.")
        document, found, _ = self._text(file_id)
        if end > len(document.text):
            raise NotFound("The file's text has changed since the search.", "Search again.")
        self.place = Place(file_id, start, end, terms)
        self._at = leaf_at(found, start)
        self.desk.changed("page", settled=True)

    def turn(self, by: int) -> None:
        """Go so many pages on; before the first and after the last there is none."""
        if self.place is None or type(by) is not int:
            return
        _, found, _ = self._text(self.place.file_id)
        self._at = min(max(self._at + by, 0), len(found) - 1)
        self.desk.changed("page")

    def back(self) -> None:
        """Go back to the passage."""
        if self.place is not None:
            self._at = leaf_at(self._text(self.place.file_id)[1], self.place.start)
            self.desk.changed("page")

    def close(self) -> None:
        """Put the page away."""
        if self.place is not None:
            self.place = None
            self.desk.changed("page", settled=True)

    # ---- what to show ----

    def view(self) -> dict[str, Any]:
        """Return the open page as JSON values; the HTML in it is escaped."""
        if self.place is None:
            return {}
        document, found, file = self._text(self.place.file_id)
        return page_view(document, found, self._at, self.place, file["filename"], file["file_type"])

    # ---- inside ----

    def _text(self, file_id: str) -> tuple[Document, list[Leaf], dict[str, Any]]:
        if file_id not in self._texts:
            files, user = self.desk.studio.files, self.desk.user
            document = files.document(file_id, user)
            self._texts[file_id] = document, leaves(document), files.get_file(file_id, user)
            while len(self._texts) > KEPT:
                self._texts.popitem(last=False)
        self._texts.move_to_end(file_id)
        return self._texts[file_id]
