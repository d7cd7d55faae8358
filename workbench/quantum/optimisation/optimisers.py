"""Ways down: Adam and plain gradient descent here, L-BFGS-B and COBYLA by scipy."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Point: TypeAlias = "NDArray[np.float64]"

__all__ = ["OPTIMISERS", "Evaluation", "Optimiser", "Problem", "minimise"]

Optimiser: TypeAlias = Literal["adam", "gradient-descent", "l-bfgs-b", "cobyla"]
OPTIMISERS: tuple[Optimiser, ...] = ("adam", "gradient-descent", "l-bfgs-b", "cobyla")
_MOMENTS = (0.9, 0.999)
_SMALL = 1e-8


class Evaluation(NamedTuple):
    """What is known of a point: value, its standard error, and gradient where one was asked for."""

    value: float
    error: float
    gradient: Point | None

    @property
    def norm(self) -> float | None:
        """The Euclidean norm of the gradient."""
        return None if self.gradient is None else float(np.linalg.norm(self.gradient))


class Problem(NamedTuple):
    """What is to be made small.

    Attributes
    ----------
    evaluate : callable
        ``evaluate(point, gradient)`` gives an `Evaluation`, with its gradient where that is true.
    tell : callable
        ``tell(point, evaluation)`` is called at the start and after each step.
    start : ndarray, shape (parameters,)
        Where to begin.
    steps : int
        At most.
    rate : float
        Length of a step: of Adam and gradient descent times the gradient, of COBYLA the first one.
    tolerance : float
        Norm of the gradient at which it is done; of COBYLA the last length of a step.
    """

    evaluate: Callable[[Point, bool], Evaluation]
    tell: Callable[[Point, Evaluation], None]
    start: Point
    steps: int
    rate: float
    tolerance: float


def minimise(optimiser: Optimiser, problem: Problem) -> str:
    """Go down until the tolerance is met or the steps are done; return why it ended."""
    if optimiser == "l-bfgs-b":
        return _lbfgsb(problem)
    if optimiser == "cobyla":
        return _cobyla(problem)
    return _descent(problem, _adam(problem) if optimiser == "adam" else lambda slope: problem.rate * slope)


def _descent(problem: Problem, move: Callable[[Point], Point]) -> str:
    point = problem.start
    for step in range(problem.steps + 1):
        found = problem.evaluate(point, True)
        problem.tell(point, found)
        assert found.gradient is not None  # noqa: S101 - it was asked for
        if found.norm is not None and found.norm < problem.tolerance:
            return "the gradient is within the tolerance"
        if step < problem.steps:
            point = point - move(found.gradient)
    return _exhausted(problem)


def _adam(problem: Problem) -> Callable[[Point], Point]:
    """Return the step of Kingma and Ba, arXiv:1412.6980, algorithm 1."""
    first, second = np.zeros_like(problem.start), np.zeros_like(problem.start)
    (keep, keep_squares), count = _MOMENTS, 0

    def move(slope: Point) -> Point:
        nonlocal first, second, count
        count += 1
        first = keep * first + (1 - keep) * slope
        second = keep_squares * second + (1 - keep_squares) * slope**2
        mean, square = first / (1 - keep**count), second / (1 - keep_squares**count)
        moved: Point = problem.rate * mean / (np.sqrt(square) + _SMALL)
        return moved

    return move


def _lbfgsb(problem: Problem) -> str:
    from scipy.optimize import minimize

    seen: dict[bytes, Evaluation] = {}

    def evaluate(point: Point) -> tuple[float, Point]:
        found = seen[point.tobytes()] = problem.evaluate(point.copy(), True)
        if len(seen) == 1:
            problem.tell(point.copy(), found)
        assert found.gradient is not None  # noqa: S101 - it was asked for
        return found.value, found.gradient

    def stepped(point: Point) -> None:
        problem.tell(point.copy(), seen[point.tobytes()])

    options = {
        "maxiter": problem.steps,
        "maxfun": 20 * problem.steps,
        "gtol": problem.tolerance,
        "ftol": 1e-15,
    }
    result: Any = minimize(
        evaluate, problem.start, jac=True, method="L-BFGS-B", callback=stepped, options=options
    )
    return _exhausted(problem) if result.nit >= problem.steps else _said(result)


def _cobyla(problem: Problem) -> str:
    from scipy.optimize import minimize

    def evaluate(point: Point) -> float:
        found = problem.evaluate(point.copy(), False)
        problem.tell(point.copy(), found)
        return found.value

    options = {"maxiter": problem.steps, "rhobeg": problem.rate, "tol": problem.tolerance}
    result: Any = minimize(evaluate, problem.start, method="COBYLA", options=options)
    return _exhausted(problem) if result.nfev >= problem.steps else _said(result)


def _said(result: Any) -> str:
    return str(result.message).strip().lower().removesuffix(".")


def _exhausted(problem: Problem) -> str:
    return f"all {problem.steps} steps are done"
