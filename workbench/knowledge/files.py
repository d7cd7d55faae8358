"""`FileService`: uploads, their texts and their deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any
from uuid import uuid4

from sqlalchemy import exists, insert, select

from workbench.errors import BadInput, NotFound, TooLarge, WorkbenchError
from workbench.files import Upload, format_file_size, open_upload
from workbench.knowledge.document import Document
from workbench.knowledge.documents import (
    document_key,
    document_meta,
    drop_unused,
    read_document,
    store_document,
    text_key,
    text_row,
)
from workbench.knowledge.file_rows import (
    check_room,
    free_abandoned,
    owned_file,
    owned_files,
    owned_rows,
    same_file,
    stored_bytes,
)
from workbench.knowledge.parsing import PARSING, detect, parse_file
from workbench.knowledge.removal import remove_everywhere
from workbench.runs import Progress, Recorder, Run
from workbench.runs.identity import owner
from workbench.storage.base import utcnow
from workbench.storage.knowledge import DocumentRow
from workbench.storage.models import File
from workbench.storage.objects import Staged
from workbench.studio import Studio
from workbench.studio import studio as default_studio

__all__ = ["FileService"]

UPLOAD = "file.upload"
TEXT_TYPE = "text"
_NAME_LENGTH = 255
_EXCLUSIVE = "workbench uploads"


class FileService:
    """Takes files in, extracts their text and gives both back.

    Parameters
    ----------
    studio : Studio, optional
        By default the process's default one.

    Notes
    -----
    Equal bytes are stored and read once. A file's ``processing_status`` goes from ``pending`` over
    ``processing`` to ``ready``, or to ``failed`` with the reason as ``error``.
    """

    def __init__(self, studio: Studio | None = None) -> None:
        self.studio = studio or default_studio()
        self._database = self.studio.database
        self._objects = self.studio.uploads
        self._replayed: dict[str, dict[str, Any]] = {}
        free_abandoned(self._database)

    # taking in

    def upload_file(
        self, user_id: str, file: Any, *, process: bool = True, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Upload and process a file.

        Parameters
        ----------
        user_id : str
            Its owner.
        file : FileStorage, FileUpload value, binary file, path or (name, bytes)
            See `workbench.files.open_upload`; read in pieces, at most ``MAX_CONTENT_LENGTH`` bytes.
        process : bool
            Whether its text is extracted now.
        progress : callable, optional
            Told when it is stored and when it is read.

        Returns
        -------
        dict
            ``id``, ``filename``, ``original_filename``, ``file_type``, ``file_size`` (bytes),
            ``mime_type``, ``processing_status``, ``is_processed``, ``error``, ``pages``,
            ``characters``, ``metadata``, ``created_at``, ``duplicate`` (the user has this very file
            already) and ``run_id``. A file that cannot be read is stored all the same: its status
            is ``failed`` and ``error`` says why.

        Raises
        ------
        TooLarge
            It is larger than ``MAX_CONTENT_LENGTH``; nothing is kept.
        BudgetExceeded
            The storage of the user's tier is full.
        BadInput, NotFound, Refused
            It is no upload, there is no such file or user, or it may not be read.
        """
        with open_upload(file) as upload:
            staged = self._objects.stage(_Stream(upload.file).read, self._check_size)
        try:
            run = self._record(user_id, upload, staged, process, progress)
        finally:
            staged.path.unlink(missing_ok=True)
        if run.replayed:
            self.remember({run.output["id"]: {"filename": run.output["filename"], "digest": staged.digest}})
        return {**run.output, "run_id": run.id}

    def stored_bytes(self, user_id: str) -> int:
        """Return what the user's files have in bytes, as the limit of a tier counts them."""
        with self._database.session() as session:
            return stored_bytes(session, user_id)

    def process_file(self, file_id: str, user_id: str) -> dict[str, Any]:
        """Extract the file's text now, unless that is done; return the file as `get_file` does."""
        with self._database.session() as session:
            row = owned_file(session, file_id, user_id)
        if row.document is None or row.processing_status != "ready":
            self._process(row)
        return self.get_file(file_id, user_id)

    def add_texts(self, user_id: str, items: Sequence[tuple[str, str]]) -> list[str]:
        """Store texts under titles as files of the type ``text``; return their identifiers in order.

        Parameters
        ----------
        user_id : str
            Their owner.
        items : sequence of (str, str)
            Title and text, neither of them blank.
        """
        rows: list[dict[str, Any]] = []
        texts: dict[str, str] = {}
        for position, (title, text) in enumerate(items):
            checked = _checked(title, text, position)
            key = text_key(checked)
            texts.setdefault(key, checked)
            rows.append(_text_file(user_id, title, checked, key))
        with self._database.begin() as session:
            check_room(session, self.studio.settings, user_id, sum(row["file_size"] for row in rows))
            keys = list(texts)
            for start in range(0, len(keys), 500):
                part = keys[start : start + 500]
                there = set(session.scalars(select(DocumentRow.digest).where(DocumentRow.digest.in_(part))))
                if fresh := [text_row(key, texts[key]) for key in part if key not in there]:
                    session.execute(insert(DocumentRow), fresh)
            made = session.execute(insert(File).returning(File.id, sort_by_parameter_order=True), rows)
            return list(made.scalars())

    # reading

    def get_user_files(
        self, user_id: str, limit: int | None = None, cursor: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the user's files, the newest first; see `upload_file` for the dicts.

        Parameters
        ----------
        user_id : str
            Whose.
        limit : int, optional
            At most so many; by default all.
        cursor : str, optional
            Identifier of the last file of the page before.
        """
        with self._database.session() as session:
            return owned_files(session, user_id, limit=limit, cursor=cursor)

    def get_file(self, file_id: str, user_id: str) -> dict[str, Any]:
        """Return one file.

        Raises
        ------
        NotFound
            There is none, or it is somebody else's.
        """
        with self._database.session() as session:
            found = owned_files(session, user_id, [file_id])
        if not found:
            raise NotFound(f"There is no file {file_id!r}.", "List the files that there are.")
        return found[0]

    def document(self, file_id: str, user_id: str) -> Document:
        """Return the file's text with its pages and blocks.

        Raises
        ------
        NotFound
            There is no such file, or its text was not extracted.
        """
        with self._database.session() as session:
            key = owned_file(session, file_id, user_id).document
        return read_document(self._database, key)

    def content(self, file_id: str, user_id: str) -> bytes:
        """Return the file's bytes, checked against their digest."""
        with self._database.session() as session:
            row = owned_file(session, file_id, user_id)
        if row.storage_path:
            return self._objects.get(row.storage_path)
        return read_document(self._database, row.document).text.encode()

    def named(self, file_ids: Sequence[str], user_id: str) -> list[dict[str, Any]]:
        """Return ``filename`` and ``digest`` of files: what they are, on whatever machine.

        In strict replay also of those that were only uploaded where the Runs were recorded.
        """
        strict = self.studio.runs.mode == "strict"
        given = {key: self._replayed[key] for key in file_ids if strict and key in self._replayed}
        with self._database.session() as session:
            there = owned_rows(session, [key for key in file_ids if key not in given], user_id)
        return [
            given.get(key)
            or {"filename": there[key].filename, "digest": there[key].storage_path or there[key].document}
            for key in file_ids
        ]

    def remember(self, named: Mapping[str, dict[str, Any]]) -> None:
        """Take note of what files are that a replayed Run names, for the calls after it."""
        self._replayed.update(named)

    # taking out

    def delete_file(self, file_id: str, user_id: str) -> bool:
        """Delete a file, its text, and its passages in every knowledge base.

        Returns
        -------
        bool
            True.

        Raises
        ------
        NotFound
            There is none, or it is somebody else's.
        """
        with self._database.exclusive(_EXCLUSIVE) as session:
            row = owned_file(session, file_id, user_id)
            digest, key = row.storage_path, row.document
            remove_everywhere(session, file_id)
            session.delete(row)
            session.flush()
            drop_unused(session, {key} if key else set())
        if digest:
            # After the row is gone for good: a crash between the two leaves bytes that nobody sees,
            # never a file without bytes.
            with self._database.exclusive(_EXCLUSIVE) as session:
                if not session.scalar(select(exists().where(File.storage_path == digest))):
                    self._objects.remove(digest)
        return True

    # knowledge bases

    def create_knowledge_base(
        self,
        user_id: str,
        name: str,
        description: str | None = None,
        *,
        embedder: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> str:
        """Create an empty knowledge base and return its identifier.

        Parameters
        ----------
        user_id : str
            Its owner.
        name : str
            1 to 255 characters; may be used again.
        description : str, optional
            For people.
        embedder : str, optional
            As in `workbench.embedders.get_embedder`; by default MiniLM on this machine. What it
            stands for is pinned when the first document comes.
        settings : mapping, optional
            ``chunk_tokens``: most tokens of a passage, at most the embedder's window; default 240.
        """
        return self.studio.vectors.bases.create(user_id, name, description, embedder, settings)

    # inside

    def _check_size(self, size: int) -> None:
        most = self.studio.settings.max_content_length
        if size > most:
            raise TooLarge(
                f"The file is larger than the {format_file_size(most)} that an upload may have.",
                "Split it, or raise MAX_CONTENT_LENGTH.",
                details={"limit": most},
            )

    def _record(
        self, user_id: str, upload: Upload, staged: Staged, process: bool, progress: Progress | None
    ) -> Run:
        name = upload.name[-_NAME_LENGTH:]

        def compute(recorder: Recorder) -> dict[str, Any]:
            recorder.progress(0, 2, f"storing {name}")
            file_id, duplicate = self._store(user_id, name, upload.media_type, staged)
            recorder.progress(1, 2, f"reading {name}")
            found = self.process_file(file_id, user_id) if process else self.get_file(file_id, user_id)
            recorder.progress(2, 2, name)
            recorder.parameter("file_type", found["file_type"])
            recorder.metric("bytes", staged.size)
            return {**found, "duplicate": duplicate}

        inputs = {"filename": name, "digest": staged.digest, "process": process}
        return self.studio.runs.execute(UPLOAD, inputs, compute, name=name, progress=progress, effect=True)

    def _store(self, user_id: str, name: str, media_type: str | None, staged: Staged) -> tuple[str, bool]:
        """Make row and object at once; return the file's identifier and whether it was there already."""
        kind = _kind(staged, name)
        with self._database.exclusive(_EXCLUSIVE) as session:
            there = same_file(session, user_id, name, staged.digest)
            if there is not None:
                self._objects.keep(staged)
                return there.id, True
            check_room(session, self.studio.settings, user_id, staged.size)
            row = File(
                user_id=user_id, filename=name, original_filename=name, file_size=staged.size,
                file_type=kind[0], mime_type=(kind[1] or media_type or "")[:100] or None,
                storage_path=staged.digest, created_at=utcnow(),
            )  # fmt: skip
            session.add(row)
            session.flush()
            self._objects.keep(staged)
            return row.id, False

    def _process(self, row: File) -> None:
        self._set(row.id, processing_status="processing", meta={**row.meta, "reader": owner()})
        meta = {name: value for name, value in row.meta.items() if name not in {"error", "reader"}}
        try:
            self._extract(row, meta)
        except WorkbenchError as error:
            reason = {**meta, "error": str(error), "code": error.code}
            self._set(row.id, processing_status="failed", is_processed=False, meta=reason)
        except BaseException:
            self._set(row.id, processing_status="pending", meta=meta)
            raise

    def _extract(self, row: File, meta: dict[str, Any]) -> None:
        """Tie the file to its text, read now unless equal bytes were read before."""
        path = self._objects.path(row.storage_path)
        if not path.exists():
            raise NotFound("The bytes of the file are gone from UPLOAD_FOLDER.", "Upload it again.")
        key = document_key(row.storage_path, detect(path, row.original_filename).file_type, PARSING)
        parsed = None
        while True:
            # No text that a file is being tied to can be dropped as unused meanwhile.
            with self._database.exclusive(_EXCLUSIVE) as session:
                if parsed is not None:
                    store_document(session, key, parsed.document, parsed.parser)
                if (notes := document_meta(session, key)) is not None:
                    found = _there(session.get(File, row.id))
                    found.processing_status, found.is_processed, found.document = "ready", True, key
                    found.meta = {**meta, **notes}
                    return
            parsed = parse_file(path, row.original_filename)

    def _set(self, file_id: str, **values: Any) -> None:
        with self._database.begin() as session:
            found = _there(session.get(File, file_id))
            for name, value in values.items():
                setattr(found, name, value)


def _there(row: File | None) -> File:
    if row is None:
        raise NotFound("The file was deleted while it was read.", "Upload it again.")
    return row


class _Stream:
    """Says in a sentence why an upload cannot be read to its end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise BadInput(f"The upload could not be read to its end: {reason}.", "Send it again.") from None


def _kind(staged: Staged, name: str) -> tuple[str, str | None]:
    try:
        kind = detect(staged.path, name)
    except WorkbenchError:
        # Stored all the same; reading it says what is wrong.
        return (name.rpartition(".")[2].lower()[:100] if "." in name else "unknown"), None
    return kind.file_type, kind.media_type


def _checked(title: str, text: str, position: int) -> str:
    for what, value in (("title", title), ("text", text)):
        if not isinstance(value, str) or not value.strip():
            raise BadInput(
                f"The {what} of item {position} is empty; expected text.",
                details={"field": what, "position": position},
            )
    # PostgreSQL stores no NUL, and a lone surrogate has no UTF-8.
    return text.replace("\x00", " ").encode("utf-8", "replace").decode()


def _text_file(user_id: str, title: str, text: str, key: str) -> dict[str, Any]:
    name = title.strip()[:_NAME_LENGTH]
    return {
        "id": str(uuid4()), "user_id": user_id, "filename": name, "original_filename": name,
        "file_type": TEXT_TYPE, "file_size": len(text.encode()), "mime_type": "text/plain",
        "storage_path": "", "is_processed": True, "processing_status": "ready", "meta": {},
        "document": key, "created_at": utcnow(),
    }  # fmt: skip
