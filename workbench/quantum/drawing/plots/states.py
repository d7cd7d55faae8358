"""Density matrices and amplitudes as figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.drawing.plots.figures import COLOURS, begin, tidy
from workbench.quantum.drawing.reduced import limited

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["city", "phase"]

_CITY_QUBITS = 5
_PHASE_QUBITS = 6
_UNIT = 1e-6
_TICKS = 8
_INK = "#4a5568"


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
    qubits = limited(given, _CITY_QUBITS, "A city plot")
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
        floor, tall = np.minimum(heights[seen], 0), np.abs(heights[seen])
        axes.bar3d(
            rows[seen] - 0.3, columns[seen] - 0.3, floor, 0.6, 0.6, tall,
            color=[colour for colour, kept in zip(colours, seen, strict=True) if kept],
            edgecolor="white", linewidth=0.3, alpha=0.95,
        )  # fmt: skip
    every = max(1, size // _TICKS)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(range(0, size, every), labels[::every], fontsize=8)
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
    qubits = limited(given, _PHASE_QUBITS, "A plot of amplitudes")
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
