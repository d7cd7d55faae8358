"""Turn the raw output of an HP-12 probe into volumetric water content.

The probe answers with its period in microseconds. Two steps lead from there to water: the period gives
the permittivity, and a polynomial, fitted for each station, gives the water content.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

AIR_PERIOD = 14.62
"""Period in dry air, microseconds: the mean of the 92 probes before installation."""

WATER_PERIOD = 37.18
"""Period in water of 20 degrees Celsius, microseconds."""

FREEZING = 0.5
"""Degrees Celsius below which a reading is not trusted."""


@dataclass(frozen=True)
class Curve:
    """Polynomial of the third degree from permittivity to water content."""

    a: float
    b: float
    c: float
    d: float

    def __call__(self, permittivity: float) -> float:
        """Return cubic metres of water per cubic metre of soil, never below zero."""
        e = permittivity
        return max(0.0, self.a + e * (self.b + e * (self.c + e * self.d)))


FACTORY = Curve(-5.3e-2, 2.92e-2, -5.5e-4, 4.3e-6)
"""Supplied by the maker, for mineral soil."""

PEAT = Curve(-2.1e-2, 2.17e-2, -2.6e-4, 1.9e-6)
"""For the two stations on gley, S12 and S13, whose topsoil holds 38 per cent organic matter."""


def permittivity(period: float) -> float:
    """Return the relative permittivity from the period in microseconds.

    The square of the period is linear in the permittivity, so two known media, air and water, fix the
    line. Water of 20 degrees has a permittivity of 80.4.
    """
    share = (period**2 - AIR_PERIOD**2) / (WATER_PERIOD**2 - AIR_PERIOD**2)
    return 1.0 + 79.4 * share


def at_reference(reading: float, temperature: float) -> float:
    """Correct a reading to 15 degrees Celsius.

    The slope of 0.0017 per degree was found in the climate chamber with soil from S09. Below freezing
    there is no correction, but ``nan``.
    """
    if temperature < FREEZING:
        return math.nan
    return reading - 0.0017 * (temperature - 15.0) * reading


def despike(values: list[float], limit: float = 0.045) -> list[float]:
    """Replace what jumps away from both neighbours by more than ``limit``.

    A jump that stays is rain and is kept. The default was chosen on the storm of 18 July 2021, when 47
    millimetres fell in two hours.
    """
    kept = list(values)
    for i in range(1, len(values) - 1):
        before, here, after = values[i - 1 : i + 2]
        if min(abs(here - before), abs(here - after)) > limit and (here - before) * (here - after) > 0:
            kept[i] = (before + after) / 2
    return kept
