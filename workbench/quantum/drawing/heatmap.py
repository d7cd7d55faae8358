"""A map over two parameters: a small picture of coloured cells in an SVG frame."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import TYPE_CHECKING

from workbench.quantum.drawing.axes import LEFT, SOFT, TOP, chart, rounds, tick
from workbench.quantum.drawing.glyphs import number
from workbench.quantum.drawing.words import xml

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["map_svg"]

_SIDE = 230
_WIDTH = 370
_CELLS = 128
# Viridis, and red and blue around white, as few stops: colours are read off between them.
_ONE_SIGN = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
_BOTH_SIGNS = ((33, 102, 172), (146, 197, 222), (247, 247, 247), (244, 165, 130), (178, 24, 43))


def map_svg(frame: pd.DataFrame, parameters: tuple[str, str], observable: str) -> str:
    """Draw an observable over a full grid of two parameters, nothing where the grid is not full.

    Values of both signs are coloured around 0, others from the least to the greatest.
    """
    import numpy as np

    across, up = parameters
    table = frame.pivot_table(index=up, columns=across, values=observable, sort=True)
    values = table.to_numpy(float)
    small = min(values.shape) < 2 or max(values.shape) > _CELLS  # noqa: PLR2004
    if small or values.size != len(frame) or np.isnan(values).any():
        return ""
    low, high = float(values.min()), float(values.max())
    both = low < 0 < high
    if both:
        low, high = -max(-low, high), max(-low, high)
    colours = _BOTH_SIGNS if both else _ONE_SIGN
    body = _picture(_coloured(values[::-1], low, high, colours), LEFT, TOP, _SIDE, _SIDE)
    body += _sides(table.columns.to_numpy(float), table.index.to_numpy(float), across, up)
    body += _scale(low, high, colours, observable)
    return chart(body, f"Map of {values.size} points", width=_WIDTH, height=_SIDE)


def _coloured(
    values: NDArray[np.float64], low: float, high: float, colours: tuple[tuple[int, ...], ...]
) -> NDArray[np.uint8]:
    import numpy as np

    place = (values - low) / ((high - low) or 1.0)
    stops = np.linspace(0, 1, len(colours))
    bands = [np.interp(place, stops, [colour[band] for colour in colours]) for band in range(3)]
    return np.stack(bands, axis=-1).round().astype(np.uint8)


def _picture(colours: NDArray[np.uint8], x: float, y: float, width: float, height: float) -> str:
    data = base64.b64encode(_png(colours)).decode()
    return (
        f'<image x="{x}" y="{y}" width="{width}" height="{height}" preserveAspectRatio="none" '
        f'style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>'
    )


def _png(colours: NDArray[np.uint8]) -> bytes:
    """Return a picture by the PNG specification: header, rows without a filter, end."""
    height, width, _ = colours.shape
    rows = b"".join(b"\0" + row.tobytes() for row in colours)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    # Not compressed: the bytes are then the same wherever the result is shown again.
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _sides(x: NDArray[np.float64], y: NDArray[np.float64], across: str, up: str) -> str:
    made = []
    marks = rounds(float(x[0]), float(x[-1]))
    for at in marks:
        place = number(LEFT + _SIDE * (at - x[0]) / (x[-1] - x[0]))
        made.append(f'<text x="{place}" y="{TOP + _SIDE + 15}" {SOFT}>{tick(at, marks)}</text>')
    marks = rounds(float(y[0]), float(y[-1]))
    for at in marks:
        place = number(TOP + _SIDE * (1 - (at - y[0]) / (y[-1] - y[0])) + 4)
        made.append(f'<text x="{LEFT - 7}" y="{place}" text-anchor="end" {SOFT}>{tick(at, marks)}</text>')
    made.append(f'<text x="{LEFT + _SIDE / 2}" y="{TOP + _SIDE + 31}" {SOFT}>{xml(across)} (rad)</text>')
    turned = f"translate(11 {TOP + _SIDE / 2})rotate(-90)"
    made.append(f'<text transform="{turned}" {SOFT}>{xml(up)} (rad)</text>')
    return "".join(made)


def _scale(low: float, high: float, colours: tuple[tuple[int, ...], ...], observable: str) -> str:
    import numpy as np

    x = LEFT + _SIDE + 18
    column = np.linspace(high, low, 64)[:, np.newaxis]
    marks = rounds(low, high)
    named = "".join(
        f'<text x="{x + 20}" y="{number(TOP + _SIDE * (1 - (at - low) / ((high - low) or 1.0)) + 4)}" '
        f'text-anchor="start" {SOFT}>{tick(at, marks)}</text>'
        for at in marks
    )
    name = f'<text x="{x}" y="{TOP + _SIDE + 31}" text-anchor="start" {SOFT}>{xml(observable)}</text>'
    return _picture(_coloured(column, low, high, colours), x, TOP, 14, _SIDE) + named + name
