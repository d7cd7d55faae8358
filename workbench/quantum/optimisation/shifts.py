"""Gradients from the circuit itself, at shifted angles: what a machine can do, and samples suffice for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.backends import Sweeping
from workbench.quantum.binding import bind
from workbench.quantum.computing import measured_values
from workbench.quantum.execution import Asked, execute
from workbench.quantum.expectation import exact
from workbench.quantum.optimisation.atoms import Atoms, Reading, rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.backends.base import Backend
    from workbench.quantum.observables import Observable

__all__ = ["TERMS", "Shifts"]

_NEAR = (math.sqrt(2.0) + 1.0) / (4.0 * math.sqrt(2.0))
_FAR = (math.sqrt(2.0) - 1.0) / (4.0 * math.sqrt(2.0))
TERMS: dict[str, tuple[tuple[float, float], ...]] = {
    "two-term": ((math.pi / 2, 0.5), (-math.pi / 2, -0.5)),
    "four-term": (
        (math.pi / 2, _NEAR),
        (-math.pi / 2, -_NEAR),
        (3 * math.pi / 2, -_FAR),
        (-3 * math.pi / 2, _FAR),
    ),
}
"""Rule to the shifts of an angle, radians, and the weight of the value there."""
_BATCH = 1 << 22
"""Amplitudes that one call of an engine holds."""


class Shifts:
    """The parameter-shift rules, each angle of each gate shifted alone.

    For a generator with the eigenvalues ±1/2, or 0 and 1 (``rx ry rz p rxx ryy rzz cp``)::

        f'(a) = [f(a + pi/2) - f(a - pi/2)] / 2

    (Mitarai et al., Phys. Rev. A 98, 032309, 2018; Schuld et al., Phys. Rev. A 99, 032331, 2019), and
    for one with -1/2, 0 and 1/2 (``crx cry crz``), d± = (sqrt(2) ± 1) / (4 sqrt(2))::

        f'(a) = d+ [f(a + pi/2) - f(a - pi/2)] - d- [f(a + 3pi/2) - f(a - 3pi/2)]

    (Wierichs et al., Quantum 6, 677, 2022). They are exact, not differences.

    Parameters
    ----------
    atoms : Atoms
        The circuit.
    observable : Observable
        What is differentiated.
    engine : Backend
        Which computes every value.
    shots : int or None
        Samples of each value; ``None`` for exact ones.
    seed : int
        Of the samples, new ones for each value.
    """

    def __init__(
        self, atoms: Atoms, observable: Observable, engine: Backend, shots: int | None, seed: int
    ) -> None:
        self._atoms = atoms
        self._observable = observable
        self._engine = engine
        self._shots = shots
        self._seeds = np.random.default_rng(seed)
        pieces = [(at, *term) for at, gate in enumerate(atoms.gates) for term in TERMS[rule(gate)]]
        self._at = np.array([at for at, _, _ in pieces], int)
        self._shift = np.array([shift for _, shift, _ in pieces])
        self._weight = np.array([weight for _, _, weight in pieces])

    def value(self, angles: NDArray[np.float64]) -> Reading:
        """Return the expectation value alone."""
        ((value, error),) = self._read(angles[np.newaxis])
        return Reading(value, error, None)

    def gradient(self, angles: NDArray[np.float64]) -> Reading:
        """Return the expectation value and its derivative by each angle.

        Parameters
        ----------
        angles : ndarray, shape (angles,)
            Radians.
        """
        points = np.tile(angles, (1 + len(self._at), 1))
        points[np.arange(1, len(points)), self._at] += self._shift
        (value, error), *rest = self._read(points)
        shifted = np.array([found for found, _ in rest])
        slopes = np.bincount(self._at, self._weight * shifted, minlength=len(angles))
        return Reading(value, error, slopes)

    def _read(self, points: NDArray[np.float64]) -> list[tuple[float, float]]:
        if self._shots is None and isinstance(self._engine, Sweeping) and points.shape[1]:
            return [(value, 0.0) for value in self._swept(self._engine, points)]
        return [self._one(point) for point in points]

    def _swept(self, engine: Sweeping, points: NDArray[np.float64]) -> Sequence[float]:
        lowered = self._atoms.lowered
        batch = max(1, _BATCH >> lowered.qubits)
        parts = [points[start : start + batch] for start in range(0, len(points), batch)]
        found = [engine.expectations(lowered, part, [self._observable]) for part in parts]
        values: Sequence[float] = np.concatenate(found)[:, 0].tolist()
        return values

    def _one(self, point: NDArray[np.float64]) -> tuple[float, float]:
        lowered = bind(
            self._atoms.lowered, dict(zip(self._atoms.lowered.parameters, point.tolist(), strict=True))
        )
        asked = Asked(self._shots, int(self._seeds.integers(2**31)), "double")
        engine: Any = self._engine
        if self._shots is not None:
            return measured_values([self._observable], lowered, asked, engine)[0]
        answer = execute(engine, lowered, asked)
        return exact(answer.outcome, answer.lowered.qubits, [self._observable])[0], 0.0
