"""Good files of every format, each built by another library than the one that reads it, or by hand."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.message import EmailMessage

ODT = "application/vnd.oasis.opendocument.text"


def pdf(pages: Iterable[str], **encryption: str) -> bytes:
    """A page for each text, its lines as they are."""
    from fpdf import FPDF

    document = FPDF()
    document.set_title("A paper")
    document.set_author("Ada")
    document.set_font("helvetica", size=12)
    if encryption:
        document.set_encryption(**encryption)
    for text in pages:
        document.add_page()
        document.multi_cell(0, 6, text)
    return bytes(document.output())


def raw_pdf(contents: Sequence[bytes], kids: str = "", length: int | None = None) -> bytes:
    """A PDF by hand: a content stream for each page, none of it checked."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    first = 4
    listed = kids or " ".join(f"{first + 2 * n} 0 R" for n in range(len(contents)))
    objects.append(f"<</Type/Pages/Kids[{listed}]/Count {len(contents)}>>".encode())
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for number, content in enumerate(contents):
        at = first + 2 * number
        page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {at + 1} 0 R"
        objects.append(page.encode() + b"/Resources<</Font<</F 3 0 R>>>>>>")
        size = len(content) if length is None else length
        objects.append(f"<</Length {size}>>stream\n".encode() + content + b"\nendstream")
    return assembled(objects)


def assembled(objects: Sequence[bytes]) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write(b"".join(f"{place:010} 00000 n \n".encode() for place in places))
    out.write(f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode())
    return out.getvalue()


def shown(text: str) -> bytes:
    return f"BT /F 12 Tf 50 700 Td ({text}) Tj ET".encode()


def docx() -> bytes:
    import docx as library

    document = library.Document()
    document.core_properties.title, document.core_properties.author = "A study", "Ada"
    section = document.sections[0]
    section.header.paragraphs[0].text = "Draft of May"
    section.footer.paragraphs[0].text = "Confidential"
    document.add_heading("Methods", 1)
    document.add_paragraph("We measured twice.")
    document.add_heading("Devices", 2)
    document.add_paragraph("A ruler", style="List Bullet")
    document.add_paragraph("A clock", style="List Bullet")
    table = document.add_table(3, 2)
    for row, cells in enumerate([("name", "age"), ("Ann", "30"), ("Bob", "31")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    document.add_page_break()
    document.add_paragraph("On page two: äöü 漢字 😀.")
    return _saved(document)


def pptx() -> bytes:
    import pptx as library

    shown = library.Presentation()
    for number in (1, 2, 3):
        slide = shown.slides.add_slide(shown.slide_layouts[1])
        slide.shapes.title.text = f"Slide {number}"
        slide.placeholders[1].text = f"First of {number}\nSecond of {number}"
        slide.notes_slide.notes_text_frame.text = f"Say {number}"
    table = slide.shapes.add_table(2, 2, 0, 0, 4_000_000, 900_000).table
    for row, cells in enumerate([("name", "age"), ("Ann", "30")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    return _saved(shown)


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]] | None = None) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    sheets = sheets or {
        "People": [["name", "age"], ["Ann", 30], ["Bob", 31.5]],
        "Empty": [],
        "Notes": [["Nothing else was seen."]],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return _saved(book)


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def odt(body: str = "") -> bytes:
    body = body or (
        '<text:h text:outline-level="1">Methods</text:h><text:p>We measured twice.</text:p>'
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:text="{names}:text:1.0" xmlns:table="{names}:table:1.0">'
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    manifest = (
        f'<?xml version="1.0"?><m:manifest xmlns:m="{names}:manifest:1.0">'
        f'<m:file-entry m:full-path="/" m:media-type="{ODT}"/></m:manifest>'
    )
    return zipped({"mimetype": ODT, "META-INF/manifest.xml": manifest, "content.xml": content})


def epub(chapters: Sequence[str] = ("We measured twice.", "We were right.")) -> bytes:
    names = [f"c{number}" for number in range(len(chapters))]
    items = "".join(f'<item id="{n}" href="{n}.xhtml" media-type="application/xhtml+xml"/>' for n in names)
    spine = "".join(f'<itemref idref="{name}"/>' for name in names)
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        'unique-identifier="i">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A book</dc:title>'
        '<dc:creator>Ada</dc:creator><dc:language>en</dc:language><dc:identifier id="i">x</dc:identifier>'
        f"</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<?xml version="1.0"?><container version="1.0" '
        'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="c.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    pages = {
        f"{name}.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>Chapter {name}</h1>'
        f"<p>{text}</p></body></html>"
        for name, text in zip(names, chapters, strict=True)
    }
    return zipped(
        {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "c.opf": package, **pages}
    )


def rtf() -> bytes:
    head = rb"{\rtf1\ansi\ansicpg1252{\fonttbl\f0 Arial;}{\b Methods}\par "
    return head + rb"It\'92s caf\'e9 time.\par \u28450?\par}"


def notebook() -> bytes:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Methods\n", "\n", "We measured twice."]},
        {
            "cell_type": "code",
            "execution_count": 7,
            "metadata": {},
            "source": "print(6 * 7)",
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": ["42\n"]},
                {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo="}},
            ],
        },
        {"cell_type": "code", "execution_count": None, "metadata": {}, "source": "", "outputs": []},
    ]
    meta = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": meta, "cells": cells}).encode()


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Ada <ada@example.org>", "ben@example.org"
    message["Subject"], message["Date"] = "Größe gemessen", "Mon, 05 Jan 2026 10:00:00 +0000"
    message.set_content("Dear Ben,\n\nwe measured twice.\n")
    message.add_alternative("<p>Dear <b>Ben</b>, we measured twice.</p>", subtype="html")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="picture.png")
    return message.as_bytes()


def html() -> bytes:
    return b"""<!DOCTYPE html><html lang="en"><head><title>A page</title><style>p {color: red}</style>
    <meta name="author" content="Ada"></head><body><nav><a href="/">Home</a></nav><h1>Methods</h1>
    <script>var secret = "not read";</script><p>We measured <b>twice</b>&nbsp;&amp; were right.</p>
    <ul><li>A ruler</li><li>A clock</li></ul><table><tr><th>name</th><th>age</th></tr>
    <tr><td><p>Ann</p></td><td>30</td></tr></table><pre>a  =  1
b  =  2</pre></body></html>"""


def python() -> bytes:
    head = b'"""A module."""\n\nimport os\n\n\n'
    return head + b"@cached\ndef first():\n    return 1\n\n\nclass Second:\n    x = 1\n"


def markdown() -> bytes:
    head = b"# Methods\n\nWe measured\ntwice.\n\n- A ruler\n- A clock\n\n"
    return head + b"```\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


GOOD: dict[str, Callable[[], bytes]] = {
    "good.pdf": lambda: pdf(["Page one says alpha.", "Page two says beta.", "Page three says gamma."]),
    "good.docx": docx,
    "good.pptx": pptx,
    "good.xlsx": xlsx,
    "good.odt": odt,
    "good.epub": epub,
    "good.rtf": rtf,
    "good.ipynb": notebook,
    "good.eml": mail,
    "good.html": html,
    "good.csv": lambda: b'name,age\nAnn,30\n"Bob, jun.",31\n',
    "good.tsv": lambda: b"name\tage\nAnn\t30\nBob\t31\n",
    "good.py": python,
    "good.js": lambda: b"function f() {\n  return 1;\n}\n\nfunction g() {\n  return 2;\n}\n",
    "good.md": markdown,
    "good.tex": lambda: b"\\documentclass{article}\n\\section{Methods}\nWe measured twice.\n\nAnd again.\n",
    "good.rst": lambda: b"Methods\n=======\n\nWe measured twice.\n",
    "good.json": lambda: b'{"name": "Ann", "age": 30}\n',
    "good.yaml": lambda: b"name: Ann\nage: 30\n",
    "good.xml": lambda: b'<?xml version="1.0"?><people><name>Ann</name></people>\n',
    "good.txt": lambda: b"First paragraph.\nStill the first.\n\nSecond paragraph.\n",
}
