"""A form with one file, written to disk as it arrives."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, NamedTuple

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from workbench.errors import BadInput, TooLarge
from workbench.files import format_file_size
from workbench.server.failures import WrongType

__all__ = ["Arrived", "Form"]

_FIELDS = 20
_FIELD = 100_000


class Arrived(NamedTuple):
    """A file that came whole, as `workbench.files.open_upload` takes it."""

    filename: str
    stream: IO[bytes]
    mimetype: str | None


class Form:
    """Takes the body of a request piece by piece.

    Parameters
    ----------
    content_type : str
        Of the request.
    folder : Path
        Where the file lies until it is whole; made on first use.
    most : int
        Bytes that it may have.

    Raises
    ------
    WrongType
        The body is no form.
    """

    def __init__(self, content_type: str, folder: Path, most: int) -> None:
        kind, options = parse_options_header(content_type)
        if kind != "multipart/form-data" or not options.get("boundary"):
            raise WrongType(
                f"The body is {kind or 'of no type'}; expected multipart/form-data.",
                "Send the file as the part `file` of a form.",
            )
        self.most = most
        self._folder = folder
        self._parser = PushMultipartParser(options["boundary"], max_segment_count=_FIELDS)
        self._part: MultipartSegment | None = None
        self._named: MultipartSegment | None = None
        self._file: IO[bytes] | None = None

    def feed(self, data: bytes) -> None:
        """Take what follows.

        Raises
        ------
        TooLarge
            The file has more bytes than it may.
        BadInput
            The form is broken, or the disk is full.
        """
        try:
            for event in self._parser.parse(data):
                if isinstance(event, MultipartSegment):
                    self._begin(event)
                elif event is not None:
                    self._add(event)
        except MultipartError as error:
            raise BadInput(f"The form is broken: {error}.", "Send it again.") from None
        except OSError as error:
            raise BadInput(
                f"The file could not be kept: {error.strerror}.", "Make room on the disk."
            ) from None

    def arrived(self) -> Arrived:
        """Return the file, open at its beginning.

        Raises
        ------
        BadInput
            The form was cut off, or has no file.
        """
        try:
            self._parser.close()
        except MultipartError:
            raise BadInput("The form was cut off.", "Send it again.") from None
        if self._file is None or self._named is None:
            raise BadInput(
                "The form has no file in a part `file`.", "Choose a file.", details={"field": "file"}
            )
        self._file.seek(0)
        return Arrived(self._named.filename or "", self._file, self._named.content_type)

    def close(self) -> None:
        """Give the bytes up."""
        if self._file is not None:
            self._file.close()

    def _begin(self, part: MultipartSegment) -> None:
        self._part = part
        if part.name == "file" and part.filename is not None:
            if self._file is not None:
                raise BadInput("The form has more than one file.", "Send one at a time.")
            self._named = part
            self._folder.mkdir(parents=True, exist_ok=True)
            # It has no name, so that whatever ends this process leaves nothing of it on the disk.
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by `close`

    def _add(self, data: bytes | bytearray) -> None:
        received: int = self._part.bytes_received if self._part is not None else 0
        if self._part is self._named and self._file is not None:
            if received > self.most:
                raise TooLarge(
                    f"The file has more than {format_file_size(self.most)}.",
                    "Send a smaller one, or raise MAX_CONTENT_LENGTH.",
                )
            self._file.write(data)
        elif received > _FIELD:
            raise TooLarge("A field of the form is too long.", "Send the file in the part `file`.")
