"""A Bloch sphere for each qubit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.drawing.plots.figures import COLOURS, begin
from workbench.quantum.drawing.reduced import bloch_vectors, limited

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["bloch"]

_SPHERES_MOST = 20
_COLUMNS = 5
_UNIT = 1e-6
_INK = "#4a5568"


def bloch(state: NDArray[np.complex128], names: Sequence[str] | None = None) -> Figure:
    """Draw a Bloch sphere for each qubit; the arrow is shorter the more the qubit is mixed.

    Parameters
    ----------
    state : ndarray, shape (2**n,) or (2**n, 2**n)
        Amplitudes or density matrix, q[0] the most significant bit; 20 qubits at most.
    names : sequence of str, optional
        Of the qubits; ``q[0]``, ``q[1]`` if not given.

    Raises
    ------
    BadInput
        The shape is not that of a state, there are too many qubits, or the names are not theirs.
    MissingExtra
        matplotlib is not installed.
    """
    given = np.asarray(state)
    qubits = limited(given, _SPHERES_MOST, "A row of Bloch spheres")
    called = list(names) if names is not None else [f"q[{at}]" for at in range(qubits)]
    if len(called) != qubits:
        raise BadInput(f"{qubits} qubits need {qubits} names, not {len(called)}.", details={"field": "names"})
    columns = min(qubits, _COLUMNS)
    lines = math.ceil(qubits / columns)
    figure = begin(2.5 * columns, 2.9 * lines)
    for at, (name, vector) in enumerate(zip(called, bloch_vectors(given), strict=True)):
        axes = figure.add_subplot(lines, columns, at + 1, projection="3d")
        _sphere(axes)
        _arrow(axes, vector)
        axes.set_title(f"{name}\n|r| = {np.linalg.norm(vector):.3f}", fontsize=10)
    return figure


def _sphere(axes: Any) -> None:
    turn = np.linspace(0, 2 * np.pi, 73)
    round_, flat, nothing = np.cos(turn), np.sin(turn), np.zeros_like(turn)
    for x, y, z in ((round_, flat, nothing), (round_, nothing, flat), (nothing, round_, flat)):
        axes.plot(x, y, z, color="#b6bdc7", linewidth=0.8)
    height, around = np.mgrid[0 : np.pi : 19j, 0 : 2 * np.pi : 37j]
    axes.plot_surface(
        np.sin(height) * np.cos(around), np.sin(height) * np.sin(around), np.cos(height),
        color=COLOURS[0], alpha=0.06, linewidth=0, shade=False,
    )  # fmt: skip
    for end in np.eye(3):
        axes.plot(*np.array([-end, end]).T, color="#9aa3ae", linewidth=0.7)
    for place, name in (
        ((1.3, 0, 0), "x"),
        ((0, 1.3, 0), "y"),
        ((0, 0, 1.22), "|0⟩"),
        ((0, 0, -1.28), "|1⟩"),
    ):
        axes.text(*place, name, ha="center", va="center", fontsize=9, color=_INK)
    axes.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1))
    axes.set_box_aspect((1, 1, 1), zoom=1.25)
    axes.view_init(elev=22, azim=35)
    axes.set_axis_off()


def _arrow(axes: Any, vector: NDArray[np.float64]) -> None:
    if np.linalg.norm(vector) > _UNIT:
        axes.quiver(0, 0, 0, *vector, color=COLOURS[4], linewidth=2.2, arrow_length_ratio=0.16)
    axes.scatter(*vector, color=COLOURS[4], s=14, depthshade=False, label="vector")
