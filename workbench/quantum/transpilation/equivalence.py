"""Whether a fitted circuit still does what was asked, by the exact distributions of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import WorkbenchError
from workbench.quantum.backends.qiskit import QiskitBackend
from workbench.quantum.execution import Answer, Asked, execute
from workbench.quantum.lowered import Branch, Gate, Lowered, Matrix, Measure, Op, Reset, While, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

    from workbench.quantum.transpilation.fitting import Fit

__all__ = ["EQUAL", "MOST_QUBITS", "equivalent"]

MOST_QUBITS = 8
"""Up to here circuits are held against each other."""
EQUAL = 1e-9
"""Most that any probability, or amplitude, may differ."""
_MOST_ACTIVE = 16


def equivalent(circuit: QuantumCircuit, fit: Fit, seed: int) -> bool | None:
    """Compare a circuit with what became of it.

    Both begin with every qubit at 0. Every key of the classical bits must be as probable; and of a
    circuit that does not act on measurements every basis state of its qubits, where each of them
    ends. Of a circuit without measurements the states themselves must be equal but for a phase:
    from level 2 on Qiskit leaves out rotations of about a millionth, and that is seen.

    Parameters
    ----------
    circuit : QuantumCircuit
        As it was fitted; parameters without values get some.
    fit : Fit
        The other.
    seed : int
        Of those values.

    Returns
    -------
    bool or None
        ``None`` where it is not looked at: above `MOST_QUBITS`, or where operations on measurements
        cannot be deferred.
    """
    from workbench.quantum.binding import bind
    from workbench.quantum.lowering import lower

    if circuit.num_qubits > MOST_QUBITS:
        return None
    ours, theirs = lower(circuit), lower(fit.circuit)
    values = np.random.default_rng(seed).uniform(0.1, 3.0, len(ours.parameters))
    given = dict(zip(ours.parameters, values.tolist(), strict=True))
    ours, (theirs, places) = bind(ours, given), _packed(bind(theirs, given), fit.layout)
    if theirs.qubits > _MOST_ACTIVE:
        return None
    try:
        if not ours.dynamic and not any(isinstance(op, Measure) for op in ours.ops):
            return _same_state(_state(ours, range(ours.qubits)), _state(theirs, places))
        pairs = [(ours, theirs)]
        if not ours.dynamic:
            pairs.append((_measured(ours, range(ours.qubits)), _measured(theirs, places)))
        return all(_alike(_distribution(one), _distribution(other)) for one, other in pairs)
    except WorkbenchError:
        return None


def _packed(lowered: Lowered, layout: Sequence[int]) -> tuple[Lowered, list[int]]:
    """Return the circuit without idle qubits, and where those of the layout are."""
    active = sorted({*layout, *(qubit for op in walk(lowered.ops) for qubit in _on(op))})
    place = {qubit: at for at, qubit in enumerate(active)}
    ops = _moved(lowered.ops, place)
    return replace(lowered, qubits=len(active), ops=ops), [place[qubit] for qubit in layout]


def _on(op: Op) -> tuple[int, ...]:
    if isinstance(op, Gate | Matrix):
        return op.qubits
    return (op.qubit,) if isinstance(op, Measure | Reset) else ()


def _moved(ops: tuple[Op, ...], place: Mapping[int, int]) -> tuple[Op, ...]:
    made: list[Op] = []
    for op in ops:
        if isinstance(op, Branch):
            made.append(replace(op, then=_moved(op.then, place), otherwise=_moved(op.otherwise, place)))
        elif isinstance(op, While):
            made.append(replace(op, body=_moved(op.body, place)))
        elif isinstance(op, Gate | Matrix):
            made.append(replace(op, qubits=tuple(place[qubit] for qubit in op.qubits)))
        else:
            made.append(replace(op, qubit=place[op.qubit]))
    return tuple(made)


def _measured(lowered: Lowered, places: Sequence[int]) -> Lowered:
    bare = lowered.unmeasured()
    measures = tuple(Measure(qubit, bit) for bit, qubit in enumerate(places))
    return replace(bare, ops=bare.ops + measures, clbits=len(places))


def _exactly(lowered: Lowered) -> Answer:
    engine: Any = QiskitBackend()
    return execute(engine, lowered, Asked(None, 0, "double"))


def _state(lowered: Lowered, places: Sequence[int]) -> NDArray[np.complex128]:
    """Return the amplitudes of some qubits where all others are 0, the first one most significant."""
    outcome = _exactly(lowered).outcome
    tensor: NDArray[np.complex128] = np.asarray(outcome.amplitudes).reshape((2,) * lowered.qubits)
    if outcome.first == "least":
        tensor = tensor.transpose()
    others = [qubit for qubit in range(lowered.qubits) if qubit not in places]
    return tensor.transpose([*places, *others]).reshape(1 << len(places), -1)[:, 0]


def _same_state(one: NDArray[np.complex128], other: NDArray[np.complex128]) -> bool:
    overlap = np.vdot(one, other)
    return bool(abs(overlap) > 0 and np.abs(one * (overlap / abs(overlap)) - other).max() <= EQUAL)


def _distribution(lowered: Lowered) -> dict[bytes, float]:
    answer = _exactly(lowered)
    assert answer.distribution is not None  # noqa: S101 - it is exact
    keys, weights = answer.distribution.exact()
    return {key.tobytes(): weight for key, weight in zip(keys, weights.tolist(), strict=True)}


def _alike(one: Mapping[bytes, float], other: Mapping[bytes, float]) -> bool:
    return all(abs(one.get(key, 0.0) - other.get(key, 0.0)) <= EQUAL for key in one.keys() | other.keys())
