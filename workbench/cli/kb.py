"""``workbench kb``: knowledge bases, from a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from workbench.errors import Cancelled

if TYPE_CHECKING:
    from workbench.cli.show import Bar
    from workbench.knowledge import AddResult
    from workbench.studio import Studio

__all__ = ["app"]

app = typer.Typer(help="Make knowledge bases, fill them, search them, let them answer.", no_args_is_help=True)

T = TypeVar("T")
STOPPED = 130
"""Exit status of what Ctrl-C ended, as shells have it."""
NAME = typer.Argument(help="Name of a knowledge base.", show_default=False)
JSON = typer.Option(False, "--json", help="JSON instead of words.")
MODEL = typer.Option(
    None,
    "-m",
    "--model",
    help="provider:model, or a model whose name tells its provider; none answers by quotes alone.",
)
FILE = typer.Option(None, "--file", help="Only files of this name, such as 'report*'; may be given again.")
TYPE = typer.Option(None, "--type", help="Only files of this type, such as pdf; may be given again.")
PAGE = typer.Option(None, "--page", min=1, help="Only this page; may be given again.")
EMBEDDER = typer.Option(None, help="What makes the vectors, such as minilm; see WORKBENCH_EMBEDDER.")
TOKENS = typer.Option(None, min=16, help="Most tokens of a passage.")


@app.command()
def create(
    name: str = NAME,
    embedder: str | None = EMBEDDER,
    chunk_tokens: int | None = TOKENS,
    description: str | None = typer.Option(None, help="What it is about, for people."),
    as_json: bool = JSON,
) -> None:
    """Make a knowledge base; one that is there already stays as it is."""
    here = _studio()
    found = here.vectors.find_knowledge_base(here.user_id, name)
    settings = {"chunk_tokens": chunk_tokens} if chunk_tokens else None
    base_id = found or here.files.create_knowledge_base(
        here.user_id, name, description, embedder=embedder, settings=settings
    )
    base = here.vectors.get_knowledge_base(base_id)
    state = "is there already" if found else "is a new knowledge base"
    _say(base, f"{name} {state}, embedder {base['embedder']}.", as_json)


@app.command()
def add(
    name: str = NAME,
    paths: list[str] = typer.Argument(help="Files, patterns such as 'papers/*.pdf', and folders."),
    recursive: bool = typer.Option(False, "--recursive", "-r", help="Go through folders in folders too."),
    as_json: bool = JSON,
) -> None:
    """Add files; the exit status is 1 when one of them could not be added."""
    from workbench.knowledge.choosing import uploads_of

    here = _studio()
    base_id = _base(here, name)
    uploads = uploads_of(paths, recursive=recursive)
    result = _working(here, name, lambda bar: here.vectors.add_files(base_id, uploads, progress=bar))
    _tell_added(result, as_json)


@app.command()
def resume(name: str = NAME, as_json: bool = JSON) -> None:
    """Add the files whose addition failed or was interrupted."""
    here = _studio()
    base_id = _base(here, name)
    _tell_added(_working(here, name, lambda bar: here.vectors.resume(base_id, progress=bar)), as_json)


@app.command("list")
def list_bases(as_json: bool = JSON) -> None:
    """List the knowledge bases."""
    here = _studio()
    bases = here.vectors.list_knowledge_bases(here.user_id)
    columns = {
        "name": "name",
        "files": "file_count",
        "passages": "total_chunks",
        "embedder": "embedder",
        "status": "status",
        "description": "description",
    }
    _table(bases, columns, "There is none yet; `workbench kb create NAME` makes one.", as_json)


@app.command()
def files(name: str = NAME, as_json: bool = JSON) -> None:
    """List the files of a knowledge base, and how far each is."""
    here = _studio()
    _tell_files(here.vectors.files(_base(here, name)), f"{name} is empty.", as_json)


@app.command()
def remove(
    name: str = NAME,
    wanted: list[str] = typer.Argument(metavar="FILE...", help="Names, patterns or ids of files."),
    as_json: bool = JSON,
) -> None:
    """Take files out of a knowledge base; the uploaded files stay."""
    from workbench.knowledge.choosing import files_named

    here = _studio()
    base_id = _base(here, name)
    there = here.vectors.files(base_id)
    gone = {file["file_id"]: file["filename"] for one in wanted for file in files_named(there, one, name)}
    for file_id in gone:
        here.vectors.remove_file(base_id, file_id)
    _say(list(gone.values()), f"Out of {name}: {', '.join(gone.values())}.", as_json)


@app.command()
def drop(
    name: str = NAME,
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
) -> None:
    """Delete a knowledge base with its passages and index; the uploaded files stay."""
    here = _studio()
    base_id = _base(here, name)
    if not yes:
        base = here.vectors.get_knowledge_base(base_id)
        typer.confirm(f"Drop {name} with its {base['total_chunks']:,} passages?", abort=True)
    here.vectors.delete_knowledge_base(base_id, here.user_id)
    typer.echo(f"{name} is dropped.")


@app.command()
def reindex(
    name: str = NAME,
    embedder: str | None = EMBEDDER,
    chunk_tokens: int | None = TOKENS,
    as_json: bool = JSON,
) -> None:
    """Make all passages and vectors anew while the present ones serve."""
    here = _studio()
    base_id = _base(here, name)

    def work(bar: Bar) -> dict[str, Any]:
        return here.vectors.reindex(base_id, embedder=embedder, chunk_tokens=chunk_tokens, progress=bar)

    base = _working(here, name, work, "its former index serves as before; the same command goes on")
    _say(base, f"{name} is reindexed: {base['total_chunks']:,} passages by {base['embedder']}.", as_json)


@app.command()
def stats(name: str = NAME, as_json: bool = JSON) -> None:
    """Say how large a knowledge base is and how it answers."""
    here = _studio()
    found = here.vectors.stats(_base(here, name))
    if as_json:
        _say(found, "", as_json)
        return
    from workbench.cli.show import table

    rows = [(key, _word(value)) for key, value in found.items() if value not in (None, "", {})]
    table(name, ("what", "value"), rows)


@app.command()
def verify(name: str = NAME) -> None:
    """Read all of a knowledge base again; the exit status is 1 when something is wrong."""
    here = _studio()
    wrong = here.vectors.verify(_base(here, name))
    for line in wrong:
        typer.echo(line)
    if wrong:
        raise typer.Exit(1)
    typer.echo(f"Sound: {name} is what it says, passages, vectors, counts and indexes.")


@app.command()
def search(
    name: str = NAME,
    words: list[str] = typer.Argument(help="Words or a question."),
    limit: int = typer.Option(5, "-n", "--limit", min=1, help="Most passages."),
    threshold: float = typer.Option(
        0.7, min=0, max=1, help="Least score; .7 is where a passage is more likely to the point than not."
    ),
    file: list[str] | None = FILE,
    kind: list[str] | None = TYPE,
    page: list[int] | None = PAGE,
    as_json: bool = JSON,
) -> None:
    """Find passages, by meaning and by words."""
    here = _studio()
    found = here.vectors.search(
        _base(here, name), " ".join(words), limit, threshold, filters=_filters(file, kind, page)
    )
    typer.echo(found.to_json() if as_json else str(found))


@app.command()
def ask(
    name: str = NAME,
    question: list[str] = typer.Argument(help="The question."),
    model: str | None = MODEL,
    limit: int = typer.Option(8, "-n", "--limit", min=1, help="Most passages read."),
    file: list[str] | None = FILE,
    kind: list[str] | None = TYPE,
    page: list[int] | None = PAGE,
    as_json: bool = JSON,
) -> None:
    """Let a knowledge base answer, each claim with the place that says so."""
    here = _studio()
    base_id = _base(here, name)
    filters = _filters(file, kind, page)
    answer = here.vectors.ask(base_id, " ".join(question), model=model, limit=limit, filters=filters)
    typer.echo(answer.to_json() if as_json else str(answer))


# inside


def _studio() -> Studio:
    from workbench.studio import studio

    return studio()


def _base(here: Studio, name: str) -> str:
    from workbench.knowledge.choosing import base_named

    return base_named(here, name, "workbench kb")


def _filters(
    files: list[str] | None, kinds: list[str] | None, pages: list[int] | None
) -> dict[str, Any] | None:
    from workbench.knowledge.choosing import filters_of

    return filters_of(files, kinds, pages)


def _working(here: Studio, name: str, work: Callable[[Bar], T], stopped: str = "") -> T:
    """Do long work under a bar; Ctrl-C ends it with a sentence on what is there."""
    from workbench.cli.show import Bar
    from workbench.knowledge.choosing import quoted

    try:
        with Bar(name) as bar:
            return work(bar)
    except (KeyboardInterrupt, Cancelled):
        ready = sum(file["status"] == "ready" for file in here.vectors.files(_base(here, name)))
        told = stopped or f"{ready} files can be searched; `workbench kb resume {quoted(name)}` goes on"
        typer.echo(f"workbench: stopped. {name}: {told}.", err=True)
        raise typer.Exit(STOPPED) from None


def _say(value: Any, words: str, as_json: bool) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str) if as_json else words)


def _word(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{key} {part}" for key, part in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def _table(rows: list[dict[str, Any]], columns: dict[str, str], none: str, as_json: bool) -> None:
    from workbench.cli.show import table

    if as_json:
        _say(rows, "", as_json)
    elif not rows:
        typer.echo(none)
    else:
        cells = (
            [_word(row[key]) if row[key] is not None else "" for key in columns.values()] for row in rows
        )
        table("", list(columns), cells)


def _tell_files(files: list[dict[str, Any]], none: str, as_json: bool) -> None:
    # A format without pages has none, and so has a file that could not be read.
    counted = [file | {name: file[name] or None for name in ("pages", "chunks")} for file in files]
    columns = {"file": "filename", "type": "file_type", "status": "status", "pages": "pages"}
    columns |= {"passages": "chunks", "why not": "error"}
    _table(files if as_json else counted, columns, none, as_json)


def _tell_added(result: AddResult, as_json: bool) -> None:
    _tell_files(list(result.files), "Nothing was waiting.", as_json)
    if not as_json and result.files:
        typer.echo(str(result).splitlines()[0])
    if result.failed:
        typer.echo(f"workbench: {len(result.failed)} of {len(result)} files failed.", err=True)
        raise typer.Exit(1)
