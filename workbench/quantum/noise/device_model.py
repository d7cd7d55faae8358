"""The noise of a device, and models of Qiskit Aer: circuits in the gates that have errors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.quantum.lowered import Gate, Lowered, Matrix, walk
from workbench.quantum.noise.aer_model import AerErrors, body_of
from workbench.quantum.noise.program import Program, compact, noisy

if TYPE_CHECKING:
    from workbench.quantum.noise.model import Noise

__all__ = ["of_device"]

_LEVEL, _SEED = 1, 0
"""Of the pass manager that fits circuits to a device: equal circuits come out equal."""


def of_device(lowered: Lowered, noise: Noise) -> Program:
    """Return the circuit as the device, or a model that names gates, would do it.

    It is fitted to a device's gates and coupling by Qiskit's preset pass manager (level 1, seed 0).
    For a model without a device, a circuit that has other gates than the model knows is rewritten in
    those, as Qiskit's users do by hand; its qubits stay.
    """
    from workbench.quantum.lowering import lower

    if noise.kind == "device":
        errors, backend = _device(noise.body["device"])
        from workbench.quantum.devices.transpiling import fitted
        from workbench.quantum.emit.qiskit import to_qiskit

        made, layout = fitted(to_qiskit(lowered), backend, _LEVEL, _SEED)
        placed = lower(made)
    else:
        errors = AerErrors(noise.body)
        placed = _rewritten(lowered, noise.body)
        layout = list(range(lowered.qubits))
    return compact(placed, noisy(placed.ops, errors.after, noise.folds), layout, errors.misread)


@lru_cache(maxsize=8)
def _device(name: str) -> tuple[AerErrors, Any]:
    from qiskit_aer.noise import NoiseModel

    from workbench.quantum.devices.fake import backend_of

    backend = backend_of(name.partition(":")[2])
    return AerErrors(body_of(NoiseModel.from_backend(backend))), backend


def _rewritten(lowered: Lowered, body: Mapping[str, Any]) -> Lowered:
    used = {_name(op) for op in walk(lowered.ops) if isinstance(op, Gate | Matrix)}
    if used <= set(body["basis"]):
        return lowered
    from workbench.quantum.emit.qiskit import to_qiskit
    from workbench.quantum.lowering import lower

    return lower(_manager(tuple(body["basis"])).run(to_qiskit(lowered)))


def _name(op: Gate | Matrix) -> str:
    return op.name if isinstance(op, Gate) else op.label


@lru_cache(maxsize=8)
def _manager(basis: tuple[str, ...]) -> Any:
    from qiskit.transpiler import generate_preset_pass_manager

    return generate_preset_pass_manager(0, basis_gates=[*basis], seed_transpiler=_SEED)
