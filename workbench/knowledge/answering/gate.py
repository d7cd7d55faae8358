"""Whether a base says anything on a question at all, decided before a model is asked.

A logistic regression over four figures, fitted with equal weights of the classes and collections on:
questions of XQuAD (Artetxe et al. 2020) put to bases of 4 to 47 of its 48 articles, present where their
article is in the base; SciFact's claims (Wadden et al. 2020) put to them; and the sample documents with
their questions. ``python -m benchmarks.refusal`` measures it.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Evidence"]

COSINE, PASSAGE_WORDS, SENTENCE, SENTENCE_WORDS = 7.5, 4.0, 20.2, 6.1
"""Weights of the figures of an `Evidence`, in its order."""
NEEDED = 15.9
"""From here on the base is taken to answer: on left-out articles, 3% of the questions got that far."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a question's being answered.

    Attributes
    ----------
    cosine : float
        The highest between the question and a passage.
    passage_words : float
        The highest share of the question's content words in a passage with its headings, 0 to 1.
    sentence, sentence_words : float
        Cosine and share of words of the sentence that has most of both.
    """

    cosine: float
    passage_words: float
    sentence: float
    sentence_words: float

    @property
    def strength(self) -> float:
        """The sum by which it is decided; 0 is the border."""
        return (
            COSINE * self.cosine
            + PASSAGE_WORDS * self.passage_words
            + SENTENCE * self.sentence
            + SENTENCE_WORDS * self.sentence_words
            - NEEDED
        )

    @property
    def enough(self) -> bool:
        """Whether the question is to be answered."""
        return self.strength >= 0
