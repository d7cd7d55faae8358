from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.markdown import LiveMarkdown, render_code, render_markdown

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<a href='javascript:alert(1)'>x</a>",
    "<svg/onload=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "![x](https://evil.example/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zy8+)",
    "<style>*{background:url(https://evil.example)}</style>",
    '```html" onmouseover="alert(1)\n<script>x</script>\n```',
    "```python\n</code></pre><script>alert(1)</script>\n```",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    '<https://ok.example/"onclick=alert(1)>',
]
ALLOWED = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


class Elements(HTMLParser):
    """Collects what a browser would make elements of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_harmless(html: str) -> None:
    for tag, attributes in Elements(html).found:
        assert tag in ALLOWED, html
        assert set(attributes) <= {"class", "href", "rel", "start", "style", "target", "title"}, html
        assert (attributes.get("href") or "https:").startswith(("http:", "https:", "mailto:")), html
        assert "url(" not in (attributes.get("style") or ""), html


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_dangerous_comes_through(attack: str) -> None:
    assert_harmless(render_markdown(attack))


@given(st.text(alphabet="<>[]()!`\n|-#*\"'= javscriptonerx:/&;", max_size=200))
def test_no_text_makes_a_live_element(text: str) -> None:
    assert_harmless(render_markdown(text))


def test_links_open_apart_and_tell_nothing() -> None:
    html = render_markdown("[notes](https://example.org/a)")
    assert 'href="https://example.org/a"' in html
    assert 'rel="noopener noreferrer"' in html
    assert 'target="_blank"' in html


def test_a_remote_image_is_named_and_not_loaded() -> None:
    assert "[image not loaded: a cat]" in render_markdown("![a cat](https://example.org/cat.png)")


def test_tables_keep_their_alignment_and_code_its_colours() -> None:
    html = render_markdown("| a | b |\n|---|--:|\n| 1 | 2 |\n\n```python\ndef f(): pass\n```")
    assert "text-align:right" in html
    assert "--jp-mirror-editor-keyword-color" in html
    assert '<code class="language-python">' in html


def test_code_of_an_unknown_language_stays_plain() -> None:
    assert render_code("<b>", "no-such") == '<pre><code class="language-no-such">&lt;b&gt;</code></pre>'
    assert "&lt;b&gt;" in render_markdown("```no-such\n<b>\n```")


PIECES = (
    "# Title\n", "text ", "**b", "** ", "\n\n", "- item\n", "```py\n", "x = 1\n", "```\n", "| a |\n|--|\n",
    "[r]: https://a.b\n", "[r] ",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_block_by_block_gives_what_the_whole_gives(pieces: list[str]) -> None:
    live, text, shown = LiveMarkdown(), "", {}
    for piece in pieces:
        text += piece
        shown.update(dict(live.update(text)))
    assert "".join(live.blocks) == render_markdown(text)
    assert [shown[at] for at in range(len(live.blocks))] == live.blocks


def test_blocks_that_did_not_change_are_not_sent_again() -> None:
    live = LiveMarkdown()
    live.update("one\n\ntwo")
    assert live.update("one\n\ntwo and more") == [(1, "<p>two and more</p>\n")]
    assert live.update("one\n\ntwo and more") == []


def test_reading_it_costs_no_heavy_library() -> None:
    heavy = {"ipywidgets", "anywidget", "pandas", "markdown_it", "nh3", "pygments", "IPython"}
    code = f"import sys, workbench.markdown; print({heavy!r} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
