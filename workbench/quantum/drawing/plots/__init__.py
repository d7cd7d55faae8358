"""Figures of results, made with matplotlib, which the extra ``reports`` brings."""

from workbench.quantum.drawing.plots.engines import agreement
from workbench.quantum.drawing.plots.sampled import histogram
from workbench.quantum.drawing.plots.spheres import bloch
from workbench.quantum.drawing.plots.states import city, phase
from workbench.quantum.drawing.plots.sweeps import curves, progress_curve

__all__ = ["agreement", "bloch", "city", "curves", "histogram", "phase", "progress_curve"]
