"""Quantum states as figures: Bloch spheres, density matrices and amplitudes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.drawing.plots.figures import COLOURS, begin, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["bloch", "bloch_vectors", "city", "phase"]

_SPHERES_MOST = 20
_COLUMNS = 5
_CITY_QUBITS = 5
_PHASE_QUBITS = 6
_UNIT = 1e-6
_TICKS = 8
_INK = "#4a5568"


def bloch_vectors(state: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Return the Bloch vector of every qubit, traced over the others.

    Parameters
    ----------
    state : ndarray, shape (2**n,) or (2**n, 2**n)
        Amplitudes or density matrix, q[0] the most significant bit of the index.

    Returns
    -------
    ndarray, shape (n, 3)
        x, y, z of each qubit; of length 1 where it is pure, shorter where it is entangled or mixed.

    Raises
    ------
    BadInput
        The shape is not that of a state.
    """
    given = np.asarray(state)
    qubits = _qubits(given)
    vectors = []
    for qubit in range(qubits):
        before, after = 2**qubit, 2 ** (qubits - qubit - 1)
        if given.ndim == 1:
            split = given.reshape(before, 2, after)
            reduced = np.einsum("aib,ajb->ij", split, split.conj())
        else:
            reduced = np.einsum("aibajb->ij", given.reshape(before, 2, after, before, 2, after))
        vectors.append((2 * reduced[1, 0].real, 2 * reduced[1, 0].imag, (reduced[0, 0] - reduced[1, 1]).real))
    return np.array(vectors, dtype=float).reshape(qubits, 3)


def _qubits(state: NDArray[np.complex128]) -> int:
    size = state.shape[0] if state.ndim in {1, 2} else 0
    if size < 2 or size & (size - 1) or set(state.shape) != {size}:  # noqa: PLR2004
        raise BadInput(
            f"An array of shape {state.shape} is no state.",
            "Give 2**n amplitudes or a density matrix of 2**n by 2**n.",
            details={"field": "state"},
        )
    return int(size).bit_length() - 1


def _limited(state: NDArray[np.complex128], most: int, what: str) -> int:
    qubits = _qubits(state)
    if qubits > most:
        raise BadInput(f"{what} shows at most {most} qubits, not {qubits}.", details={"field": "state"})
    return qubits


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
        The shape is not that of a state, or there are too many qubits.
    MissingExtra
        matplotlib is not installed.
    """
    given = np.asarray(state)
    qubits = _limited(given, _SPHERES_MOST, "A row of Bloch spheres")
    called = list(names) if names is not None else [f"q[{at}]" for at in range(qubits)]
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


def _labels(qubits: int) -> list[str]:
    return [format(at, f"0{qubits}b") for at in range(2**qubits)]


def city(state: NDArray[np.complex128]) -> Figure:
    """Draw the real and the imaginary parts of a density matrix as bars.

    Parameters
    ----------
    state : ndarray, shape (2**n,) or (2**n, 2**n)
        Amplitudes or density matrix, q[0] the most significant bit; 5 qubits at most.

    Raises
    ------
    BadInput
        The shape is not that of a state, or there are too many qubits.
    MissingExtra
        matplotlib is not installed.
    """
    given = np.asarray(state)
    qubits = _limited(given, _CITY_QUBITS, "A city plot")
    density = np.outer(given, given.conj()) if given.ndim == 1 else given
    figure = begin(9.6, 4.6)
    for at, (name, part) in enumerate((("real part", density.real), ("imaginary part", density.imag))):
        axes = figure.add_subplot(1, 2, at + 1, projection="3d")
        _towers(axes, part, _labels(qubits))
        axes.set_title(name, fontsize=12)
    return figure


def _towers(axes: Any, part: NDArray[np.float64], labels: list[str]) -> None:
    size = len(labels)
    rows, columns = (places.ravel() for places in np.indices((size, size)))
    heights = part.ravel()
    colours = [COLOURS[0] if height >= 0 else COLOURS[1] for height in heights]
    # Bars of no height would only hide the floor.
    seen = np.abs(heights) > _UNIT
    if seen.any():
        axes.bar3d(
            rows[seen] - 0.3, columns[seen] - 0.3, np.minimum(heights[seen], 0), 0.6, 0.6, np.abs(heights[seen]),
            color=[colour for colour, kept in zip(colours, seen, strict=True) if kept],
            edgecolor="white", linewidth=0.3, alpha=0.95,
        )  # fmt: skip
    every = max(1, size // _TICKS)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(range(0, size, every), labels[::every], fontsize=7 if size > 4 else 9)  # noqa: PLR2004
        axis.set_pane_color((1, 1, 1, 0))
    axes.zaxis.set_pane_color((1, 1, 1, 0))
    reach = max(1e-3, float(np.abs(part).max()))
    axes.set(xlim=(-0.6, size - 0.4), ylim=(-0.6, size - 0.4), zlim=(min(0.0, float(part.min())), reach))
    axes.set_xlabel("row", labelpad=8)
    axes.set_ylabel("column", labelpad=8)
    axes.view_init(elev=28, azim=-58)


def phase(state: NDArray[np.complex128]) -> Figure:
    """Draw the amplitudes of a pure state as bars as high as their modulus, coloured by their phase.

    Parameters
    ----------
    state : ndarray, shape (2**n,)
        Amplitudes, q[0] the most significant bit of the index; 6 qubits at most.

    Raises
    ------
    BadInput
        The shape is not that of a pure state, or there are too many qubits.
    MissingExtra
        matplotlib is not installed.
    """
    given = np.asarray(state)
    if given.ndim != 1:
        raise BadInput(
            "Only a pure state has amplitudes.", "Give 2**n amplitudes.", details={"field": "state"}
        )
    qubits = _limited(given, _PHASE_QUBITS, "A plot of amplitudes")
    figure = begin(max(5.5, min(12.0, 2.4 + 0.32 * len(given))), 3.8)
    axes, wheel = figure.subplots(1, 2, width_ratios=[max(3.0, 0.3 * len(given)), 1])
    from matplotlib import colormaps

    turns = np.mod(np.angle(given) / (2 * np.pi), 1.0)
    # Edged, for the colour of a phase may be near the paper's.
    paint = {"color": colormaps["twilight_shifted"](turns), "edgecolor": _INK, "linewidth": 0.6}
    axes.bar(range(len(given)), np.abs(given), width=0.78, **paint)
    upright = len(given) <= 8 and qubits <= 3  # noqa: PLR2004
    axes.set_xticks(range(len(given)), _labels(qubits), rotation=0 if upright else 90)
    for label in axes.get_xticklabels():
        label.set(family="monospace", size=8)
    axes.tick_params(axis="x", length=0)
    tidy(axes)
    axes.set_xlabel("basis state, q[0] leftmost")
    axes.set_ylabel("|amplitude|")
    _wheel(wheel, colormaps["twilight_shifted"])
    return figure


def _wheel(axes: Any, colours: Any) -> None:
    """Draw the phases round a ring, 0 to the right and π/2 on top."""
    parts = 120
    axes.pie(
        np.ones(parts),
        colors=colours(np.arange(parts) / parts),
        radius=1.0,
        wedgeprops={"width": 0.34},
        startangle=-180 / parts,
    )
    for turn, name in enumerate(("0", "π/2", "π", "-π/2")):
        place = 1.3 * np.exp(0.5j * np.pi * turn)
        axes.text(place.real, place.imag, name, ha="center", va="center", fontsize=9, color=_INK)
    axes.set_title("phase", fontsize=10, pad=12)
