"""The header of a key: which register each of its bits belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["bits_of", "header_of", "places_of"]


def header_of(circuit: Any, *, measured: bool) -> dict[str, Any]:
    """Return the header as JSON values, in a form that stays short for wide registers.

    Parameters
    ----------
    circuit : QuantumCircuit
        The hub.
    measured : bool
        Whether classical bits make the key, or qubits.
    """
    bits, registers = (circuit.clbits, circuit.cregs) if measured else (circuit.qubits, circuit.qregs)
    places = {one.name: [circuit.find_bit(bit).index for bit in one] for one in registers}
    return {
        "kind": "c" if measured else "q",
        "width": len(bits),
        "registers": [[name, _short(where)] for name, where in places.items()],
    }


def _short(places: list[int]) -> list[int] | dict[str, int]:
    """Write neighbours as a range."""
    first = places[0] if places else 0
    if places == list(range(first, first + len(places))):
        return {"first": first, "size": len(places)}
    return places


def places_of(header: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return each register's places in the key, its bit 0 first."""
    return {
        name: where
        if isinstance(where, list)
        else list(range(where["first"], where["first"] + where["size"]))
        for name, where in header["registers"]
    }


def bits_of(header: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the bits, leftmost first: ``c[0]``, or ``c0`` where one is in no register."""
    names = [f"{header['kind']}{at}" for at in range(header["width"])]
    for name, where in reversed(places_of(header).items()):
        for at, place in enumerate(where):
            names[place] = f"{name}[{at}]"
    return tuple(names)
