"""Cosines of any embedder brought to the scale on which the border of answering was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.embedders import Embedder

__all__ = ["PAIRS", "Scale"]

MEASURED_ON = "all-MiniLM-L6-v2"
ALIEN, AKIN = 0.049, 0.714
"""Mean cosines of the `PAIRS` by that model, of a question with others' sentences and its own."""
PAIRS = (
    ("How tall is the lighthouse?", "The lighthouse rises 38 metres above the cliff."),
    ("When was the railway opened?", "The railway line was opened to traffic in 1871."),
    ("Which enzyme breaks down lactose?", "Lactose is split into two sugars by the enzyme lactase."),
    ("Who conducted the orchestra?", "The orchestra played under the conductor Maria Lindqvist."),
    ("What does the warranty cover?", "The warranty covers faults in material for two years."),
    ("Why did the bridge collapse?", "The bridge collapsed because a bearing had corroded."),
    ("How is the dough prepared?", "Knead the dough for ten minutes and let it rest overnight."),
    ("What is the sampling rate of the sensor?", "The sensor takes 200 samples per second."),
    ("Which countries signed the treaty?", "The treaty was signed by Denmark, Sweden and Norway."),
    ("How many students passed the exam?", "Of the 412 students who took the exam, 367 passed."),
    ("What do barn owls eat?", "Barn owls feed mostly on voles, shrews and mice."),
    ("How does the function handle missing values?", "Missing values are skipped by the function."),
)
"""A question and a sentence that answers it, of subjects that have nothing to do with each other."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from an embedder's cosines to those of the model that was measured.

    Attributes
    ----------
    alien, akin : float
        Mean cosines of the `PAIRS` by this embedder.
    """

    alien: float = ALIEN
    akin: float = AKIN

    @classmethod
    def of(cls, embedder: Embedder) -> tuple[Scale, int]:
        """Return the scale of an embedder, and the tokens that it counted to find out.

        All but the one that was measured embed the `PAIRS`, once a process.
        """
        if MEASURED_ON in embedder.model:
            return cls(), 0
        if embedder.fingerprint in _KNOWN:
            return _KNOWN[embedder.fingerprint], 0
        scale, tokens = cls._found(embedder)
        _KNOWN[embedder.fingerprint] = scale
        return scale, tokens

    @classmethod
    def _found(cls, embedder: Embedder) -> tuple[Scale, int]:
        import numpy as np

        asked, first = embedder.embed_with_usage([question for question, _ in PAIRS], role="query")
        said, second = embedder.embed_with_usage([sentence for _, sentence in PAIRS])
        cosines = asked @ said.T
        own = np.identity(len(PAIRS)) > 0
        return cls(float(cosines[~own].mean()), float(cosines[own].mean())), first + second

    def measured(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosines as the measured model's."""
        if (self.alien, self.akin) == (ALIEN, AKIN):
            return cosines
        stretch = (AKIN - ALIEN) / max(0.05, self.akin - self.alien)
        return ALIEN + (cosines - self.alien) * stretch


_KNOWN: dict[str, Scale] = {}
