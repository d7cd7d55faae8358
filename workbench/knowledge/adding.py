"""Adding to a knowledge base, as one Run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import Cancelled, NotFound, WorkbenchError
from workbench.files import calculate_file_hash, open_upload
from workbench.knowledge.bases import Bases, pin_of
from workbench.knowledge.documents import text_key
from workbench.knowledge.file_rows import owned_files
from workbench.knowledge.ingest import FileToAdd, Ingest, Target
from workbench.knowledge.places import begin, files_of, give_up, new_reader
from workbench.knowledge.removal import locked, remove_file
from workbench.knowledge.results import AddResult
from workbench.runs import Progress, Recorder, Run
from workbench.runs.canonical import sha256
from workbench.storage.models import KnowledgeBase

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["ADD", "REMOVE", "Adding"]

ADD = "knowledge.add"
REMOVE = "knowledge.remove"
_TOGETHER = 16
"""Files that are read before their passages are added, so that a stop leaves the earlier ones there."""
_NAMED = 100
"""Most files that a Run's inputs name one by one."""


_Group = tuple[list[str], list[dict[str, Any]]]
"""Files to add, and how those fared that could not even be stored."""


class Adding:
    """Puts files and texts into knowledge bases and takes them out.

    Parameters
    ----------
    studio : Studio
        Whose files and bases.
    bases : Bases
        The bases.
    """

    def __init__(self, studio: Studio, bases: Bases) -> None:
        self.studio = studio
        self.bases = bases

    def uploads(self, base: KnowledgeBase, uploads: Iterable[Any], progress: Progress | None) -> AddResult:
        """Upload, read and add; a file that fails is told of in the result."""
        given = list(uploads)
        inputs = [_described(item) for item in given]

        def groups(recorder: Recorder) -> Iterator[_Group]:
            for start in range(0, len(given), _TOGETHER):
                taken: list[str] = []
                refused: list[dict[str, Any]] = []
                for place, item in enumerate(given[start : start + _TOGETHER], start):
                    name = inputs[place]["filename"]
                    recorder.progress(start, len(given), f"reading {name}")
                    try:
                        taken.append(self.studio.files.upload_file(base.user_id, item)["id"])
                    except WorkbenchError as error:
                        refused.append(_failed(name, error))
                yield taken, refused

        run = self._run(base, inputs, groups, progress)
        if run.replayed:
            digests = {item["filename"]: item["digest"] for item in inputs}
            named = {file["file_id"]: file["filename"] for file in run.output["files"] if file["file_id"]}
            self.studio.files.remember(
                {key: {"filename": name, "digest": digests.get(name)} for key, name in named.items()}
            )
        return self._result(base, run)

    def files(self, base: KnowledgeBase, file_ids: Sequence[str], progress: Progress | None) -> AddResult:
        """Add files that were uploaded before."""
        inputs = self.studio.files.named(file_ids, base.user_id)
        return self._result(base, self._run(base, inputs, lambda _: iter([(list(file_ids), [])]), progress))

    def texts(
        self, base: KnowledgeBase, items: Sequence[tuple[str, str]], progress: Progress | None
    ) -> list[str]:
        """Add texts; return their identifiers in order."""
        inputs = [{"filename": title, "digest": text_key(text)} for title, text in items]

        def groups(_: Recorder) -> Iterator[_Group]:
            yield self.studio.files.add_texts(base.user_id, items), []

        run = self._run(base, inputs, groups, progress, each=False)
        ids = list(run.output["ids"])
        if run.replayed:
            self.studio.files.remember(dict(zip(ids, inputs, strict=True)))
        return ids

    def remove(self, base: KnowledgeBase, file_id: str) -> None:
        """Take a file out of a base; the file itself stays."""
        (named,) = self.studio.files.named([file_id], base.user_id)

        def compute(_: Recorder) -> dict[str, Any]:
            with self.studio.database.begin() as session:
                return {"base": pin_of(remove_file(session, base.id, file_id))}

        inputs = {"base": base.name, "file": named}
        self.bases.note(self.studio.runs.execute(REMOVE, inputs, compute, name=base.name, effect=True))

    # inside

    def _run(
        self,
        base: KnowledgeBase,
        inputs: list[dict[str, Any]],
        groups: Callable[[Recorder], Iterator[_Group]],
        progress: Progress | None,
        *,
        each: bool = True,
    ) -> Run:
        """Add group after group; with ``each`` the Run tells how each file fared, else only of failures."""

        def compute(recorder: Recorder) -> dict[str, Any]:
            ids: dict[str, None] = {}
            fared: list[dict[str, Any]] = []
            for given, refused in groups(recorder):
                fresh = [file_id for file_id in dict.fromkeys(given) if file_id not in ids]
                ids |= dict.fromkeys(fresh)
                fared += self._add(base, fresh, recorder, len(fared), max(len(inputs), len(fresh))) + refused
            recorder.metric("files", sum(file["status"] == "ready" for file in fared))
            recorder.metric("failed", sum(file["status"] != "ready" for file in fared))
            told = fared if each else [file for file in fared if file["status"] != "ready"]
            return {"ids": list(ids), "files": told, "base": pin_of(self.bases.get(base.id))}

        named: Any = (
            inputs if len(inputs) <= _NAMED else {"count": len(inputs), "digest": sha256(repr(inputs))}
        )
        run = self.studio.runs.execute(
            ADD, {"base": base.name, "files": named}, compute, name=base.name, progress=progress, effect=True
        )
        self.bases.note(run)
        return run

    def _add(
        self, base: KnowledgeBase, file_ids: list[str], recorder: Recorder, before: int, total: int
    ) -> list[dict[str, Any]]:
        if not file_ids:
            return []
        reader = new_reader()
        embedder = self.bases.embedder(base)
        ready, unread = self._read(base, file_ids)
        with self.studio.database.begin() as session:
            row = locked(session, base.id)
            self.bases.pin(session, row, embedder)
            todo = begin(session, row, ready, reader)
            target = Target(
                row.id, row.user_id, row.generation, reader, embedder, int(row.settings["chunk_tokens"])
            )

        def tell(done: int, _: int, message: str) -> None:
            recorder.progress(before + done, total, message)

        self._ingest(Ingest(self.studio.database, target, tell), todo, recorder)
        fared = {file["file_id"]: file for file in files_of(self.studio.database, row, file_ids) + unread}
        return [fared[file_id] for file_id in file_ids]

    def _ingest(self, ingest: Ingest, todo: list[FileToAdd], recorder: Recorder) -> None:
        target, rest = ingest.target, [file.id for file in todo]
        recorder.parameter("embedder", f"{target.embedder.name}:{target.embedder.model}")
        recorder.parameter("exact", target.embedder.exact)
        try:
            ingest.add(todo)
        except BaseException as error:
            # Who stops the work finds the rest as it was, to go on with.
            own_fault = isinstance(error, WorkbenchError) and not isinstance(error, Cancelled)
            state = ("failed", str(error)) if own_fault else ("pending", None)
            give_up(self.studio.database, target.reader or "", rest, *state)
            raise
        finally:
            recorder.metric("passages", recorder.metrics.get("passages", 0) + ingest.chunks)
            if target.embedder.remote:
                cost = self.studio.ai.embedding_cost(target.embedder, ingest.tokens)
                recorder.usage(ingest.tokens, 0, cost)
        for file_id, failure in ingest.failures.items():
            give_up(self.studio.database, target.reader or "", [file_id], "failed", str(failure))

    def _read(self, base: KnowledgeBase, file_ids: list[str]) -> tuple[list[str], list[dict[str, Any]]]:
        """Return the files whose text is there, read now where it was not, and those that cannot be read."""
        ready, unread = [], []
        for file in self._views(base, file_ids):
            found = file
            if file["processing_status"] != "ready":
                found = self.studio.files.process_file(file["id"], base.user_id)
            if found["processing_status"] == "ready":
                ready.append(found["id"])
            else:
                unread.append(
                    {"file_id": found["id"], "filename": found["filename"], "file_type": found["file_type"],
                     "status": "failed", "error": found["error"], "pages": 0, "chunks": 0}
                )  # fmt: skip
        return ready, unread

    def _views(self, base: KnowledgeBase, file_ids: list[str]) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        with self.studio.database.session() as session:
            for start in range(0, len(file_ids), 500):
                part = owned_files(session, base.user_id, file_ids[start : start + 500])
                found |= {file["id"]: file for file in part}
        if missing := [file_id for file_id in file_ids if file_id not in found]:
            raise NotFound(f"There is no file {missing[0]!r}.", "Upload it first.")
        return [found[file_id] for file_id in dict.fromkeys(file_ids)]

    @staticmethod
    def _result(base: KnowledgeBase, run: Run) -> AddResult:
        return AddResult(base.name, tuple(run.output["files"]), run.id)


def _described(item: Any) -> dict[str, Any]:
    """Return name and digest of what is to be uploaded, read where it lies."""
    try:
        with open_upload(item) as upload:
            name = upload.name
            if isinstance(item, str | Path):
                return {"filename": name, "digest": "sha256:" + calculate_file_hash(item, "sha256")}
            return {"filename": name, "digest": _digest(upload.file)}
    except WorkbenchError:
        return {"filename": Path(str(item)).name if isinstance(item, str | Path) else "file", "digest": None}


def _digest(file: Any) -> str:
    hashed = hashlib.sha256()
    while piece := file.read(1 << 20):
        hashed.update(piece)
    file.seek(0)
    return f"sha256:{hashed.hexdigest()}"


def _failed(filename: str, error: WorkbenchError) -> dict[str, Any]:
    return {
        "file_id": None, "filename": filename, "file_type": "", "status": "failed", "error": str(error),
        "pages": 0, "chunks": 0,
    }  # fmt: skip
