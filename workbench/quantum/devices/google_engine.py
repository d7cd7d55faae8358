"""Talking to Google's Quantum Engine: who we are, and what errors mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import MissingKey, ProviderFailed, Unauthorized, Unavailable

if TYPE_CHECKING:
    from cirq_google.engine.abstract_engine import AbstractEngine

    from workbench.settings import Settings

__all__ = ["code_of", "engine_for", "google_errors"]

_DENIED = {401, 403}
_PASSING = {408, 429, 499}
_SERVER = 500


def engine_for(settings: Settings) -> AbstractEngine:
    """Return Quantum Engine with the credentials of the settings, or the SDK's own.

    Raises
    ------
    MissingKey
        There are none, or they cannot be read.
    """
    from cirq_google.engine import Engine, get_engine
    from cirq_google.engine.engine import EngineContext
    from google.auth.exceptions import GoogleAuthError

    key = settings.google_quantum_key
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


def code_of(error: BaseException) -> int | None:
    """Return the HTTP status that an error of the SDK carries."""
    code = getattr(error, "code", None)
    number = getattr(code, "value", code)
    return number if isinstance(number, int) else None


@contextmanager
def google_errors() -> Iterator[None]:
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
        code = code_of(error)
        if code in _DENIED:
            raise Unauthorized(f"Google refused the credentials: {error}", "Check them.") from error
        if code is None or code in _PASSING or code >= _SERVER:
            raise Unavailable(
                f"Google Quantum Engine does not answer: {error}", "Try again later."
            ) from error
        raise ProviderFailed(
            f"Google refused it: {error}", "Correct what it names.", details={"provider": "google"}
        ) from error
