"""Braket's circuits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.quantum.loading.assembly import Assembly, refuse
from workbench.quantum.loading.paulis import written
from workbench.quantum.loading.program import Program
from workbench.quantum.loading.symbols import angle

if TYPE_CHECKING:
    from qiskit.circuit import QuantumCircuit

__all__ = ["read"]

_NAMED = {
    "I": "id",
    "X": "x",
    "Y": "y",
    "Z": "z",
    "H": "h",
    "S": "s",
    "Si": "sdg",
    "T": "t",
    "Ti": "tdg",
    "V": "sx",
    "Vi": "sxdg",
    "CNot": "cx",
    "CY": "cy",
    "CZ": "cz",
    "Swap": "swap",
    "ISwap": "iswap",
    "CCNot": "ccx",
    "CSwap": "cswap",
    "Rx": "rx",
    "Ry": "ry",
    "Rz": "rz",
    "PhaseShift": "p",
    "U": "u",
    "CPhaseShift": "cp",
    "XX": "rxx",
    "YY": "ryy",
    "ZZ": "rzz",
    "PRx": "r",
}


def read(circuit: Any) -> Program:
    """Read a Braket ``Circuit``: q[0] is the first of its sorted qubits.

    ``measure`` and ``probability`` fill a register ``b`` in order, ``expectation`` becomes an observable.
    Modifiers (``control``, ``control_state``, ``power``) are done here, not by Braket.
    """
    from braket.circuits import Circuit

    if not isinstance(circuit, Circuit):
        raise BadInput(
            f"{type(circuit).__name__!r} of Braket is not a circuit.", details={"field": "circuit"}
        )
    reader = _Reader(sorted(circuit.qubits))
    measured: list[Any] = []
    for instruction in circuit.instructions:
        if type(instruction.operator).__name__ == "Measure":
            measured += instruction.target
        else:
            reader.add(instruction)
    asked = [text for result in circuit.result_types for text in reader.observed(result)]
    for result in circuit.result_types:
        if type(result).__name__ in {"Probability", "Sample"}:
            measured += [qubit for qubit in result.target or sorted(circuit.qubits) if qubit not in measured]
    if measured:
        for qubit, bit in zip(measured, reader.register("b", len(measured)), strict=True):
            reader.measure(qubit, bit)
    return Program(reader.circuit, "braket", None, (None,) * len(reader.circuit.data), tuple(asked))


class _Reader(Assembly):
    def add(self, instruction: Any) -> None:
        """Append one instruction."""
        from braket.circuits import Gate

        operator, name = instruction.operator, type(instruction.operator).__name__
        if name in {"Barrier", "StartVerbatimBox", "EndVerbatimBox"}:
            self.circuit.barrier(self.on(instruction.target) or range(len(self.places)))
        elif name == "Reset":
            self.circuit.reset(self.on(instruction.target))
        elif not isinstance(operator, Gate) or name == "PulseGate":
            why = "is noise" if hasattr(operator, "to_matrix") else "is not a gate"
            raise refuse("Braket", operator, why, "Noise is given to the run, not in the circuit.")
        else:
            self._gate(instruction)

    def _gate(self, instruction: Any) -> None:
        inner = _plain(instruction.operator, len(instruction.target))
        if instruction.power != 1:
            inner = _raised(instruction, inner)
        if instruction.control:
            values = [int(value) for value in instruction.control_state]
            self.controlled(inner, list(instruction.control), values, list(instruction.target))
        else:
            self.circuit.compose(inner, self.on(instruction.target), inplace=True)

    def observed(self, result: Any) -> Iterator[str]:
        """Yield the observables of a result type."""
        name = type(result).__name__
        if name == "Expectation":
            yield from self._expectation(result)
        elif name not in {"Probability", "Sample", "StateVector"}:
            raise refuse(
                "Braket",
                name,
                "asks for what is not told here",
                "Take expectation, probability or state_vector.",
            )

    def _expectation(self, result: Any) -> Iterator[str]:
        from braket.circuits.observables import Sum

        observable, target = result.observable, list(result.target or ())
        if isinstance(observable, Sum):
            pairs = zip(observable.summands, target, strict=True)
            yield written(self._term(part, list(where)) for part, where in pairs)
        elif target:
            yield written([self._term(observable, target)])
        else:
            for qubit in self.places:
                yield written([self._term(observable, [qubit])])

    def _term(self, observable: Any, target: list[Any]) -> tuple[float, list[tuple[int, str]]]:
        factors = getattr(observable, "factors", None) or (observable,)
        names = [type(factor).__name__ for factor in factors]
        if not set(names) <= {"I", "X", "Y", "Z"}:
            raise refuse("Braket", observable, "is not a sum of Pauli strings", "Write it as one.")
        pairs = zip(self.on(target), names, strict=True)
        return float(observable.coefficient), [(place, matrix) for place, matrix in pairs if matrix != "I"]


def _plain(operator: Any, size: int) -> QuantumCircuit:
    """Return a gate without its modifiers as a circuit on its targets."""
    made = Assembly(range(size))
    name = type(operator).__name__
    angles = [angle(getattr(value, "expression", value)) for value in getattr(operator, "parameters", ())]
    if name == "GPhase":
        made.phase(angles[0])
    elif name in _NAMED:
        made.gate(_NAMED[name], range(size), *angles)
    elif any(hasattr(value, "parameters") for value in angles):
        _symbolic(made, operator, name, angles)
    else:
        made.matrix(operator.to_matrix(), range(size))
    return made.circuit


def _symbolic(made: Assembly, operator: Any, name: str, angles: list[Any]) -> None:
    if name == "XY":
        # exp(i angle (XX + YY) / 4)
        made.gate("rxx", range(2), -angles[0] / 2)
        made.gate("ryy", range(2), -angles[0] / 2)
    elif name.startswith("CPhaseShift"):
        from qiskit.circuit.library import PhaseGate

        first, second = (int(value) for value in name[-2:])
        flips = [place for place, value in enumerate((first, second)) if not value]
        for place in flips:
            made.gate("x", [place])
        made.circuit.append(PhaseGate(angles[0]).control(1, annotated=False), [0, 1])
        for place in flips:
            made.gate("x", [place])
    else:
        raise refuse(
            "Braket", operator, "has a parameter, and is known by its numbers only", "Bind it first."
        )


def _raised(instruction: Any, inner: QuantumCircuit) -> QuantumCircuit:
    """Return a circuit to the power of the instruction, by its principal matrix power."""
    import numpy as np
    from qiskit.quantum_info import Operator

    if inner.parameters:
        raise refuse("Braket", instruction.operator, "has a parameter and a power", "Bind it first.")
    power = float(instruction.power)
    matrix = Operator(inner).data
    if power.is_integer():
        raised = np.linalg.matrix_power(matrix, int(power))
    else:
        from scipy.linalg import fractional_matrix_power

        raised = fractional_matrix_power(matrix, power)
    made = Assembly(range(inner.num_qubits))
    if inner.num_qubits:
        # Qiskit's matrices have the first qubit least significant.
        made.matrix(raised, list(reversed(range(inner.num_qubits))))
    else:
        made.phase(float(np.angle(raised[0, 0])))
    return made.circuit
