"""Objects of Cirq, PennyLane and Braket become circuits of the same matrix, qubit for qubit."""

import warnings

import numpy as np
import pytest

from workbench.errors import BadInput
from workbench.quantum.loading import load

pytest.importorskip("qiskit")

from qiskit.quantum_info import Operator

RANDOM = np.random.default_rng(7)
SOME = np.linalg.qr(RANDOM.normal(size=(4, 4)) + 1j * RANDOM.normal(size=(4, 4)))[0]
