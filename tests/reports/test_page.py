from __future__ import annotations

import base64
import re

import nbformat
import pytest

from workbench.reports.page import clean, page

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HOSTILE = (
    "<h2 onclick='alert(1)'>kept</h2><script>alert(1)</script><img src='https://far.example/x.png' "
    "onerror='alert(1)'><iframe src='https://far.example'></iframe><a href='javascript:alert(1)'>link</a>"
    "<div style='color:red;background-image:url(https://far.example/y)'>styled</div>"
    "<style>body{background:url(https://far.example/z)}</style><svg><script>alert(1)</script></svg>"
    "<form action='https://far.example'><input type='text'></form><base href='https://far.example'>"
)


def _page(*outputs: nbformat.NotebookNode, markdown: str = "# Title", source: str = "x = 1") -> str:
    code = nbformat.v4.new_code_cell(source, outputs=list(outputs))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(markdown), code])
    return page(notebook, "A & B", "the footer")


def _output(**data: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output(
        "display_data", {name.replace("_", "/", 1): value for name, value in data.items()}
    )


def _remote(html: str) -> list[str]:
    return re.findall(r"(?:src|href|action|url)\s*[=(]\s*[\"']?\s*(?:https?:)?//[^\"')]+", html)


def test_a_page_has_no_script_and_asks_for_nothing() -> None:
    html = _page(_output(text_html="<b>bold</b>"), _output(image_png=PIXEL))
    assert "<script" not in html
    assert not _remote(html)
    assert "default-src 'none'" in html
    assert "<title>A &amp; B</title>" in html
    assert "the footer" in html
    assert f"data:image/png;base64,{PIXEL[:40]}" in html


@pytest.mark.parametrize("where", ["output", "markdown output", "markdown cell"])
def test_hostile_html_dies_everywhere(where: str) -> None:
    if where == "output":
        html = _page(_output(text_html=HOSTILE))
    elif where == "markdown output":
        html = _page(_output(text_markdown=HOSTILE))
    else:
        html = _page(markdown=HOSTILE)
    body = html.partition("<main>")[2]
    assert ">kept</h2>" in body
    assert not re.search(r"<[^>]*\son\w+=", body)
    for dead in ("<script", "<iframe", "<form", "<base", "<style", "javascript:", "url("):
        assert dead not in body
    assert not _remote(body)


def test_what_readers_need_stays() -> None:
    table = '<table border="0"><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>'
    kept = clean(
        f'{table}<p style="color:red">x</p><img src="data:image/png;base64,{PIXEL}"><a href="https://a.example">y</a>'
    )
    for part in ("<thead>", "<th>a</th>", 'style="color:red"', "data:image/png", 'href="https://a.example"'):
        assert part in kept


def test_a_drawing_is_an_image_so_that_its_scripts_stay_dead() -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    html = _page(_output(**{"image_svg+xml": drawing}))
    assert "data:image/svg+xml;base64," in html
    assert "<svg" not in html
    assert "<script" not in html


def test_a_drawing_inside_html_is_an_image_too() -> None:
    drawing = '<svg viewBox="0 0 1 1" aria-label="a circuit"><script>alert(1)</script><path d="M0 0"/></svg>'
    html = _page(_output(text_html=f"<div><b>above</b>{drawing}<i>below</i></div>"))
    source = re.search(r'<img alt="a circuit"[^>]* src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert source is not None
    assert '<path d="M0 0"/>' in base64.b64decode(source[1]).decode()
    assert 'xmlns="http://www.w3.org/2000/svg"' in base64.b64decode(source[1]).decode()
    assert "<script" not in html
    assert "<b>above</b>" in html
    assert "<i>below</i>" in html


def test_a_widget_shows_its_static_twin() -> None:
    view = {
        "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
        "text/plain": "ChatWidget(3 turns)",
    }
    html = _page(nbformat.v4.new_output("display_data", view))
    assert "ChatWidget(3 turns)" in html
    assert "<script" not in html


def test_output_that_only_a_script_could_show_is_dropped() -> None:
    assert "alert" not in _page(_output(application_javascript="alert(1)")).partition("<main>")[2]
