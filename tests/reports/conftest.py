"""Small notebooks that need no model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

HEADER = "# A small report\n\nSome *text*, a `word`.\n\n| a | b |\n|---|---|\n| 1 | 2 |"
PARAMETERS = "count = 2  # how many Runs\nlabel = 'a'\nrate = 0.5\nfail = False"
WORK = """
from workbench.studio import studio
for number in range(count):
    studio().runs.execute("toy", {"number": number, "label": label}, lambda recorder: number)
"""
FAILURE = "if fail:\n    raise ValueError('the fuse blew')"


@pytest.fixture
def make_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Write a notebook of code cells below a parameters cell."""

    def make(*sources: str, name: str = "toy", parameters: str | None = PARAMETERS) -> Path:
        cells = [nbformat.v4.new_markdown_cell(HEADER)]
        if parameters is not None:
            cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
        cells += [nbformat.v4.new_code_cell(source.strip()) for source in sources]
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    return make


@pytest.fixture
def toy(make_notebook: Callable[..., Path]) -> Path:
    return make_notebook(WORK, FAILURE, "from IPython.display import HTML\nHTML(f'<b>{label}</b>')")
