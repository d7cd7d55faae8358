"""The machines on Amazon Braket, through its SDK.

``AWS_BRAKET_ACCESS_KEY`` of the settings is the key, as ``access:secret``; without it the profile that
``AWS_PROFILE`` names is used. The SDK's own variables say the rest: ``AWS_REGION`` and
``AMZN_BRAKET_OUT_S3_BUCKET``.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.quantum.devices.aws_session import (
    NAMES,
    TAG,
    arn_of,
    aws_errors,
    facts_of,
    has_key,
    idempotent,
    region_of,
    session_for,
    tagged,
)
from workbench.quantum.devices.base import EXTRA, Announce, Fetched, State, Ticket, ticket_of
from workbench.quantum.devices.prices import HardwarePrices
from workbench.quantum.devices.readout import by_bits, gates_and_readout
from workbench.quantum.devices.transpiling import level_of

if TYPE_CHECKING:
    from braket.aws import AwsDevice, AwsQuantumTask
    from qiskit import QuantumCircuit

    from workbench.settings import Settings

__all__ = ["AwsDevices"]

_OURS = ("bucket", "optimization_level")
_STATES: dict[str, State] = {
    "CREATED": "queued",
    "QUEUED": "queued",
    "RUNNING": "running",
    "CANCELLING": "running",
    "COMPLETED": "done",
    "FAILED": "failed",
    "CANCELLED": "cancelled",
}
_LOST = "Amazon knows no task of this Run: it never arrived."


class AwsDevices:
    """``aws:NAME`` or ``aws:ARN``, such as ``aws:garnet``.

    Parameters
    ----------
    settings : Settings
        Of which ``aws_braket_access_key`` and the price file matter.
    """

    name = "aws"
    detached = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return "AwsDevices()"

    def available(self) -> str | None:
        """Return why it cannot be used now, or ``None`` when it can."""
        if find_spec("braket") is None:
            return f"amazon-braket-sdk is not installed: {EXTRA}"
        return None if has_key(self._settings) else "AWS_BRAKET_ACCESS_KEY is not set."

    def ids(self) -> list[str]:
        """Return the short names; any other device goes by its ARN."""
        return list(NAMES)

    def virtual(self, device: str) -> bool:  # noqa: ARG002 - the protocol asks by device
        """Whether the device is simulated on this machine: none is, and Amazon's simulators cost."""
        return False

    def describe(self, device: str) -> dict[str, Any]:
        """Ask for ``qubits``, ``basis``, ``coupling`` and ``calibrated`` (ISO 8601)."""
        with aws_errors():
            found = self._device(arn_of(device))
        paradigm = getattr(found.properties, "paradigm", None)
        graph = found.topology_graph
        updated = found.properties.service.updatedAt
        return {
            "qubits": getattr(paradigm, "qubitCount", None),
            "basis": sorted(getattr(paradigm, "nativeGateSet", None) or []) or None,
            "coupling": None if graph is None else [list(edge) for edge in graph.edges],
            "calibrated": None if updated is None else updated.isoformat(),
        }

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
        """Create a quantum task, tagged with ``token``; see `Devices.submit`.

        Amazon compiles for the device, so the layout is not known. ``options`` may name ``bucket``,
        where the results lie, and what `AwsDevice.run` knows of.
        """
        from workbench.quantum.emit.braket import to_braket

        arn = arn_of(device)
        gates, readout = gates_and_readout(circuit, level_of(options))
        ticket = ticket_of(self.name, arn, circuit, shots=shots, seed=seed, options=options, token=token)
        ticket |= {"readout": [list(pair) for pair in sorted(readout.items())]}
        program = to_braket(gates)
        for qubit in sorted(set(readout.values())):
            program.measure(qubit)
        with aws_errors():
            found = self._device(arn, options.get("bucket"))
        announce(ticket)
        with aws_errors(), idempotent(found.aws_session, token):
            own = {name: value for name, value in options.items() if name not in _OURS}
            task = found.run(program, shots=shots, tags={TAG: token}, **own)
            return ticket | {"id": task.id}

    def fetch(self, ticket: Ticket) -> Fetched:
        """Ask how the task stands; one whose ARN was lost is found by its tag."""
        with aws_errors():
            task = self._task(ticket)
            if task is None:
                return Fetched(
                    "failed", message="Amazon knows no task of this Run: it never arrived.", cost=0.0
                )
            facts = facts_of(task)
            if facts is None:
                return Fetched("failed", message=_LOST, cost=0.0)
            state = _STATES[facts["status"]]
            if state in ("queued", "running"):
                return Fetched(state)
            meta = {"id": task.id, "ended_at": str(facts.get("endedAt", ""))}
            if state != "done":
                # Amazon charges for completed tasks alone.
                return Fetched(state, message=facts.get("failureReason", ""), cost=0.0, meta=meta)
            result = task.result()
        cost = HardwarePrices.load(self._settings).cost("aws", ticket["device"], shots=ticket["shots"])
        readout = {int(bit): int(qubit) for bit, qubit in ticket["readout"]}
        counts = by_bits(result.measurements, result.measured_qubits, readout, ticket["clbits"])
        return Fetched("done", counts, cost=cost, meta=meta)

    def cancel(self, ticket: Ticket) -> None:
        """Ask that the task be called back; one that has ended stays as it is."""
        from botocore.exceptions import ClientError

        with aws_errors():
            task = self._task(ticket)
            facts = None if task is None else facts_of(task)
            if task is None or facts is None or facts["status"] in task.TERMINAL_STATES:
                return
            try:
                task.cancel()
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConflictException":
                    raise

    # inside

    def _task(self, ticket: Ticket) -> AwsQuantumTask | None:
        from braket.aws import AwsQuantumTask

        session = session_for(self._settings, region_of(ticket["id"] or ticket["device"]))
        arn = ticket["id"] or tagged(session, ticket)
        return None if arn is None else AwsQuantumTask(arn, aws_session=session, quiet=True)

    def _device(self, arn: str, bucket: str | None = None) -> AwsDevice:
        from braket.aws import AwsDevice

        session = session_for(self._settings, region_of(arn), bucket)
        try:
            return AwsDevice(arn, aws_session=session)
        except ValueError as error:
            raise BadInput(
                f"Amazon Braket has no device {arn!r}.",
                "Its console lists the devices and their ARNs.",
                details={"field": "on"},
            ) from error
