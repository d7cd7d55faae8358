"""Building the next graph in the background, so that no search and no change waits for it."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from functools import partial
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from workbench.knowledge.indexes.graph import Graph, load_graph, save_graph, saved_revision

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workbench.knowledge.indexes.base import VectorSource
    from workbench.knowledge.indexes.layers import Layers

__all__ = ["Builder"]

LOCK = "build.lock"
DEAD_SHARE = 5
"""One dead id in so many of a graph has it built from nothing."""

_LOG = logging.getLogger(__name__)


class Builder:
    """One thread at most that turns layers into a graph and saves it.

    Parameters
    ----------
    source : VectorSource
        What the layers were made from.
    folder : Path
        For the files.
    """

    def __init__(self, source: VectorSource, folder: Path) -> None:
        self.source = source
        self.folder = folder
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        # An interpreter that ends does not wait for a build to finish, nor is it torn down under one.
        self._ended = weakref.finalize(self, _end, self._stop, self._threads)

    def busy(self) -> bool:
        """Whether a build is under way."""
        return any(thread.is_alive() for thread in self._threads)

    def start(
        self,
        layers: Layers,
        revision: int,
        known: int,
        built: Callable[[Graph, int], None],
        found: Callable[[Graph, int], None],
    ) -> None:
        """Build a graph of the layers, in the background.

        Parameters
        ----------
        layers : Layers
            What it shall hold.
        revision : int
            At which they stand.
        known : int
            The revision of the file that the layers come from; a later file is taken instead of
            building.
        built, found : callable
            Take the new graph, or another process's, and the revision at which it stands.
        """
        if self._stop.is_set() or self.busy():
            return
        work = partial(self._work, layers, revision, known, built, found)
        thread = threading.Thread(target=work, name="index-build", daemon=True)
        self._threads[:] = [thread]
        thread.start()

    def wait(self) -> None:
        """Wait until the build under way is done."""
        for thread in list(self._threads):
            thread.join()

    def close(self) -> None:
        """Stop what is under way."""
        self._ended()

    def _work(
        self,
        layers: Layers,
        revision: int,
        known: int,
        built: Callable[[Graph, int], None],
        found: Callable[[Graph, int], None],
    ) -> None:
        try:
            with FileLock(self.folder / LOCK, timeout=0):
                if saved_revision(self.folder) > known and (theirs := load_graph(self.folder, self.source)):
                    found(*theirs)
                elif graph := self._built(layers):
                    self._save(graph, revision)
                    built(graph, revision)
        except Timeout:
            # Another process builds it; a later refresh takes it over.
            return
        except (MemoryError, OSError) as error:
            _LOG.warning("A search index could not be built, answers stay exact and slower: %s", error)

    def _built(self, layers: Layers) -> Graph | None:
        threads = max(1, (os.cpu_count() or 1) - 1)
        worn = len(layers.graph.dead) * DEAD_SHARE > layers.graph.size
        graph = Graph.empty(self.source.dimension) if worn else layers.graph.copied()
        batches = [layers.graph.batches()] if worn else []
        for part in (*batches, layers.tail.batches()):
            for ids, vectors in part:
                if not graph.add(ids, vectors, threads=threads, stop=self._stop.is_set):
                    return None
        return graph

    def _save(self, graph: Graph, revision: int) -> None:
        try:
            save_graph(graph, self.folder, self.source, revision)
        except (OSError, RuntimeError) as error:
            _LOG.warning("A search index could not be saved and will be built again: %s", error)


def _end(stop: threading.Event, threads: list[threading.Thread]) -> None:
    stop.set()
    for thread in threads:
        if thread is not threading.current_thread():
            thread.join()
