"""Answers from a knowledge base: every claim with the sentence it rests on, or a refusal."""

from workbench.knowledge.answering.answer import Answer, Citation
from workbench.knowledge.answering.asking import ASK, Asking
from workbench.knowledge.answering.passages import Grounds, Passage, passages_for

__all__ = ["ASK", "Answer", "Asking", "Citation", "Grounds", "Passage", "passages_for"]
