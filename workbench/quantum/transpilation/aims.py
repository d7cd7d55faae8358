"""What a circuit is fitted to: a device's gates, couplings and errors, or gates and couplings alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput

if TYPE_CHECKING:
    from qiskit.transpiler import CouplingMap, StagedPassManager, Target

__all__ = ["Aim", "aims", "manager", "target_of"]

_SHAPES = ("line", "ring", "full")
_FAMILY = "fake"
_TAKES = (
    "Name devices such as 'fake:manila', or gates as in {'basis': ['cx', 'rz', 'sx'], 'coupling': 'line'}."
)


@dataclass(frozen=True)
class Aim:
    """A target.

    Attributes
    ----------
    name : str
        What a row is called.
    device : str or None
        A fake device's short name.
    basis : tuple of str
        Gates that are allowed, where it is no device.
    coupling : str or tuple of (int, int), or None
        ``line``, ``ring``, ``full``, or pairs of qubits that interact, in the direction given;
        ``None`` for any.
    """

    name: str
    device: str | None = None
    basis: tuple[str, ...] = ()
    coupling: str | tuple[tuple[int, int], ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        pairs = self.coupling if self.coupling is None or isinstance(self.coupling, str) else None
        listed = [list(pair) for pair in self.coupling] if isinstance(self.coupling, tuple) else pairs
        return {"name": self.name, "device": self.device, "basis": list(self.basis), "coupling": listed}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Aim:
        """Rebuild it."""
        coupling = body["coupling"]
        if isinstance(coupling, list):
            coupling = tuple((first, second) for first, second in coupling)
        return cls(body["name"], body["device"], tuple(body["basis"]), coupling)


def aims(given: Any) -> tuple[Aim, ...]:
    """Read what a caller named.

    Parameters
    ----------
    given : str, mapping, or sequence of them
        ``fake:manila``; gates by commas, ``cx,rz,sx``; or a mapping with ``basis`` and, if not all
        qubits interact, ``coupling``, and maybe a ``name``. A text may hold several, apart by spaces.

    Raises
    ------
    BadInput
        Naming what cannot be read.
    """
    if isinstance(given, str):
        given = given.split()
    elif isinstance(given, Mapping):
        given = [given]
    elif not isinstance(given, Iterable):
        raise _bad(f"A {type(given).__name__} is no target.")
    found = tuple(_aim(one) for one in given)
    if not found:
        raise _bad("There is no target.")
    names = [one.name for one in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _bad(f"The target {twice!r} is given twice.")
    return found


def _aim(given: Any) -> Aim:
    if isinstance(given, str):
        family, colon, device = given.partition(":")
        if not colon:
            return Aim(given, basis=_basis(given.split(",")))
        if family != _FAMILY:
            raise _bad(f"{given!r} cannot be compared: only fake devices have their calibration here.")
        from workbench.quantum.devices.fake import backend_of

        backend_of(device)
        return Aim(given, device)
    if not isinstance(given, Mapping) or "basis" not in given:
        raise _bad(f"{given!r:.60} is no target.")
    unknown = sorted(set(given) - {"name", "basis", "coupling"})
    if unknown:
        raise _bad(f"A target has no {unknown[0]!r}.")
    basis = _basis(given["basis"])
    coupling = _coupling(given.get("coupling"))
    shape = "" if coupling is None else f" {coupling}" if isinstance(coupling, str) else " coupled"
    return Aim(str(given.get("name", ",".join(basis) + shape)), None, basis, coupling)


def _basis(given: Any) -> tuple[str, ...]:
    from qiskit.circuit.library import get_standard_gate_name_mapping

    names = [given] if isinstance(given, str) else list(given)
    known = get_standard_gate_name_mapping()
    for name in names:
        if name not in known:
            raise _bad(f"There is no gate {name!r}.")
    if not names:
        raise _bad("A target has at least one gate.")
    return tuple(dict.fromkeys(names))


def _coupling(given: Any) -> str | tuple[tuple[int, int], ...] | None:
    if given is None or (isinstance(given, str) and given in _SHAPES):
        return given
    if isinstance(given, Sequence) and not isinstance(given, str) and given:
        try:
            return tuple((int(first), int(second)) for first, second in given)
        except (TypeError, ValueError):
            pass
    raise _bad(f"{given!r:.60} is no coupling; expected {', '.join(_SHAPES)} or pairs of qubits.")


def target_of(aim: Aim) -> Target | None:
    """Return the device's own description, with its errors; ``None`` of gates alone."""
    if aim.device is None:
        return None
    from workbench.quantum.devices.fake import backend_of

    return backend_of(aim.device).target


@lru_cache(maxsize=64)
def manager(aim: Aim, qubits: int, level: int, seed: int) -> StagedPassManager:
    """Return Qiskit's preset passes for a target, kept for the next circuit.

    Parameters
    ----------
    aim : Aim
        The target.
    qubits : int
        Of the circuit, which a ``line`` or ``ring`` is as long as.
    level : int
        Of optimisation, 0 to 3.
    seed : int
        Of layout and routing.

    Raises
    ------
    BadInput
        The target has fewer qubits.
    """
    from qiskit.transpiler import generate_preset_pass_manager

    target, coupling = target_of(aim), _map(aim, qubits)
    most = target.num_qubits if target is not None else coupling.size() if coupling is not None else None
    if most is not None and qubits > most:
        raise BadInput(
            f"The circuit has {qubits} qubits and {aim.name} has {most}.",
            "Choose a larger target.",
            details={"field": "targets"},
        )
    if target is not None:
        return generate_preset_pass_manager(level, target=target, seed_transpiler=seed)
    return generate_preset_pass_manager(
        level, basis_gates=list(aim.basis), coupling_map=coupling, seed_transpiler=seed
    )


def _map(aim: Aim, qubits: int) -> CouplingMap | None:
    from qiskit.transpiler import CouplingMap

    if aim.coupling is None or aim.device is not None:
        return None
    if isinstance(aim.coupling, tuple):
        return CouplingMap([list(pair) for pair in aim.coupling])
    return {"line": CouplingMap.from_line, "ring": CouplingMap.from_ring, "full": CouplingMap.from_full}[
        aim.coupling
    ](max(qubits, 2))


def _bad(message: str) -> BadInput:
    return BadInput(message, _TAKES, details={"field": "targets"})
