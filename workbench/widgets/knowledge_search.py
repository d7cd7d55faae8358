"""Searching while the reader types: the latest question wins, and Enter puts it on record."""

from __future__ import annotations

import threading
import time
from contextvars import copy_context
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.widgets.failures import described
from workbench.widgets.knowledge_desk import Desk
from workbench.widgets.knowledge_pages import snippet_html

if TYPE_CHECKING:
    from workbench.knowledge.results import Hit

__all__ = ["Asked", "Finder"]

THRESHOLD = 0.7
LIMIT, MOST = 10, 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched.

    Attributes
    ----------
    text : str
        Words or a question.
    threshold : float
        Least score of what counts as found, 0 to 1; weaker passages are shown apart.
    types, files : tuple of str
        Only files of these types, only these files; empty for all.
    limit : int
        Most passages.
    """

    text: str = ""
    threshold: float = THRESHOLD
    types: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    limit: int = LIMIT

    def filters(self) -> dict[str, list[str]] | None:
        """Return them as `VectorService.search` takes them."""
        found = {"file_type": list(self.types), "file_id": list(self.files)}
        return {name: wanted for name, wanted in found.items() if wanted} or None


class Finder:
    """Searches the open base in a thread.

    Parameters
    ----------
    desk : Desk
        The panel's shared state.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.asked = Asked()
        self.hits: tuple[Hit, ...] = ()
        self.run_id: str | None = None
        self.seconds = 0.0
        self.error: dict[str, Any] | None = None
        self._answered: Asked | None = None
        self._wanted: tuple[Asked, str, bool] | None = None
        self._running = False

    # ---- what a reader may do ----

    def search(self, *, record: bool = False, **changes: Any) -> None:
        """Change fields of `Asked` and search; any but ``limit`` begins with the first passages.

        Parameters
        ----------
        record : bool
            Whether a Run is to be left.
        **changes : Any
            The fields.
        """
        fresh = {"limit": LIMIT} if changes.keys() & {"text", "types", "files"} else {}
        wanted = _checked(replace(self.asked, **(fresh | changes)))
        only_threshold = replace(wanted, threshold=0) == replace(self.asked, threshold=0)
        self.asked = wanted
        if only_threshold and not record and self._answered is not None:
            self.desk.changed("found")  # the weaker passages are known already
            return
        self.again(record=record)

    def again(self, *, record: bool = False) -> None:
        """Search once more, as when the base changed."""
        with self.desk.lock:
            base = self.desk.base_id
            if base is None or not self.asked.text.strip():
                self._wanted = None
                self._settle((), None, 0.0, None)
            else:
                recorded = record or bool(self._wanted and self._wanted[2] and self._wanted[0] == self.asked)
                self._wanted = (self.asked, base, recorded)
                self._start()
        self.desk.changed("found")

    # ---- what to show ----

    @property
    def busy(self) -> bool:
        """Whether the answer to what is asked is still to come."""
        return self._running

    def view(self) -> dict[str, Any]:
        """Return question and passages, as JSON values; the HTML in them is escaped."""
        return {
            "asked": asdict(self.asked),
            "text": self._answered.text if self._answered else "",
            "hits": [_hit(rank, hit) for rank, hit in enumerate(self.hits, 1)],
            "full": len(self.hits) >= self.asked.limit < MOST,
            "run": self.run_id,
            "seconds": self.seconds,
            "busy": self.busy,
            "error": self.error,
        }

    def terms(self, file_id: str, start: int, end: int) -> tuple[str, ...]:
        """Return the words that led to a passage, where it is among those found."""
        for hit in self.hits:
            if (hit.file_id, hit.start, hit.end) == (file_id, start, end):
                return tuple(hit.why.get("terms", ()))
        return ()

    # ---- inside ----

    def _start(self) -> None:
        if not self._running:
            self._running = True
            threading.Thread(target=copy_context().run, args=(self._run,), daemon=True).start()

    def _run(self) -> None:
        while True:
            with self.desk.lock:
                wanted, self._wanted = self._wanted, None
                if wanted is None:
                    self._running = False
                    break
            self._find(*wanted)
        self.desk.changed("found")

    def _find(self, asked: Asked, base: str, record: bool) -> None:
        vectors, user = self.desk.studio.vectors, self.desk.user
        began = time.perf_counter()
        hits: tuple[Hit, ...] = ()
        run_id, error = None, None
        try:
            # Nothing is cut here: what scores less than the threshold is shown apart.
            hits = vectors.search(
                base, asked.text, asked.limit, 0.0, filters=asked.filters(), user_id=user, record=False
            ).hits
            seconds = time.perf_counter() - began
            if record:
                run_id = vectors.search(
                    base, asked.text, asked.limit, asked.threshold, filters=asked.filters(), user_id=user
                ).run_id
        except Exception as failure:  # noqa: BLE001 - a thread has nobody above it: the panel shows it
            error, seconds = described(failure), time.perf_counter() - began
        with self.desk.lock:
            if base == self.desk.base_id and (record or self._wanted is None):
                self._settle(hits, run_id, seconds, error, asked)
        self.desk.changed("found", settled=record)

    def _settle(
        self,
        hits: tuple[Hit, ...],
        run_id: str | None,
        seconds: float,
        error: dict[str, Any] | None,
        asked: Asked | None = None,
    ) -> None:
        self.hits, self.run_id, self.seconds, self.error, self._answered = hits, run_id, seconds, error, asked


def _hit(rank: int, hit: Hit) -> dict[str, Any]:
    names = ("file_id", "filename", "page", "heading", "citation", "score", "start", "end")
    why = {name: hit.why.get(name) for name in ("cosine", "bm25", "evidence", "terms")}
    return {name: getattr(hit, name) for name in names} | {
        "rank": rank,
        "snippet": snippet_html(hit.content, hit.why.get("terms") or ()),
        "why": why,
        "duplicates": [_duplicate(each) for each in hit.duplicates],
    }


def _duplicate(each: dict[str, Any]) -> dict[str, Any]:
    page = f", p. {each['page']}" if each.get("page") is not None else ""
    return {name: each[name] for name in ("file_id", "start", "end")} | {"citation": each["filename"] + page}


def _checked(asked: Asked) -> Asked:
    plain = isinstance(asked.text, str) and isinstance(asked.threshold, int | float)
    lists = all(isinstance(value, list | tuple) for value in (asked.types, asked.files))
    if not plain or not lists or not 0 <= asked.threshold <= 1 or type(asked.limit) is not int:
        raise BadInput("The panel cannot search for that.", "Choose what it offers.")
    if not LIMIT <= asked.limit <= MOST or not all(isinstance(v, str) for v in (*asked.types, *asked.files)):
        raise BadInput("The panel cannot search for that.", "Choose what it offers.")
    return replace(asked, types=tuple(asked.types), files=tuple(asked.files))
