"""Talking to Amazon Braket: who we are, what is asked for, and what errors mean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, MissingExtra, MissingKey, ProviderFailed, Unauthorized, Unavailable
from workbench.quantum.devices.base import EXTRA, Ticket

if TYPE_CHECKING:
    from braket.aws import AwsQuantumTask, AwsSession

    from workbench.settings import Settings

__all__ = [
    "NAMES",
    "TAG",
    "arn_of",
    "aws_errors",
    "facts_of",
    "has_key",
    "idempotent",
    "region_of",
    "session_for",
    "tagged",
]

_PREFIX = "arn:aws:braket:"
NAMES = {
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
"""Short names of devices, and what follows the prefix of their ARNs."""
_REGION = "us-east-1"
TAG = "workbench-run"
"""The tag that carries our identifier."""
_DENIED = {
    "AccessDeniedException",
    "ExpiredToken",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "UnrecognizedClientException",
}
_PASSING = {"ThrottlingException", "InternalServiceException", "ServiceUnavailable", "DeviceOfflineException"}
_SERVER = 500


def has_key(settings: Settings) -> bool:
    """Whether there is a key, or a profile in its place."""
    return settings.aws_braket_access_key is not None or "AWS_PROFILE" in os.environ


def session_for(settings: Settings, region: str | None, bucket: str | None = None) -> AwsSession:
    """Return a session with the key of the settings, or else with the profile of ``AWS_PROFILE``.

    Raises
    ------
    MissingKey
        There is neither, or the key is not of the form ``access:secret``.
    MissingExtra
        The SDK is not installed.
    """
    keys = _keys(settings)
    try:
        import boto3
        from braket.aws import AwsSession
    except ImportError as error:
        raise MissingExtra("Devices on Amazon Braket need amazon-braket-sdk.", EXTRA) from error
    chosen = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or _REGION
    return AwsSession(boto_session=boto3.Session(region_name=chosen, **keys), default_bucket=bucket)


def _keys(settings: Settings) -> dict[str, str]:
    key = settings.aws_braket_access_key
    if key is None:
        if has_key(settings):
            return {}
        raise MissingKey(
            "Devices on Amazon Braket need a key.", "Set AWS_BRAKET_ACCESS_KEY to access:secret."
        )
    access, _, secret = key.get_secret_value().partition(":")
    if not access or not secret:
        raise MissingKey("AWS_BRAKET_ACCESS_KEY is incomplete.", "Set it to access:secret.")
    return {"aws_access_key_id": access, "aws_secret_access_key": secret}


def arn_of(device: str) -> str:
    """Return the ARN of a device by its short name or its ARN."""
    if device.startswith(_PREFIX):
        return device
    if device.lower() not in NAMES:
        raise BadInput(
            f"There is no device {device!r} on Amazon Braket.",
            f"There are {', '.join(NAMES)}; any other goes by its ARN.",
            details={"field": "on"},
        )
    return _PREFIX + NAMES[device.lower()]


def region_of(arn: str) -> str | None:
    """Return the region that an ARN names, if any."""
    return arn.split(":")[3] or None


def facts_of(task: AwsQuantumTask) -> dict[str, Any] | None:
    """Return what Amazon says of a task, or ``None`` where it has none."""
    from botocore.exceptions import ClientError

    try:
        facts: dict[str, Any] = task.metadata()
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return facts


def tagged(session: AwsSession, ticket: Ticket) -> str | None:
    """Return the ARN of the task that carries our tag."""
    pages = session.braket_client.get_paginator("search_quantum_tasks").paginate(
        filters=[
            {"name": "deviceArn", "operator": "EQUAL", "values": [ticket["device"]]},
            {"name": "createdAt", "operator": "GTE", "values": [ticket["submitted_at"]]},
        ]
    )
    tasks = (task for page in pages for task in page["quantumTasks"])
    token = ticket["token"]
    return next((task["quantumTaskArn"] for task in tasks if task.get("tags", {}).get(TAG) == token), None)


@contextmanager
def idempotent(session: AwsSession, token: str) -> Iterator[None]:
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
def aws_errors() -> Iterator[None]:
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
