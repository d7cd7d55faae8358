"""Canonical JSON (RFC 8785) of whatever a Run is given or gives back.

Values that JSON cannot carry are written as one-key objects: ``{"$float": "nan"}`` for a float that
is not finite or looks like an integer beyond 2^53, ``{"$int": "..."}`` for such an integer,
``{"$bytes": "..."}`` for base64 bytes and ``{"$object": "sha256:..."}`` for a stored object, which
stays as it is. Somebody else's object that looks like one of the first three gets one more ``$``.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import math
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import PurePath
from typing import Any

import rfc8785

from workbench.errors import BadInput

__all__ = ["canonical", "decode", "plain", "sha256"]

_LARGEST = 2**53 - 1
# ECMAScript, and RFC 8785 with it, writes a float below this without an exponent, like an integer.
_EXPONENT = 1e21
_MARK = re.compile(r"\$+(float|int|bytes)")


def sha256(text: str | bytes) -> str:
    """Return ``"sha256:"`` and the hexadecimal SHA-256 of the text's UTF-8 bytes."""
    data = text.encode() if isinstance(text, str) else text
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical(value: Any, *, what: str = "value") -> str:
    """Return the RFC 8785 text of a value.

    Parameters
    ----------
    value : object
        JSON values, tuples, sets of strings, dates, paths, enumerations, dataclasses, pydantic
        models, numpy scalars and arrays, bytes.
    what : str
        Name of the value in an error.

    Raises
    ------
    BadInput
        Something in it has no JSON form; the sentence says where.
    """
    try:
        return rfc8785.dumps(value if _is_plain(value) else plain(value, what)).decode()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        raise BadInput(
            f"The {what} holds text that is not valid Unicode.",
            "Decode it to str with errors='replace' first.",
        ) from None
    except RecursionError:
        raise BadInput(
            f"The {what} is nested too deeply, or holds itself.", "Flatten it, or store it as an artifact."
        ) from None


def decode(text: str) -> Any:
    """Return the value that `canonical` wrote."""
    return json.loads(text, object_hook=_restore) if '"$' in text else json.loads(text)


def plain(value: Any, path: str = "value") -> Any:
    """Return the value as JSON types alone."""
    if isinstance(value, Enum):
        return plain(value.value, path)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (int, float)):
        return _number(value, path)
    if isinstance(value, (Mapping, list, tuple)):
        return _nested(value, path)
    return _special(value, path)


def _number(value: float, path: str) -> Any:
    if isinstance(value, int):
        return int(value) if abs(value) <= _LARGEST else {"$int": _digits(value, path)}
    return float(value) if _is_exact(value) else {"$float": repr(float(value))}


def _digits(value: int, path: str) -> str:
    try:
        return str(value)
    except ValueError:
        raise BadInput(
            f"The {path} is an integer of more than {sys.get_int_max_str_digits()} digits.",
            "Give it as text, or store it as an artifact.",
            details={"field": path},
        ) from None


def _nested(value: Any, path: str) -> Any:
    if isinstance(value, Mapping):
        named = {_name(key, path): plain(item, f"{path}.{key}") for key, item in value.items()}
        return {f"${name}": item for name, item in named.items()} if _is_marked(named) else named
    return [plain(item, f"{path}[{index}]") for index, item in enumerate(value)]


def _special(value: Any, path: str) -> Any:
    if isinstance(value, (set, frozenset)):
        return _ordered([plain(item, path) for item in value])
    if isinstance(value, (date, PurePath)):
        return _instant(value) if isinstance(value, datetime) else str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"$bytes": base64.b64encode(bytes(value)).decode()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _nested({item.name: getattr(value, item.name) for item in dataclasses.fields(value)}, path)
    if hasattr(value, "model_dump"):
        return plain(value.model_dump(mode="json"), path)
    if hasattr(value, "tolist"):
        return plain(value.tolist(), path)
    raise BadInput(
        f"The {path} is a {type(value).__name__}, which has no JSON form.",
        "Give numbers, text, lists and dictionaries, or store it as an artifact.",
        details={"field": path},
    )


def _ordered(items: list[Any]) -> list[Any]:
    try:
        return sorted(items)
    except TypeError:
        return sorted(items, key=canonical)


def _instant(value: datetime) -> str:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _name(key: Any, path: str) -> str:
    if isinstance(key, str):
        return str(key)
    if isinstance(key, (int, float, bool)):
        return str(key)
    raise BadInput(f"A key of {path} is a {type(key).__name__}; expected text.", details={"field": path})


def _is_plain(value: Any) -> bool:
    """Whether the value needs no translation; most calls are a small nest of text and numbers."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-_LARGEST <= value <= _LARGEST)
    if kind is float:
        return _is_exact(value)
    if kind is dict:
        return all(type(key) is str and _is_plain(item) for key, item in value.items()) and not (
            len(value) == 1 and _is_marked(value)
        )
    return kind is list and all(map(_is_plain, value))


def _is_exact(value: float) -> bool:
    """Whether RFC 8785 writes the float so that it is read back as the same number."""
    return abs(value) <= _LARGEST or (math.isfinite(value) and abs(value) >= _EXPONENT)


def _is_marked(value: dict[str, Any]) -> bool:
    """Whether the object could be taken for one of ours."""
    return len(value) == 1 and _MARK.fullmatch(next(iter(value))) is not None


_READ: dict[str, Callable[[str], Any]] = {
    "$float": float,
    "$int": int,
    "$bytes": lambda text: base64.b64decode(text, validate=True),
}


def _restore(item: dict[str, Any]) -> Any:
    if not _is_marked(item):
        return item
    ((name, value),) = item.items()
    if name not in _READ:
        return {name[1:]: value}
    try:
        return _READ[name](value) if isinstance(value, str) else item
    except ValueError:
        # Nothing of ours; a record that holds it does not match its digest.
        return item
