"""An answer with its citations, as a notebook shows it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from workbench.runs import Run

__all__ = ["Answer", "Citation"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A stretch of a source that a sentence of the answer rests on.

    Attributes
    ----------
    number : int
        The ``[n]`` of the answer; one passage may be quoted for several sentences.
    file_id, filename, digest : str
        The file, and ``sha256:`` of its bytes or, of a text without a file, of that text.
    page : int or None
        From 1, where the format has pages.
    start, end : int
        Character offsets into the file's text.
    quote : str
        ``document.text[start:end]``, checked against the stored text.
    chunk_id : int
        The passage.
    heading : str
        The headings above it.
    score : float
        0 to 1: how well the quote carries the sentence; see `support`.
    attached : bool
        Whether the workbench put the marker there, because the model wrote none.
    """

    number: int
    file_id: str
    filename: str
    digest: str
    page: int | None
    start: int
    end: int
    quote: str
    chunk_id: int
    heading: str
    score: float
    attached: bool = False

    @property
    def place(self) -> str:
        """File, page and heading for people."""
        page = f", p. {self.page}" if self.page is not None else ""
        return self.filename + page + (f" · {self.heading}" if self.heading else "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a knowledge base answers to a question.

    Attributes
    ----------
    question, knowledge_base : str
        What was asked, and the base's name.
    content : str
        Markdown; ``[n]`` points to the citations of that number.
    citations : tuple of Citation
        In the order of the answer.
    refused : bool
        Whether the documents do not say.
    unsupported : tuple of str
        Sentences of the model that no source supports.
    flagged : tuple of str
        What was taken out or put right, a sentence each.
    provider, model : str
        Who wrote it: ``none`` where it is made of quotes alone, and where no model was asked.
    tokens_used : int
        Input plus output of the model.
    cost : float or None
        US dollars of the model; ``None`` when the price is not known.
    run_id : str
        The Run that recorded it.
    """

    question: str
    knowledge_base: str
    content: str
    citations: tuple[Citation, ...]
    refused: bool
    unsupported: tuple[str, ...]
    flagged: tuple[str, ...]
    provider: str
    model: str
    tokens_used: int
    cost: float | None
    run_id: str

    @classmethod
    def of(cls, run: Run) -> Answer:
        """Return the answer that a Run recorded."""
        kept: dict[str, Any] = run.output | {
            "citations": tuple(Citation(**citation) for citation in run.output["citations"]),
            "unsupported": tuple(run.output["unsupported"]),
            "flagged": tuple(run.output["flagged"]),
        }
        return cls(question=run.inputs["question"], knowledge_base=run.inputs["base"], run_id=run.id, **kept)

    @property
    def run(self) -> Run:
        """The Run that recorded the answer."""
        from workbench.studio import studio

        return studio().runs.get(self.run_id)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a citation, indexed by its number."""
        import pandas as pd

        names = list(Citation.__slots__)
        frame = pd.DataFrame([asdict(citation) for citation in self.citations], columns=names)
        return frame.astype({"page": "Int64"}).set_index("number")

    def to_json(self) -> str:
        """Return the answer as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        from workbench.knowledge.answering.display import plain

        return plain(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from workbench.knowledge.answering.display import as_html, as_markdown, plain

        return {"text/plain": plain(self), "text/markdown": as_markdown(self), "text/html": as_html(self)}
