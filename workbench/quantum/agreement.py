"""Whether engines agree: every two of them, by how much, and how much they may differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeAlias

from workbench.errors import WorkbenchError
from workbench.quantum.execution import Answer, Asked, execute

if TYPE_CHECKING:
    from workbench.quantum.backends import Engines
    from workbench.quantum.lowered import Lowered

__all__ = ["EXACT_BOUND", "SINGLE_BOUND", "Agreement", "compare"]

EXACT_BOUND = 1e-9
"""Total variation distance that two engines in double precision stay within."""
SINGLE_BOUND = 5e-6
"""The same where one of them computes in single precision."""
_DOUBT = 1e-6
"""Probability that samples of the same distribution lie further apart than their bound."""
SHOTS = 4096
"""Samples of an engine that has nothing exact, where exact probabilities were asked for."""
KEYS = 1 << 20
"""Most keys that are compared."""
Weights: TypeAlias = tuple[dict[bytes, float], int | None]


@dataclass(frozen=True)
class Agreement:
    """What several engines said about the same circuit.

    Attributes
    ----------
    engines : tuple of str
        Those that ran it.
    distances : tuple of tuple of float
        Total variation distance of each two: half the sum of absolute differences, 0 to 1.
    bound : tuple of tuple of float
        What each two may differ by: rounding, or chance where one of them sampled.
    seconds : tuple of float
        Of each engine's work.
    refused : dict of str to str
        Engine to the reason why it did not.
    """

    engines: tuple[str, ...]
    distances: tuple[tuple[float, ...], ...]
    bound: tuple[tuple[float, ...], ...]
    seconds: tuple[float, ...]
    refused: dict[str, str]

    @property
    def agree(self) -> bool:
        """Whether each two are within their bound, and for two at least that says something."""
        pairs = combinations(range(len(self.engines)), 2)
        # a bound of 1 holds for everything and says nothing
        told = [(a, b) for a, b in pairs if self.bound[a][b] < 1]
        return bool(told) and all(self.distances[a][b] <= self.bound[a][b] for a, b in told)

    @property
    def largest(self) -> float:
        """The largest distance."""
        return max((value for row in self.distances for value in row), default=0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self) | {"agree": self.agree}

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> Agreement:
        """Rebuild it."""
        rows = [tuple(map(tuple, body[name])) for name in ("distances", "bound")]
        return cls(tuple(body["engines"]), rows[0], rows[1], tuple(body["seconds"]), dict(body["refused"]))

    def __str__(self) -> str:
        many = len(self.engines)
        if many < 2:  # noqa: PLR2004
            return "No two engines could run this circuit."
        word = "agree" if self.agree else "DISAGREE"
        return f"{many} engines {word}: largest total variation distance {self.largest:.1e}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from workbench.quantum.drawing.html import agreement_html

        return {"text/plain": str(self), "text/html": agreement_html(self)}


def compare(
    lowered: Lowered,
    asked: Asked,
    names: Sequence[str],
    engines: Engines,
    first: Answer | None = None,
    check: Callable[[], None] = lambda: None,
) -> Agreement:
    """Run a circuit on several engines.

    Parameters
    ----------
    lowered : Lowered
        Every angle a number.
    asked : Asked
        ``shots`` is for those that sample.
    names : sequence of str
        Engines.
    engines : Engines
        What there is.
    first : Answer, optional
        What one of them has said already.
    check : callable
        Called between two engines; what it raises ends the comparison.
    """
    answers: list[Answer] = []
    refused: dict[str, str] = {}
    for name in names:
        if first is not None and name == first.engine:
            answers.append(first)
            continue
        check()
        try:
            answers.append(_told(execute(engines.get(name), lowered, asked), lowered, asked, engines))
        except WorkbenchError as error:
            refused[name] = error.message
    weights = [_weights(answer, asked) for answer in answers]
    count = range(len(answers))
    return Agreement(
        tuple(answer.engine for answer in answers),
        tuple(tuple(_distance(weights[a][0], weights[b][0]) for b in count) for a in count),
        tuple(tuple(_bound(answers, weights, a, b) for b in count) for a in count),
        tuple(answer.seconds for answer in answers),
        refused,
    )


def _told(answer: Answer, lowered: Lowered, asked: Asked, engines: Engines) -> Answer:
    """Return what an engine says that can be compared: one that samples needs samples."""
    if asked.shots is not None or answer.outcome.counts is None:
        return answer
    return execute(engines.get(answer.engine), lowered, replace(asked, shots=SHOTS))


def _weights(answer: Answer, asked: Asked) -> Weights:
    """Return the distribution by key, and the samples that it rests on."""
    distribution = answer.distribution
    if distribution is not None and distribution.size <= KEYS:
        keys, values = distribution.exact()
        return _by_key(keys, values), None
    samples = answer.samples(asked)
    shots = int(samples.counts.sum())
    return _by_key(samples.keys, samples.counts / shots), shots


def _by_key(keys: Any, values: Any) -> dict[bytes, float]:
    return dict(zip(map(bytes, keys), values.tolist(), strict=True))


def _distance(left: Mapping[bytes, float], right: Mapping[bytes, float]) -> float:
    return math.fsum(abs(left.get(key, 0.0) - right.get(key, 0.0)) for key in left.keys() | right.keys()) / 2


def _bound(answers: list[Answer], weights: list[Weights], a: int, b: int) -> float:
    """Return what two may differ by.

    For N samples of a distribution over K keys the mean distance is at most sqrt(K / N) / 2
    (Cauchy-Schwarz), and by McDiarmid's inequality it lies above by t with at most exp(-2 N t**2).
    """
    if a == b:
        return 0.0
    single = "single" in {answers[a].precision, answers[b].precision}
    bound = SINGLE_BOUND if single else EXACT_BOUND
    keys = len(weights[a][0].keys() | weights[b][0].keys())
    for shots in (weights[a][1], weights[b][1]):
        if shots is not None:
            bound += math.sqrt(keys / shots) / 2 + math.sqrt(math.log(1 / _DOUBT) / (2 * shots))
    return min(bound, 1.0)
