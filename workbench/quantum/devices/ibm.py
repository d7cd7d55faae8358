"""IBM's machines, through qiskit-ibm-runtime.

``IBM_QUANTUM_TOKEN`` of the settings is the key. The SDK's own variables say the rest:
``QISKIT_IBM_CHANNEL``, ``QISKIT_IBM_INSTANCE`` (a CRN or a name) and ``QISKIT_IBM_URL``.
"""

from __future__ import annotations

from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.quantum.devices.base import EXTRA, Announce, Fetched, State, Ticket, ticket_of
from workbench.quantum.devices.fake import described
from workbench.quantum.devices.ibm_service import ibm_errors, service_for
from workbench.quantum.devices.prices import HardwarePrices
from workbench.quantum.devices.transpiling import fitted, flat, leftmost_first, level_of

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit_aer.noise import NoiseModel
    from qiskit_ibm_runtime import IBMBackend, QiskitRuntimeService, RuntimeJobV2

    from workbench.settings import Settings

__all__ = ["IbmDevices"]

_STATES: dict[str, State] = {
    "INITIALIZING": "queued",
    "QUEUED": "queued",
    "RUNNING": "running",
    "DONE": "done",
    "CANCELLED": "cancelled",
    "ERROR": "failed",
}


class IbmDevices:
    """``ibm:NAME``, such as ``ibm:ibm_fez``.

    Parameters
    ----------
    settings : Settings
        Of which ``ibm_quantum_token`` and the price file matter.
    """

    name = "ibm"
    detached = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return "IbmDevices()"

    def available(self) -> str | None:
        """Return why it cannot be used now, or ``None`` when it can."""
        if find_spec("qiskit_ibm_runtime") is None:
            return f"qiskit-ibm-runtime is not installed: {EXTRA}"
        return None if self._settings.ibm_quantum_token else "IBM_QUANTUM_TOKEN is not set."

    def ids(self) -> list[str]:
        """Return nothing: which machines there are, only the service tells."""
        return []

    def virtual(self, device: str) -> bool:  # noqa: ARG002 - the protocol asks by device
        """Whether the device is simulated on this machine: none is."""
        return False

    def describe(self, device: str) -> dict[str, Any]:
        """Ask for ``qubits``, ``basis``, ``coupling`` and ``calibrated`` (ISO 8601)."""
        with ibm_errors():
            return described(self._backend(device))

    def noise(self, device: str) -> NoiseModel:
        """Ask for the calibration, and return Aer's model of the noise."""
        from qiskit_aer.noise import NoiseModel

        with ibm_errors():
            return NoiseModel.from_backend(self._backend(device))

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
        """Send a circuit to the Sampler; the job is tagged with ``token``. See `Devices.submit`.

        ``options`` other than ``optimization_level`` are the Sampler's own, as nested dictionaries.
        """
        level = level_of(options)
        ticket = ticket_of(self.name, device, circuit, shots=shots, seed=seed, options=options, token=token)
        with ibm_errors():
            backend = self._backend(device)
        made, layout = fitted(flat(circuit), backend, level, seed)
        ticket |= {"layout": layout}
        announce(ticket)
        with ibm_errors():
            return ticket | {"id": self._run(backend, made, shots, options, token)}

    def fetch(self, ticket: Ticket) -> Fetched:
        """Ask how the job stands; one whose identifier was lost is found by its tag."""
        with ibm_errors():
            job = self._job(ticket)
            if job is None:
                return Fetched(
                    "failed",
                    message="IBM knows no job of this Run: it never arrived, or was deleted.",
                    cost=0.0,
                )
            return self._fetched(job)

    def cancel(self, ticket: Ticket) -> None:
        """Ask that the job be called back; one that has ended stays as it is."""
        from qiskit_ibm_runtime.exceptions import RuntimeInvalidStateError

        with ibm_errors():
            job = self._job(ticket)
            if job is not None:
                try:
                    job.cancel()
                except RuntimeInvalidStateError:
                    return

    # inside

    def _run(
        self, backend: IBMBackend, circuit: QuantumCircuit, shots: int, options: dict[str, Any], token: str
    ) -> str:
        from qiskit_ibm_runtime import SamplerV2

        own = {name: value for name, value in options.items() if name != "optimization_level"}
        sampler = SamplerV2(mode=backend, options=own)
        sampler.options.environment.job_tags = [*(sampler.options.environment.job_tags or []), token]
        return str(sampler.run([circuit], shots=shots).job_id())

    def _fetched(self, job: RuntimeJobV2) -> Fetched:
        state = _STATES[str(job.status())]
        if state in ("queued", "running"):
            return Fetched(state)
        seconds = _seconds(job)
        plan = self._plan(job)
        cost = HardwarePrices.load(self._settings).cost("ibm", plan, seconds=seconds)
        meta = {"id": job.job_id(), "quantum_seconds": seconds, "plan": plan}
        if state != "done":
            return Fetched(state, message=job.error_message() or "", cost=cost, meta=meta)
        counts = job.result()[0].data.c.get_counts()
        return Fetched(state, leftmost_first(counts), cost=cost, meta=meta)

    def _plan(self, job: RuntimeJobV2) -> str:
        plans = {instance["crn"]: instance["plan"] for instance in self._service.instances()}
        return str(plans.get(job.instance, ""))

    def _job(self, ticket: Ticket) -> RuntimeJobV2 | None:
        from qiskit_ibm_runtime.exceptions import RuntimeJobNotFound

        if ticket["id"]:
            try:
                return self._service.job(ticket["id"])
            except RuntimeJobNotFound:
                return None
        found = self._service.jobs(job_tags=[ticket["token"]], limit=1)
        return found[0] if found else None

    def _backend(self, device: str) -> IBMBackend:
        from qiskit.providers.exceptions import QiskitBackendNotFoundError

        try:
            return self._service.backend(device)
        except QiskitBackendNotFoundError:
            raise BadInput(
                f"IBM has no device {device!r} for this account.",
                "The IBM Quantum dashboard lists those of your instance.",
                details={"field": "on"},
            ) from None

    @cached_property
    def _service(self) -> QiskitRuntimeService:
        return service_for(self._settings)


def _seconds(job: RuntimeJobV2) -> float | None:
    usage = job.metrics().get("usage", {})
    seconds = usage.get("qpu_charge_time_seconds", usage.get("quantum_seconds"))
    return None if seconds is None else float(seconds)
