"""Every error that the workbench raises on purpose.

One clear sentence says what was wrong and what was expected, ``hint`` says what to do next,
and ``code`` is the stable word that HTTP clients and dashboards read::

    WorkbenchError                  code                HTTP
    |-- BadInput (ValueError)       bad_input           400
    |-- Unauthorized                unauthorized        401
    |-- NotFound (LookupError)      not_found           404
    |-- Refused                     refused             403
    |-- TooLarge                    too_large           413
    |-- BudgetExceeded              budget_exceeded     429
    |-- TooMany                     too_many            429
    |-- MissingKey                  missing_key         503
    |-- MissingExtra (ImportError)  missing_extra       503
    |-- MissingModel                missing_model       503
    |-- FeatureOff                  feature_off         503
    |-- Unavailable                 unavailable         503
    |-- ProviderFailed              provider_failed     502
    |-- ReplayMiss (LookupError)    replay_miss         409
    |-- Corrupted                   corrupted           500
    |-- OutdatedDatabase            outdated_database   503
    `-- Cancelled                   cancelled           499
"""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = [
    "BadInput",
    "BudgetExceeded",
    "Cancelled",
    "Corrupted",
    "FeatureOff",
    "MissingExtra",
    "MissingKey",
    "MissingModel",
    "NotFound",
    "OutdatedDatabase",
    "ProviderFailed",
    "Refused",
    "ReplayMiss",
    "TooLarge",
    "TooMany",
    "Unauthorized",
    "Unavailable",
    "WorkbenchError",
    "error_from_dict",
]


class WorkbenchError(Exception):
    """The root of the tree.

    Parameters
    ----------
    message : str
        One sentence: what was wrong and what was expected.
    hint : str, optional
        What to do next.
    details : dict, optional
        JSON values for programs, such as ``{"field": "temperature"}``.
    """

    code: ClassVar[str] = "workbench_error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, hint: str = "", *, details: dict[str, Any] | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint
        self.details = details or {}

    def __str__(self) -> str:
        # Below a line that was quoted, the hint stands on one of its own.
        between = "\n" if "\n" in self.message else " "
        return f"{self.message}{between}{self.hint}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.hint, self.details)

    def to_dict(self) -> dict[str, Any]:
        """Return ``code``, ``message``, ``hint`` and, where there are any, ``details``."""
        body: dict[str, Any] = {"code": self.code, "message": self.message, "hint": self.hint}
        if self.details:
            body["details"] = self.details
        return body

    def _render_traceback_(self) -> list[str]:
        """Show a notebook reader the sentence alone; IPython calls this."""
        return [f"{type(self).__name__}: {self}"]


def _rebuild(kind: type[WorkbenchError], message: str, hint: str, details: dict[str, Any]) -> WorkbenchError:
    return kind(message, hint, details=details)


class BadInput(WorkbenchError, ValueError):
    """A value that the caller gave is not acceptable."""

    code = "bad_input"
    status = 400


class Unauthorized(WorkbenchError):
    """Nobody is logged in, or the name and the password do not belong together."""

    code = "unauthorized"
    status = 401


class NotFound(WorkbenchError, LookupError):
    """The thing asked for does not exist, or belongs to somebody else."""

    code = "not_found"
    status = 404


class Refused(WorkbenchError):
    """The caller may not do this."""

    code = "refused"
    status = 403


class TooLarge(WorkbenchError):
    """An upload is larger than ``MAX_CONTENT_LENGTH``; nothing of it is kept."""

    code = "too_large"
    status = 413


class BudgetExceeded(WorkbenchError):
    """The call could pass a spend or token limit, so it was not made."""

    code = "budget_exceeded"
    status = 429


class TooMany(WorkbenchError):
    """Something was asked for too often; ``details["retry_after"]`` is in how many seconds to come back."""

    code = "too_many"
    status = 429


class MissingKey(WorkbenchError):
    """A provider was chosen whose key is not set."""

    code = "missing_key"
    status = 503


class MissingExtra(WorkbenchError, ImportError):
    """An optional library is not installed."""

    code = "missing_extra"
    status = 503


class MissingModel(WorkbenchError):
    """The weights of a local model are not on this machine."""

    code = "missing_model"
    status = 503


class FeatureOff(WorkbenchError):
    """An ``ENABLE_*`` setting switched the feature off."""

    code = "feature_off"
    status = 503


class Unavailable(WorkbenchError):
    """A server that the answer needs, such as Redis, does not answer now."""

    code = "unavailable"
    status = 503


class ProviderFailed(WorkbenchError):
    """A model provider answered with an error, or not to the end.

    ``details`` may hold ``provider``, ``status`` (the provider's HTTP status) and
    ``retry_after`` (seconds).
    """

    code = "provider_failed"
    status = 502


class ReplayMiss(WorkbenchError, LookupError):
    """Strict replay met a call that was never recorded; nothing left the machine.

    ``details["differs"]`` lists the inputs that differ from the nearest recorded Run.
    """

    code = "replay_miss"
    status = 409


class Corrupted(WorkbenchError):
    """Stored bytes no longer match their digest."""

    code = "corrupted"
    status = 500


class OutdatedDatabase(WorkbenchError):
    """The database's schema is older or newer than this version needs."""

    code = "outdated_database"
    status = 503


class Cancelled(WorkbenchError):
    """The work was stopped before its end; what it had is kept."""

    code = "cancelled"
    status = 499


def _tree(root: type[WorkbenchError]) -> dict[str, type[WorkbenchError]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        # One that only narrows its parent has the parent's code, and comes back as the parent.
        found = _tree(child) | found
    return found


def error_from_dict(body: dict[str, Any]) -> WorkbenchError:
    """Rebuild the error that `WorkbenchError.to_dict` described.

    Parameters
    ----------
    body : dict
        ``code``, ``message`` and, optionally, ``hint`` and ``details``.

    Returns
    -------
    WorkbenchError
        Of the subclass that ``code`` names; of the root for an unknown code.
    """
    kind = _tree(WorkbenchError).get(body.get("code", ""), WorkbenchError)
    return kind(body.get("message", ""), body.get("hint", ""), details=body.get("details"))
