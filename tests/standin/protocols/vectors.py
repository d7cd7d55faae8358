"""Embeddings that the stand-in makes up: of unit length, and told by the text."""

from __future__ import annotations

import zlib

__all__ = ["vector"]


def vector(text: str, size: int) -> list[float]:
    seed = zlib.crc32(text.encode())
    raw = [((seed >> (index % 24)) + index * 7919) % 1000 / 1000 - 0.5 for index in range(size)]
    length = sum(value * value for value in raw) ** 0.5
    return [value / length for value in raw]
