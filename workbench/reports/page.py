"""One HTML file of an executed notebook: no script, no remote file, fit for paper."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import nh3

from workbench.reports.libraries import library
from workbench.reports.tables import aligned

__all__ = ["clean", "page"]

_DRAWING = re.compile(r"<svg\b([^>]*)>.*?</svg\s*>", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(r'aria-label="([^"<>]*)"')
TEMPLATES = Path(__file__).parent / "templates"
# Styles that lay out and colour; none of them can name an address.
BOXES = {
    f"{name}{side}"
    for name in ("border", "margin", "padding")
    for side in ("", "-bottom", "-left", "-right", "-top")
}
STYLES = BOXES | {
    *("background-color", "border-collapse", "border-radius", "color", "display", "flex", "flex-wrap"),
    *("font-family", "font-size", "font-style", "font-variant-numeric", "font-weight", "gap", "height"),
    *("justify-content", "letter-spacing", "line-height", "max-width", "min-width", "opacity", "overflow"),
    *("overflow-wrap", "overflow-x", "text-align", "text-decoration", "text-transform", "vertical-align"),
    *("white-space", "width"),
}
TAGS = nh3.ALLOWED_TAGS | {"section", "input"}
ATTRIBUTES = {
    **nh3.ALLOWED_ATTRIBUTES,
    "*": {"class", "id", "style", "title", "role", "aria-label", "dir"},
    "details": {"open"},
    "input": {"type", "checked", "disabled"},
}


def clean(element: Any) -> str:
    """Return the HTML without scripts, event handlers, remote images and foreign style sheets."""
    text = element.decode() if isinstance(element, bytes) else str(element)
    safe = nh3.clean(
        _DRAWING.sub(_as_image, text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_own_images_only,
        url_schemes={"http", "https", "mailto", "data"},
        filter_style_properties=STYLES,
    )
    return aligned(safe)


def _own_images_only(tag: str, attribute: str, value: str) -> str | None:
    embedded = value.startswith("data:image/")
    if attribute == "src":
        return value if tag == "img" and embedded else None
    if attribute == "type" and tag == "input":
        return value if value == "checkbox" else None
    return None if value.startswith("data:") else value


def _as_image(drawing: re.Match[str]) -> str:
    """Turn a drawing into an image, which keeps its look and can do nothing."""
    svg = drawing[0]
    if "xmlns=" not in drawing[1]:
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    label = _LABEL.search(drawing[1])
    words = label[1] if label else "drawing"
    return f'<img alt="{words}" style="max-width:100%" src="{_svg_image(svg)}">'


def _svg_image(source: str | bytes) -> str:
    """Return the drawing as an image address: scripts in it stay dead there."""
    data = source.encode() if isinstance(source, str) else source
    return "data:image/svg+xml;base64," + base64.b64encode(data).decode()


def page(notebook: Any, title: str, footer: str) -> str:
    """Return the notebook as one self-contained HTML page.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With its outputs.
    title : str
        Title of the page.
    footer : str
        The line under it.
    """
    exporter = library("nbconvert").HTMLExporter(
        template_name="workbench",
        extra_template_basedirs=[str(TEMPLATES)],
        sanitize_html=True,
        embed_images=True,
    )
    # nbconvert's own filter escapes headings and tables' heads instead of keeping them.
    exporter.register_filter("clean_html", clean)
    exporter.register_filter("svg_image", _svg_image)
    css = (TEMPLATES / "workbench/report.css").read_text()
    resources = {"page": {"title": title, "css": css, "footer": footer}}
    body, _ = exporter.from_notebook_node(_without_widget_state(notebook), resources=resources)
    return str(body)


def _without_widget_state(notebook: Any) -> Any:
    # Live widgets need scripts; each of ours carries a static twin, which is what a page shows.
    notebook = library("copy").deepcopy(notebook)
    notebook.metadata.pop("widgets", None)
    return notebook
