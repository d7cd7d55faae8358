"""IBM's retired and present machines as snapshots of their calibration, simulated with their noise."""

from __future__ import annotations

import io
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, MissingExtra
from workbench.quantum.devices.base import EXTRA, Announce, Fetched, Ticket, ticket_of
from workbench.quantum.devices.local import LocalJobs
from workbench.quantum.devices.transpiling import fitted, flat, leftmost_first, level_of

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2
    from qiskit_aer.noise import NoiseModel

    from workbench.settings import Settings

__all__ = ["FakeDevices", "backend_of", "described", "simulate"]


class FakeDevices:
    """``fake:manila`` and its like: the fake backends of qiskit-ibm-runtime, by their short names.

    Parameters
    ----------
    settings : Settings
        Of which the home folder matters.
    """

    name = "fake"
    detached = True

    def __init__(self, settings: Settings) -> None:
        self._jobs = LocalJobs(settings.home)

    def available(self) -> str | None:
        """Return why it cannot be used now, or ``None`` when it can."""
        for module in ("qiskit_ibm_runtime", "qiskit_aer"):
            if find_spec(module) is None:
                return f"{module} is not installed: {EXTRA}"
        return None

    def ids(self) -> list[str]:
        """Return every device's short name."""
        return list(_kinds())

    def virtual(self, device: str) -> bool:
        """Whether the device is simulated on this machine: each is."""
        return backend_of(device) is not None

    def describe(self, device: str) -> dict[str, Any]:
        """Return ``qubits``, ``basis``, ``coupling`` and ``calibrated`` (ISO 8601)."""
        backend = backend_of(device)
        return described(backend)

    def noise(self, device: str) -> NoiseModel:
        """Return Aer's model of the device's noise."""
        from qiskit_aer.noise import NoiseModel

        return NoiseModel.from_backend(backend_of(device))

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
        """Start a process that simulates the circuit; see `Devices.submit`."""
        from qiskit import qpy

        level = level_of(options)
        made, layout = fitted(flat(circuit), backend_of(device), level, seed)
        ticket = ticket_of(
            self.name, device, circuit, shots=shots, seed=seed, options=options, token=token,
            layout=layout, job=token,
        )  # fmt: skip
        program = io.BytesIO()
        qpy.dump(made, program)
        announce(ticket)
        job = {name: ticket[name] for name in ("provider", "device", "shots", "seed", "clbits")}
        self._jobs.start(token, job, program.getvalue())
        return ticket

    def fetch(self, ticket: Ticket) -> Fetched:
        """Ask how the job stands."""
        return self._jobs.fetch(ticket["token"])

    def cancel(self, ticket: Ticket) -> None:
        """Stop the job's process."""
        self._jobs.cancel(ticket["token"])


def described(backend: BackendV2) -> dict[str, Any]:
    """Return JSON facts of a backend that Qiskit describes."""
    properties = backend.properties() if hasattr(backend, "properties") else None
    coupling = backend.coupling_map
    return {
        "qubits": backend.num_qubits,
        "basis": sorted(backend.target.operation_names),
        "coupling": None if coupling is None else [list(edge) for edge in coupling.get_edges()],
        "calibrated": None if properties is None else properties.last_update_date.isoformat(),
    }


def simulate(device: str, program: bytes, *, shots: int, seed: int, clbits: int) -> dict[str, int]:
    """Sample a circuit, as QPY, with the device's noise; classical bit 0 is leftmost.

    Parameters
    ----------
    device : str
        Short name.
    program : bytes
        The circuit in the device's gates, one classical register of ``clbits`` bits.
    shots : int
        Samples.
    seed : int
        Decides the samples.
    """
    from qiskit import qpy
    from qiskit_aer import AerSimulator

    (circuit,) = qpy.load(io.BytesIO(program))
    simulator = AerSimulator.from_backend(backend_of(device))
    counts = simulator.run(circuit, shots=shots, seed_simulator=seed % 2**31).result().get_counts()
    return leftmost_first({key.rjust(clbits, "0"): number for key, number in counts.items()})


@cache
def backend_of(device: str) -> BackendV2:
    """Return the fake backend of a short name.

    Raises
    ------
    BadInput
        There is none of this name.
    MissingExtra
        qiskit-ibm-runtime is not installed.
    """
    kinds = _kinds()
    if device not in kinds:
        near = ", ".join(sorted(kinds)[:8])
        raise BadInput(
            f"There is no fake device {device!r}.",
            f"There are {near} and {len(kinds) - 8} more.",
            details={"field": "on"},
        )
    return kinds[device]()


@cache
def _kinds() -> dict[str, Any]:
    try:
        from qiskit_ibm_runtime import fake_provider
        from qiskit_ibm_runtime.fake_provider.fake_backend import FakeBackendV2
    except ImportError as error:
        raise MissingExtra("Fake devices need qiskit-ibm-runtime.", EXTRA) from error
    found = (getattr(fake_provider, name) for name in dir(fake_provider) if name.startswith("Fake"))
    kinds = [kind for kind in found if isinstance(kind, type) and issubclass(kind, FakeBackendV2)]
    return dict(sorted((_short(kind.__name__), kind) for kind in kinds))


def _short(name: str) -> str:
    return name.removeprefix("Fake").removesuffix("V2").lower()
