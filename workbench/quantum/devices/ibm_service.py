"""Talking to IBM Quantum: who we are, and what errors mean."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbench.errors import BadInput, MissingExtra, MissingKey, ProviderFailed, Unauthorized, Unavailable
from workbench.quantum.devices.base import EXTRA

if TYPE_CHECKING:
    from qiskit_ibm_runtime import QiskitRuntimeService

    from workbench.settings import Settings

__all__ = ["ibm_errors", "service_for"]

_DENIED = {401, 403}
_PASSING = {408, 429}
_SERVER = 500


def service_for(settings: Settings) -> QiskitRuntimeService:
    """Log in with the token of the settings.

    Raises
    ------
    MissingKey
        It is not set.
    MissingExtra
        The SDK is not installed.
    """
    token = settings.ibm_quantum_token
    if token is None:
        raise MissingKey("IBM devices need a token.", "Set IBM_QUANTUM_TOKEN.")
    try:
        from qiskit_ibm_runtime import QiskitRuntimeService
    except ImportError as error:
        raise MissingExtra("IBM devices need qiskit-ibm-runtime.", EXTRA) from error
    # The SDK reads its own variables only where it is given no token.
    return QiskitRuntimeService(
        channel=os.environ.get("QISKIT_IBM_CHANNEL", "ibm_quantum_platform"),
        token=token.get_secret_value(),
        instance=os.environ.get("QISKIT_IBM_INSTANCE") or "auto",
        url=os.environ.get("QISKIT_IBM_URL"),
    )


@contextmanager
def ibm_errors() -> Iterator[None]:
    """Say by the workbench's errors what the SDK raises."""
    from qiskit_ibm_runtime.accounts import InvalidAccountError
    from qiskit_ibm_runtime.api.exceptions import RequestsApiError
    from qiskit_ibm_runtime.exceptions import IBMError, IBMInputValueError, IBMNotAuthorizedError
    from requests import RequestException

    try:
        with warnings.catch_warnings():
            # A notebook is no place for the SDK's talk of which account it took.
            warnings.simplefilter("ignore")
            yield
    except IBMNotAuthorizedError as error:
        raise _refusal(401, str(error)) from error
    except InvalidAccountError as error:
        # The SDK says so of a line that is down, too; only an answer of IBM's speaks of the token.
        raise _refusal(401 if hasattr(error.__cause__, "status_code") else None, str(error)) from error
    except RequestException as error:
        raise Unavailable("IBM Quantum does not answer.", "Try again later.") from error
    except RequestsApiError as error:
        raise _refusal(error.status_code, str(error)) from error
    except IBMInputValueError as error:
        raise BadInput(f"IBM's library refused it: {error}", "Correct what it names.") from error
    except IBMError as error:
        raise _refusal(_status(error), str(error)) from error


def _status(error: BaseException) -> int | None:
    """Return the HTTP status that an error of the SDK stands on."""
    cause = error.__cause__ or error.__context__
    return getattr(cause, "status_code", None) if cause is not None else None


def _refusal(status: int | None, message: str) -> Exception:
    if status in _DENIED:
        return Unauthorized(f"IBM refused the token: {message}", "Check IBM_QUANTUM_TOKEN.")
    if status is None or status in _PASSING or status >= _SERVER or status < 0:
        return Unavailable(f"IBM Quantum does not answer: {message}", "Try again later.")
    return ProviderFailed(
        f"IBM refused the job: {message}",
        "Correct what it names.",
        details={"provider": "ibm", "status": status},
    )
