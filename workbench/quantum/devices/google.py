"""Google's processors: those with a recorded calibration simulated here, others through Quantum Engine.

Quantum Engine takes no API key but the credentials of Google Cloud: ``GOOGLE_QUANTUM_KEY`` of the settings
holds the JSON of a service account, or the path of its file; without it the SDK's application default
credentials and ``GOOGLE_CLOUD_PROJECT`` are used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, MissingKey, ProviderFailed, Unauthorized, Unavailable
from workbench.quantum.devices.base import Announce, Fetched, State, Ticket, ticket_of
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

_EXTRA = "pip install 'autogent-studio[quantum]'"
_STATES: dict[str, State] = {
    "STATE_UNSPECIFIED": "queued",
    "READY": "queued",
    "RUNNING": "running",
    "CANCELLING": "running",
    "SUCCESS": "done",
    "FAILURE": "failed",
    "CANCELLED": "cancelled",
}
_DENIED = {401, 403}
_MISSING = 404
_PASSING = {408, 429, 499}
_SERVER = 500


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
        return None if find_spec("cirq_google") else f"cirq-google is not installed: {_EXTRA}"

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
        with _told():
            self._engine.get_processor(device).run_sweep(
                made, program_id=name, job_id=name, repetitions=shots, **own
            )
        return ticket

    def fetch(self, ticket: Ticket) -> Fetched:
        """Ask how the job stands."""
        if self.virtual(ticket["device"]):
            return self._jobs.fetch(ticket["token"])
        with _told():
            try:
                job = self._job(ticket)
                state = _STATES[job.execution_status().name]
            except Exception as error:
                if _code(error) == _MISSING or isinstance(error, KeyError):
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
        with _told():
            self._job(ticket).cancel()

    # inside

    def _job(self, ticket: Ticket) -> AbstractJob:
        return self._engine.get_program(ticket["id"]).get_job(ticket["id"])

    def _device(self, device: str) -> cirq.Device:
        if self.virtual(device):
            return device_of(device)
        with _told():
            return self._engine.get_processor(device).get_device()

    @cached_property
    def _engine(self) -> AbstractEngine:
        if self._given is not None:
            return self._given
        from cirq_google.engine import Engine, get_engine
        from cirq_google.engine.engine import EngineContext
        from google.auth.exceptions import GoogleAuthError

        key = self._settings.google_quantum_key
        try:
            if key is None:
                return get_engine()
            project, credentials = _account(key.get_secret_value())
        except (GoogleAuthError, OSError):
            raise MissingKey(
                "Google's processors need the credentials of a Google Cloud project.",
                "Set GOOGLE_QUANTUM_KEY to the JSON of a service account, or run"
                " `gcloud auth application-default login` and set GOOGLE_CLOUD_PROJECT.",
            ) from None
        # A stream would hold the job's result in this process alone.
        context = EngineContext(service_args={"credentials": credentials}, enable_streaming=False)
        return Engine(project, context=context)


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


def _account(key: str) -> tuple[str, Any]:
    """Return project and credentials of a service account."""
    from google.oauth2 import service_account

    try:
        text = key if key.lstrip().startswith("{") else Path(key).expanduser().read_text()
        body = json.loads(text)
        return body["project_id"], service_account.Credentials.from_service_account_info(body)
    except (OSError, ValueError, KeyError):
        # Whatever it says may hold the key.
        raise MissingKey(
            "GOOGLE_QUANTUM_KEY is not the JSON of a service account, nor the path of such a file.",
            "Google Cloud's console makes one under IAM, Service Accounts, Keys.",
        ) from None


def _code(error: BaseException) -> int | None:
    """Return the HTTP status that an error of the SDK carries."""
    code = getattr(error, "code", None)
    number = getattr(code, "value", code)
    return number if isinstance(number, int) else None


@contextmanager
def _told() -> Iterator[None]:
    """Say by the workbench's errors what the SDK raises."""
    from cirq_google.engine.engine_client import EngineException
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import GoogleAuthError, TransportError

    try:
        yield
    except (TransportError, RetryError) as error:
        raise Unavailable("Google Quantum Engine does not answer.", "Try again later.") from error
    except GoogleAuthError as error:
        raise Unauthorized("Google refused the credentials.", "Check GOOGLE_QUANTUM_KEY.") from error
    except (EngineException, GoogleAPICallError) as error:
        code = _code(error)
        if code in _DENIED:
            raise Unauthorized(f"Google refused the credentials: {error}", "Check them.") from error
        if code is None or code in _PASSING or code >= _SERVER:
            raise Unavailable(
                f"Google Quantum Engine does not answer: {error}", "Try again later."
            ) from error
        raise ProviderFailed(
            f"Google refused it: {error}", "Correct what it names.", details={"provider": "google"}
        ) from error
