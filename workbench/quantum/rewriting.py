"""Qiskit's standard gates that are not among ours, as exact sequences of ours."""

from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import Any, TypeAlias

__all__ = ["SEQUENCES", "Step"]

Step: TypeAlias = tuple[str, tuple[int, ...], tuple[Any, ...]]
"""Name, places among the gate's own qubits, and angles: numbers or Qiskit's expressions."""


def _cu(theta: Any, phi: Any, lam: Any, gamma: Any) -> list[Step]:
    return [("p", (0,), (gamma,)), *_cu3(theta, phi, lam)]


def _cu3(theta: Any, phi: Any, lam: Any) -> list[Step]:
    # Qiskit's CU3Gate: the phase of u is that of its determinant, taken back on the control.
    return [
        ("p", (0,), ((lam + phi) / 2,)),
        ("p", (1,), ((lam - phi) / 2,)),
        ("cx", (0, 1), ()),
        ("u", (1,), (-theta / 2, 0.0, -(phi + lam) / 2)),
        ("cx", (0, 1), ()),
        ("u", (1,), (theta / 2, phi, 0.0)),
    ]


def _rzx(theta: Any) -> list[Step]:
    return [("h", (1,), ()), ("rzz", (0, 1), (theta,)), ("h", (1,), ())]


def _r(theta: Any, phi: Any) -> list[Step]:
    return [("u", (0,), (theta, phi - pi / 2, pi / 2 - phi))]


def _csx() -> list[Step]:
    return [("h", (1,), ()), ("cp", (0, 1), (pi / 2,)), ("h", (1,), ())]


SEQUENCES: dict[str, Callable[..., list[Step]]] = {
    "u1": lambda lam: [("p", (0,), (lam,))],
    "u2": lambda phi, lam: [("u", (0,), (pi / 2, phi, lam))],
    "u3": lambda theta, phi, lam: [("u", (0,), (theta, phi, lam))],
    "cu1": lambda lam: [("cp", (0, 1), (lam,))],
    "cu3": _cu3,
    "cu": _cu,
    "r": _r,
    "rzx": _rzx,
    "csx": _csx,
    "cs": lambda: [("cp", (0, 1), (pi / 2,))],
    "csdg": lambda: [("cp", (0, 1), (-pi / 2,))],
    "dcx": lambda: [("cx", (0, 1), ()), ("cx", (1, 0), ())],
}
"""By name, from angles; global phases are exact."""
