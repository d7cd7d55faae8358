"""Noise: what goes wrong while a circuit runs, exactly where the circuit is small.

One noise is turned into one list of operations and channels (`workbench.quantum.noise.program`), which
several engines then compute, each by its own means: so that they can be compared.
"""

from workbench.quantum.noise.model import DENSITY_QUBITS, Noise
from workbench.quantum.noise.reading import noise

__all__ = ["DENSITY_QUBITS", "Noise", "noise"]
