"""Observables: sums of Pauli strings, read from text or any library's own objects."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from workbench.errors import BadInput

__all__ = ["Observable", "Term", "groups", "observable", "observables"]

Factors: TypeAlias = tuple[tuple[int, str], ...]
_PIECE = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    r"|(?P<indexed>[IXYZ])[ \t]*(?:\(\s*(?P<round>\d+)\s*\)|\[\s*(?P<square>\d+)\s*\]|_?(?P<bare>\d+))"
    r"|(?P<string>[IXYZ]++)(?![\d(\[_])|(?P<sign>[+-])|(?P<times>[*@]))"
)
_TAKES = "Write Pauli strings such as 'ZZ' (leftmost on qubit 0), 'Z0 Z1' or '0.5*X0 - 1.2*Z0*Z3'."


@dataclass(frozen=True, slots=True)
class Term:
    """A Pauli string with its coefficient.

    Attributes
    ----------
    weight : float
        Real.
    factors : tuple of (int, {"X", "Y", "Z"})
        Qubit and matrix, by ascending qubit; none is the identity.
    """

    weight: float
    factors: Factors


@dataclass(frozen=True, slots=True)
class Observable:
    """A sum of Pauli strings.

    Attributes
    ----------
    name : str
        What a column is called.
    terms : tuple of Term
        Each string once.
    """

    name: str
    terms: tuple[Term, ...]

    @property
    def qubits(self) -> frozenset[int]:
        """The qubits that it acts on."""
        return frozenset(qubit for term in self.terms for qubit, _ in term.factors)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        terms = [
            [term.weight, " ".join(f"{letter}{qubit}" for qubit, letter in term.factors)]
            for term in self.terms
        ]
        return {"name": self.name, "terms": terms}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Observable:
        """Rebuild it."""
        terms = tuple(
            Term(weight, tuple((int(word[1:]), word[0]) for word in factors.split()))
            for weight, factors in body["terms"]
        )
        return cls(body["name"], terms)


def observables(given: Any, qubits: int) -> tuple[Observable, ...]:
    """Read what a caller asked for.

    Parameters
    ----------
    given : None, str, object, sequence or mapping
        One observable, several, or names to observables. A text with ``;`` or a comma holds several.
    qubits : int
        Of the circuit.

    Raises
    ------
    BadInput
        One cannot be read, or acts on a qubit that is not there.
    """
    if given is None:
        return ()
    if isinstance(given, str):
        given = [part for part in re.split(r"[;,]", given) if part.strip()] or [given]
    if isinstance(given, Mapping):
        read = tuple(observable(value, qubits, name=str(name)) for name, value in given.items())
    elif isinstance(given, Sequence):
        read = tuple(observable(value, qubits) for value in given)
    else:
        read = (observable(given, qubits),)
    names = [one.name for one in read]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _bad(f"The observable {twice!r} is given twice.", "Name each once, or give a dict of names.")
    return read


def observable(given: Any, qubits: int, *, name: str | None = None) -> Observable:
    """Read one observable.

    Parameters
    ----------
    given : str, Observable, SparsePauliOp, Pauli, PennyLane operator, cirq.PauliSum or PauliString
        Text has the leftmost letter on qubit 0; Qiskit's objects keep Qiskit's own order.
    qubits : int
        Of the circuit.
    name : str, optional
        By default what the text says.

    Raises
    ------
    BadInput
        It cannot be read, is not Hermitian, or acts on a qubit that is not there.
    """
    if isinstance(given, Observable):
        terms: Iterable[tuple[complex, Factors]] = [(term.weight, term.factors) for term in given.terms]
        name = name or given.name
    elif isinstance(given, str):
        terms = _read(given)
        name = name or " ".join(given.split())
    else:
        terms = _of_library(given)
    made = _summed(terms, name)
    beyond = max(made.qubits, default=0)
    if beyond >= qubits:
        raise _bad(
            f"The observable {made.name!r} acts on qubit {beyond}; the circuit has "
            f"{qubits}, numbered from 0.",
            _TAKES,
        )
    return made


def _summed(terms: Iterable[tuple[complex, Factors]], name: str | None) -> Observable:
    weights: dict[Factors, float] = {}
    for weight, factors in terms:
        value = complex(weight)
        if abs(value.imag) > 1e-12 * max(1.0, abs(value)):
            raise _bad(f"The observable has the weight {weight}, and only real ones can be measured.", _TAKES)
        weights[factors] = weights.get(factors, 0.0) + value.real
    found = tuple(Term(weight, factors) for factors, weight in weights.items())
    if not found or not all(math.isfinite(term.weight) for term in found):
        raise _bad("The observable has no term, or one that is not finite.", _TAKES)
    return Observable(name or _named(found), found)


def _named(terms: tuple[Term, ...]) -> str:
    """Write a sum out as `_read` reads it."""
    pieces = []
    for term in terms:
        string = "*".join(f"{letter}{qubit}" for qubit, letter in term.factors) or "I0"
        sign = "-" if term.weight < 0 else "+"
        size = "" if abs(term.weight) == 1 else f"{abs(term.weight):g}*"
        pieces += [sign, f"{size}{string}"]
    text = " ".join(pieces)
    return text.removeprefix("+ ") if text.startswith("+") else text.replace("- ", "-", 1)


class _Sum:
    """What has been read so far of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.done: list[tuple[complex, Factors]] = []
        self.start()

    def start(self, sign: float = 1.0) -> None:
        self.weight = sign
        self.factors: dict[int, str] = {}
        self.empty = True

    def add(self, qubit: int, letter: str) -> None:
        if qubit in self.factors:
            raise _bad(f"The term of {self.text!r} names qubit {qubit} twice.", _TAKES)
        self.factors[qubit] = letter
        self.empty = False

    def close(self) -> None:
        if self.empty:
            raise _bad(f"The observable {self.text!r} has a term without a Pauli matrix or number.", _TAKES)
        kept = tuple(sorted((qubit, letter) for qubit, letter in self.factors.items() if letter != "I"))
        self.done.append((self.weight, kept))


def _read(text: str) -> list[tuple[complex, Factors]]:
    found = _Sum(text)
    at = 0
    while at < len(text.rstrip()):
        match = _PIECE.match(text, at)
        if match is None:
            raise _bad(f"The observable {text!r} cannot be read at {text[at:].strip()[:20]!r}.", _TAKES)
        _take(found, match)
        at = match.end()
    found.close()
    return found.done


def _take(found: _Sum, match: re.Match[str]) -> None:
    if match["sign"]:
        sign = -1.0 if match["sign"] == "-" else 1.0
        if found.empty and found.weight in {1.0, -1.0}:
            found.start(found.weight * sign)
        else:
            found.close()
            found.start(sign)
    elif match["number"]:
        found.weight *= float(match["number"])
        found.empty = False
    elif match["indexed"]:
        found.add(int(match["round"] or match["square"] or match["bare"]), match["indexed"])
    elif match["string"]:
        for qubit, letter in enumerate(match["string"]):
            found.add(qubit, letter)


def _of_library(given: Any) -> Iterable[tuple[complex, Factors]]:
    """Read an object by the library that its class comes from."""
    library = type(given).__module__.partition(".")[0]
    reader = {"qiskit": _of_qiskit, "pennylane": _of_pennylane, "cirq": _of_cirq, "braket": _of_braket}.get(
        library
    )
    read = reader(given) if reader else None
    if read is None:
        raise _bad(f"A {type(given).__name__} is no observable that is known here.", _TAKES)
    return read


def _of_qiskit(given: Any) -> list[tuple[complex, Factors]] | None:
    from qiskit.quantum_info import Pauli, SparsePauliOp

    if isinstance(given, Pauli):
        given = SparsePauliOp(given)
    if hasattr(given, "to_sparse_list") and not isinstance(given, SparsePauliOp):
        given = SparsePauliOp.from_sparse_observable(given)
    if not isinstance(given, SparsePauliOp):
        return None
    return [
        (weight, tuple(sorted(zip(where, letters, strict=True))))
        for letters, where, weight in given.simplify().to_sparse_list()
    ]


def _of_pennylane(given: Any) -> list[tuple[complex, Factors]] | None:
    sentence = getattr(given, "pauli_rep", None)
    if sentence is None:
        return None
    return [
        (complex(weight), tuple(sorted((_wire(wire), letter) for wire, letter in word.items())))
        for word, weight in sentence.items()
    ]


def _of_cirq(given: Any) -> list[tuple[complex, Factors]] | None:
    import cirq

    if isinstance(given, cirq.PauliString | cirq.SingleQubitPauliStringGateOperation):
        given = cirq.PauliSum.from_pauli_strings([given])
    if not isinstance(given, cirq.PauliSum):
        return None
    return [
        (term.coefficient, tuple(sorted((_wire(qubit), str(pauli)) for qubit, pauli in term.items())))
        for term in given
    ]


def _of_braket(given: Any) -> list[tuple[complex, Factors]] | None:
    summands = getattr(given, "summands", None) or [given]
    found = []
    for one in summands:
        factors = getattr(one, "factors", None) or (one,)
        letters = [type(factor).__name__ for factor in factors]
        targets = [int(qubit) for factor in factors for qubit in (factor.targets or ())]
        if any(letter not in "IXYZ" for letter in letters) or len(letters) != len(targets):
            return None
        pairs = zip(targets, letters, strict=True)
        found.append((one.coefficient, tuple(sorted(pair for pair in pairs if pair[1] != "I"))))
    return found


def _wire(wire: Any) -> int:
    number = getattr(wire, "x", wire)
    if not isinstance(number, int):
        raise _bad(f"The observable acts on {wire!r}; qubits are numbered from 0.", _TAKES)
    return number


def groups(given: Sequence[Observable]) -> list[tuple[dict[int, str], list[Factors]]]:
    """Sort Pauli strings into sets that one measurement tells: alike, or nothing, on every qubit.

    Returns
    -------
    list of (dict, list)
        The matrix that each qubit is measured in, and the strings that this tells.
    """
    found: list[tuple[dict[int, str], list[Factors]]] = []
    for factors in dict.fromkeys(term.factors for one in given for term in one.terms):
        for basis, members in found:
            if all(basis.get(qubit, letter) == letter for qubit, letter in factors):
                basis.update(factors)
                members.append(factors)
                break
        else:
            found.append((dict(factors), [factors]))
    return found


def _bad(message: str, hint: str) -> BadInput:
    return BadInput(message, hint, details={"field": "observables"})
