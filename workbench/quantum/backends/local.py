"""What the engines of this machine have in common."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from workbench.quantum.lowered import Branch, Reset, While, walk

if TYPE_CHECKING:
    from workbench.quantum.backends.base import Precision, Task
    from workbench.quantum.lowered import Lowered
    from workbench.quantum.noise import Noise
    from workbench.settings import Settings

__all__ = ["LocalEngine", "cores", "first_dynamic"]

AMPLITUDE = {"single": 8, "double": 16}
"""Bytes of a complex number."""


def cores() -> int:
    """Return how many threads an engine may take: the processors that this process may use."""
    return len(os.sched_getaffinity(0))


def first_dynamic(lowered: Lowered) -> str:
    """Say what makes a circuit dynamic, with its line where that is known."""
    names = {Branch: "if", While: "while", Reset: "reset"}
    for op in walk(lowered.ops):
        if type(op) in names:
            return f"{names[type(op)]}{_at_line(op.line)}"
    return "an operation after a measurement"


def _at_line(line: int | None) -> str:
    """Return `` in line 3``, or nothing where the line is not known."""
    return "" if line is None else f" in line {line}"


class LocalEngine:
    """A state-vector engine; others say what is different.

    Attributes
    ----------
    modules : tuple of str
        What has to be importable.
    dynamic : bool
        Whether it does measurements in mid-circuit, resets and branches by itself, shot by shot.
    noisy : bool
        Whether it computes density matrices with noise.
    copies : float
        Most memory over that of one state, or of one density matrix.
    """

    name: str
    modules: tuple[str, ...]
    precisions: frozenset[Precision] = frozenset({"single", "double"})
    dynamic = False
    noisy = False
    copies = 2.0

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings

    def available(self) -> str | None:
        """Return why this engine cannot be used now, or ``None`` when it can."""
        for module in self.modules:
            if find_spec(module) is None:
                return f"the library {module} is not installed."
        return None

    def refuses(self, task: Task) -> str | None:
        """Return why it cannot do this."""
        if task.precision not in self.precisions:
            return f"{self.name} computes in {' and '.join(self.precisions)} precision only."
        if task.noise is not None:
            return self.cannot_with_noise(task, task.noise)
        if task.lowered.dynamic and not self.dynamic:
            return f"{self.name} does not act on measurements: {first_dynamic(task.lowered)}."
        return self.cannot(task.lowered)

    def cannot_with_noise(self, task: Task, noise: Noise) -> str | None:
        """Return why it cannot do this with noise."""
        if not self.noisy:
            return f"{self.name} has no noise here; aer, braket, cirq and stim have."
        from workbench.quantum.noise.program import keeps_measurements

        if keeps_measurements(task.lowered, noise):
            return f"with noise, {self.name} does only what is measured once, at the end."
        return self.cannot(task.lowered)

    def cannot(self, lowered: Lowered) -> str | None:  # noqa: ARG002 - for those who can less
        """Return which operation is beyond it."""
        return None

    def bytes_needed(self, task: Task) -> int:
        """Return the most memory that a run takes, in bytes."""
        qubits = task.lowered.qubits * (1 if task.noise is None else 2)
        return int(self.copies * AMPLITUDE[task.precision] * 2**qubits)
