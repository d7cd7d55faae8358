"""The machines on Amazon Braket, through its SDK.

``AWS_BRAKET_ACCESS_KEY`` of the settings is the key, as ``access:secret``; without it the SDK looks
where it always does. The SDK's own variables say the rest: ``AWS_REGION``, ``AWS_PROFILE``,
``AMZN_BRAKET_OUT_S3_BUCKET``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, MissingExtra, MissingKey, ProviderFailed, Unauthorized, Unavailable
from workbench.quantum.devices.base import Announce, Fetched, State, Ticket, ticket_of
from workbench.quantum.devices.prices import HardwarePrices
from workbench.quantum.devices.readout import by_bits, gates_and_readout
from workbench.quantum.devices.transpiling import level_of

if TYPE_CHECKING:
    from braket.aws import AwsDevice, AwsQuantumTask, AwsSession
    from qiskit import QuantumCircuit

    from workbench.settings import Settings

__all__ = ["AwsDevices"]

_EXTRA = "pip install 'autogent-studio[quantum]'"
_PREFIX = "arn:aws:braket:"
_NAMES = {
    "ankaa-3": "us-west-1::device/qpu/rigetti/Ankaa-3",
    "cepheus-1-108q": "us-west-1::device/qpu/rigetti/Cepheus-1-108Q",
    "dm1": "::device/quantum-simulator/amazon/dm1",
    "emerald": "eu-north-1::device/qpu/iqm/Emerald",
    "forte-1": "us-east-1::device/qpu/ionq/Forte-1",
    "forte-enterprise-1": "us-east-1::device/qpu/ionq/Forte-Enterprise-1",
    "garnet": "eu-north-1::device/qpu/iqm/Garnet",
    "ibex-q1": "eu-north-1::device/qpu/aqt/Ibex-Q1",
    "sv1": "::device/quantum-simulator/amazon/sv1",
    "tn1": "::device/quantum-simulator/amazon/tn1",
}
_OURS = ("bucket", "optimization_level")
_REGION = "us-east-1"
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
_TAG = "workbench-run"
_DENIED = {
    "AccessDeniedException",
    "ExpiredToken",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "UnrecognizedClientException",
}
_PASSING = {"ThrottlingException", "InternalServiceException", "ServiceUnavailable", "DeviceOfflineException"}
_SERVER = 500


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
            return f"amazon-braket-sdk is not installed: {_EXTRA}"
        return None if self._settings.aws_braket_access_key else "AWS_BRAKET_ACCESS_KEY is not set."

    def ids(self) -> list[str]:
        """Return the short names; any other device goes by its ARN."""
        return list(_NAMES)

    def virtual(self, device: str) -> bool:  # noqa: ARG002 - the protocol asks by device
        """Whether the device is simulated on this machine: none is, and Amazon's simulators cost."""
        return False

    def describe(self, device: str) -> dict[str, Any]:
        """Ask for ``qubits``, ``basis``, ``coupling`` and ``calibrated`` (ISO 8601)."""
        with _told():
            found = self._device(_arn(device))
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

        arn = _arn(device)
        gates, readout = gates_and_readout(circuit, level_of(options))
        ticket = ticket_of(self.name, arn, circuit, shots=shots, seed=seed, options=options, token=token)
        ticket |= {"readout": [list(pair) for pair in sorted(readout.items())]}
        program = to_braket(gates)
        for qubit in sorted(set(readout.values())):
            program.measure(qubit)
        with _told():
            found = self._device(arn, options.get("bucket"))
        announce(ticket)
        with _told(), _idempotent(found.aws_session, token):
            own = {name: value for name, value in options.items() if name not in _OURS}
            task = found.run(program, shots=shots, tags={_TAG: token}, **own)
            return ticket | {"id": task.id}

    def fetch(self, ticket: Ticket) -> Fetched:
        """Ask how the task stands; one whose ARN was lost is found by its tag."""
        with _told():
            task = self._task(ticket)
            if task is None:
                return Fetched(
                    "failed", message="Amazon knows no task of this Run: it never arrived.", cost=0.0
                )
            facts = _facts(task)
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

        with _told():
            task = self._task(ticket)
            facts = None if task is None else _facts(task)
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

        session = self._session(_region(ticket["id"] or ticket["device"]))
        arn = ticket["id"] or _tagged(session, ticket)
        return None if arn is None else AwsQuantumTask(arn, aws_session=session, quiet=True)

    def _device(self, arn: str, bucket: str | None = None) -> AwsDevice:
        from braket.aws import AwsDevice

        session = self._session(_region(arn), bucket)
        try:
            return AwsDevice(arn, aws_session=session)
        except ValueError as error:
            raise BadInput(
                f"Amazon Braket has no device {arn!r}.",
                "Its console lists the devices and their ARNs.",
                details={"field": "on"},
            ) from error

    def _session(self, region: str | None, bucket: str | None = None) -> AwsSession:
        key = self._settings.aws_braket_access_key
        if key is None:
            raise MissingKey(
                "Devices on Amazon Braket need a key.", "Set AWS_BRAKET_ACCESS_KEY to access:secret."
            )
        access, colon, secret = key.get_secret_value().partition(":")
        if not colon or not access or not secret:
            raise MissingKey("AWS_BRAKET_ACCESS_KEY is incomplete.", "Set it to access:secret.")
        try:
            import boto3
            from braket.aws import AwsSession
        except ImportError as error:
            raise MissingExtra("Devices on Amazon Braket need amazon-braket-sdk.", _EXTRA) from error
        chosen = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or _REGION
        boto = boto3.Session(aws_access_key_id=access, aws_secret_access_key=secret, region_name=chosen)
        return AwsSession(boto_session=boto, default_bucket=bucket)


def _arn(device: str) -> str:
    if device.startswith(_PREFIX):
        return device
    if device.lower() not in _NAMES:
        raise BadInput(
            f"There is no device {device!r} on Amazon Braket.",
            f"There are {', '.join(_NAMES)}; any other goes by its ARN.",
            details={"field": "on"},
        )
    return _PREFIX + _NAMES[device.lower()]


def _region(arn: str) -> str | None:
    return arn.split(":")[3] or None


def _facts(task: AwsQuantumTask) -> dict[str, Any] | None:
    """Return what Amazon says of a task, or ``None`` where it has none."""
    from botocore.exceptions import ClientError

    try:
        facts: dict[str, Any] = task.metadata()
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return facts


def _tagged(session: AwsSession, ticket: Ticket) -> str | None:
    """Return the ARN of the task that carries our tag."""
    pages = session.braket_client.get_paginator("search_quantum_tasks").paginate(
        filters=[
            {"name": "deviceArn", "operator": "EQUAL", "values": [ticket["device"]]},
            {"name": "createdAt", "operator": "GTE", "values": [ticket["submitted_at"]]},
        ]
    )
    tasks = (task for page in pages for task in page["quantumTasks"])
    token = ticket["token"]
    return next((task["quantumTaskArn"] for task in tasks if task.get("tags", {}).get(_TAG) == token), None)


@contextmanager
def _idempotent(session: AwsSession, token: str) -> Iterator[None]:
    """Let a request that is sent twice make one task."""

    def put(params: dict[str, Any], **_: Any) -> None:
        params["clientToken"] = token

    events, name = session.braket_client.meta.events, "provide-client-params.braket.CreateQuantumTask"
    events.register(name, put)
    try:
        yield
    finally:
        with suppress(ValueError):
            events.unregister(name, put)


@contextmanager
def _told() -> Iterator[None]:
    """Say by the workbench's errors what the SDK raises."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code, words = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _DENIED:
            raise Unauthorized(f"Amazon refused the key: {words}", "Check AWS_BRAKET_ACCESS_KEY.") from error
        if code in _PASSING or status >= _SERVER:
            raise Unavailable(f"Amazon Braket does not take it now: {words}", "Try again later.") from error
        raise ProviderFailed(
            f"Amazon refused it: {code}: {words}",
            "Correct what it names.",
            details={"provider": "aws", "status": status},
        ) from error
    except BotoCoreError as error:
        raise Unavailable(f"Amazon Braket does not answer: {error}", "Try again later.") from error
