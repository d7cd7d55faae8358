"""The lexical index on this machine: Tantivy's, as a cache that is checked before it is used."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from workbench.errors import MissingExtra, WorkbenchError
from workbench.knowledge.indexes.lexical.analysis import analyzer, prepared, query_terms
from workbench.knowledge.indexes.rows import best
from workbench.knowledge.indexes.sidecar import Sidecar, fsync_folder, hashed, read_sidecar, write_sidecar

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.knowledge.indexes.base import Floats, Ids, VectorSource
    from workbench.settings import Settings

__all__ = ["LocalLexicalIndex"]

METRIC = "bm25"
SIDECAR = "lexical.json"
LOCK = "lexical.lock"
PREFIX = "lexical-"
ANALYSER = "words"
MANY = 5_000
"""New chunks from which it is worth to write with several threads."""
MEMORY = 64_000_000
"""Bytes of a writing thread."""
WORN = 20_000
"""Removed chunks still in the files, beyond which, and beyond the living ones, they are written anew."""
SPARSE = 50
"""One chunk in so many is allowed: from there on it is faster to leave out than to look up."""
GENEROSITY = 2


class LocalLexicalIndex:
    """BM25 by Tantivy; the texts themselves are not kept in it.

    Parameters
    ----------
    source : VectorSource
        What it follows.
    folder : Path
        For its files; several processes may share it.
    settings : Settings
        Not used.

    Raises
    ------
    MissingExtra
        If tantivy is not installed.
    """

    def __init__(self, source: VectorSource, folder: Path, settings: Settings) -> None:  # noqa: ARG002
        try:
            self._schema = _schema()
        except ImportError:
            raise MissingExtra(
                "Searching by words needs tantivy, which is not installed.",
                "Run `pip install 'autogent-studio[knowledge]'`.",
            ) from None
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.source = source
        self.folder = folder
        self.revision = 0
        self._refreshing = threading.RLock()
        self._sidecar: Sidecar | None = None
        self._place = folder
        self._index: Any = None
        self._searcher: Any = None

    def refresh(self) -> None:
        """Catch up with the source; see `workbench.knowledge.indexes.LexicalIndex`.

        Raises
        ------
        WorkbenchError
            If the folder cannot be written.
        """
        with self._refreshing:
            now = self.source.revision()
            if now == self.revision:
                return
            try:
                with FileLock(self.folder / LOCK):
                    self._catch_up(now)
            except OSError as error:
                raise _unwritable(error) from None

    def search(self, query: str, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return the chunks that hold words of the query; see `workbench.knowledge.indexes.LexicalIndex`."""
        import numpy as np
        from tantivy import Occur, Query

        words, searcher = query_terms(query), self._searcher
        if (
            searcher is None
            or not words
            or not searcher.num_docs
            or (allowed is not None and not len(allowed))
        ):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        wanted = Query.boolean_query(
            [(Occur.Should, Query.term_query(self._schema, "text", word, "freq")) for word in words]
        )
        if allowed is None:
            return _hits(searcher, wanted, limit)
        if len(allowed) * SPARSE > searcher.num_docs:
            return _filtered(searcher, wanted, limit, allowed)
        among = Query.term_set_query(self._schema, "id", allowed.tolist())
        return _hits(
            searcher,
            Query.boolean_query([(Occur.Must, wanted), (Occur.Must, Query.const_score_query(among, 0.0))]),
            limit,
        )

    def count(self) -> int:
        """Return how many chunks it answers from."""
        return int(self._searcher.num_docs) if self._searcher is not None else 0

    def close(self) -> None:
        """Let go of the files."""
        with self._refreshing:
            self._index = self._searcher = self._sidecar = None
            self.revision = 0

    def _catch_up(self, now: int) -> None:
        self._follow()
        try:
            if self.revision < now:
                self._write(now)
        except (OSError, ValueError):
            # Files that were sound a moment ago and are not now; the next ones are made from the source.
            self._renew(now)
        if (self.count() != self.source.count() and self.source.revision() == now) or self._worn():
            self._renew(now)

    def _follow(self) -> None:
        """Go on from what is on the disk, if it can be relied upon."""
        sidecar = read_sidecar(self.folder / SIDECAR)
        if sidecar is not None and sidecar == self._sidecar:
            return
        if sidecar is not None and sidecar.belongs_to(self.source, METRIC) and self._intact(sidecar):
            place = self.folder / next(iter(sidecar.files)).partition("/")[0]
            with suppress(OSError, ValueError):
                self._open(place)
                self._sidecar, self.revision = sidecar, sidecar.revision
                return
        self._begin()

    def _intact(self, sidecar: Sidecar) -> bool:
        seen = self._sidecar.files if self._sidecar else {}
        return bool(sidecar.files) and sidecar.intact(self.folder, seen)

    def _begin(self) -> None:
        place = self.folder / f"{PREFIX}{secrets.token_hex(4)}"
        place.mkdir(mode=0o700)
        self._open(place)
        self._sidecar, self.revision = None, 0

    def _renew(self, now: int) -> None:
        self._begin()
        self._write(now)

    def _open(self, place: Path) -> None:
        from tantivy import Index

        index = Index(self._schema, path=str(place))
        index.register_tokenizer(ANALYSER, analyzer())
        index.reload()
        self._place, self._index, self._searcher = place, index, index.searcher()

    def _write(self, now: int) -> None:
        many = self.source.count() - self.count() >= MANY
        threads = min(4, os.cpu_count() or 1) if many else 1
        writer = self._index.writer(MEMORY * threads, threads)
        after = self.revision
        if after:
            self._delete(writer, self.source.removed(after, now).tolist())
        for batch in self.source.texts(after, now):
            if after:
                # A catch-up that was cut short may have added them already.
                self._delete(writer, [number for number, _ in batch])
            for number, text in batch:
                writer.add_document(_document(number, text))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()
        self.revision = now
        self._vouch()

    def _delete(self, writer: Any, ids: list[int]) -> None:
        from tantivy import Query

        if ids:
            writer.delete_documents_by_query(Query.term_set_query(self._schema, "id", ids))

    def _vouch(self) -> None:
        """Write the sidecar and remove what came before."""
        seen = self._sidecar.files if self._sidecar else {}
        files = {}
        for path in sorted(self._place.iterdir()):
            name = f"{self._place.name}/{path.name}"
            # A segment's files are never changed; the lists of segments are.
            same = path.suffix != ".json" and name in seen
            if path.suffix != ".lock":
                files[name] = seen[name] if same else hashed(path)
        fsync_folder(self._place)
        self._sidecar = Sidecar.of(self.source, METRIC, self.revision, files)
        write_sidecar(self.folder / SIDECAR, self._sidecar)
        for path in self.folder.glob(f"{PREFIX}*"):
            if path != self._place:
                shutil.rmtree(path, ignore_errors=True)

    def _worn(self) -> bool:
        """Whether more was removed than is alive: what was removed slows a search and bends its scores."""
        segments = json.loads((self._place / "meta.json").read_bytes())["segments"]
        dead: int = sum((segment["deletes"] or {}).get("num_deleted_docs", 0) for segment in segments)
        return dead > max(WORN, self.count())


def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name=ANALYSER, index_option="freq")
    return builder.build()


def _document(number: int, text: str) -> Any:
    from tantivy import Document

    document = Document()
    document.add_unsigned("id", number)
    document.add_text("text", prepared(text))
    return document


def _hits(searcher: Any, query: Any, limit: int) -> tuple[Ids, Floats]:
    import numpy as np

    hits = searcher.search(query, max(1, min(limit, searcher.num_docs)), count=False).hits
    ids = searcher.fast_field_values("id", [address for _, address in hits])
    return best(np.array(ids, np.int64), np.array([score for score, _ in hits], np.float32), limit)


def _filtered(searcher: Any, query: Any, limit: int, allowed: Ids) -> tuple[Ids, Floats]:
    """Ask for more than is wanted, until enough of it is allowed."""
    import numpy as np

    total = searcher.num_docs
    asked = 1 + GENEROSITY * limit * total // len(allowed)
    while True:
        ids, scores = _hits(searcher, query, asked)
        kept = np.isin(ids, allowed)
        if kept.sum() >= limit or len(ids) < asked:
            return ids[kept][:limit], scores[kept][:limit]
        asked *= 4


def _unwritable(error: OSError) -> WorkbenchError:
    return WorkbenchError(
        f"The index of words cannot be written: {error.strerror or error}.",
        "Make room on the disk, and check the rights on WORKBENCH_HOME.",
    )
