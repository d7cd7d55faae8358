"""Which engines take a circuit and how much memory that needs; none is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, Refused, WorkbenchError
from workbench.quantum.backends import Task
from workbench.quantum.choosing import choose
from workbench.quantum.execution import prepared
from workbench.quantum.limits import free_bytes, size_text

if TYPE_CHECKING:
    from workbench.quantum.backends import Engines, Precision
    from workbench.quantum.lowered import Lowered

__all__ = ["choice_of", "device_of", "engines_of"]


def engines_of(lowered: Lowered, shots: int | None, engines: Engines) -> list[dict[str, Any]]:
    """Return a row an engine, as JSON values.

    Parameters
    ----------
    lowered : Lowered
        Every angle a number.
    shots : int or None
        Samples, ``None`` for exact probabilities.
    engines : Engines
        What there is.

    Returns
    -------
    list of dict
        ``engine``, ``accepts``, ``fits`` (into what is free now), ``bytes``, ``precision`` and
        ``reason``, why not; ``bytes`` is ``None`` where the engine does not take the circuit.
    """
    deferred, free = _deferred(lowered), free_bytes()
    return [_row(name, lowered, deferred, shots, engines, free) for name in engines.local()]


def _deferred(lowered: Lowered) -> Lowered:
    try:
        return prepared(lowered)
    except Refused:
        return lowered


def _row(
    name: str, lowered: Lowered, deferred: Lowered, shots: int | None, engines: Engines, free: int
) -> dict[str, Any]:
    engine = engines.any(name)
    precision: Precision = "double" if "double" in engine.precisions else "single"
    itself = getattr(engine, "dynamic", False) and shots is not None
    task = Task(lowered if itself else deferred, shots, 0, precision)
    reason = engine.available() or engine.refuses(task)
    needed = None if reason else int(engine.bytes_needed(task))
    fits = needed is not None and needed <= free
    if needed is not None and not fits:
        reason = f"it needs {size_text(needed)}, {size_text(free)} are free."
    return {
        "engine": name,
        "accepts": needed is not None,
        "fits": fits,
        "bytes": needed,
        "precision": precision,
        "reason": reason or "",
    }


def choice_of(lowered: Lowered, shots: int | None, engines: Engines) -> dict[str, Any]:
    """Return what ``auto`` takes: ``on`` (``None`` where nothing can) and ``why``."""
    try:
        choice = choose(_deferred(lowered), engines, None, sampled=shots is not None)
    except WorkbenchError as error:
        return {"on": None, "why": str(error)}
    return {"on": choice.engine, "why": choice.why}


def device_of(on: str, circuit: Any, shots: int | None, engines: Engines) -> dict[str, Any]:
    """Return what is known of a machine that takes jobs, and the price of the circuit on it.

    Parameters
    ----------
    on : str
        Such as ``fake:manila``.
    circuit : QuantumCircuit
        What would run there.
    shots : int or None
        Samples.
    engines : Engines
        What there is.

    Returns
    -------
    dict
        ``name``, ``qubits``, ``basis``, ``accepts``, ``reason``, and ``cost``: US dollars, 0 on a
        virtual device, ``None`` where it is not known.

    Raises
    ------
    BadInput
        There is no such machine.
    """
    family, _, device = on.partition(":")
    machines = engines.any(family)
    reason = machines.available()
    if reason:
        return {"name": on, "accepts": False, "reason": reason, "cost": None}
    try:
        known = machines.describe(device)
        virtual = machines.virtual(device)
    except BadInput:
        raise
    except WorkbenchError as error:
        return {"name": on, "accepts": False, "reason": str(error), "cost": None}
    most = known.get("qubits")
    fits = most is None or circuit.num_qubits <= most
    return {
        "name": on,
        "qubits": most,
        "basis": known.get("basis"),
        "accepts": fits,
        "reason": "" if fits else f"it has {most} qubits.",
        "cost": 0.0 if virtual else _price(machines, device, circuit, shots),
    }


def _price(machines: Any, device: str, circuit: Any, shots: int | None) -> float | None:
    """Return US dollars by the family's own price list, where it has one."""
    price = getattr(machines, "price", None)
    if price is None or shots is None:
        return None
    cost: float | None = price(device, circuit, shots)
    return cost
