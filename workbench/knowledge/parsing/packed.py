"""Pages and blocks by the million in a few bytes each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_args, overload

from workbench.knowledge.document import Block, BlockKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["KINDS", "PackedBlocks"]

KINDS: tuple[BlockKind, ...] = get_args(BlockKind)


class PackedBlocks(Sequence[Block]):
    """A sequence that makes each Block when it is asked for.

    Parameters
    ----------
    spans : array of uint32, shape (n, 2)
        Start and end.
    kinds : array of uint8, shape (n, 2)
        Place in `KINDS`, and level.
    """

    __slots__ = ("_kinds", "_spans")

    def __init__(self, spans: NDArray[np.uint32], kinds: NDArray[np.uint8]) -> None:
        self._spans = spans
        self._kinds = kinds

    def __len__(self) -> int:
        return len(self._spans)

    @overload
    def __getitem__(self, index: int) -> Block: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Block]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return PackedBlocks(self._spans[index], self._kinds[index])
        start, end = self._spans[index].tolist()
        kind, level = self._kinds[index].tolist()
        return Block(start, end, KINDS[kind], level)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(other) != len(self):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash((len(self), self._spans.tobytes()))

    def __repr__(self) -> str:
        return f"PackedBlocks(of {len(self)})"
