"""What a client is told when something goes wrong: a status and one sentence, never a traceback."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from tornado import web

from workbench.errors import BadInput, NotFound, Refused, TooLarge, Unavailable, WorkbenchError

__all__ = ["WrongMethod", "WrongType", "failure_of", "told"]


class WrongType(WorkbenchError):
    """The body is of a media type that the route does not take."""

    code = "wrong_type"
    status = 415


class WrongMethod(WorkbenchError):
    """The path is there, but not for this method."""

    code = "wrong_method"
    status = 405


_SENTENCES: dict[int, tuple[type[WorkbenchError], str, str]] = {
    400: (BadInput, "The request cannot be read.", "Look at /api/openapi.json."),
    404: (NotFound, "There is nothing under this address.", "Look at /api/openapi.json."),
    405: (
        WrongMethod,
        "This address does not take that method.",
        "The Allow header lists those that it takes.",
    ),
    413: (TooLarge, "The body is too large.", "Send less, or raise MAX_CONTENT_LENGTH."),
}


def failure_of(status: int, error: BaseException | None) -> WorkbenchError:
    """Return the error to tell, whatever was raised."""
    if isinstance(error, WorkbenchError):
        return error
    if _is_database(error):
        return Unavailable("The database cannot be reached now.", "Try again in a moment.")
    if status == HTTPStatus.FORBIDDEN:
        reason = error.log_message if isinstance(error, web.HTTPError) else None
        return Refused(
            f"The request was refused: {reason or 'it is not allowed'}.",
            "Send the _xsrf cookie's value as X-XSRFToken.",
        )
    kind, message, hint = _SENTENCES.get(
        status, (WorkbenchError, "Something went wrong here.", "The server's log has the rest.")
    )
    return kind(message, hint)


def told(error: WorkbenchError) -> tuple[int, dict[str, Any]]:
    """Return status and body."""
    body = {name: value for name, value in error.to_dict().items() if name in {"code", "message", "hint"}}
    field = error.details.get("field")
    return error.status, {"error": body | ({"field": str(field)} if field else {})}


def _is_database(error: BaseException | None) -> bool:
    from sqlalchemy.exc import InterfaceError, OperationalError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    return isinstance(error, InterfaceError | OperationalError | PoolTimeout)
