"""The exact text of every format on its exact page."""

from __future__ import annotations

import pytest

from tests.knowledge.parsing import samples
from workbench.errors import BadInput
from workbench.knowledge.document import Document
from workbench.knowledge.parsing import detect


def texts(document: Document, kind: str = "") -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if not kind or b.kind == kind]


def pages(document: Document) -> list[str]:
    return [document.text[page.start : page.end] for page in document.pages]


def sound(document: Document) -> None:
    """What every document promises, whatever its format."""
    document.text.encode("utf-8")
    assert document.text.strip()
    assert not set("\0\r\v\f") & set(document.text)
    for spans in (document.pages, document.blocks):
        at = 0
        for span in spans:
            assert at <= span.start < span.end <= len(document.text)
            at = span.end
    for block in document.blocks:
        assert document.text[block.start : block.end].strip()
        if document.pages:
            page = document.page_at(block.start)
            assert page is None or block.end <= page.end


@pytest.mark.parametrize("name", samples.GOOD)
def test_every_format_is_told_and_read_soundly(name, parsed):
    data = samples.GOOD[name]()
    found = parsed(name, data)
    sound(found.document)
    assert found.file_type == name.rpartition(".")[2]
    assert found == parsed(name, data)


@pytest.mark.parametrize(
    "name", ["good.pdf", "good.docx", "good.pptx", "good.xlsx", "good.odt", "good.epub", "good.rtf"]
)
def test_a_name_without_extension_is_no_lie(name, parsed, tmp_path):
    data = samples.GOOD[name]()
    (tmp_path / "paper").write_bytes(data)
    assert detect(tmp_path / "paper").file_type == name.rpartition(".")[2]
    assert parsed("paper.final-2", data).document == parsed(name, data).document


def test_pdf(parsed):
    document = parsed("a.pdf", samples.GOOD["good.pdf"]()).document
    assert pages(document) == ["Page one says alpha.", "Page two says beta.", "Page three says gamma."]
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert document.meta == {"title": "A paper", "authors": ["Ada"]}


def test_pdf_page_of_fifty(parsed):
    document = parsed("a.pdf", samples.pdf(f"The word of page {n} is w{n}w." for n in range(1, 51))).document
    for n in range(1, 51):
        assert document.page_at(document.text.index(f"w{n}w")).number == n


def test_one_bad_page_costs_one_page(parsed):
    contents = [samples.shown("alpha"), b"\xff\xfe garbage ((((", samples.shown("gamma")]
    document = parsed("a.pdf", samples.raw_pdf(contents)).document
    assert pages(document) == ["alpha", "gamma"]
    assert [page.number for page in document.pages] == [1, 3]
    assert "Page 2 was" in document.meta["notes"][0]


def test_a_page_that_is_no_page_costs_itself(parsed):
    good = samples.raw_pdf([samples.shown("alpha"), samples.shown("beta")])
    document = parsed("a.pdf", good.replace(b"6 0 R]", b"1 0 R]")).document
    assert pages(document) == ["alpha"]
    assert document.meta["notes"]


def test_a_scan_names_ocr(parsed):
    with pytest.raises(BadInput, match=r"scan.*ocrmypdf"):
        parsed("scan.pdf", samples.raw_pdf([b"0 0 100 100 re f"]))


def test_docx(parsed):
    document = parsed("a.docx", samples.docx()).document
    first, second = pages(document)
    assert first == (
        "Methods\n\nWe measured twice.\n\nDevices\n\nA ruler\nA clock\n\n"
        "name | age\nname: Ann | age: 30\nname: Bob | age: 31"
    )
    assert second == "On page two: äöü 漢字 😀."
    assert [b.level for b in document.blocks if b.kind == "heading"] == [1, 2]
    assert texts(document, "list") == ["A ruler", "A clock"]
    assert document.text.endswith("Header: Draft of May\n\nFooter: Confidential")
    assert document.meta == {"title": "A study", "authors": ["Ada"]}


def test_docx_keeps_what_stands_in_content_controls_and_not_what_was_deleted(parsed):
    import io

    import docx
    from docx.oxml import parse_xml

    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    made = docx.Document()
    deleted = "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
    inner = f"<w:sdtContent><w:p><w:r><w:t>kept</w:t></w:r>{deleted}</w:p>"
    made.element.body.insert(0, parse_xml(f"<w:sdt {w}>{inner}</w:sdtContent></w:sdt>"))
    out = io.BytesIO()
    made.save(out)
    assert parsed("a.docx", out.getvalue()).document.text == "kept"


def test_pptx(parsed):
    document = parsed("a.pptx", samples.pptx()).document
    assert pages(document) == [
        "Slide 1\n\nFirst of 1\nSecond of 1\n\nNotes: Say 1",
        "Slide 2\n\nFirst of 2\nSecond of 2\n\nNotes: Say 2",
        "Slide 3\n\nFirst of 3\nSecond of 3\n\nname | age\nname: Ann | age: 30\n\nNotes: Say 3",
    ]
    assert texts(document, "heading") == ["Slide 1", "Slide 2", "Slide 3"]


def test_xlsx(parsed):
    document = parsed("a.xlsx", samples.xlsx()).document
    assert pages(document) == [
        "People\n\nname | age\nname: Ann | age: 30\nname: Bob | age: 31.5",
        "Notes\n\nNothing else was seen.",
    ]
    assert [(page.number, page.label) for page in document.pages] == [(1, "People"), (3, "Notes")]
    assert texts(document, "row")[1] == "name: Ann | age: 30"


def test_a_title_above_a_table_names_no_column(parsed):
    rows = [
        ["Survey of 2026", None, None],
        ["name", "age", "town"],
        ["Ann", 30, "Ulm"],
        ["Bob", None, "Bonn"],
    ]
    document = parsed("a.xlsx", samples.xlsx({"One": rows})).document
    assert document.text == (
        "One\n\nSurvey of 2026\n\nname | age | town\nname: Ann | age: 30 | town: Ulm\nname: Bob | town: Bonn"
    )


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_csv_of_any_delimiter(mark, parsed):
    rows = [["name", "age", "note"], ["Ann", "30", "x"], ["Bob", "31", '"a, b; c|d"']]
    data = "\n".join(mark.join(row) for row in rows).encode()
    found = texts(parsed("a.csv", data).document)
    assert found == [
        "name | age | note",
        "name: Ann | age: 30 | note: x",
        "name: Bob | age: 31 | note: a, b; c|d",
    ]


def test_csv_of_numbers_has_no_column_names(parsed):
    assert parsed("a.csv", b"1,2\n3,4\n").document.text == "1 | 2\n3 | 4"


def test_csv_of_one_column(parsed):
    assert parsed("a.csv", b"word\nlion\ntiger\n").document.text == "word\nword: lion\nword: tiger"


def test_html(parsed):
    document = parsed("a.html", samples.html()).document
    assert document.text == (
        "Methods\n\nWe measured twice & were right.\n\nA ruler\nA clock\n\n"
        "name | age\nAnn | 30\n\na  =  1\nb  =  2"
    )
    kinds = [block.kind for block in document.blocks]
    assert kinds == ["heading", "paragraph", "list", "list", "row", "row", "code"]
    assert document.meta == {"title": "A page", "authors": ["Ada"], "language": "en", "encoding": "utf-8"}


def test_markdown_stays_as_written(parsed):
    data = samples.markdown()
    document = parsed("a.md", data).document
    assert document.text == data.decode()
    assert texts(document) == [
        "# Methods", "We measured\ntwice.", "- A ruler", "- A clock", "```\nx = 1\n```", "| a | b |",
        "|---|---|", "| 1 | 2 |",
    ]  # fmt: skip
    assert [b.level for b in document.blocks if b.kind == "heading"] == [1]
    assert document.meta["title"] == "Methods"


def test_notebook(parsed):
    document = parsed("a.ipynb", samples.notebook()).document
    assert pages(document) == ["# Methods\n\nWe measured twice.", "print(6 * 7)\n\n42"]
    assert [(page.number, page.label) for page in document.pages] == [(1, ""), (2, "In [7]")]
    assert [block.kind for block in document.blocks] == ["heading", "paragraph", "code", "cell"]
    assert document.meta == {"language": "python"}


def test_python_by_function_and_class(parsed):
    data = samples.python()
    document = parsed("a.py", data).document
    assert document.text == data.decode()
    assert texts(document) == [
        '"""A module."""', "import os", "@cached\ndef first():\n    return 1", "class Second:\n    x = 1",
    ]  # fmt: skip


def test_broken_python_is_parted_by_blank_lines(parsed):
    document = parsed("a.py", b"def f(:\n    pass\n\nx = 1\n").document
    assert texts(document) == ["def f(:\n    pass", "x = 1"]
    assert "valid Python" in document.meta["notes"][0]


def test_tex_and_rst_have_headings(parsed):
    assert texts(parsed("a.tex", samples.GOOD["good.tex"]()).document, "heading") == ["\\section{Methods}"]
    assert texts(parsed("a.rst", samples.GOOD["good.rst"]()).document, "heading") == ["Methods\n======="]


def test_mail(parsed):
    document = parsed("a.eml", samples.mail()).document
    assert document.text == (
        "From: Ada <ada@example.org>\nTo: ben@example.org\nDate: Mon, 05 Jan 2026 10:00:00 +0000\n"
        "Subject: Größe gemessen\n\nDear Ben,\n\nwe measured twice."
    )
    assert document.meta["title"] == "Größe gemessen"
    assert document.meta["notes"] == ["Attached and not read: picture.png."]


def test_mail_of_html_alone(parsed):
    head = b"From: a@b.c\nSubject: x\nContent-Type: text/html; charset=latin-1\n\n"
    data = head + b"<p>Caf\xe9</p><script>no</script>"
    assert parsed("a.eml", data).document.text == "From: a@b.c\nSubject: x\n\nCafé"


def test_opendocument_epub_and_rtf(parsed):
    assert parsed("a.odt", samples.odt()).document.text == "Methods\n\nWe measured twice.\n\na | b"
    document = parsed("a.epub", samples.epub()).document
    assert document.text == "Chapter c0\n\nWe measured twice.\n\nChapter c1\n\nWe were right."
    assert document.meta == {"title": "A book", "authors": ["Ada"], "language": "en"}
    assert parsed("a.rtf", samples.rtf()).document.text == "Methods\n\nIt\u2019s café time.\n\n漢"


def test_a_picture_needs_tesseract(parsed, monkeypatch):
    import shutil

    from workbench.errors import MissingExtra

    if shutil.which("tesseract"):
        pytest.skip("Tesseract is installed here")
    with pytest.raises(MissingExtra, match="Tesseract"):
        parsed("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100))


def test_larger_letters_are_a_heading_and_a_short_last_line_ends_a_paragraph(parsed):
    from fpdf import FPDF

    made = FPDF()
    made.add_page()
    made.set_font("helvetica", size=20)
    made.cell(0, 12, "On rulers", new_x="LMARGIN", new_y="NEXT")
    made.set_font("helvetica", size=11)
    sentence = "A ruler measures length, and it is always right about that. "
    made.multi_cell(0, 6, f"{sentence * 4}The end.", new_x="LMARGIN", new_y="NEXT")
    made.multi_cell(0, 6, f"{sentence * 4}Again.")
    document = parsed("a.pdf", bytes(made.output())).document
    assert [(block.kind, block.level) for block in document.blocks] == [
        ("heading", 1), ("paragraph", 0), ("paragraph", 0),
    ]  # fmt: skip
    heading, first, second = texts(document)
    assert heading == "On rulers"
    assert first.endswith("The end.") and second.endswith("Again.")
