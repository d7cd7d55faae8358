"""What all figures have in common: how they are begun, their colours and their quiet axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "GRID", "begin", "tidy"]

COLOURS = ("#2b6cb0", "#d97706", "#2f855a", "#805ad5", "#c53030", "#4a5568")
GRID = "#dfe3e8"


def begin(width: float, height: float) -> Figure:
    """Return an empty figure that a notebook shows once.

    Parameters
    ----------
    width, height : float
        Inches.

    Raises
    ------
    MissingExtra
        matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise MissingExtra(
            "Figures need matplotlib.", "pip install 'autogent-studio[reports]'", details={"extra": "reports"}
        ) from error
    # Through pyplot, which makes a notebook show figures; closed, for it would be shown twice.
    figure: Figure = plt.figure(figsize=(width, height), dpi=120, layout="constrained")
    plt.close(figure)
    return figure


def tidy(axes: Any, *, grid: str = "y") -> None:
    """Leave only what is read: a faint grid behind, no frame above and to the right."""
    axes.grid(axis=grid, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#9aa3ae")
