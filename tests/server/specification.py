"""What the specification says of routes and events, read from its own words in `specification.md`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["ROUTES", "Row", "javascript"]

PAGE = Path(__file__).with_name("specification.md").read_text()
_LONG = re.DOTALL | re.MULTILINE
_ROW = re.compile(r"^\*\*(GET|POST|PUT|PATCH|DELETE) (\S+)\*\*\n```python\n(.*?)^```", _LONG)


@dataclass(frozen=True)
class Row:
    """A route as the specification prints it.

    Attributes
    ----------
    method, path : str
        The path with names in angle brackets.
    body : object or None
        What is sent as JSON.
    form : bool
        Whether a file is sent as the form's part ``file``.
    returns : str
        In the specification's words.
    """

    method: str
    path: str
    body: dict[str, Any] | None
    form: bool
    returns: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _row(method: str, path: str, comment: str) -> Row:
    text = re.sub(r"^# ?", "", comment, flags=re.MULTILINE)
    body = re.search(r"^Body: (\{.*?^\})", text, _LONG)
    (returns,) = re.findall(r"^Returns: (.+)$", text, re.MULTILINE)
    form = "Form data: file (multipart/form-data)" in text
    return Row(method, path, json.loads(body[1]) if body else None, form, returns)


ROUTES = [_row(*found) for found in _ROW.findall(PAGE)]


def javascript() -> str:
    """Return the example of a chat over WebSocket."""
    (code,) = re.findall(r"^### WebSocket Chat.*?^```javascript\n(.*?)^```", PAGE, _LONG)
    return code
