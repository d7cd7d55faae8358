"""What every embedder is: text in, rows of numbers out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

from workbench.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Embedder", "Progress", "Role", "Spans", "Vectors", "checked_texts"]

Vectors: TypeAlias = "NDArray[np.float32]"
Role: TypeAlias = Literal["passage", "query"]
Progress: TypeAlias = Callable[[int, int], None]
Spans: TypeAlias = list[tuple[int, int]]


@runtime_checkable
class Embedder(Protocol):
    """A source of embeddings, found by the entry-point group ``workbench.embedders``.

    It is made with the settings and, optionally, one of its models, and loads its library on
    first use. Every failure is raised as a `workbench.errors.WorkbenchError`.

    Attributes
    ----------
    models : tuple of str
        The models by which `workbench.embedders.get_embedder` finds it; the first is its default.
    name : str
        In the registry.
    model : str
        The model in use.
    remote : bool
        Whether texts leave this machine, which costs.
    exact : bool
        Whether a text has the same vector bit for bit whatever it is embedded with, so that a
        Run can be replayed exactly.
    dimension : int
        Columns of what `embed` returns.
    window : int
        The most tokens of a text that are read, those that the model adds not counted. What
        lies beyond has no part in the vector.
    fingerprint : str
        Names weights and way of computing: vectors of equal fingerprints can be compared.
    """

    models: ClassVar[tuple[str, ...]]
    name: str
    model: str
    remote: bool

    @property
    def exact(self) -> bool:
        """Whether a text has the same vector bit for bit whatever it is embedded with."""

    @property
    def dimension(self) -> int:
        """Columns of what `embed` returns."""

    @property
    def window(self) -> int:
        """The most tokens of a text that are read."""

    @property
    def fingerprint(self) -> str:
        """Names weights and way of computing."""

    def available(self) -> str | None:
        """Return why this embedder cannot be used now, or ``None`` when it can."""

    def embed(
        self, texts: Sequence[str], *, role: Role = "passage", progress: Progress | None = None
    ) -> Vectors:
        """Return a float32 array with one row of unit length a text, in their order.

        The dot product of two rows is the cosine of their angle: 1 for the same direction.

        Parameters
        ----------
        texts : sequence of str
            None of them blank.
        role : {"passage", "query"}
            Whether the texts are to be found, or are what is looked for; some models tell them apart.
        progress : callable, optional
            ``progress(done, total)`` in texts; what it raises stops the work.
        """

    def embed_with_usage(
        self, texts: Sequence[str], *, role: Role = "passage", progress: Progress | None = None
    ) -> tuple[Vectors, int]:
        """Return what `embed` does, and the tokens that the provider counted; 0 where nothing is paid."""

    def spans(self, text: str) -> Spans:
        """Return first character and end of each token of the whole text, however long, in order.

        Tokens that the model adds have none. By this, texts are cut to fit the window.
        """


def checked_texts(texts: Sequence[str]) -> list[str]:
    """Return the texts as a list.

    Raises
    ------
    BadInput
        For a single string, which is not a list of texts, and for a text that is empty or none.
    """
    if isinstance(texts, str):
        raise BadInput(
            "Texts to embed come as a list of strings, not as one string.", details={"field": "texts"}
        )
    for position, text in enumerate(texts):
        if not isinstance(text, str) or not text.strip():
            raise BadInput(
                f"Text {position} of {len(texts)} is empty; every text to embed needs words.",
                "Leave empty texts out.",
                details={"field": "texts", "position": position},
            )
    return list(texts)
