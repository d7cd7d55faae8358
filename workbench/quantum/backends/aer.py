"""Qiskit Aer: amplitudes in double precision, circuits that act on measurements, sweeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import WorkbenchError
from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.backends.local import AMPLITUDE, LocalEngine, cores
from workbench.quantum.limits import BOND, DENSE, bond_bound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.lowered import Lowered
    from workbench.quantum.noise import Noise
    from workbench.quantum.observables import Observable

__all__ = ["AerBackend"]


class AerBackend(LocalEngine):
    """`qiskit_aer.AerSimulator`, without a transpiler in front: what it is given is what it knows."""

    name = "aer"
    modules = ("qiskit", "qiskit_aer")
    dynamic = True
    noisy = True

    def cannot_with_noise(self, task: Task, noise: Noise) -> str | None:
        """Return why it cannot do this with noise."""
        from workbench.quantum.noise.program import keeps_measurements

        if task.shots is None and keeps_measurements(task.lowered, noise):
            return "with noise, what acts on measurements is only sampled; give shots."
        return None

    def bytes_needed(self, task: Task) -> int:
        """Return the most memory that a run takes: of matrices where a product state can hold it."""
        if task.noise is not None:
            from workbench.quantum.noise.on_aer import exactly

            return super().bytes_needed(task if exactly(task, task.noise) else replace(task, noise=None))
        lowered = task.lowered
        bond = bond_bound(lowered)
        if lowered.qubits <= DENSE or bond > BOND:
            return super().bytes_needed(task)
        return int(AMPLITUDE["double"] * lowered.qubits * 2 * 4**bond)

    def run(self, task: Task) -> Outcome:
        """Return amplitudes, or samples of what acts on measurements or is large."""
        from workbench.quantum.emit.qiskit import AER, to_qiskit

        if task.noise is not None:
            return self._noisy(task, task.noise)
        large = task.lowered.qubits > DENSE
        if task.lowered.dynamic or large:
            method = "matrix_product_state" if large else "statevector"
            return self._sample(to_qiskit(task.lowered.shown(), AER), task, method)
        simulator = self._simulator(task, "statevector")
        circuit = to_qiskit(task.lowered.unmeasured(), AER)
        circuit.save_statevector()
        data = _done(simulator.run(circuit, shots=1)).data()["statevector"]
        return Outcome(amplitudes=np.asarray(data), first="least")

    def _sample(self, circuit: Any, task: Task, method: str) -> Outcome:
        shots = task.shots or 1
        result = _done(self._simulator(task, method).run(circuit, shots=shots, seed_simulator=task.seed))
        counts = {key.replace(" ", "")[::-1]: many for key, many in result.get_counts().items()}
        return Outcome(counts=counts, meta={"method": method})

    def _noisy(self, task: Task, noise: Noise) -> Outcome:
        from workbench.quantum.noise.on_aer import run

        def simulate(circuit: Any, method: str, **options: Any) -> Any:
            return _done(self._simulator(task, method).run(circuit, **options))

        return run(task, noise, simulate)

    def _simulator(self, task: Task, method: str) -> Any:
        from qiskit_aer import AerSimulator

        return AerSimulator(method=method, precision=task.precision, max_parallel_threads=cores())

    def expectations(
        self, lowered: Lowered, values: NDArray[np.float64], observables: Sequence[Observable]
    ) -> NDArray[np.float64]:
        """Return exact expectation values, all points in one go."""
        from qiskit.quantum_info import SparsePauliOp
        from qiskit_aer.primitives import EstimatorV2

        from workbench.quantum.emit.qiskit import AER, to_qiskit

        circuit = to_qiskit(lowered.unmeasured(), AER)
        by_name = {parameter.name: parameter for parameter in circuit.parameters}
        columns = {by_name[name]: values[:, at] for at, name in enumerate(lowered.parameters)}
        operators = [
            SparsePauliOp.from_sparse_list(
                [
                    ("".join(letter for _, letter in term.factors), [q for q, _ in term.factors], term.weight)
                    for term in one.terms
                ],
                lowered.qubits,
            )
            for one in observables
        ]
        estimator = EstimatorV2(options={"backend_options": {"max_parallel_threads": cores()}})
        # one row an observable, one column a point
        bound = {tuple(columns): np.stack(list(columns.values()), axis=-1)[np.newaxis]}
        job = estimator.run([(circuit, [[operator] for operator in operators], bound)], precision=0.0)
        return np.asarray(job.result()[0].data.evs, float).T


def _done(job: Any) -> Any:
    result = job.result()
    if not result.success:
        reason = next((one.status for one in result.results if not one.success), result.status)
        raise WorkbenchError(f"Aer could not run the circuit: {reason}.", "Try another engine.")
    return result
