"""One text at a time, on all the cores that this process may use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from workbench.embedders.base import Progress, Vectors

__all__ = ["one_by_one"]


def one_by_one(
    encode: Callable[[str], Vectors], texts: Sequence[str], dimension: int, progress: Progress | None = None
) -> Vectors:
    """Return one row a text, each computed apart from all others.

    The longest go first, so that no core waits for another at the end.

    Parameters
    ----------
    encode : callable
        Returns one text's vector; threads call it at once.
    texts : sequence of str
        In any order.
    dimension : int
        Length of a vector.
    progress : callable, optional
        ``progress(done, total)`` after each text, in the caller's thread; what it raises stops
        the work.
    """
    import joblib
    import numpy as np

    vectors: Vectors = np.empty((len(texts), dimension), dtype=np.float32)

    def fill(row: int) -> None:
        vectors[row] = encode(texts[row])

    if len(texts) == 1:
        fill(0)
        if progress is not None:
            progress(1, 1)
        return vectors
    longest_first = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
    with ThreadPoolExecutor(min(joblib.cpu_count(), len(texts) or 1)) as pool:
        futures = [pool.submit(fill, row) for row in longest_first]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                if progress is not None:
                    progress(done, len(texts))
        finally:
            pool.shutdown(cancel_futures=True)
    return vectors
