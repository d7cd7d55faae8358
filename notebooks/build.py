"""Write each notebook from the percent-format source beside it: ``make notebooks``.

The source is what people edit and review. The notebook carries no output, and its cells have
stable ids, so that writing it again changes nothing.
"""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat

ROOT = Path(__file__).parents[1]
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def sources() -> list[Path]:
    """Return every source that has, or is to have, a notebook beside it."""
    found = [*(ROOT / "notebooks").rglob("*.py"), *(ROOT / "dashboards").rglob("*.py")]
    return sorted(path for path in found if path.read_text().startswith("# ---\n# jupyter:"))


def render(source: Path) -> str:
    """Return the notebook of a source, as it stands in its file."""
    notebook = jupytext.read(source, fmt="py:percent")
    title = notebook.metadata.get("title")
    notebook.metadata = nbformat.from_dict({**METADATA, **({"title": title} if title else {})})
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number:02d}"
    return nbformat.writes(notebook, version=4) + "\n"


def main() -> None:
    """Write what changed."""
    for source in sources():
        target, text = source.with_suffix(".ipynb"), render(source)
        if not target.exists() or target.read_text() != text:
            target.write_text(text)
            print(f"wrote {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
