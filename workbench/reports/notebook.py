"""Finding a notebook, reading what parameters it declares, and putting others in."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import BadInput, NotFound
from workbench.reports.libraries import library

__all__ = [
    "Parameter",
    "declared_parameters",
    "find_notebook",
    "listed_reports",
    "parameterised",
    "read_notebook",
]

REPORTS = Path("notebooks/reports")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One name that a notebook's parameters cell assigns.

    Attributes
    ----------
    name : str
        The variable.
    default : Any
        Its value where it is a literal, else ``None``.
    source : str
        Its value as written.
    help : str
        The comment on its line.
    """

    name: str
    default: Any
    source: str
    help: str

    def accepts(self, value: Any) -> bool:
        """Whether ``value`` has the type of the default; anything goes where that is unknown."""
        if self.default is None or value is None:
            return True
        if isinstance(self.default, bool) or isinstance(value, bool):
            return isinstance(value, bool) and isinstance(self.default, bool)
        if isinstance(self.default, float):
            return isinstance(value, int | float)
        return isinstance(value, type(self.default))


def listed_reports() -> list[Path]:
    """Return the notebooks in notebooks/reports, in the order of their names."""
    return sorted(path.absolute() for path in REPORTS.glob("*.ipynb"))


def find_notebook(name: str | Path) -> Path:
    """Return the notebook that ``name`` means: a path, or the name of one in notebooks/reports.

    Raises
    ------
    NotFound
        Listing the reports that are there.
    """
    given = Path(name).expanduser()
    for place in (given, given.with_name(given.name + ".ipynb"), REPORTS / f"{name}.ipynb"):
        if place.is_file() and place.suffix == ".ipynb":
            return place.absolute()
    known = ", ".join(path.stem for path in listed_reports()) or "none"
    raise NotFound(
        f"There is no notebook {str(name)!r} here or in {REPORTS}.",
        f"Give a path to an .ipynb file, or one of the reports: {known}.",
    )


def read_notebook(path: Path) -> Any:
    """Read a notebook file as nbformat 4.

    Raises
    ------
    BadInput
        The file is no notebook.
    """
    nbformat = library("nbformat")
    try:
        return nbformat.read(path, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, KeyError, UnicodeDecodeError):
        raise BadInput(f"{path.name} is not a Jupyter notebook.", "Give an .ipynb file.") from None


def declared_parameters(path: Path) -> dict[str, Parameter]:
    """Return what the cell tagged ``parameters`` declares, in its order; often nothing."""
    library("papermill")
    inspection = library("papermill.inspection")
    found = inspection._infer_parameters(_prepared(read_notebook(path)))  # noqa: SLF001 no public twin takes a node
    return {one.name: Parameter(one.name, _literal(one.default), one.default, one.help) for one in found}


def parameterised(path: Path, parameters: Mapping[str, Any]) -> Any:
    """Return the notebook with a cell of ``parameters`` after the declared ones.

    Raises
    ------
    BadInput
        A parameter is not declared, or has another type than its default.
    """
    notebook = _prepared(read_notebook(path))
    if not parameters:
        return notebook
    _check(path, parameters)
    return library("papermill.parameterize").parameterize_notebook(notebook, dict(parameters))


def _prepared(notebook: Any) -> Any:
    # papermill expects what only its own reader puts in, and a kernel even where a tool named none.
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    kernel |= notebook.metadata.get("kernelspec", {})
    added = {"kernelspec": kernel, "papermill": notebook.metadata.get("papermill", {})}
    notebook.metadata.update(library("nbformat").from_dict(added))
    return notebook


def _check(path: Path, parameters: Mapping[str, Any]) -> None:
    declared = declared_parameters(path)
    for name, value in parameters.items():
        if name not in declared:
            names = ", ".join(declared) or "no parameters at all"
            raise BadInput(
                f"{path.name} declares no parameter {name!r}.",
                f"It declares: {names}.",
                details={"field": name},
            )
        if not declared[name].accepts(value):
            kind = type(declared[name].default).__name__
            raise BadInput(
                f"The parameter {name!r} of {path.name} takes type {kind}, not {type(value).__name__}.",
                f"Its default is {declared[name].source}.",
                details={"field": name},
            )


def _literal(source: str) -> Any:
    try:
        return ast.literal_eval(source)
    except (ValueError, SyntaxError):
        return None
