"""Putting a set of questions to a knowledge base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.knowledge.evaluation.evaluation import Evaluation
from workbench.knowledge.evaluation.judging import judge, reranked
from workbench.knowledge.evaluation.questions import EvaluationSet
from workbench.knowledge.results import Hit
from workbench.knowledge.search import RANKING
from workbench.runs import Progress, Recorder

if TYPE_CHECKING:
    from workbench.knowledge.service import VectorService
    from workbench.storage.models import KnowledgeBase

__all__ = ["EVALUATE", "base_for", "evaluate", "evaluate_weights"]

EVALUATE = "knowledge.evaluate"
DEPTH = 100
"""Passages looked at for each question."""
_VERSION = f"1/{RANKING}"


def base_for(
    vectors: VectorService,
    evaluation_set: EvaluationSet,
    name: str,
    *,
    embedder: str | None = None,
    chunk_tokens: int | None = None,
    progress: Progress | None = None,
) -> str:
    """Make a knowledge base of a set's documents; return its identifier.

    Parameters
    ----------
    vectors : VectorService
        Where to.
    evaluation_set : EvaluationSet
        With files or texts.
    name : str
        Of the base.
    embedder : str, optional
        As in `workbench.embedders.get_embedder`.
    chunk_tokens : int, optional
        Most tokens of a passage.
    progress : callable, optional
        Told how far the work is.

    Raises
    ------
    BadInput
        A document cannot be read.
    """
    studio = vectors.studio
    settings = None if chunk_tokens is None else {"chunk_tokens": chunk_tokens}
    made: str = studio.files.create_knowledge_base(
        studio.user_id, name, f"The documents of {evaluation_set.name}.", embedder=embedder, settings=settings
    )
    if evaluation_set.texts:
        vectors.add_texts(made, evaluation_set.texts, progress=progress)
    if evaluation_set.files:
        result = vectors.add_files(made, evaluation_set.files, progress=progress)
        for file in result.failed:
            raise BadInput(f"{file['filename']} could not be added: {file['error']}")
    return made


def evaluate(
    vectors: VectorService,
    knowledge_base: KnowledgeBase | str,
    evaluation_set: EvaluationSet,
    *,
    name: str | None = None,
    dense_weight: float | None = None,
    threshold: float = 0.7,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Put every question of a set to a knowledge base and measure what comes back.

    Parameters
    ----------
    vectors : VectorService
        Who searches.
    knowledge_base : KnowledgeBase or str
        A base that holds the set's documents; see `base_for`.
    evaluation_set : EvaluationSet
        The questions.
    name : str, optional
        Of the setting, for tables and figures.
    dense_weight : float, optional
        Rank what the search brings by another weight of the dense side, 0 (words only) to 1 (meaning
        only); by default the order is the one that a search gives.
    threshold : float
        The score from which a question counts as answered, 0 to 1.
    seed : int
        Of the bootstrap intervals.
    progress : callable, optional
        Told how far the work is; what it raises stops the work.

    Returns
    -------
    Evaluation
        Recorded as a Run of kind ``knowledge.evaluate``, with the means as its metrics.

    Raises
    ------
    BadInput
        A weight or threshold out of range, or no questions.
    """
    asking = _Asking(vectors, knowledge_base, evaluation_set, threshold, seed, progress)
    return asking.measured(dense_weight, name)


def evaluate_weights(
    vectors: VectorService,
    knowledge_base: KnowledgeBase | str,
    evaluation_set: EvaluationSet,
    dense_weights: Sequence[float | None] = (None, 1.0, 0.0),
    *,
    threshold: float = 0.7,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Evaluation, ...]:
    """Like `evaluate` for several weights of the dense side, each question being searched for once.

    Parameters
    ----------
    vectors, knowledge_base, evaluation_set, threshold, seed, progress
        As in `evaluate`.
    dense_weights : sequence of float or None
        As ``dense_weight`` there.

    Returns
    -------
    tuple of Evaluation
        In the order of the weights, each with its own Run.

    Raises
    ------
    BadInput
        A weight or threshold out of range, or no questions.
    """
    asking = _Asking(vectors, knowledge_base, evaluation_set, threshold, seed, progress)
    return tuple(asking.measured(weight, None) for weight in dense_weights)


class _Asking:
    """One set put to one base; what a search brought is kept for the next weight."""

    def __init__(
        self,
        vectors: VectorService,
        knowledge_base: KnowledgeBase | str,
        evaluation_set: EvaluationSet,
        threshold: float,
        seed: int,
        progress: Progress | None,
    ) -> None:
        if not evaluation_set.questions:
            raise BadInput(f"{evaluation_set.name} has no questions.")
        _check("threshold", threshold)
        self.vectors = vectors
        self.base = vectors.bases.get(knowledge_base)
        self.set = evaluation_set
        self.threshold = threshold
        self.seed = seed
        self.progress = progress
        self._found: dict[str, list[Hit]] = {}

    def measured(self, dense_weight: float | None, name: str | None) -> Evaluation:
        """Measure one weight, as a Run."""
        if dense_weight is not None:
            _check("dense_weight", dense_weight)
        label = name or _named(dense_weight)
        inputs = {
            "base": self.base.name,
            "state": self.base.state,
            "questions": self.set.digest,
            "dense_weight": dense_weight,
            "threshold": self.threshold,
        }

        def compute(recorder: Recorder) -> dict[str, Any]:
            rows = self._rows(dense_weight, recorder)
            setting = self._setting(dense_weight)
            for key, value in {"questions": self.set.name, **setting}.items():
                recorder.parameter(key, value)
            made = self._evaluation(label, rows, setting, recorder.run_id)
            for measure in made.measures:
                recorder.metric(measure, made.interval(measure).mean)
            return {"rows": rows, "setting": setting}

        run = self.vectors.studio.runs.execute(
            EVALUATE, inputs, compute, version=_VERSION, seed=self.seed, name=label, progress=self.progress
        )
        return self._evaluation(label, run.output["rows"], run.output["setting"], run.id)

    def _rows(self, dense_weight: float | None, recorder: Recorder) -> list[dict[str, Any]]:
        embedder = self.vectors.bases.embedder(self.base)

        def count(text: str) -> int:
            return len(embedder.spans(text))

        rows = []
        for done, question in enumerate(self.set.questions):
            recorder.progress(done, len(self.set.questions), "asking")
            hits = self._hits(question.text)
            ranked = hits if dense_weight is None else reranked(hits, dense_weight)
            rows.append(judge(question, ranked, self.threshold, count))
        recorder.progress(len(rows), len(rows), "asking")
        return rows

    def _hits(self, question: str) -> list[Hit]:
        if question not in self._found:
            self._found[question] = list(
                self.vectors.search(self.base.id, question, DEPTH, 0.0, record=False)
            )
        return self._found[question]

    def _setting(self, dense_weight: float | None) -> dict[str, Any]:
        return {
            "embedder": self.base.embedder,
            "chunk_tokens": (self.base.settings or {}).get("chunk_tokens"),
            "dense_weight": dense_weight,
            "threshold": self.threshold,
            "passages": self.base.total_chunks,
        }

    def _evaluation(
        self, label: str, rows: Sequence[dict[str, Any]], setting: dict[str, Any], run_id: str
    ) -> Evaluation:
        return Evaluation(label, self.base.name, self.set.name, tuple(rows), setting, self.seed, run_id)


def _named(dense_weight: float | None) -> str:
    known = {None: "hybrid", 0.0: "words only", 1.0: "meaning only"}
    return known.get(dense_weight) or f"{dense_weight:.2f} meaning"


def _check(field: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise BadInput(f"{field} is {value!r}; expected a number from 0 to 1.", details={"field": field})
