"""Circuits of every dialect brought into one form.

`load` takes OpenQASM text, a path to it, or an object of Qiskit, Cirq, PennyLane or Braket. Objects are
read operation by operation, for the converters between these libraries are silently wrong for some gates.
"""

from __future__ import annotations

from workbench.quantum.loading.dialects import detect, load
from workbench.quantum.loading.program import Program
from workbench.quantum.loading.qasm3 import OPENQASM_3

__all__ = ["OPENQASM_3", "Program", "detect", "load"]
