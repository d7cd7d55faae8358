"""Names that lie, and bytes that nobody reads."""

from __future__ import annotations

import pytest

from tests.knowledge.parsing import samples
from workbench.errors import BadInput
from workbench.knowledge.parsing import FileKind, detect

LIES = [
    ("good.pdf", "a.docx", "is a PDF document, but its name says a Word document"),
    ("good.docx", "a.pdf", "is a Word document, but its name says a PDF document"),
    ("good.docx", "a.xlsx", "is a Word document, but its name says an Excel workbook"),
    ("good.xlsx", "a.pptx", "is an Excel workbook, but its name says a PowerPoint presentation"),
    ("good.pptx", "a.docx", "is a PowerPoint presentation, but its name says a Word document"),
    ("good.txt", "a.pdf", "is plain text, but its name says a PDF document"),
    ("good.html", "a.docx", "is plain text, but its name says a Word document"),
    ("good.pdf", "a.txt", "is a PDF document, but its name says a text file"),
    ("good.odt", "a.docx", "is an OpenDocument text, but its name says a Word document"),
    ("good.rtf", "a.docx", "is an RTF document, but its name says a Word document"),
]


def kind(tmp_path, name, data):
    (tmp_path / "stored").write_bytes(data)
    return detect(tmp_path / "stored", name)


@pytest.mark.parametrize(("sample", "name", "sentence"), LIES)
def test_a_lying_name(sample, name, sentence, tmp_path):
    with pytest.raises(BadInput, match=sentence):
        kind(tmp_path, name, samples.GOOD[sample]())


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a.txt", "is a PNG picture, but its name says"),
        (b"\x7fELF" + bytes(50), "a.pdf", "is a Linux program, but its name says a PDF document"),
        (b"\x7fELF" + bytes(50), "a", "is a Linux program, which cannot be read"),
        (b"MZ" + bytes(50), "a.exe", "is a Windows program, which cannot be read"),
        (b"SQLite format 3\0" + bytes(50), "a.db", "is an SQLite database, which cannot be read"),
        (samples.zipped({"a.txt": "x"}), "a.docx", "is a ZIP archive, but its name says a Word document"),
        (samples.zipped({"a.txt": "x"}), "a.zip", "is a ZIP archive, which cannot be read"),
        (bytes(range(256)), "a.dat", "is a binary file of no known format"),
        (bytes(range(256)), "a.docx", "binary file of no known format, but its name says a Word document"),
        (b"\0\0\0\x18ftypisom" + bytes(50), "a.mp4", "is an MPEG-4 film"),
        (b"RIFF\0\0\0\0WAVE" + bytes(50), "a.mp3", "is a WAV sound, but its name says an MP3 sound"),
    ],
)
def test_bytes_that_nobody_reads(data, name, sentence, tmp_path):
    with pytest.raises(BadInput, match=sentence) as caught:
        kind(tmp_path, name, data)
    assert caught.value.hint


def test_an_empty_file(tmp_path):
    with pytest.raises(BadInput, match="is empty"):
        kind(tmp_path, "a.pdf", b"")


@pytest.mark.parametrize(
    ("stream", "sentence"), [("EncryptedPackage", "encrypted"), ("WordDocument", "old Word")]
)
def test_compound_files(stream, sentence, tmp_path):
    with pytest.raises(BadInput, match=sentence):
        kind(tmp_path, "a.docx", compound(stream))


def test_an_old_document_says_what_to_save_it_as(tmp_path):
    with pytest.raises(BadInput, match=r"Save it as \.docx"):
        kind(tmp_path, "a.doc", compound("WordDocument"))
    assert kind(tmp_path, "a.xls", compound("Workbook")).file_type == "xls"


def compound(stream):
    """A compound file with one directory entry, at the place where directories lie."""
    name = stream.encode("utf-16-le") + b"\0\0"
    entry = name.ljust(64, b"\0") + len(name).to_bytes(2, "little") + bytes(62)
    return (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016)) + entry + bytes(3000)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("A.PDF", FileKind("pdf", "application/pdf")),
        ("paper.2301.12345", FileKind("pdf", "application/pdf")),
        ("no extension", FileKind("pdf", "application/pdf")),
    ],
)
def test_the_bytes_say_it_where_the_name_says_nothing(name, expected, tmp_path):
    assert kind(tmp_path, name, b"%PDF-1.4\n") == expected


def test_a_pdf_may_begin_late_and_a_text_may_begin_like_a_picture(tmp_path):
    assert kind(tmp_path, "a.pdf", b"\n\njunk\n%PDF-1.4\n").file_type == "pdf"
    assert kind(tmp_path, "a.txt", b"BMW is a car maker.").file_type == "txt"


def test_macro_workbooks_and_templates_are_their_kind(tmp_path):
    assert kind(tmp_path, "a.xlsm", samples.xlsx()).file_type == "xlsx"
    assert kind(tmp_path, "a.dotx", samples.docx()).file_type == "docx"
