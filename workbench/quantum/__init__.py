"""Quantum circuits: any dialect, any engine, and the proof that the answer is right."""

from workbench.quantum.agreement import Agreement
from workbench.quantum.estimation.result import CircuitEstimate
from workbench.quantum.observables import Observable
from workbench.quantum.optimisation.result import OptimisedCircuit
from workbench.quantum.request import grid
from workbench.quantum.result import CircuitResult, Expectation
from workbench.quantum.service import QuantumService
from workbench.quantum.transpilation.result import TranspileComparison

__all__ = [
    "Agreement",
    "CircuitEstimate",
    "CircuitResult",
    "Expectation",
    "Observable",
    "OptimisedCircuit",
    "QuantumService",
    "TranspileComparison",
    "grid",
]
