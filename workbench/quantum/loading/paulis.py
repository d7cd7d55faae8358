"""Sums of Pauli strings as text."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["written"]


def written(terms: Iterable[tuple[float, Iterable[tuple[int, str]]]]) -> str:
    """Return a sum as text.

    Parameters
    ----------
    terms : iterable of (float, iterable of (int, str))
        Weights, and the qubits and matrices of the factors; without a factor, the identity.

    Returns
    -------
    str
        Such as ``"Z0*X1 - 0.5*Y2"``.
    """
    text = ""
    for weight, factors in terms:
        string = "*".join(f"{matrix}{qubit}" for qubit, matrix in sorted(factors)) or "I0"
        size = "" if abs(weight) == 1 else f"{abs(weight)!r}*"
        sign = "-" if weight < 0 else "+"
        text += f" {sign} {size}{string}" if text else f"{'-' * (weight < 0)}{size}{string}"
    return text or "0.0*I0"
