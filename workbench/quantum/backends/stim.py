"""stim: Clifford circuits of any size."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.backends.local import LocalEngine

if TYPE_CHECKING:
    from workbench.quantum.lowered import Lowered
    from workbench.quantum.noise import Noise

__all__ = ["StimBackend"]

STATE_QUBITS = 12
"""Up to here its tableau is written out as a state, so that it can be compared exactly."""


class StimBackend(LocalEngine):
    """A stabilizer tableau, sampled."""

    name = "stim"
    modules = ("stim",)
    dynamic = True
    noisy = True

    def cannot_with_noise(self, task: Task, noise: Noise) -> str | None:
        """Return why it cannot do this with noise."""
        from workbench.quantum.noise.on_stim import refusal

        return refusal(task, noise)

    def cannot(self, lowered: Lowered) -> str | None:
        """Return which operation is beyond it."""
        from workbench.quantum.emit.stim import refusal

        return refusal(lowered)

    def bytes_needed(self, task: Task) -> int:
        """Return the most memory that a run takes: a tableau, and a byte a sampled bit."""
        bits = task.lowered.clbits or task.lowered.qubits
        return task.lowered.qubits**2 // 2 + (task.shots or 1) * bits * 2

    def run(self, task: Task) -> Outcome:
        """Return the amplitudes of few qubits, else samples."""
        from workbench.quantum.emit.stim import to_stim

        if task.noise is not None:
            from workbench.quantum.noise.on_stim import run

            return run(task, task.noise)
        lowered = task.lowered
        if not lowered.dynamic and lowered.qubits <= STATE_QUBITS:
            return Outcome(amplitudes=_state(to_stim(lowered.unmeasured()), lowered.qubits))
        shown = lowered.shown()
        samples = to_stim(shown).compile_sampler(seed=task.seed).sample(task.shots or 1)
        return Outcome(counts=_counts(samples, shown), meta={"method": "stabilizer"})


def _state(circuit: Any, qubits: int) -> Any:
    import stim

    simulator = stim.TableauSimulator()
    simulator.set_num_qubits(qubits)
    simulator.do(circuit)
    return simulator.state_vector(endian="big").astype(np.complex128)


def _counts(samples: Any, lowered: Lowered) -> dict[str, int]:
    """Read each bit where it was last written; one that never was shows 0."""
    from workbench.quantum.emit.stim import records
    from workbench.quantum.readout import texts

    bits: Any = np.zeros((len(samples), lowered.clbits), np.uint8)
    for bit, column in records(lowered).items():
        bits[:, bit] = samples[:, column]
    seen = Counter(row.tobytes() for row in np.packbits(bits, axis=1))
    packed = np.frombuffer(b"".join(seen), np.uint8).reshape(len(seen), -1)
    keys = np.unpackbits(packed, axis=1, count=lowered.clbits)
    return dict(zip(texts(keys), seen.values(), strict=True))
