"""Google's processors: those with a recorded calibration simulated here, others through Quantum Engine.

Quantum Engine takes no API key but the credentials of Google Cloud: ``GOOGLE_QUANTUM_KEY`` of the settings
holds the JSON of a service account, or the path of its file; without it the SDK's application default
credentials and ``GOOGLE_CLOUD_PROJECT`` are used.
"""

from __future__ import annotations

import json
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.quantum.devices.base import EXTRA, Announce, Fetched, State, Ticket, ticket_of
from workbench.quantum.devices.google_engine import code_of, engine_for, google_errors
from workbench.quantum.devices.google_virtual import (
    PROCESSORS,
    counted,
    described,
    device_of,
    noise_of,
    placed,
)
from workbench.quantum.devices.local import LocalJobs
from workbench.quantum.devices.prices import HardwarePrices
from workbench.quantum.devices.readout import gates_and_readout
from workbench.quantum.devices.transpiling import level_of

if TYPE_CHECKING:
    import cirq
    from cirq_google.engine.abstract_engine import AbstractEngine
    from cirq_google.engine.abstract_job import AbstractJob
    from qiskit import QuantumCircuit

    from workbench.settings import Settings

__all__ = ["GoogleDevices"]

_STATES: dict[str, State] = {
    "STATE_UNSPECIFIED": "queued",
    "READY": "queued",
    "RUNNING": "running",
    "CANCELLING": "running",
    "SUCCESS": "done",
    "FAILURE": "failed",
    "CANCELLED": "cancelled",
}
_MISSING = 404


class GoogleDevices:
    """``google:willow_pink`` and its like; any other name is a processor of Quantum Engine.

    Parameters
    ----------
    settings : Settings
        Of which the home folder, ``google_quantum_key`` and the price file matter.
    engine : AbstractEngine, optional
        What to send to in place of Google's.
    """

    name = "google"
    detached = True

    def __init__(self, settings: Settings, engine: AbstractEngine | None = None) -> None:
        self._settings = settings
        self._given = engine
        self._jobs = LocalJobs(settings.home)

    def __repr__(self) -> str:
        return "GoogleDevices()"

    def available(self) -> str | None:
        """Return why it cannot be used now, or ``None`` when it can; virtual processors need no key."""
        return None if find_spec("cirq_google") else f"cirq-google is not installed: {EXTRA}"

    def ids(self) -> list[str]:
        """Return the virtual processors."""
        return list(PROCESSORS)

    def virtual(self, device: str) -> bool:
        """Whether the device is simulated on this machine."""
        return device in PROCESSORS

    def describe(self, device: str) -> dict[str, Any]:
        """Return ``qubits``, ``basis``, ``coupling`` and ``calibrated`` (ISO 8601)."""
        return described(self._device(device))

    def noise(self, device: str) -> cirq.NoiseModel:
        """Return Cirq's model of a virtual processor's noise."""
        return noise_of(device)

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
        """Start a process that simulates the circuit, or send it; see `Devices.submit`.

        ``options`` for Quantum Engine: ``device_config_name``, ``run_name``, ``snapshot_id``.
        """
        import cirq

        found = self._device(device)
        made, places, readout = _prepared(circuit, found, level_of(options))
        # Program and job are named by us, so that they can be asked for whatever happens.
        name = token if self.virtual(device) else f"workbench-{token.lower()}"
        ticket = ticket_of(
            self.name, device, circuit, shots=shots, seed=seed, options=options, token=token, job=name
        )
        ticket |= {"layout": places, "readout": [list(pair) for pair in sorted(readout.items())]}
        announce(ticket)
        if self.virtual(device):
            body = {"circuit": cirq.to_json(made), "readout": ticket["readout"]}
            job = {key: ticket[key] for key in ("provider", "device", "shots", "seed", "clbits")}
            self._jobs.start(token, job, json.dumps(body).encode())
            return ticket
        own = {key: value for key, value in options.items() if key != "optimization_level"}
        with google_errors():
            self._engine.get_processor(device).run_sweep(
                made, program_id=name, job_id=name, repetitions=shots, **own
            )
        return ticket

    def fetch(self, ticket: Ticket) -> Fetched:
        """Ask how the job stands."""
        if self.virtual(ticket["device"]):
            return self._jobs.fetch(ticket["token"])
        with google_errors():
            try:
                job = self._job(ticket)
                state = _STATES[job.execution_status().name]
            except Exception as error:
                if code_of(error) == _MISSING or isinstance(error, KeyError):
                    return Fetched("failed", message="Google knows no job of this Run.", cost=0.0)
                raise
            if state in ("queued", "running"):
                return Fetched(state)
            cost = HardwarePrices.load(self._settings).cost("google", ticket["device"], shots=ticket["shots"])
            if state != "done":
                return Fetched(state, message=": ".join(job.failure() or ()), cost=cost)
            readout = {int(bit): int(qubit) for bit, qubit in ticket["readout"]}
            return Fetched("done", counted(job.results()[0], readout, ticket["clbits"]), cost=cost)

    def cancel(self, ticket: Ticket) -> None:
        """Ask that the job be called back."""
        if self.virtual(ticket["device"]):
            self._jobs.cancel(ticket["token"])
            return
        with google_errors():
            self._job(ticket).cancel()

    # inside

    def _job(self, ticket: Ticket) -> AbstractJob:
        return self._engine.get_program(ticket["id"]).get_job(ticket["id"])

    def _device(self, device: str) -> cirq.Device:
        if self.virtual(device):
            return device_of(device)
        with google_errors():
            return self._engine.get_processor(device).get_device()

    @cached_property
    def _engine(self) -> AbstractEngine:
        return self._given or engine_for(self._settings)


def _prepared(
    circuit: QuantumCircuit, device: cirq.Device, level: int
) -> tuple[cirq.Circuit, list[str], dict[int, int]]:
    from workbench.quantum.emit.cirq import to_cirq

    gates, readout = gates_and_readout(circuit, level)
    metadata: Any = device.metadata
    if metadata is None or not metadata.compilation_target_gatesets:
        raise BadInput(
            "The processor does not tell its gates.", "Choose another device.", details={"field": "on"}
        )
    made, places = placed(
        to_cirq(gates),
        sorted(set(readout.values())),
        metadata.nx_graph,
        metadata.compilation_target_gatesets[0],
    )
    return made, [places.get(qubit, "") for qubit in range(circuit.num_qubits)], readout
