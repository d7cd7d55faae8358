"""What knowledge bases answer with, as a notebook shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.text import truncate_text
from workbench.wording import amount

if TYPE_CHECKING:
    import pandas as pd

    from workbench.runs import Run

__all__ = ["AddResult", "Hit", "SearchResults"]

_SHOWN = 600


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found.

    Attributes
    ----------
    content : str
        Its text: ``document.text[start:end]``.
    score : float
        0 to 1; .7 is where a passage is more likely to the point than not. See `score_of`.
    file_id, filename : str
        Where it stands.
    chunk_id : int
        Its identifier.
    start, end : int
        Character offsets into the file's text.
    page : int or None
        From 1, where the format has pages.
    heading : str
        The headings above it, ``"Methods > Sampling"``.
    citation : str
        File and page for people.
    why : dict
        ``cosine``, ``bm25``, ``evidence`` and ``terms``, the words of the query that it holds.
    duplicates : list of dict
        Passages that say the same: ``chunk_id``, ``file_id``, ``filename``, ``page``, ``start``, ``end``.
    """

    content: str
    score: float
    file_id: str
    filename: str
    chunk_id: int
    start: int
    end: int
    page: int | None
    heading: str
    citation: str
    why: dict[str, Any]
    duplicates: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Return the passage as a dict of JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What a search found, the best first.

    Attributes
    ----------
    query : str
        What was looked for.
    knowledge_base : str
        The base's name.
    hits : tuple of Hit
        Those at or above the threshold.
    run_id : str or None
        The Run that recorded the search.
    """

    query: str
    knowledge_base: str
    hits: tuple[Hit, ...]
    run_id: str | None = None

    @property
    def run(self) -> Run | None:
        """The Run that recorded the search."""
        from workbench.studio import studio

        return studio().runs.get(self.run_id) if self.run_id else None

    def to_frame(self) -> pd.DataFrame:
        """Return a row a passage: rank, score, filename, page, heading, content, start, end and why."""
        import pandas as pd

        columns = [
            "score",
            "filename",
            "page",
            "heading",
            "content",
            "cosine",
            "bm25",
            "start",
            "end",
            "file_id",
        ]
        rows = [hit.to_dict() | hit.why for hit in self.hits]
        frame = pd.DataFrame(rows, columns=[*columns, "chunk_id"]).astype({"page": "Int64"})
        frame.index = pd.RangeIndex(1, len(frame) + 1, name="rank")
        return frame

    def to_json(self) -> str:
        """Return the results as JSON text."""
        body = {"query": self.query, "knowledge_base": self.knowledge_base}
        return json.dumps(body | {"hits": [hit.to_dict() for hit in self.hits]}, ensure_ascii=False, indent=2)

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __getitem__(self, rank: int) -> Hit:
        return self.hits[rank]

    def __str__(self) -> str:
        if not self.hits:
            return f"Nothing in {self.knowledge_base} is close to {self.query!r}."
        return "\n\n".join(
            f"{rank}. {hit.score:.2f}  {hit.citation}\n{truncate_text(hit.content, _SHOWN)}"
            for rank, hit in enumerate(self.hits, 1)
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from workbench.knowledge.display import results_html

        return {"text/plain": str(self), "text/html": results_html(self)}


@dataclass(frozen=True, slots=True)
class AddResult:
    """How each file fared that was added to a knowledge base.

    Attributes
    ----------
    knowledge_base : str
        The base's name.
    files : tuple of dict
        ``file_id``, ``filename``, ``status`` (``ready`` or ``failed``), ``error``, ``pages``, ``chunks``.
    run_id : str
        The Run that recorded it.
    """

    knowledge_base: str
    files: tuple[dict[str, Any], ...]
    run_id: str

    @property
    def run(self) -> Run:
        """The Run that recorded it."""
        from workbench.studio import studio

        return studio().runs.get(self.run_id)

    @property
    def failed(self) -> tuple[dict[str, Any], ...]:
        """Those that could not be added."""
        return tuple(file for file in self.files if file["status"] != "ready")

    def to_frame(self) -> pd.DataFrame:
        """Return a row a file."""
        import pandas as pd

        columns = ["filename", "status", "pages", "chunks", "error", "file_id"]
        return pd.DataFrame(list(self.files), columns=columns)

    def __len__(self) -> int:
        return len(self.files)

    def __str__(self) -> str:
        ready = [file for file in self.files if file["status"] == "ready"]
        passages = amount(sum(file["chunks"] for file in ready), "passage")
        lines = [f"{self.knowledge_base}: {amount(len(ready), 'file')} ready, {passages}."]
        lines += [f"{file['filename']}: {file['error']}" for file in self.failed]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from workbench.knowledge.display import added_html

        return {"text/plain": str(self), "text/html": added_html(self)}
