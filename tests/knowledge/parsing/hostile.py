"""Files that want to hurt: each a name and how to make it."""

from __future__ import annotations

import io
import json
import random
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.knowledge.parsing import samples
from tests.knowledge.parsing.samples import GOOD, raw_pdf, shown, zipped

Make = Callable[[], bytes]
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


def refilled(data: bytes, name: str, content: bytes) -> bytes:
    """A ZIP container with one part's content changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            target.writestr(info.filename, content if info.filename == name else source.read(info))
    return out.getvalue()


def flipped(data: bytes, seed: int) -> bytes:
    """Some bytes of a file changed, more with every seed."""
    random_ = random.Random(seed)
    body = bytearray(data)
    for _ in range(1 + seed * 6):
        body[random_.randrange(len(body))] = random_.randrange(256)
    return bytes(body)


def lying_sizes(data: bytes) -> bytes:
    """A ZIP container whose directory says that every part is tiny."""
    body = bytearray(data)
    at = body.find(b"PK\1\2")
    while at >= 0:
        body[at + 24 : at + 28] = (7).to_bytes(4, "little")
        at = body.find(b"PK\1\2", at + 4)
    return bytes(body)


def deep_pages(depth: int) -> bytes:
    """A page tree that is a chain."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    objects += [f"<</Type/Pages/Kids[{n + 3} 0 R]/Count 1>>".encode() for n in range(depth)]
    objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    return samples.assembled(objects)


def deep_mail(depth: int) -> bytes:
    head = b"From: a@b.c\nSubject: deep\n"
    opened = b"".join(
        f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n'.encode() for n in range(depth)
    )
    return head + opened + b"Content-Type: text/plain\n\nat the bottom\n"


def small() -> Iterator[tuple[str, Make]]:
    """Files that are read or refused in no time."""
    yield from _binary()
    yield from _packed()
    yield from _text()
    for name, make in GOOD.items():
        yield f"cut-in-half-{name}", lambda make=make: make()[: len(make()) // 2]
        yield f"flipped-{name}", lambda make=make: flipped(make(), 1)


def _binary() -> Iterator[tuple[str, Make]]:
    yield "empty.txt", lambda: b""
    yield "empty.pdf", lambda: b""
    yield "zeros.bin", lambda: bytes(10_000)
    yield "zeros.pdf", lambda: bytes(10_000)
    yield "only-a-head.pdf", lambda: b"%PDF-1.7\n"
    yield (
        "no-pages.pdf",
        lambda: samples.assembled([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0>>"]),
    )
    yield "loop.pdf", lambda: raw_pdf([shown("x")], kids="2 0 R 2 0 R")
    yield "count-lies.pdf", lambda: raw_pdf([shown("x")]).replace(b"/Count 1", b"/Count 999999999")
    yield "length-lies.pdf", lambda: raw_pdf([shown("x")], length=2**31 - 1)
    yield "length-negative.pdf", lambda: raw_pdf([shown("x")], length=-5)
    yield "deep-pages.pdf", lambda: deep_pages(5_000)
    yield "deep-array.pdf", lambda: raw_pdf([b"[" * 100_000])
    yield "flate-bomb.pdf", lambda: flate_bomb(64 << 20)
    yield "encrypted.pdf", lambda: samples.pdf(["secret"], owner_password="o", user_password="u")
    yield "encrypted.docx", encrypted_office
    yield "encrypted.xlsx", encrypted_office
    yield "lying.docx", GOOD["good.pdf"]
    yield "lying.pdf", GOOD["good.docx"]
    yield "lying.png", GOOD["good.txt"]


def _packed() -> Iterator[tuple[str, Make]]:
    yield "laughs.docx", lambda: refilled(samples.docx(), "word/document.xml", laughs("w:t", _W))
    yield "laughs.xlsx", lambda: refilled(samples.xlsx(), "xl/workbook.xml", laughs("sheets", ""))
    yield "laughs.pptx", lambda: refilled(samples.pptx(), "ppt/presentation.xml", laughs("x", ""))
    yield "laughs.odt", lambda: refilled(samples.odt(), "content.xml", laughs("x", ""))
    yield "laughs.xml", lambda: laughs("x", "")
    yield (
        "outside.docx",
        lambda: refilled(
            samples.docx(),
            "word/document.xml",
            f'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><w:document {_W}><w:body><w:p><w:r>'
            "<w:t>&f;</w:t></w:r></w:p></w:body></w:document>".encode(),
        ),
    )
    yield "no-document.docx", lambda: refilled(samples.docx(), "word/document.xml", b"")
    yield "no-xml.docx", lambda: refilled(samples.docx(), "word/document.xml", b"\xff\xfe garbage")
    yield "deep.docx", lambda: refilled(samples.docx(), "word/document.xml", deep_word(20_000))
    yield "no-sheet.xlsx", lambda: refilled(samples.xlsx(), "xl/worksheets/sheet1.xml", b"<worksheet>")
    yield "huge-range.xlsx", lambda: refilled(samples.xlsx(), "xl/worksheets/sheet1.xml", far_cell())
    yield "sizes-lie.docx", lambda: lying_sizes(samples.docx())
    yield "sizes-lie.xlsx", lambda: lying_sizes(samples.xlsx())
    yield "nested.zip", lambda: nested_zip(8)
    yield "nested.docx", lambda: zipped({"[Content_Types].xml": "<Types/>", "word/a.docx": nested_zip(8)})
    yield "types-only.docx", lambda: zipped({"[Content_Types].xml": f'ContentType="{_MAIN_WORD}"'})


def _text() -> Iterator[tuple[str, Make]]:
    yield "deep.html", lambda: b"<div>" * 200_000 + b"text"
    yield "deep-tables.html", lambda: b"<table><tr><td>" * 20_000 + b"text"
    yield "attributes.html", lambda: b"<p " + b"a=1 " * 100_000 + b">text"
    yield "deep.json", lambda: b"[" * 1_000_000
    yield "deep.ipynb", lambda: b"[" * 1_000_000
    yield "deep-cells.ipynb", lambda: b'{"cells":' * 10_000
    yield "no-cells.ipynb", lambda: b'{"cells": 7}'
    yield (
        "odd-cells.ipynb",
        lambda: json.dumps({"cells": [1, None, {"cell_type": 3, "source": {"a": 1}}, {}]}).encode(),
    )
    yield "odd-outputs.ipynb", lambda: json.dumps({
        "metadata": [],
        "cells": [{"cell_type": "code", "source": ["x", 1], "outputs": [1, {"data": 7, "text": {}}]}],
    }).encode()  # fmt: skip
    yield "list.ipynb", lambda: b"[1, 2, 3]"
    yield "deep.eml", lambda: deep_mail(3_000)
    yield "no-end.eml", lambda: b'Content-Type: multipart/mixed; boundary="x"\nSubject: a\n\n--x\n\ntext'
    yield "bad-charset.eml", lambda: b"Subject: a\nContent-Type: text/plain; charset=nonsense\n\nCaf\xe9"
    yield "bad-base64.eml", lambda: b"Subject: a\nContent-Transfer-Encoding: base64\n\n=====%%%%"
    yield "bad-head.eml", lambda: b"Subject: =?utf-8?B?////?=\nFrom: <<<>>,;:\nTo: \xff\xfe\n\ntext"
    yield "no-head.eml", lambda: b"\n\njust text"
    yield "quotes.csv", lambda: b'a,"b\n' * 5_000
    yield "one-line.csv", lambda: b"1," * 500_000
    yield "deep.py", lambda: b"x = " + b"(" * 100_000
    yield "deep-minus.py", lambda: b"x = " + b"-" * 200_000 + b"1"
    yield "one-line.txt", lambda: b"word " * 1_000_000
    yield "spaces.txt", lambda: b" " * 5_000_000 + b"x"
    yield "surrogates.txt", lambda: "a\ud800b".encode("utf-16-le", "surrogatepass") * 1_000
    yield "mark-only.txt", lambda: b"\xff\xfe"
    yield "emphasis.md", lambda: b"*a **b " * 20_000
    yield "brackets.md", lambda: b"[" * 50_000
    yield "quotes.md", lambda: b">" * 20_000 + b"x"
    yield "deep.rtf", lambda: b"{\\rtf1" + b"{" * 100_000 + b"x"
    yield "binary-lies.rtf", lambda: b"{\\rtf1 \\bin2000000000 x}"
    yield "sections.tex", lambda: b"\\section{" * 50_000
    yield (
        "many-parts.docx",
        lambda: zipped({f"{n}": "" for n in range(20_000)} | {"[Content_Types].xml": "x"}),
    )


def big() -> Iterator[tuple[str, Make]]:
    """Files that reach a limit, and more of what chance does to good ones."""
    yield "unclosed.html", lambda: b"<p>text <!-- " + b"<a href='" * 20_000
    yield "bomb.docx", lambda: bomb(samples.docx(), "word/document.xml")
    yield "bomb.xlsx", lambda: bomb(samples.xlsx(), "xl/worksheets/sheet1.xml")
    yield "bomb.pptx", lambda: bomb(samples.pptx(), "ppt/slides/slide1.xml")
    yield "bomb.odt", lambda: bomb(samples.odt(), "content.xml")
    yield "bomb.epub", lambda: bomb(samples.epub(), "c0.xhtml")
    yield "bomb-lies.docx", lambda: lying_sizes(bomb(samples.docx(), "word/document.xml"))
    yield "bomb-lies.xlsx", lambda: lying_sizes(bomb(samples.xlsx(), "xl/worksheets/sheet1.xml"))
    yield "flate-bomb-1g.pdf", lambda: flate_bomb(1 << 30)
    yield "ten-thousand.pdf", lambda: raw_pdf([shown(f"page {n}") for n in range(10_000)])
    yield "deep-pages-50k.pdf", lambda: deep_pages(50_000)
    yield "fields.csv", lambda: b"1,2,3,4,5,6,7,8,9,10\n" * 200_000
    yield "rows.csv", lambda: b"ab\n" * 2_000_000
    yield "one-line-60m.txt", lambda: b"x" * 60_000_000
    yield "wide-60m.txt", lambda: "😀".encode() * 6_000_000
    yield "lines.md", lambda: b"- a\n" * 400_000
    yield "deep-5m.html", lambda: b"<div>" * 1_000_000 + b"text"
    yield "deep-50k.eml", lambda: deep_mail(50_000)
    yield (
        "parts-50k.eml",
        lambda: b'Subject: a\nContent-Type: multipart/mixed; boundary="x"\n\n' + b"--x\n\ntext\n" * 50_000,
    )
    yield (
        "paragraphs.docx",
        lambda: refilled(
            samples.docx(),
            "word/document.xml",
            worded("<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 400_000),
        ),
    )
    for seed in range(2, 9):
        for name, make in GOOD.items():
            yield f"flipped-{seed}-{name}", lambda make=make, seed=seed: flipped(make(), seed)
    for part in (0.05, 0.25, 0.75, 0.98):
        for name, make in GOOD.items():
            yield f"cut-at-{part}-{name}", lambda make=make, part=part: make()[: int(len(make()) * part)]


def write(folder: Path) -> None:
    """Write all of them, each under its number, and a list of their names."""
    cases = [*small(), *big()]
    for number, (_, make) in enumerate(cases):
        (folder / str(number)).write_bytes(make())
    (folder / "names").write_text("\n".join(name for name, _ in cases), encoding="utf-8")


_MAIN_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def laughs(tag: str, names: str) -> bytes:
    return f"{_LAUGHS}<{tag} {names}>&j;</{tag}>".encode()


def flate_bomb(size: int) -> bytes:
    """A content stream that unpacks to a lot."""
    packer = zlib.compressobj(9)
    piece = b"0 0 m " * 200_000
    packed = b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()
    pdf = raw_pdf([packed])
    length = f"<</Length {len(packed)}>>".encode()
    return pdf.replace(length, length[:-2] + b"/Filter/FlateDecode>>")


def encrypted_office() -> bytes:
    name = "EncryptedPackage".encode("utf-16-le") + b"\0\0"
    entry = name.ljust(64, b"\0") + len(name).to_bytes(2, "little") + bytes(62)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + entry + bytes(3000)


def deep_word(depth: int) -> bytes:
    inner = "<w:p><w:r><w:t>deep</w:t></w:r></w:p>"
    return worded("<w:sdt>" * depth + inner + "</w:sdt>" * depth)


def worded(body: str) -> bytes:
    return f"<w:document {_W}><w:body>{body}</w:body></w:document>".encode()


def far_cell() -> bytes:
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    return f"<worksheet {names}><sheetData>{cells}</sheetData></worksheet>".encode()


def nested_zip(depth: int) -> bytes:
    data = bytes(1 << 20)
    for level in range(depth):
        data = zipped({f"{level}-{n}.zip": data for n in range(4)})
    return data


def bomb(data: bytes, part: str) -> bytes:
    """A container with one part of a gigabyte, packed a thousand to one."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            if info.filename != part:
                target.writestr(info.filename, source.read(info))
        with target.open(part, "w", force_zip64=True) as stream:
            stream.write(b"<?xml version='1.0'?><x>")
            for _ in range(1 << 10):
                stream.write(b"a" * (1 << 20))
            stream.write(b"</x>")
    return out.getvalue()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
