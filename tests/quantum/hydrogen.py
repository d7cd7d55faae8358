"""H2 in the basis STO-3G from first principles: what the shipped integrals are held against.

Contracted Gaussians of Hehre, Stewart and Pople, J. Chem. Phys. 51, 2657 (1969), with the exponents
of the Basis Set Exchange; integrals by Szabo and Ostlund, Modern Quantum Chemistry, appendix A.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

BOHR = 0.529177210903
"""Angstrom (CODATA 2018)."""
_EXPONENTS = (3.42525091, 0.62391373, 0.16885540)
_WEIGHTS = (0.15432897, 0.53532814, 0.44463454)


def _f0(t: float) -> float:
    return 1.0 if t < 1e-12 else 0.5 * math.sqrt(math.pi / t) * math.erf(math.sqrt(t))


def _primitives(*centres: float) -> Iterator[tuple[float, list[float], list[float]]]:
    """Yield weight, exponents and centres of each product of normalised primitives."""
    for picked in itertools.product(range(3), repeat=len(centres)):
        exponents = [_EXPONENTS[at] for at in picked]
        weight = math.prod(_WEIGHTS[at] * (2 * _EXPONENTS[at] / math.pi) ** 0.75 for at in picked)
        yield weight, exponents, list(centres)


def _pair(a: float, b: float, x: float, y: float) -> tuple[float, float, float]:
    """Return exponent, centre and factor of a product of two Gaussians on a line."""
    p = a + b
    return p, (a * x + b * y) / p, math.exp(-a * b / p * (x - y) ** 2)


def _overlap(x: float, y: float) -> float:
    total = 0.0
    for weight, (a, b), _ in _primitives(x, y):
        p, _, factor = _pair(a, b, x, y)
        total += weight * (math.pi / p) ** 1.5 * factor
    return total


def _core(x: float, y: float, nuclei: tuple[float, ...]) -> float:
    """Return kinetic energy and attraction by the nuclei."""
    total = 0.0
    for weight, (a, b), _ in _primitives(x, y):
        p, centre, factor = _pair(a, b, x, y)
        reduced = a * b / p
        total += weight * reduced * (3 - 2 * reduced * (x - y) ** 2) * (math.pi / p) ** 1.5 * factor
        for nucleus in nuclei:
            total -= weight * 2 * math.pi / p * factor * _f0(p * (centre - nucleus) ** 2)
    return total


def _repulsion(w: float, x: float, y: float, z: float) -> float:
    """Return (wx|yz), in chemists' order."""
    total = 0.0
    for weight, (a, b, c, d), _ in _primitives(w, x, y, z):
        p, first, left = _pair(a, b, w, x)
        q, second, right = _pair(c, d, y, z)
        bare = 2 * math.pi**2.5 / (p * q * math.sqrt(p + q))
        total += weight * bare * left * right * _f0(p * q / (p + q) * (first - second) ** 2)
    return total


def integrals(angstrom: float) -> dict[str, Any]:
    """Return one- and two-electron integrals over the two molecular orbitals, in hartree."""
    nuclei = (0.0, angstrom / BOHR)
    overlap = _overlap(*nuclei)
    orbitals = np.array([[1.0, 1.0], [1.0, -1.0]]) / np.sqrt(2 * (1 + overlap * np.array([[1], [-1]])))
    core = np.array([[_core(x, y, nuclei) for y in nuclei] for x in nuclei])
    pairs = np.array([_repulsion(*centres) for centres in itertools.product(nuclei, repeat=4)]).reshape(
        (2,) * 4
    )
    return {
        "one": orbitals @ core @ orbitals.T,
        "two": np.einsum("ap,bq,cr,ds,pqrs->abcd", orbitals, orbitals, orbitals, orbitals, pairs),
        "nuclear": 1.0 / nuclei[1],
    }


def ladder(modes: int) -> list[np.ndarray[Any, Any]]:
    """Return the annihilators of Jordan and Wigner as matrices, mode 0 leftmost."""
    lower, sign, one = np.array([[0, 1], [0, 0]]), np.diag([1, -1]), np.eye(2)
    made = []
    for mode in range(modes):
        matrix = np.eye(1)
        for at in range(modes):
            matrix = np.kron(matrix, sign if at < mode else lower if at == mode else one)
        made.append(matrix)
    return made


def hamiltonian(one: np.ndarray[Any, Any], two: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the electronic Hamiltonian as a matrix, spin orbitals up and down in turn, mode 0 leftmost."""
    modes = 2 * len(one)
    lower = ladder(modes)
    raised = [matrix.T for matrix in lower]
    total = np.zeros((2**modes,) * 2)
    for p, q in itertools.product(range(modes), repeat=2):
        if p % 2 == q % 2:
            total += one[p // 2, q // 2] * raised[p] @ lower[q]
    for p, q, r, s in itertools.product(range(modes), repeat=4):
        if p % 2 == s % 2 and q % 2 == r % 2:
            # <pq|rs> a+p a+q a_r a_s = (ps|qr) in chemists' order
            weight = 0.5 * two[p // 2, s // 2, q // 2, r // 2]
            total += weight * raised[p] @ raised[q] @ lower[r] @ lower[s]
    return total
