"""What was sent, checked against the model that describes it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from workbench.errors import BadInput

__all__ = ["checked"]


def checked(model: type[BaseModel], given: Any) -> BaseModel:
    """Return what was sent as the model.

    Raises
    ------
    BadInput
        Naming the first place that is wrong.
    """
    _check_text(given)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise BadInput(f"{place}: {first['msg']}.", details={"field": place}) from error


def _check_text(given: Any) -> None:
    """Refuse what no database can store as text."""
    if isinstance(given, dict):
        for name, value in given.items():
            _check_text(name)
            _check_text(value)
    elif isinstance(given, list):
        for value in given:
            _check_text(value)
    elif isinstance(given, str) and ("\0" in given or (not given.isascii() and _broken(given))):
        raise BadInput("A text holds a NUL character or half of a surrogate pair.", "Send plain Unicode.")


def _broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
