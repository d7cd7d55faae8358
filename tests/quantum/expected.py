"""Writes ``probabilities.json``: what the circuits of ``data/circuits`` give, by two simulators.

One is Qiskit's `Statevector`, told whole gates. The other is written here in numpy: it knows textbook
matrices of a few gates and their controlled forms, with qubit 0 as the first axis, and takes everything
else apart by its definition. Both follow each outcome of a measurement in the middle on its own.
Nothing is written where they disagree by more than 1e-10. Run it from the root::

    python tests/quantum/expected.py
"""

from __future__ import annotations

import cmath
import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import ClassicalRegister, ForLoopOp, IfElseOp
from qiskit.quantum_info import Operator, Statevector

CIRCUITS = Path(__file__).parents[2] / "data" / "circuits"
TABLE = Path(__file__).with_name("probabilities.json")
SMALLEST = 1e-12
AGREED = 1e-10


def _u(theta: float, phi: float, lam: float) -> np.ndarray:
    cos, sin = math.cos(theta / 2), math.sin(theta / 2)
    return np.array(
        [
            [cos, -cmath.exp(1j * lam) * sin],
            [cmath.exp(1j * phi) * sin, cmath.exp(1j * (phi + lam)) * cos],
        ]
    )


def _p(angle: float) -> np.ndarray:
    return np.diag([1, cmath.exp(1j * angle)])


def _rz(angle: float) -> np.ndarray:
    return np.diag([cmath.exp(-0.5j * angle), cmath.exp(0.5j * angle)])


def _two(pauli: str) -> Callable[[float], np.ndarray]:
    matrix = _FIXED[pauli]
    return lambda angle: math.cos(angle / 2) * np.eye(4) - 1j * math.sin(angle / 2) * np.kron(matrix, matrix)


_FIXED = {
    "id": np.eye(2),
    "x": np.array([[0, 1], [1, 0]]),
    "y": np.array([[0, -1j], [1j, 0]]),
    "z": np.diag([1, -1]),
    "h": np.array([[1, 1], [1, -1]]) / math.sqrt(2),
    "s": _p(math.pi / 2),
    "sdg": _p(-math.pi / 2),
    "t": _p(math.pi / 4),
    "tdg": _p(-math.pi / 4),
    "sx": np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2,
    "sxdg": np.array([[1 - 1j, 1 + 1j], [1 + 1j, 1 - 1j]]) / 2,
    "swap": np.eye(4)[[0, 2, 1, 3]],
}
_TURNS: dict[str, Callable[..., np.ndarray]] = {
    "p": _p,
    "u1": _p,
    "u2": lambda phi, lam: _u(math.pi / 2, phi, lam),
    "u": _u,
    "u3": _u,
    "rx": lambda angle: _u(angle, -math.pi / 2, math.pi / 2),
    "ry": lambda angle: _u(angle, 0, 0),
    "rz": _rz,
    "rxx": _two("x"),
    "ryy": _two("y"),
    "rzz": _two("z"),
    "cu": lambda theta, phi, lam, gamma: _controlled(cmath.exp(1j * gamma) * _u(theta, phi, lam)),
}
_CONTROLS = {"c": 1, "cc": 2, "c3": 3, "c4": 4}


def _controlled(matrix: np.ndarray, controls: int = 1) -> np.ndarray:
    whole = np.eye(len(matrix) << controls, dtype=complex)
    whole[-len(matrix) :, -len(matrix) :] = matrix
    return whole


def _textbook(name: str, qubits: int, params: list[float]) -> np.ndarray | None:
    """Return a matrix whose first qubit is the most significant, or nothing where it is not known."""
    if name == "mcx":
        return _controlled(_FIXED["x"], qubits - 1)
    for prefix, controls in {"": 0, **_CONTROLS}.items():
        bare = name.removeprefix(prefix)
        if prefix + bare == name and (bare in _FIXED or bare in _TURNS):
            matrix = _FIXED[bare] if bare in _FIXED else _TURNS[bare](*params)
            return _controlled(matrix, controls) if controls else matrix
    return None


class Plain:
    """A state as an array with an axis a qubit."""

    def __init__(self, qubits: int) -> None:
        self.state = np.zeros((2,) * qubits, dtype=complex)
        self.state[(0,) * qubits] = 1

    def copy(self) -> Plain:
        other = Plain(0)
        other.state = self.state.copy()
        return other

    def apply(self, operation, qubits: list[int]) -> None:
        opened = getattr(operation, "ctrl_state", None)
        closed = opened is None or opened == (1 << operation.num_ctrl_qubits) - 1
        params = [float(value) for value in operation.params] if closed else []
        matrix = _textbook(operation.name, len(qubits), params) if closed else None
        if matrix is None:
            definition = operation.definition
            self.state = self.state * cmath.exp(1j * float(definition.global_phase))
            for item in definition.data:
                self.apply(item.operation, [qubits[definition.find_bit(bit).index] for bit in item.qubits])
            return
        size = len(qubits)
        tensor = matrix.reshape((2,) * (2 * size))
        moved = np.tensordot(tensor, self.state, axes=(range(size, 2 * size), qubits))
        self.state = np.moveaxis(moved, range(size), qubits)

    def project(self, qubit: int, value: int) -> float:
        """Keep one outcome, not normalised; return its share."""
        index = [slice(None)] * self.state.ndim
        index[qubit] = 1 - value
        self.state[tuple(index)] = 0
        return float(np.sum(np.abs(self.state) ** 2))

    def probabilities(self, qubits: list[int]) -> np.ndarray:
        weights = np.abs(self.state) ** 2
        rest = tuple(axis for axis in range(weights.ndim) if axis not in qubits)
        kept = sorted(qubits)
        return weights.sum(axis=rest).transpose([kept.index(qubit) for qubit in qubits]).ravel()


class Library:
    """The same by Qiskit's `Statevector`."""

    def __init__(self, qubits: int) -> None:
        self.state = Statevector.from_int(0, 2**qubits)

    def copy(self) -> Library:
        other = Library(0)
        other.state = self.state.copy()
        return other

    def apply(self, operation, qubits: list[int]) -> None:
        self.state = self.state.evolve(Operator(operation), qubits)

    def project(self, qubit: int, value: int) -> float:
        keep = Operator(np.diag([1 - value, value]))
        self.state = self.state.evolve(keep, [qubit])
        return float(np.real(np.vdot(self.state.data, self.state.data)))

    def probabilities(self, qubits: list[int]) -> np.ndarray:
        # Qiskit's first qubit is the least significant.
        return self.state.probabilities(qubits[::-1])


class Run:
    """Follows every branch of a circuit."""

    def __init__(self, circuit: QuantumCircuit, kind: type) -> None:
        self.circuit = circuit
        items = list(circuit.data)
        self.last = _last_measurements(circuit, items)
        self.found: dict[str, float] = defaultdict(float)
        self._steps(items, kind(circuit.num_qubits), {})

    def _steps(self, items: list, state, bits: dict[int, int]) -> None:
        for place, item in enumerate(items):
            rest = items[place + 1 :]
            name = item.operation.name
            qubits = [self.circuit.find_bit(bit).index for bit in item.qubits]
            if name == "barrier" or (name == "measure" and id(item) in self.last):
                continue
            if name in {"measure", "reset"}:
                self._split(item, rest, state, bits, qubits[0])
                return
            if isinstance(item.operation, IfElseOp | ForLoopOp):
                self._steps(self._chosen(item, bits) + rest, state, bits)
                return
            state.apply(item.operation, qubits)
        self._end(state, bits)

    def _split(self, item, rest: list, state, bits: dict[int, int], qubit: int) -> None:
        for value in (0, 1):
            branch = state.copy()
            if branch.project(qubit, value) < SMALLEST**2:
                continue
            known = dict(bits)
            if item.operation.name == "measure":
                known[self.circuit.find_bit(item.clbits[0]).index] = value
            elif value:
                branch.apply(_flip(), [qubit])
            self._steps(rest, branch, known)

    def _chosen(self, item, bits: dict[int, int]) -> list:
        operation = item.operation
        if isinstance(operation, ForLoopOp):
            indices, variable, body = operation.params
            values = [{variable: index} if variable in body.parameters else {} for index in indices]
            return [one for value in values for one in self._inner(body.assign_parameters(value), item)]
        target, value = operation.condition
        targets = list(target) if isinstance(target, ClassicalRegister) else [target]
        known = sum(bits.get(self.circuit.find_bit(bit).index, 0) << i for i, bit in enumerate(targets))
        blocks = operation.blocks
        if known == int(value):
            return self._inner(blocks[0], item)
        return self._inner(blocks[1], item) if len(blocks) > 1 else []

    def _inner(self, body: QuantumCircuit, item) -> list:
        outer = dict(zip([*body.qubits, *body.clbits], [*item.qubits, *item.clbits], strict=True))
        return [
            inner.replace(
                qubits=[outer[bit] for bit in inner.qubits], clbits=[outer[bit] for bit in inner.clbits]
            )
            for inner in body.data
        ]

    def _end(self, state, bits: dict[int, int]) -> None:
        width = self.circuit.num_clbits
        late = dict(self.last.values())
        qubits = list(late.values()) if width else list(range(self.circuit.num_qubits))
        weights = state.probabilities(qubits)
        for index in np.flatnonzero(weights > SMALLEST**2):
            values = format(index, f"0{len(qubits)}b") if qubits else ""
            if width:
                known = {clbit: str(value) for clbit, value in bits.items()} | dict(
                    zip(late, values, strict=True)
                )
                values = "".join(known.get(clbit, "0") for clbit in range(width))
            self.found[values] += float(weights[index])


def _flip():
    from qiskit.circuit.library import XGate

    return XGate()


def _last_measurements(circuit: QuantumCircuit, items: list) -> dict[int, tuple[int, int]]:
    """Return the measurements after which neither the qubit nor the bit is met again."""
    met, found = set(), {}
    for item in reversed(items):
        bits = {*item.qubits, *item.clbits}
        if item.operation.name == "measure" and not bits & met:
            found[id(item)] = (
                circuit.find_bit(item.clbits[0]).index,
                circuit.find_bit(item.qubits[0]).index,
            )
        if item.operation.name != "barrier":
            met |= bits
    return found


def probabilities(circuit: QuantumCircuit) -> dict[str, float]:
    """Return the probabilities that both simulators give; their mean is not taken, the first is kept."""
    results = [Run(circuit, kind).found for kind in (Library, Plain)]
    for key in set().union(*results):
        first, second = (result.get(key, 0.0) for result in results)
        if abs(first - second) > AGREED:
            raise SystemExit(f"{circuit.name}: the simulators give {key} {first} and {second}.")
    if abs(sum(results[0].values()) - 1) > AGREED:
        raise SystemExit(f"{circuit.name}: the probabilities sum to {sum(results[0].values())}.")
    return {key: value for key, value in sorted(results[0].items()) if value > SMALLEST}


def table() -> dict[str, dict[str, float]]:
    """Return the probabilities of every circuit, by the name of its file."""
    from workbench.quantum.loading import load

    found = {}
    for path in sorted(CIRCUITS.glob("*.qasm")):
        circuit = load(path).circuit
        circuit.name = path.stem
        found[path.stem] = probabilities(circuit)
    return found


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    made = table()
    TABLE.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(made)} circuits, {sum(map(len, made.values()))} probabilities\n")
