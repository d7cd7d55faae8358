"""What differs between two Runs."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.runs.record import Run

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Difference", "RunDiff", "diff", "differences"]

MISSING = "(absent)"
ALIKE = 24
"""Characters that two texts share before the place where they part, and that are still shown."""
FIELDS = ("kind", "version", "seed", "inputs", "status", "output", "error", "parameters", "metrics",
          "tokens_input", "tokens_output", "cost", "duration")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two JSON values are not equal.

    Attributes
    ----------
    path : str
        Such as ``inputs.messages[1].content``.
    left, right : object
        The two values; ``"(absent)"`` where one side has none.
    """

    path: str
    left: Any
    right: Any

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as JSON values."""
        return {"path": self.path, "left": self.left, "right": self.right}

    def parting(self) -> tuple[Any, Any]:
        """Return both values without most of what two texts begin with alike: the difference shows."""
        left, right = self.left, self.right
        if not isinstance(left, str) or not isinstance(right, str):
            return left, right
        pairs = enumerate(zip(left, right, strict=False))
        parted = next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))
        start = parted - ALIKE
        return (left, right) if start <= 0 else (f"… {left[start:]}", f"… {right[start:]}")

    def brief(self, most: int = 60) -> tuple[str, str]:
        """Return both values in at most ``most`` characters each."""
        left, right = self.parting()
        return _short(left, most), _short(right, most)

    def __str__(self) -> str:
        left, right = self.brief()
        return f"{self.path} ({left} -> {right})"


@dataclass(frozen=True, slots=True)
class RunDiff:
    """The differences between two Runs, ``left`` and ``right``."""

    left: str
    right: str
    items: tuple[Difference, ...]

    def __bool__(self) -> bool:
        return bool(self.items)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a difference: ``path``, and a column named by each Run."""
        import pandas as pd

        rows = [(item.path, item.left, item.right) for item in self.items]
        return pd.DataFrame(rows, columns=["path", self.left, self.right])

    def __repr__(self) -> str:
        if not self.items:
            return f"Runs {self.left} and {self.right} do not differ"
        return "\n".join([f"{self.left} -> {self.right}", *(f"  {item}" for item in self.items)])

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="text-align:left">{name}</th>' for name in ("", self.left, self.right))
        rows = "".join(
            "<tr>"
            + "".join(f'<td style="text-align:left"><code>{html.escape(cell)}</code></td>' for cell in row)
            + "</tr>"
            for row in ((item.path, *item.brief(300)) for item in self.items)
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def diff(left: Run, right: Run) -> RunDiff:
    """Compare what two Runs were given, what they gave and what they cost."""
    a = {name: getattr(left, name) for name in FIELDS} | {"environment": left.environment}
    b = {name: getattr(right, name) for name in FIELDS} | {"environment": right.environment}
    a["artifacts"] = {item.name: item.digest for item in left.artifacts}
    b["artifacts"] = {item.name: item.digest for item in right.artifacts}
    return RunDiff(left.id, right.id, tuple(differences(a, b)))


def differences(left: Any, right: Any, path: str = "") -> list[Difference]:
    """Return where two JSON values are not equal, in their own order."""
    if isinstance(left, dict) and isinstance(right, dict):
        names = [*left, *(name for name in right if name not in left)]
        return [
            found
            for name in names
            for found in differences(
                left.get(name, MISSING), right.get(name, MISSING), f"{path}.{name}".lstrip(".")
            )
        ]
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return [
            found
            for at in range(max(len(left), len(right)))
            for found in differences(_item(left, at), _item(right, at), f"{path}[{at}]")
        ]
    same = left == right or (left != left and right != right)  # noqa: PLR0124 - not a number equals itself here
    return [] if same and type(left) is type(right) else [Difference(path, left, right)]


def _item(values: Any, at: int) -> Any:
    return values[at] if at < len(values) else MISSING


def _short(value: Any, most: int) -> str:
    text = value if value == MISSING else repr(value)
    return text if len(text) <= most else text[: most - 3] + "..."
