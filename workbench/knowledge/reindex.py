"""Making a knowledge base's passages anew beside the present ones, which serve until the end.

The new generation is built file by file; a crash or an interrupt leaves the old one as it was, and the
next attempt goes on with what is there. The last transaction looks for files that came meanwhile and,
when there are none, makes the new generation the present one.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from workbench.embedders import Embedder, get_embedder
from workbench.errors import BadInput, Refused
from workbench.knowledge.bases import DEFAULT_TOKENS, Bases, changed_state, entry_of, pin_of
from workbench.knowledge.chunking import CHUNKER
from workbench.knowledge.ingest import FileToAdd, Ingest, Target
from workbench.knowledge.removal import locked, recount
from workbench.runs import Progress, Recorder, Run
from workbench.runs.identity import is_alive, owner
from workbench.storage.knowledge import ChunkRow, KnowledgeFile, RemovalRow
from workbench.storage.models import File, KnowledgeBase

if TYPE_CHECKING:
    from workbench.knowledge.engine import Engines
    from workbench.studio import Studio

__all__ = ["REINDEX", "Reindexing"]

REINDEX = "knowledge.reindex"


class Reindexing:
    """Reindexes knowledge bases.

    Parameters
    ----------
    studio : Studio
        Whose bases.
    bases : Bases
        The bases.
    engines : Engines
        Told when a generation is gone.
    """

    def __init__(self, studio: Studio, bases: Bases, engines: Engines) -> None:
        self.studio = studio
        self.bases = bases
        self.engines = engines
        self._database = studio.database

    def run(
        self,
        base: KnowledgeBase,
        embedder: str | None,
        chunk_tokens: int | None,
        progress: Progress | None,
    ) -> Run:
        """Make all passages anew; see `VectorService.reindex`."""
        chosen = get_embedder(embedder or base.embedder or "", self.studio.settings)
        tokens = _checked_tokens(chunk_tokens, base, chosen, changed=embedder is not None)
        named = f"{chosen.name}:{chosen.model}"
        inputs = {"base": base.name, "embedder": embedder, "chunk_tokens": chunk_tokens}

        def compute(recorder: Recorder) -> dict[str, Any]:
            recorder.parameter("embedder", named)
            recorder.parameter("exact", chosen.exact)
            return self._build(base, chosen, tokens, recorder)

        run = self.studio.runs.execute(
            REINDEX, inputs, compute, name=base.name, progress=progress, effect=True
        )
        self.bases.note(run)
        return run

    def _build(
        self, base: KnowledgeBase, embedder: Embedder, tokens: int, recorder: Recorder
    ) -> dict[str, Any]:
        plan = {"fingerprint": embedder.fingerprint, "chunk_tokens": tokens, "chunker": CHUNKER}
        generation = self._begin(base, plan)
        target = Target(base.id, base.user_id, generation, None, embedder, tokens)
        failures: dict[str, Any] = {}
        try:
            while (row := self._swapped(target, plan, failures)) is None:
                files = self._missing(target, failures)
                ingest = Ingest(self._database, target, recorder.progress)
                ingest.add(files)
                failures |= ingest.failures
                if embedder.remote:
                    recorder.usage(ingest.tokens, 0, self.studio.ai.embedding_cost(embedder, ingest.tokens))
        finally:
            self._rest(base.id)
        self._clear(row)
        recorder.metric("passages", row.total_chunks)
        return {"base": pin_of(row), "files": row.file_count, "chunks": row.total_chunks}

    # beginning and ending

    def _begin(self, base: KnowledgeBase, plan: dict[str, Any]) -> int:
        """Claim the next generation; what an earlier attempt of the same plan left is kept."""
        with self._database.begin() as session:
            row = locked(session, base.id)
            before = (row.settings or {}).get("building")
            if before and before["owner"] and is_alive(before["owner"]):
                raise Refused(
                    f"The knowledge base {row.name!r} is being reindexed already.",
                    "Wait until that has ended.",
                )
            if before and before["plan"] != plan:
                _delete(session, row.id, before["generation"])
            generation: int = row.generation + 1
            building = {"owner": owner(), "plan": plan, "generation": generation}
            row.settings = {**(row.settings or {}), "building": building}
            return generation

    def _rest(self, base_id: str) -> None:
        """Say that nobody builds any more; what was built stays for the next attempt."""
        with self._database.begin() as session:
            row = session.get(KnowledgeBase, base_id)
            building = ((row.settings or {}) if row else {}).get("building")
            if row is not None and building:
                row.settings = {**row.settings, "building": {**building, "owner": None}}

    def _swapped(
        self, target: Target, plan: dict[str, Any], failures: dict[str, Any]
    ) -> KnowledgeBase | None:
        """Make the new generation the present one, unless files are missing from it."""
        with self._database.begin() as session:
            row = locked(session, target.base_id)
            if session.scalar(select(exists(_missing_files(target, failures)))):
                return None
            former = row.generation
            row.embedder = f"{target.embedder.name}:{target.embedder.model}"
            row.fingerprint, row.dimension = target.embedder.fingerprint, target.embedder.dimension
            row.generation = target.generation
            settings = {name: value for name, value in row.settings.items() if name != "building"}
            row.settings = {**settings, "chunk_tokens": plan["chunk_tokens"], "chunker": plan["chunker"]}
            session.flush()
            self._settle_files(session, row, failures)
            _delete(session, row.id, former)
            recount(session, row)
            return row

    @staticmethod
    def _settle_files(session: Session, row: KnowledgeBase, failures: dict[str, Any]) -> None:
        """Count each file's new passages, and the state anew."""
        counted = dict(
            session.execute(
                select(ChunkRow.file_id, func.count())
                .where(ChunkRow.base_id == row.id, ChunkRow.generation == row.generation)
                .group_by(ChunkRow.file_id)
            ).all()
        )
        places = select(KnowledgeFile, File).join(File, File.id == KnowledgeFile.file_id)
        row.state = ""
        for place, file in session.execute(
            places.where(KnowledgeFile.base_id == row.id, KnowledgeFile.status == "ready")
        ):
            place.chunks = counted.get(place.file_id, 0)
            if place.file_id in failures:
                place.status, place.error = "failed", str(failures[place.file_id])
            else:
                row.state = changed_state(row.state, added=entry_of(row, file.filename, file.document))

    def _missing(self, target: Target, failures: dict[str, Any]) -> list[FileToAdd]:
        with self._database.session() as session:
            return [FileToAdd(*found) for found in session.execute(_missing_files(target, failures))]

    def _clear(self, row: KnowledgeBase) -> None:
        """Remove the index files of former generations."""
        self.engines.forget(row.id)
        folder = self.bases.folder(row)
        for place in folder.iterdir() if folder.is_dir() else ():
            if place.name != str(row.generation):
                shutil.rmtree(place, ignore_errors=True)


def _missing_files(target: Target, failures: dict[str, Any]) -> Any:
    """Select the base's files that the new generation does not hold whole."""
    there = exists().where(
        ChunkRow.base_id == target.base_id,
        ChunkRow.file_id == KnowledgeFile.file_id,
        ChunkRow.generation == target.generation,
        ChunkRow.revision.is_not(None),
    )
    return (
        select(File.id, File.filename, File.document)
        .join(KnowledgeFile, KnowledgeFile.file_id == File.id)
        .where(
            KnowledgeFile.base_id == target.base_id,
            KnowledgeFile.status == "ready",
            KnowledgeFile.file_id.not_in(list(failures)),
            ~there,
        )
        .order_by(KnowledgeFile.added_at, File.id)
    )


def _delete(session: Session, base_id: str, generation: int) -> None:
    for table in (ChunkRow, RemovalRow):
        session.execute(
            delete(table)
            .where(table.base_id == base_id, table.generation == generation)
            .execution_options(synchronize_session=False)
        )


def _checked_tokens(wanted: int | None, base: KnowledgeBase, embedder: Embedder, *, changed: bool) -> int:
    if wanted is not None and (not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 16):  # noqa: PLR2004
        raise BadInput(
            f"chunk_tokens is {wanted!r}; expected a whole number, 16 or more.",
            details={"field": "chunk_tokens"},
        )
    former = None if changed else (base.settings or {}).get("chunk_tokens")
    return min(wanted or former or DEFAULT_TOKENS, embedder.window)
