"""Measuring how well a knowledge base finds what it should."""

from workbench.knowledge.evaluation.bootstrap import Interval, mean_interval, paired_interval
from workbench.knowledge.evaluation.comparison import Comparison, compare
from workbench.knowledge.evaluation.evaluation import Evaluation
from workbench.knowledge.evaluation.judging import MEASURES
from workbench.knowledge.evaluation.metrics import mrr_at, ndcg_at, recall_at, recall_within
from workbench.knowledge.evaluation.questions import EvaluationSet, Question
from workbench.knowledge.evaluation.running import base_for, evaluate, evaluate_weights

__all__ = [
    "MEASURES",
    "Comparison",
    "Evaluation",
    "EvaluationSet",
    "Interval",
    "Question",
    "base_for",
    "compare",
    "evaluate",
    "evaluate_weights",
    "mean_interval",
    "mrr_at",
    "ndcg_at",
    "paired_interval",
    "recall_at",
    "recall_within",
]
