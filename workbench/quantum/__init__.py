"""Quantum circuits: any dialect, any engine, and the proof that the answer is right."""

from workbench.quantum.agreement import Agreement
from workbench.quantum.observables import Observable
from workbench.quantum.request import grid
from workbench.quantum.result import CircuitResult, Expectation
from workbench.quantum.service import QuantumService

__all__ = ["Agreement", "CircuitResult", "Expectation", "Observable", "QuantumService", "grid"]
