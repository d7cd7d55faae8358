"""What a provider of devices is: circuits are sent to it, and their counts fetched later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, runtime_checkable

from workbench.errors import BadInput

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["EXTRA", "Announce", "Devices", "Fetched", "State", "Ticket", "ticket_of"]

EXTRA = "pip install 'autogent-studio[quantum]'"
"""What to say where a provider's library is not installed."""
State: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]
Ticket: TypeAlias = dict[str, Any]
"""JSON that finds a job again: ``provider``, ``device``, ``id`` (the provider's, ``None`` while it is
not known), ``token`` (ours, given to the provider with the job), ``circuit`` (canonical JSON),
``layout`` (physical qubit of each circuit qubit, or ``None``), ``clbits``, ``shots``, ``seed``,
``options`` and ``submitted_at`` (ISO 8601, UTC). It never holds a secret."""
Announce: TypeAlias = Callable[[Ticket], None]
"""Stores a ticket before the job is sent."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a job stands.

    Attributes
    ----------
    state : {"queued", "running", "done", "failed", "cancelled"}
        What the provider says of it.
    counts : dict of str to int, or None
        Samples by classical bits, bit 0 leftmost and no spaces; ``None`` unless done.
    message : str
        Why it failed, or where it waits.
    cost : float or None
        US dollars, 0.0 for a virtual device; ``None`` where the price is not known.
    meta : dict
        JSON facts, such as seconds on the device.
    """

    state: State
    counts: dict[str, int] | None = None
    message: str = ""
    cost: float | None = None
    meta: dict[str, Any] = field(default_factory=dict)


@runtime_checkable
class Devices(Protocol):
    """A provider, found by the entry-point group ``workbench.circuit_backends``.

    It is made with the settings, and loads its library on first use. Where the line or the provider
    is down it raises `workbench.errors.Unavailable`, which says nothing of a job; other
    `workbench.errors.WorkbenchError` mean that the provider refused.

    Attributes
    ----------
    name : str
        In the registry; the part of ``NAME:ID`` before the colon.
    detached : bool
        True: its work may outlive this process.
    """

    name: str
    detached: bool

    def available(self) -> str | None:
        """Return why it cannot be used now, or ``None`` when it can."""

    def ids(self) -> list[str]:
        """Return the devices that are known without asking anybody."""

    def virtual(self, device: str) -> bool:
        """Whether the device is simulated on this machine."""

    def describe(self, device: str) -> dict[str, Any]:
        """Return JSON facts of a device.

        Returns
        -------
        dict
            ``qubits``, ``basis`` (names of gates), ``coupling`` (pairs) and ``calibrated`` (ISO 8601),
            each ``None`` where it is not known.
        """

    def submit(
        self,
        device: str,
        circuit: QuantumCircuit,
        *,
        shots: int,
        seed: int,
        options: dict[str, Any],
        token: str,
        announce: Announce,
    ) -> Ticket:
        """Send a circuit.

        Parameters
        ----------
        device : str
            As the user named it, without the provider.
        circuit : qiskit.QuantumCircuit
            Every parameter bound.
        shots : int
            Samples, at least 1.
        seed : int
            Decides the layout, and what a virtual device answers.
        options : dict
            JSON; what a provider knows of: ``optimization_level`` (0 to 3, default 1) and its own.
        token : str
            Ours, unique: the provider keeps it with the job.
        announce : callable
            Called with the ticket before anything leaves this process.
        """

    def fetch(self, ticket: Ticket) -> Fetched:
        """Ask how the job stands; one that the provider does not have has failed."""

    def cancel(self, ticket: Ticket) -> None:
        """Ask that the job be called back; `fetch` says what came of it."""


def ticket_of(
    provider: str,
    device: str,
    circuit: QuantumCircuit,
    *,
    shots: int,
    seed: int,
    options: dict[str, Any],
    token: str,
    layout: list[int] | None = None,
    job: str | None = None,
) -> Ticket:
    """Return the ticket of a job that is about to be sent.

    Raises
    ------
    BadInput
        Nothing in the circuit is measured, or a parameter is not bound.
    """
    from workbench.quantum.canonical import to_json

    if circuit.parameters:
        names = ", ".join(sorted(parameter.name for parameter in circuit.parameters))
        raise BadInput(
            f"The circuit has parameters that are not bound: {names}.",
            "Give each a value by `bind`.",
            details={"field": "bind"},
        )
    if not _measures(circuit):
        raise BadInput(
            "The circuit measures nothing, and a device gives nothing but measured bits.",
            "Add `measure` operations, or `measure_all()`.",
            details={"field": "circuit"},
        )
    return {
        "provider": provider,
        "device": device,
        "id": job,
        "token": token,
        "circuit": to_json(circuit),
        "layout": layout,
        "clbits": circuit.num_clbits,
        "shots": shots,
        "seed": seed,
        "options": options,
        "submitted_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _measures(circuit: QuantumCircuit) -> bool:
    return any(
        instruction.name == "measure" or any(map(_measures, getattr(instruction.operation, "blocks", ())))
        for instruction in circuit.data
    )
