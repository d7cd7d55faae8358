"""How a notebook value reads in a prompt: typed, capped, and the same in every process."""

from __future__ import annotations

import re
import sys
import warnings
from typing import Any

__all__ = ["DEFAULT_MAX_CHARS", "LEAST_MAX_CHARS", "cut", "render"]

DEFAULT_MAX_CHARS = 4000
LEAST_MAX_CHARS = 100
_COLUMNS_TOLD = 40
_COLUMNS_SHOWN = 20
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def cut(text: str, max_chars: int) -> str:
    """Return ``text`` in at most ``max_chars`` characters, a visible marker telling what is missing.

    Parameters
    ----------
    text : str
        Any text.
    max_chars : int
        Most characters of the result, marker included; at least 100.
    """
    if len(text) <= max_chars:
        return text
    longest = len(_marker(len(text), len(text)))
    kept = max(0, max_chars - longest)
    return text[:kept] + _marker(len(text) - kept, len(text))


def _marker(left_out: int, whole: int) -> str:
    return f"\n… [cut: {left_out:,} of {whole:,} characters left out]"


def render(value: Any, *, name: str = "", max_chars: int = DEFAULT_MAX_CHARS) -> str:
    """Write one value for a prompt.

    Text stands as it is. A DataFrame, a Series or a numpy array becomes a typed summary: shape,
    dtypes, missing values, the first rows and the usual statistics. Containers are written with
    sets in order, other objects without their memory address, so that a replay in another process
    writes the same prompt.

    Parameters
    ----------
    value : object
        What to write.
    name : str, optional
        The variable's name, shown in summaries.
    max_chars : int
        Most characters of the result; at least 100.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return cut(_text(value, f" {name}" if name.isidentifier() else "", max_chars), max_chars)


def _text(value: Any, label: str, max_chars: int) -> str:
    if isinstance(value, str):
        return value
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if pandas is not None and isinstance(value, pandas.DataFrame):
        return _frame(value, label)
    if pandas is not None and isinstance(value, pandas.Series):
        return _series(value, label)
    if numpy is not None and isinstance(value, numpy.ndarray):
        return _array(value, label)
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        return _container(value, label, max_chars)
    return _plain(value)


def _plain(value: Any) -> str:
    text = str(value)
    return _ADDRESS.sub("", text) if text == repr(value) else text


def _container(value: Any, label: str, max_chars: int) -> str:
    # Every item takes a character or more, so a longer one could never be shown whole.
    if len(value) <= max_chars:
        return _written(value)
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__}{label}: {len(value):,} items"
    first = dict(list(value.items())[:20]) if isinstance(value, dict) else value[:20]
    return f"{type(value).__name__}{label}: {len(value):,} items\nfirst 20:\n{_written(first)}"


def _written(value: Any) -> str:
    """Return ``repr`` with sets in order and without memory addresses."""
    try:
        return _ordered(value)
    except RecursionError:
        return _ADDRESS.sub("", repr(value))


def _ordered(value: Any) -> str:
    kind = type(value)
    if kind is dict:
        return "{" + ", ".join(f"{_ordered(key)}: {_ordered(item)}" for key, item in value.items()) + "}"
    if kind is list:
        return "[" + ", ".join(map(_ordered, value)) + "]"
    if kind is tuple:
        return "(" + ", ".join(map(_ordered, value)) + (",)" if len(value) == 1 else ")")
    if kind is set and value:
        return "{" + ", ".join(sorted(map(_ordered, value))) + "}"
    text = repr(value)
    return text if isinstance(value, str) else _ADDRESS.sub("", text)


def _frame(frame: Any, label: str) -> str:
    rows, columns = frame.shape
    parts = [
        f"DataFrame{label}: {rows:,} rows x {columns:,} columns",
        "columns (dtype, missing values):\n" + _column_lines(frame),
    ]
    if rows and columns:
        parts.append("first rows:\n" + _table(frame.head()))
        numbers = frame.select_dtypes(include="number", exclude="complex")
        if numbers.shape[1]:
            parts.append("statistics:\n" + _table(numbers.describe()))
    return "\n".join(parts)


def _column_lines(frame: Any) -> str:
    told = frame.iloc[:, :_COLUMNS_TOLD]
    missing = told.isna().sum().to_numpy()
    lines = [
        f"- {column}: {dtype}, {count:,} missing"
        for column, dtype, count in zip(told.columns, told.dtypes, missing, strict=True)
    ]
    if (more := frame.shape[1] - _COLUMNS_TOLD) > 0:
        lines.append(f"- … and {more:,} more columns")
    return "\n".join(lines)


def _table(frame: Any) -> str:
    return str(frame.to_string(max_cols=_COLUMNS_SHOWN, max_colwidth=80, line_width=None))


def _series(series: Any, label: str) -> str:
    missing = int(series.isna().sum())
    named = f" (name {series.name!r})" if series.name is not None else ""
    parts = [
        f"Series{label}{named}: {len(series):,} values, dtype {series.dtype}, {missing:,} missing",
        "first values:\n" + series.head().to_string(),
    ]
    if len(series) and series.dtype.kind in "iuf":
        parts.append("statistics:\n" + series.describe().to_string())
    return "\n".join(parts)


def _array(array: Any, label: str) -> str:
    import numpy as np

    shape = " x ".join(map(str, array.shape)) or "scalar"
    head = f"numpy array{label}: shape {shape}, dtype {array.dtype}"
    if array.size and array.dtype.kind in "iuf":
        with np.errstate(all="ignore"):
            head += "\n" + _statistics(array)
    return f"{head}\nvalues:\n{np.array2string(array, threshold=60, precision=6, max_line_width=100)}"


def _statistics(array: Any) -> str:
    import numpy as np

    missing = int(np.isnan(array).sum())
    if missing == array.size:
        return f"{missing:,} missing"
    figures: dict[str, Any] = {
        "min": np.nanmin,
        "max": np.nanmax,
        "mean": np.nanmean,
        "standard deviation": np.nanstd,
    }
    told = ", ".join(f"{what} {float(figure(array)):.6g}" for what, figure in figures.items())
    return f"{told}, {missing:,} missing"
