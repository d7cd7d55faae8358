"""Circuits as Clifford gates, T gates and rotations about Z, exactly and up to global phase.

``ccx`` takes seven T gates, ``ch`` two (Nielsen and Chuang, section 4.3; Amy et al., IEEE Trans.
CAD 32, 818, 2013). A rotation by a multiple of pi/4 is exact; any other is counted as a rotation,
for it can only be approximated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.quantum.expressions import Expression
from workbench.quantum.lowered import Branch, Gate, Matrix, Op, While

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["TURNS", "expanded"]

TURNS = frozenset({"t", "tdg"})
"""The gates beside Clifford ones and ``rz``."""
_CLIFFORD = frozenset(
    {"id", "x", "y", "z", "h", "s", "sdg", "sx", "sxdg", "cx", "cy", "cz", "swap", "iswap", *TURNS}
)
_NEAR = 1e-9
# by eighths of a turn about Z
_EIGHTHS = ((), ("t",), ("s",), ("s", "t"), ("z",), ("z", "t"), ("sdg",), ("tdg",))
_Step = tuple[str, tuple[int, ...]]
_FIXED: dict[str, tuple[_Step, ...]] = {
    "ch": (
        ("s", (1,)), ("h", (1,)), ("t", (1,)), ("cx", (0, 1)), ("tdg", (1,)), ("h", (1,)), ("sdg", (1,)),
    ),
    "ccz": (
        ("cx", (1, 2)), ("tdg", (2,)), ("cx", (0, 2)), ("t", (2,)), ("cx", (1, 2)), ("tdg", (2,)),
        ("cx", (0, 2)), ("t", (1,)), ("t", (2,)), ("cx", (0, 1)), ("t", (0,)), ("tdg", (1,)), ("cx", (0, 1)),
    ),
    "ccx": (("h", (2,)), ("ccz", (0, 1, 2)), ("h", (2,))),
    "cswap": (("cx", (2, 1)), ("ccx", (0, 1, 2)), ("cx", (2, 1))),
}  # fmt: skip
"""Name to steps in the order in which they are done, on places among the gate's qubits."""
_TURNED: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "rx": (("h",), "rz", ("h",)),
    "ry": (("sdg", "h"), "rz", ("h", "s")),
    "rxx": (("h",), "rzz", ("h",)),
    "ryy": (("sdg", "h"), "rzz", ("h", "s")),
    "crx": (("h",), "crz", ("h",)),
    "cry": (("sdg", "h"), "crz", ("h", "s")),
}
"""Name to what brings its axis to Z, the gate there, and what brings it back."""


def expanded(ops: Sequence[Op]) -> Iterator[Gate | Matrix]:
    """Yield the unitary operations as Clifford gates, `TURNS`, ``rz``, and Clifford matrices.

    Both sides of a branch and the body of a loop are told once.
    """
    for op in ops:
        if isinstance(op, Branch):
            yield from expanded(op.then)
            yield from expanded(op.otherwise)
        elif isinstance(op, While):
            yield from expanded(op.body)
        elif isinstance(op, Matrix):
            yield from _of_matrix(op)
        elif isinstance(op, Gate):
            yield from _of_gate(op)


def _of_gate(gate: Gate) -> Iterator[Gate | Matrix]:
    name, qubits = gate.name, gate.qubits
    if name in _CLIFFORD:
        yield gate
    elif name in _FIXED:
        for step, places in _FIXED[name]:
            yield from _of_gate(Gate(step, tuple(qubits[place] for place in places)))
    elif name in _TURNED:
        before, inner, after = _TURNED[name]
        # of a controlled rotation the target, of an Ising gate both
        turned = qubits[1:] if name.startswith("c") else qubits
        yield from (Gate(step, (qubit,)) for qubit in turned for step in before)
        yield from _of_gate(Gate(inner, qubits, gate.angles))
        yield from (Gate(step, (qubit,)) for qubit in turned for step in after)
    else:
        yield from _ANGLED[name](qubits, *gate.angles)


def _rz(qubits: tuple[int, ...], angle: Any) -> Iterator[Gate | Matrix]:
    eighths = math.nan if isinstance(angle, Expression) else float(angle) / (math.pi / 4)
    if math.isnan(eighths) or abs(eighths - round(eighths)) > _NEAR:
        yield Gate("rz", qubits, (angle,))
    else:
        yield from (Gate(name, qubits) for name in _EIGHTHS[round(eighths) % 8])


def _rzz(qubits: tuple[int, ...], angle: Any) -> Iterator[Gate | Matrix]:
    yield Gate("cx", qubits)
    yield from _rz(qubits[1:], angle)
    yield Gate("cx", qubits)


def _crz(qubits: tuple[int, ...], angle: Any) -> Iterator[Gate | Matrix]:
    yield from _rz(qubits[1:], _times(angle, 0.5))
    yield Gate("cx", qubits)
    yield from _rz(qubits[1:], _times(angle, -0.5))
    yield Gate("cx", qubits)


def _cp(qubits: tuple[int, ...], angle: Any) -> Iterator[Gate | Matrix]:
    yield from _rz(qubits[:1], _times(angle, 0.5))
    yield from _crz(qubits, angle)


def _u(qubits: tuple[int, ...], theta: Any, phi: Any, lam: Any) -> Iterator[Gate | Matrix]:
    numbers = not any(isinstance(angle, Expression) for angle in (theta, phi, lam))
    halves = theta / math.pi if numbers else math.nan
    # without a turn about Y, or with half a one, both turns about Z are one
    if numbers and abs(halves - round(halves)) < _NEAR:
        odd = round(halves) % 2
        yield from _rz(qubits, lam - phi if odd else lam + phi)
        yield from [Gate("y", qubits)] if odd else []
        return
    yield from _rz(qubits, lam)
    yield from _of_gate(Gate("ry", qubits, (theta,)))
    yield from _rz(qubits, phi)


_ANGLED: dict[str, Callable[..., Iterator[Gate | Matrix]]] = {
    "p": _rz,
    "rz": _rz,
    "rzz": _rzz,
    "crz": _crz,
    "cp": _cp,
    "u": _u,
}


def _times(angle: Any, factor: float) -> Any:
    return Expression((*angle.steps, factor, "*")) if isinstance(angle, Expression) else angle * factor


def _of_matrix(op: Matrix) -> Iterator[Gate | Matrix]:
    steps = _taken_apart(op.matrix.tobytes(), len(op.qubits))
    if steps is None:
        yield op
        return
    yield from expanded([replace(step, qubits=tuple(op.qubits[at] for at in step.qubits)) for step in steps])


@lru_cache(maxsize=256)
def _taken_apart(content: bytes, qubits: int) -> tuple[Gate | Matrix, ...] | None:
    """Return a matrix as gates, by Qiskit's synthesis; ``None`` where it is a Clifford's."""
    import numpy as np
    from qiskit import QiskitError
    from qiskit.circuit.library import UnitaryGate
    from qiskit.quantum_info import Clifford

    from workbench.quantum.lowering import lower

    matrix: NDArray[np.complex128] = np.frombuffer(content, complex).reshape((1 << qubits,) * 2)
    try:
        Clifford.from_matrix(matrix)
    except QiskitError:
        # of smaller matrices at most, so that taking them apart ends
        return lower(UnitaryGate(matrix).definition).ops  # type: ignore[return-value]
    return None
