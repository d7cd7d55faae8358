"""Several settings side by side, on the same questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.knowledge.evaluation.bootstrap import Interval, paired_interval
from workbench.knowledge.evaluation.display import comparison_html
from workbench.knowledge.evaluation.evaluation import Evaluation
from workbench.knowledge.evaluation.judging import MEASURES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Settings measured on the same questions; the first is what the others are held against.

    Attributes
    ----------
    evaluations : tuple of Evaluation
        In the order given.
    """

    evaluations: tuple[Evaluation, ...]

    @property
    def baseline(self) -> Evaluation:
        """The first setting."""
        return self.evaluations[0]

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that all of them have."""
        return tuple(name for name in MEASURES if all(name in one.measures for one in self.evaluations))

    def difference(self, one: Evaluation, measure: str) -> Interval:
        """Return by how much a setting is above the first, with its paired 95% bootstrap interval."""
        return paired_interval(self.baseline.values(measure), one.values(measure), seed=self.baseline.seed)

    def to_frame(self, measure: str | None = None) -> pd.DataFrame:
        """Return a row a setting.

        Parameters
        ----------
        measure : str, optional
            With one, the columns are ``mean``, ``low`` and ``high`` of it, and ``difference``,
            ``difference_low`` and ``difference_high`` against the first setting; without, the means of
            all measures.
        """
        import pandas as pd

        if measure is None:
            rows = {
                one.name: {MEASURES[name]: one.interval(name).mean for name in self.measures}
                for one in self.evaluations
            }
        else:
            rows = {one.name: self._detail(one, measure) for one in self.evaluations}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("setting")

    def plot(self, measures: Sequence[str] | None = None) -> Figure:
        """Draw the means of each setting with their intervals."""
        from workbench.knowledge.evaluation.plotting import draw_means

        shown = list(measures or self.measures)
        return draw_means(
            {one.name: {MEASURES[name]: one.interval(name) for name in shown} for one in self.evaluations}
        )

    def _detail(self, one: Evaluation, measure: str) -> dict[str, float]:
        own, apart = one.interval(measure), self.difference(one, measure)
        return {
            "mean": own.mean,
            "low": own.low,
            "high": own.high,
            "difference": apart.mean,
            "difference_low": apart.low,
            "difference_high": apart.high,
        }

    def __str__(self) -> str:
        text: str = self.to_frame().round(3).to_string()
        return text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": comparison_html(self)}


def compare(evaluations: Sequence[Evaluation]) -> Comparison:
    """Hold evaluations against the first of them.

    Raises
    ------
    BadInput
        There are none, two have one name, or they are not on the same questions.
    """
    found = tuple(evaluations)
    if not found:
        raise BadInput("There is nothing to compare; expected one evaluation or more.")
    asked = [row["id"] for row in found[0].rows]
    for one in found[1:]:
        if [row["id"] for row in one.rows] != asked:
            raise BadInput(
                f"{one.name} was measured on {one.questions} and {found[0].name} on {found[0].questions};"
                " expected the same questions."
            )
    if len({one.name for one in found}) < len(found):
        raise BadInput(
            "Two of the evaluations have the same name.", "Give each its own: evaluate(..., name=...)."
        )
    return Comparison(found)
