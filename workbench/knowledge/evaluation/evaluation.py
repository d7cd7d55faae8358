"""One setting measured on one set of questions."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.knowledge.evaluation.bootstrap import Interval, mean_interval
from workbench.knowledge.evaluation.display import evaluation_html
from workbench.knowledge.evaluation.judging import MEASURES
from workbench.wording import amount

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from workbench.runs import Run

__all__ = ["Evaluation"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well a knowledge base answers questions whose answers are known.

    Attributes
    ----------
    name : str
        Of the setting.
    knowledge_base : str
        The base's name.
    questions : str
        The set's name.
    rows : tuple of dict
        One a question: ``id``, ``question``, ``rank``, ``score``, ``first`` and its measures, each 0 to 1;
        see `workbench.knowledge.evaluation.judging.judge`.
    setting : dict
        What was measured: ``embedder``, ``chunk_tokens``, ``dense_weight``, ``threshold``, ``passages``.
    seed : int
        Of the bootstrap.
    run_id : str
        The Run that recorded it.
    """

    name: str
    knowledge_base: str
    questions: str
    rows: tuple[dict[str, Any], ...]
    setting: dict[str, Any]
    seed: int
    run_id: str

    @property
    def run(self) -> Run:
        """The Run that recorded it."""
        from workbench.studio import studio

        return studio().runs.get(self.run_id)

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that apply, in the order of `MEASURES`."""
        return tuple(name for name in MEASURES if any(name in row for row in self.rows))

    def values(self, measure: str) -> list[float]:
        """Return a measure of each question, ``nan`` where it does not apply.

        Raises
        ------
        BadInput
            There is no such measure here.
        """
        if measure not in self.measures:
            raise BadInput(
                f"{self.name} has no measure {measure!r}; it has {', '.join(self.measures)}.",
                details={"field": "measure"},
            )
        return [row.get(measure, math.nan) for row in self.rows]

    def interval(self, measure: str) -> Interval:
        """Return the mean of a measure and its 95% bootstrap interval."""
        return mean_interval(self.values(measure), seed=self.seed)

    def summary(self) -> pd.DataFrame:
        """Return a row a measure: ``mean``, ``low`` and ``high`` at 95%, and over how many ``questions``."""
        import pandas as pd

        rows = {}
        for name in self.measures:
            one = self.interval(name)
            counted = sum(not math.isnan(value) for value in self.values(name))
            rows[MEASURES[name]] = {
                "mean": one.mean,
                "low": one.low,
                "high": one.high,
                "questions": counted,
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")

    def to_frame(self) -> pd.DataFrame:
        """Return a row a question, indexed by its identifier."""
        import pandas as pd

        facts = ["near"] if "refused" in self.measures else []
        columns = ["id", "question", "rank", "score", "first", *facts, *self.measures]
        frame = pd.DataFrame(list(self.rows), columns=columns)
        return frame.astype({"rank": "Int64"}).set_index("id")

    def missed(self) -> pd.DataFrame:
        """Return the questions whose answer is not among the first five, or that should have been refused."""
        frame = self.to_frame()
        lost = frame["rank"].isna() | (frame["rank"] > 5)  # noqa: PLR2004 - what a search shows by default
        if "refused" in frame:
            lost &= frame["refused"] != 1
        return frame.loc[lost, ["question", "rank", "score", "first"]]

    def to_json(self) -> str:
        """Return everything as JSON text."""
        return json.dumps(
            {
                "name": self.name,
                "knowledge_base": self.knowledge_base,
                "questions": self.questions,
                "setting": self.setting,
                "measures": {name: self.interval(name).mean for name in self.measures},
                "rows": list(self.rows),
            },
            ensure_ascii=False,
            indent=2,
        )

    def plot(self, measures: Sequence[str] | None = None) -> Figure:
        """Draw the means with their intervals.

        Parameters
        ----------
        measures : sequence of str, optional
            By default all that apply.
        """
        from workbench.knowledge.evaluation.plotting import draw_means

        shown = list(measures or self.measures)
        return draw_means({self.name: {MEASURES[name]: self.interval(name) for name in shown}})

    def __str__(self) -> str:
        lines = [f"{self.name} on {self.questions}, {amount(len(self.rows), 'question')}:"]
        lines += [f"  {MEASURES[name]:24}{self.interval(name)}" for name in self.measures]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": evaluation_html(self)}
