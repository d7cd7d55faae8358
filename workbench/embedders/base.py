"""What every embedder is: text in, rows of numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeAlias, runtime_checkable

from workbench.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Embedder", "Vectors", "checked_texts"]

Vectors: TypeAlias = "NDArray[np.float32]"


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
    dimension : int
        Columns of what `embed` returns.
    """

    models: ClassVar[tuple[str, ...]]
    name: str
    model: str

    @property
    def dimension(self) -> int:
        """Columns of what `embed` returns."""

    def available(self) -> str | None:
        """Return why this embedder cannot be used now, or ``None`` when it can."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a float32 array with one row of unit length a text, in their order.

        The dot product of two rows is the cosine of their angle: 1 for the same direction.
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
