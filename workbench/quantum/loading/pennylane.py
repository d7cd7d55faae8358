"""PennyLane's QNodes and tapes."""

from __future__ import annotations

from typing import Any

from workbench.errors import BadInput
from workbench.quantum.loading.assembly import Assembly, refuse
from workbench.quantum.loading.paulis import written
from workbench.quantum.loading.program import Program

__all__ = ["read"]

_LARGEST = 4
_NAMED = {
    "Identity": "id",
    "PauliX": "x",
    "PauliY": "y",
    "PauliZ": "z",
    "Hadamard": "h",
    "S": "s",
    "T": "t",
    "SX": "sx",
    "Adjoint(S)": "sdg",
    "Adjoint(T)": "tdg",
    "Adjoint(SX)": "sxdg",
    "CNOT": "cx",
    "CY": "cy",
    "CZ": "cz",
    "CH": "ch",
    "SWAP": "swap",
    "ISWAP": "iswap",
    "ECR": "ecr",
    "Toffoli": "ccx",
    "CCZ": "ccz",
    "CSWAP": "cswap",
    "RX": "rx",
    "RY": "ry",
    "RZ": "rz",
    "PhaseShift": "p",
    "U1": "p",
    "CRX": "crx",
    "CRY": "cry",
    "CRZ": "crz",
    "ControlledPhaseShift": "cp",
    "IsingXX": "rxx",
    "IsingYY": "ryy",
    "IsingZZ": "rzz",
}


def read(circuit: Any) -> Program:
    """Read a QNode or a tape.

    Wires are numbered as the QNode's device has them, else in ascending order where all are numbers, else
    as they appear. ``probs``, ``sample`` and ``counts`` measure their wires into a register ``c``;
    ``expval`` becomes an observable; ``state`` measures nothing.
    """
    import pennylane as qml

    wires: Any = None
    if isinstance(circuit, qml.QNode):
        wires = circuit.device.wires
        circuit = _tape(circuit)
    if not isinstance(circuit, qml.tape.QuantumScript):
        raise BadInput(
            f"{type(circuit).__name__!r} of PennyLane is neither a QNode nor a tape.",
            details={"field": "circuit"},
        )
    reader = _Reader(_order(circuit, wires))
    for op in circuit.operations:
        reader.add(op)
    asked = tuple(text for item in circuit.measurements for text in reader.observed(item))
    reader.measure_all(circuit.measurements)
    return Program(reader.circuit, "pennylane", None, (None,) * len(reader.circuit.data), asked)


def _tape(node: Any) -> Any:
    import pennylane as qml

    try:
        return qml.workflow.construct_tape(node, level="top")()
    except TypeError as error:
        if "argument" not in str(error):
            raise
        raise BadInput(
            f"The QNode {getattr(node, '__name__', 'given')!r} needs arguments, and is called with none.",
            "Pass a tape of it: qml.workflow.construct_tape(node)(0.1).",
            details={"field": "circuit"},
        ) from error


def _order(tape: Any, wires: Any) -> list[Any]:
    names = list(tape.wires) if wires is None else list(wires)
    if wires is None and all(isinstance(name, int) for name in names):
        return sorted(names)
    return names + [name for name in tape.wires if name not in names]


class _Reader(Assembly):
    def __init__(self, wires: list[Any]) -> None:
        super().__init__(wires)
        self.results: dict[Any, Any] = {}

    def add(self, op: Any) -> None:
        """Append one operation."""
        import pennylane as qml

        name = op.name
        if name in _NAMED:
            self.gate(_NAMED[name], op.wires, *(_number(op, value) for value in op.parameters))
        elif isinstance(op, qml.Barrier):
            self.circuit.barrier(self.on(op.wires))
        elif isinstance(op, qml.Snapshot):
            return
        elif isinstance(op, qml.operation.Channel):
            raise refuse("PennyLane", op, "is noise", "Noise is given to the run, not in the circuit.")
        elif name == "GlobalPhase":
            self.phase(-_number(op, op.parameters[0]))
        elif isinstance(op, qml.ops.MidMeasure):
            self._mid(op)
        elif isinstance(op, qml.ops.Conditional):
            self._conditional(op)
        elif name in {"StatePrep", "AmplitudeEmbedding"}:
            self._state(op)
        else:
            self._other(op)

    def _other(self, op: Any) -> None:
        import pennylane as qml

        if op.has_matrix and len(op.wires) <= _LARGEST:
            self.matrix(qml.matrix(op, wire_order=op.wires), op.wires)
        elif isinstance(op, qml.ops.Controlled):
            inner = _Reader(list(op.base.wires))
            inner.add(op.base)
            self.controlled(inner.circuit, op.control_wires, op.control_values, op.base.wires)
        elif op.has_decomposition:
            for part in op.decomposition():
                self.add(part)
        elif op.has_matrix:
            self.matrix(qml.matrix(op, wire_order=op.wires), op.wires)
        else:
            raise refuse("PennyLane", op, "has neither a matrix nor a decomposition")

    def _state(self, op: Any) -> None:
        import numpy as np
        from qiskit.circuit.library import StatePreparation

        amplitudes = np.asarray(op.state_vector(wire_order=op.wires)).ravel()
        self.circuit.append(StatePreparation(amplitudes), self.on(reversed(op.wires)))

    def _mid(self, op: Any) -> None:
        if op.postselect is not None:
            raise refuse("PennyLane", op, "selects by its result", "Count the shots that have it instead.")
        bit = self.register(f"m{len(self.results)}", 1)[0]
        self.results[op] = bit
        self.measure(op.wires[0], bit)
        if op.reset:
            self.circuit.reset(self.on(op.wires))

    def _conditional(self, op: Any) -> None:
        from qiskit.circuit.classical import expr

        bits = [self.results[one] for one in op.meas_val.measurements]
        ways = [branch for branch, value in op.meas_val.items() if value]
        if not ways:
            return
        if len(bits) == 1 and len(ways) == 1:
            condition: Any = (bits[0], int(ways[0][0]))
        else:
            condition = _joined(expr.logic_or, [_way(bits, branch) for branch in ways])
        with self.circuit.if_test(condition):
            self.add(op.base)

    def observed(self, item: Any) -> list[str]:
        """Return the observable of one thing that the tape asks for, where it has one."""
        import pennylane as qml

        if isinstance(item, qml.measurements.ExpectationMP):
            if item.obs is None or item.obs.pauli_rep is None:
                raise refuse("PennyLane", item, "is not a sum of Pauli strings", "Write it as one.")
            sentence = item.obs.pauli_rep
            return [written((_weight(item, w), self._factors(word)) for word, w in sentence.items())]
        kinds = (
            qml.measurements.ProbabilityMP,
            qml.measurements.SampleMP,
            qml.measurements.CountsMP,
            qml.measurements.StateMP,
        )
        if not isinstance(item, kinds) or item.obs is not None:
            raise refuse(
                "PennyLane",
                item,
                "asks for what is not told here",
                "Take expval, probs, counts, sample or state.",
            )
        return []

    def _factors(self, word: Any) -> list[tuple[int, str]]:
        return [(self.places[wire], matrix) for wire, matrix in word.items()]

    def measure_all(self, measurements: Any) -> None:
        """Measure the wires that are asked for by samples or probabilities."""
        import pennylane as qml

        sampled = (qml.measurements.ProbabilityMP, qml.measurements.SampleMP, qml.measurements.CountsMP)
        asked = [item for item in measurements if isinstance(item, sampled) and item.mv is None]
        wires: dict[Any, None] = {}
        for item in asked:
            wires |= dict.fromkeys(item.wires or self.places)
        if wires:
            for wire, bit in zip(wires, self.register("c", len(wires)), strict=True):
                self.measure(wire, bit)


def _number(op: Any, value: Any) -> float:
    import numpy as np

    if np.ndim(value):
        raise refuse("PennyLane", op, "has an array of angles", "Run the values as a sweep.")
    return float(value)


def _weight(item: Any, value: Any) -> float:
    number = complex(value)
    if abs(number.imag) > 1e-12:  # noqa: PLR2004
        raise refuse("PennyLane", item, "is not Hermitian")
    return number.real


def _way(bits: list[Any], branch: Any) -> Any:
    from qiskit.circuit.classical import expr

    pairs = zip(bits, branch, strict=True)
    return _joined(expr.logic_and, [expr.lift(b) if v else expr.logic_not(b) for b, v in pairs])


def _joined(by: Any, parts: list[Any]) -> Any:
    made = parts[0]
    for part in parts[1:]:
        made = by(made, part)
    return made
