"""Which engines take a circuit and how much memory that needs; none is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, Refused, WorkbenchError
from workbench.quantum.backends import Task
from workbench.quantum.choosing import choose
from workbench.quantum.execution import prepared
from workbench.quantum.limits import free_bytes, size_text

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from workbench.quantum.backends import Engines, Precision
    from workbench.quantum.lowered import Lowered
    from workbench.settings import Settings

__all__ = ["MOST_BYTES", "choice_of", "device_of", "engines_of"]

MOST_BYTES = 1 << 62
"""What needs more is told as this: 4.6 exabytes."""


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
    needed = None if reason else min(int(engine.bytes_needed(task)), MOST_BYTES)
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


def choice_of(
    lowered: Lowered, shots: int | None, engines: Engines, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what ``auto`` takes: ``on`` (``None`` where nothing can) and ``why``.

    Parameters
    ----------
    lowered, shots, engines
        As for `engines_of`.
    rows : list of dict
        What that returned.
    """
    try:
        choice = choose(_deferred(lowered), engines, None, sampled=shots is not None)
    except WorkbenchError as error:
        return {"on": None, "why": str(error)}
    row = next(row for row in rows if row["engine"] == choice.engine)
    if not row["fits"]:
        return {"on": None, "why": f"{choice.engine} comes first, but {row['reason']}"}
    return {"on": choice.engine, "why": choice.why}


def device_of(
    on: str, circuit: QuantumCircuit, shots: int | None, engines: Engines, settings: Settings
) -> dict[str, Any]:
    """Return what is known of a machine that takes jobs, and the price of the circuit on it.

    A machine that is not virtual is asked over the network, where there is a key for it.

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
    settings : Settings
        Of which the price file matters.

    Returns
    -------
    dict
        ``name``, ``qubits``, ``accepts``, ``reason``, and ``cost``: US dollars, 0 on a virtual
        device, ``None`` where it is not known, such as where seconds are paid.

    Raises
    ------
    BadInput
        There is no such machine.
    """
    family, _, device = on.partition(":")
    machines = engines.any(family)
    told = {"name": on, "qubits": None, "accepts": False, "cost": _price(family, device, shots, settings)}
    reason = machines.available()
    if reason:
        return told | {"reason": reason}
    try:
        most = machines.describe(device).get("qubits")
        cost = 0.0 if machines.virtual(device) else told["cost"]
    except BadInput:
        raise
    except WorkbenchError as error:
        return told | {"reason": str(error)}
    fits = most is None or circuit.num_qubits <= most
    reason = "" if fits else f"it has {most} qubits."
    return told | {"qubits": most, "accepts": fits, "reason": reason, "cost": cost}


def _price(family: str, device: str, shots: int | None, settings: Settings) -> float | None:
    from workbench.quantum.devices.prices import HardwarePrices

    if shots is None:
        return None
    return HardwarePrices.load(settings).cost(family, device, shots=shots)
