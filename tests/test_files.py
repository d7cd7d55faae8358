from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import BadInput, NotFound
from workbench.files import (
    calculate_file_hash,
    format_file_size,
    get_file_type_icon,
    open_upload,
    safe_filename,
)

patient = settings(deadline=None)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 B"),
        (512, "512 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (1536, "1.5 KB"),
        (1024**2 - 1, "1.0 MB"),
        (1024**2, "1.0 MB"),
        (5 * 1024**3, "5.0 GB"),
        (1024**4, "1.0 TB"),
        (1024**5, "1.0 PB"),
        (1024**6, "1024.0 PB"),
    ],
)
def test_sizes_as_people_read_them(size: int, expected: str) -> None:
    assert format_file_size(size) == expected


@patient
@given(st.integers(0, 2**60))
def test_a_shown_size_is_the_size_to_its_last_digit(size: int) -> None:
    number, unit = format_file_size(size).split()
    factor = 1024 ** ["B", "KB", "MB", "GB", "TB", "PB"].index(unit)
    assert float(number) < 1024 or unit == "PB"
    assert abs(float(number) * factor - size) <= 0.05 * factor + 1


@pytest.mark.parametrize("size", [-1, 1.5, "12"])
def test_a_size_that_is_none_is_refused(size: Any) -> None:
    with pytest.raises(BadInput):
        format_file_size(size)


def test_the_specified_icon() -> None:
    assert get_file_type_icon("document.pdf") == "fas fa-file-pdf text-danger"


@pytest.mark.parametrize(
    ("name", "icon"),
    [
        ("REPORT.PDF", "fa-file-pdf"),
        ("folder.zip/data.csv", "fa-file-csv"),
        ("backup.tar.gz", "fa-file-archive"),
        ("notes.md", "fa-file-alt"),
        ("bell.qasm", "fa-file-code"),
        ("study.ipynb", "fa-book"),
        ("unknown.xyz", "fa-file"),
        ("README", "fa-file"),
        (".pdf", "fa-file"),
        ("", "fa-file"),
    ],
)
def test_icons_go_by_extension(name: str, icon: str) -> None:
    style, shape, colour = get_file_type_icon(name).split()
    assert (style, shape) == ("fas", icon)
    assert colour.startswith("text-")


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
def test_a_hash_is_the_hash_of_the_bytes(algorithm: str, tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    (tmp_path / "file").write_bytes(content)
    assert calculate_file_hash(tmp_path / "file", algorithm) == hashlib.new(algorithm, content).hexdigest()


def test_the_default_hash_takes_a_text_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert calculate_file_hash(str(tmp_path / "file")) == hashlib.md5(b"").hexdigest()


def test_hash_errors_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="crc32"):
        calculate_file_hash(tmp_path / "absent", "crc32")
    with pytest.raises(NotFound, match="absent"):
        calculate_file_hash(tmp_path / "absent")
    with pytest.raises(BadInput, match="folder"):
        calculate_file_hash(tmp_path)
    with pytest.raises(BadInput, match="null character"):
        calculate_file_hash("a\0b")


def _file_storage() -> Any:
    werkzeug = pytest.importorskip("werkzeug.datastructures")
    return werkzeug.FileStorage(io.BytesIO(b"content"), filename="a.txt", content_type="text/plain")


def _widget_value() -> Any:
    from ipywidgets import FileUpload

    item = {"name": "a.txt", "type": "text/plain", "size": 7, "content": memoryview(b"content")}
    widget = FileUpload()
    widget.value = ({**item, "last_modified": datetime.now(UTC)},)
    return widget.value


def _named_file(folder: Path) -> Any:
    (folder / "a.txt").write_bytes(b"content")
    return (folder / "a.txt").open("rb")


def test_every_kind_of_upload_reads_alike(tmp_path: Path) -> None:
    with _named_file(tmp_path) as file:
        file.read(3)
        values = [
            _file_storage(),
            _widget_value(),
            _widget_value()[0],
            file,
            tmp_path / "a.txt",
            str(tmp_path / "a.txt"),
            ("a.txt", b"content"),
        ]
        for value in values:
            with open_upload(value) as upload:
                assert (upload.name, upload.file.read(), upload.media_type) == (
                    "a.txt",
                    b"content",
                    "text/plain",
                )
        assert not file.closed


def test_a_file_opened_for_an_upload_is_closed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"content")
    with open_upload(tmp_path / "a.txt") as upload:
        pass
    assert upload.file.closed


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.doc", "a.doc"),
        ("a\x00b\n.txt", "ab.txt"),
        ("folder/", "file"),
        ("..", "file"),
        ("", "file"),
        (".env", ".env"),
    ],
)
def test_an_upload_keeps_only_a_bare_name(given_name: str, name: str) -> None:
    with open_upload((given_name, b"")) as upload:
        assert upload.name == name


def test_an_unnamed_file_gets_a_name() -> None:
    with open_upload(io.BytesIO(b"x")) as upload:
        assert (upload.name, upload.media_type) == ("file", None)


@pytest.mark.parametrize("value", [None, 3, b"bytes", (), {}, [("a", b""), ("b", b"")], io.StringIO("text")])
def test_what_is_no_upload_is_refused(value: Any) -> None:
    with pytest.raises(BadInput), open_upload(value):
        pass


def test_a_source_that_can_only_be_read_is_read() -> None:
    class Pipe:
        def read(self, size: int = -1) -> bytes:
            return b"content"[:size] if size >= 0 else b"content"

    with open_upload(Pipe()) as upload:
        assert upload.file.read() == b"content"


def test_a_missing_upload_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound), open_upload(tmp_path / "absent"):
        pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("notes.md", "notes.md"),
        ("A/B: test?.ipynb", "A_B_ test_.ipynb"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("v1.2 draft.md", "v1.2 draft.md"),
        (".md", "file.md"),
        ("..", "file"),
        ("", "file"),
        ("report\u202efdp.exe", "report_fdp.exe"),
    ],
)
def test_texts_as_file_names(text: str, expected: str) -> None:
    assert safe_filename(text) == expected


@patient
@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_every_text_is_a_file_name(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("names")
    name = safe_filename(text + ".json")
    (folder / name).write_text("x")
    assert [path.name for path in folder.iterdir()] == [name]
    assert name.endswith(".json")
    assert safe_filename(name) == name
