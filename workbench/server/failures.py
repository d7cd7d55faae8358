"""What a client is told when something goes wrong: a status and one sentence, never a traceback."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from workbench.errors import BadInput, NotFound, Refused, TooLarge, Unavailable, WorkbenchError

__all__ = ["FailuresTold", "WrongMethod", "WrongType", "failure_of", "told"]


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


class FailuresTold(JupyterHandler):
    """Answers what goes wrong as the routes do, where another handler does the rest."""

    def log_exception(self, *exc_info: Any) -> None:
        """Log what nobody meant; a `WorkbenchError` is an answer."""
        if not isinstance(exc_info[1], WorkbenchError):
            super().log_exception(*exc_info)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with ``{"error": {"code", "message", "hint"}}``."""
        error = failure_of(status_code, kwargs.get("exc_info", (None, None))[1])
        self.set_status(error.status)
        self.finish(told(error)[1])


def _is_database(error: BaseException | None) -> bool:
    from sqlalchemy.exc import InterfaceError, OperationalError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    return isinstance(error, InterfaceError | OperationalError | PoolTimeout)
