"""Markdown from a model or a user, made into HTML that is safe to show anywhere.

Whatever the text says, the result holds no script, no event handler, no form, no remote image
and no link but ``http``, ``https`` and ``mailto``. Code is coloured by inline styles that follow
JupyterLab's theme variables, so the same HTML reads well in light and dark, live and exported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from nh3 import Cleaner

__all__ = ["LiveMarkdown", "render_code", "render_markdown"]

# JupyterLab's own editor colours; the fallbacks are its light theme's.
COLOURS = {
    "Keyword": ("keyword", "#008000", "font-weight:600"),
    "Operator.Word": ("keyword", "#008000", "font-weight:600"),
    "Comment": ("comment", "#408080", "font-style:italic"),
    "Literal.String": ("string", "#ba2121", ""),
    "Literal.Number": ("number", "#080", ""),
    "Name.Builtin": ("builtin", "#008000", ""),
    "Name.Function": ("def", "#00f", ""),
    "Name.Class": ("def", "#00f", "font-weight:600"),
    "Name.Decorator": ("meta", "#a2f", ""),
    "Name.Exception": ("builtin", "#008000", ""),
    "Name.Tag": ("tag", "#170", "font-weight:600"),
    "Name.Attribute": ("attribute", "#00c", ""),
    "Operator": ("operator", "#055be0", ""),
    "Generic.Deleted": ("error", "#d32f2f", ""),
    "Generic.Inserted": ("string", "#2e7d32", ""),
    "Generic.Heading": ("header", "#212121", "font-weight:600"),
}
TAGS = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
    "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "target"},
    "code": {"class"},
    "ol": {"start"},
    "span": {"style", "title"},
    "td": {"style"},
    "th": {"style"},
}
# nh3 keeps these classes by allowed_classes, which excludes naming "class" above
CLASSES = {"div": {"wb-table"}, "span": {"wb-image"}}
STYLES = {"color", "font-style", "font-weight", "text-align"}


def render_markdown(text: str) -> str:
    """Return safe HTML of Markdown text.

    Parameters
    ----------
    text : str
        CommonMark with tables and strikethrough; HTML in it is shown as text.

    Returns
    -------
    str
        HTML fragment; remote images stand as their description.
    """
    return "".join(html for _, html in _blocks(text))


def render_code(code: str, language: str) -> str:
    """Return safe HTML of source text, coloured as ``language`` where Pygments knows it."""
    body = _highlight(code, language, "") or escape(code)
    return f'<pre><code class="language-{escape(language)}">{body}</code></pre>'


class LiveMarkdown:
    """Renders a growing text block by block and says which blocks changed.

    A viewer that replaces only those keeps its scroll position, its selection and its calm.
    """

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self._sources: list[str] = []

    def update(self, text: str) -> list[tuple[int, str]]:
        """Return ``(index, html)`` of each top-level block that is new or different.

        Parameters
        ----------
        text : str
            The whole text so far.
        """
        changed = []
        sources, blocks = [], []
        for index, (source, html) in enumerate(_blocks(text, self._sources, self.blocks)):
            sources.append(source)
            blocks.append(html)
            if index >= len(self.blocks) or self.blocks[index] != html:
                changed.append((index, html))
        self._sources, self.blocks = sources, blocks
        return changed


def _blocks(text: str, sources: Sequence[str] = (), known: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield each top-level block's source and HTML, taking unchanged ones from ``known``."""
    parser = _parser()
    environment: dict[str, Any] = {}
    tokens = parser.parse(text, environment)
    lines = text.splitlines(keepends=True)
    linked = bool(environment.get("references"))  # a definition further down changes blocks above it
    for index, group in enumerate(_groups(tokens)):
        span = group[0].map
        source = "".join(lines[span[0] : span[1]]) if span else ""
        if not linked and source and index < len(sources) and sources[index] == source:
            yield source, known[index]
        else:
            yield source, _cleaner().clean(parser.renderer.render(group, parser.options, environment))


def _groups(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield group
            group = []


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "highlight": _highlight})
    parser.enable(["table", "strikethrough"])
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("table_open", lambda *_: '<div class="wb-table"><table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return parser


@cache
def _cleaner() -> Cleaner:
    from nh3 import Cleaner

    return Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        filter_style_properties=STYLES,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer",
    )


def _link(renderer: Any, tokens: Sequence[Token], index: int, options: Any, environment: Any) -> str:
    tokens[index].attrSet("target", "_blank")
    return str(renderer.renderToken(tokens, index, options, environment))


def _image(renderer: Any, tokens: Sequence[Token], index: int, options: Any, environment: Any) -> str:
    """Name the image: fetching it would tell a stranger's server what was read here, and when."""
    token = tokens[index]
    label = renderer.renderInlineAsText(token.children, options, environment) or "no description"
    address = escape(str(token.attrGet("src") or ""))
    return f'<span class="wb-image" title="{address}">[image not loaded: {escape(label)}]</span>'


def _highlight(code: str, language: str, _attributes: str) -> str:
    """Colour code by inline styles; an unknown language stays plain."""
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
    from pygments.util import ClassNotFound  # type: ignore[import-untyped]

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return ""
    styled = ((_style(str(kind).removeprefix("Token.")), value) for kind, value in lexer.get_tokens(code))
    return "".join(
        _span(style, "".join(value for _, value in run)) for style, run in groupby(styled, key=itemgetter(0))
    )


def _span(style: str, value: str) -> str:
    return f'<span style="{style}">{escape(value)}</span>' if style and value.strip() else escape(value)


@cache
def _style(kind: str) -> str:
    while kind not in COLOURS:
        kind, dot, _ = kind.rpartition(".")
        if not dot:
            return _style(kind) if kind in COLOURS else ""
    name, fallback, more = COLOURS[kind]
    return f"color:var(--jp-mirror-editor-{name}-color,{fallback});{more}".rstrip(";")
