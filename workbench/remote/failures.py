"""What went wrong at a provider, said as one of our errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from workbench.errors import BadInput, ProviderFailed, WorkbenchError
from workbench.remote.trouble import SPENT, Trouble

__all__ = ["Place", "explain"]

_BAD_REQUEST = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
_NOT_ALLOWED = {HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN}
_WRONG_KEY = {"API_KEY_INVALID", "invalid_api_key", "authentication_error"}


@dataclass(frozen=True, slots=True)
class Place:
    """Whom a request went to, and which settings lead there.

    Attributes
    ----------
    name, label : str
        The provider's name in the registry and in sentences.
    key : str
        The setting that holds its key, in upper case.
    address_setting : str
        The setting that holds its address, in upper case.
    address : str
        The address in force.
    timeout : float
        Seconds that the provider may stay silent.
    """

    name: str
    label: str
    key: str
    address_setting: str
    address: str
    timeout: float

    @property
    def host(self) -> str:
        """Scheme, host and port: a user and password in the address are left out."""
        parts = urlsplit(self.address)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}"


def explain(trouble: Trouble, place: Place, model: str | None, clean: Callable[[str], str]) -> WorkbenchError:
    """Say the trouble as one of our errors.

    Parameters
    ----------
    trouble : Trouble
        What happened.
    place : Place
        Where.
    model : str, optional
        The model asked for.
    clean : callable
        Takes secrets out of a text.
    """
    details: dict[str, Any] = {"provider": place.name}
    if model is not None:
        details["model"] = model
    if trouble.status is not None:
        details["status"] = trouble.status
    if trouble.retry_after is not None:
        details["retry_after"] = trouble.retry_after
    kind, message, hint = _sentence(trouble, place, model)
    return kind(clean(message), clean(hint), details=details)


def _sentence(trouble: Trouble, place: Place, model: str | None) -> tuple[type[WorkbenchError], str, str]:
    if trouble.kind == "answered":
        return _answered(trouble, place, model)
    said = {
        "silent": (
            f"{place.label} stayed silent for more than {place.timeout:g} seconds.",
            "Try again, or raise WORKBENCH_TIMEOUT.",
        ),
        "unreachable": (
            f"{place.label} could not be reached at {place.host}.",
            f"Check the network and {place.address_setting}.",
        ),
        "broken": (f"The connection to {place.label} broke before the answer ended.", "Try again."),
        "unreadable": (
            f"{place.label} sent an answer that could not be read ({trouble.words}).",
            f"Try again; if it stays, check {place.address_setting}.",
        ),
    }
    return ProviderFailed, *said[trouble.kind]


def _answered(trouble: Trouble, place: Place, model: str | None) -> tuple[type[WorkbenchError], str, str]:
    status, words = trouble.status, _quoted(trouble.words)
    if status == HTTPStatus.UNAUTHORIZED or trouble.marks & _WRONG_KEY:
        return ProviderFailed, f"{place.label} refused the key in {place.key}{words}", f"Check {place.key}."
    if status == HTTPStatus.NOT_FOUND:
        return _not_found(trouble, place, model, words)
    if status in _BAD_REQUEST:
        hint = "Change the request or the model."
        return BadInput, f"{place.label} did not accept the request{words}", hint
    if status in _NOT_ALLOWED:
        hint = f"Check what the account behind {place.key} may do, and its billing."
        return ProviderFailed, f"{place.label} does not allow this request{words}", hint
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ProviderFailed, f"{place.label} takes no more requests now{words}", _patience(trouble)
    code = f" ({status})" if status is not None else ""
    return ProviderFailed, f"{place.label} failed{code}{words}", "Try again in a while."


def _quoted(words: str) -> str:
    if not words:
        return "."
    return f": {words}" if words.endswith((".", "!", "?")) else f": {words}."


def _not_found(
    trouble: Trouble, place: Place, model: str | None, words: str
) -> tuple[type[WorkbenchError], str, str]:
    # A provider that lacks the model says so; a wrong address answers with somebody's bare 404.
    if trouble.words and not trouble.plain and model is not None:
        return BadInput, f"{place.label} has no model {model!r}{words}", "Choose another model."
    return (
        ProviderFailed,
        f"Nothing answers for {place.label} at {place.host}{words}",
        (f"Check {place.address_setting}."),
    )


def _patience(trouble: Trouble) -> str:
    if SPENT in trouble.marks:
        return "Check the plan and the billing of the account."
    if trouble.retry_after is None:
        return "Try again in a while."
    return f"Try again in {trouble.retry_after:g} seconds."
