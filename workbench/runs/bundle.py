"""Carrying Runs to another machine in one zip file.

Layout of a bundle: ``manifest.json`` (format, and the SHA-256 of every other member),
``runs.jsonl`` and ``environments.jsonl`` (canonical JSON lines) and ``objects/<sha256>``.
The same Runs give the same bytes.
"""

from __future__ import annotations

import os
import secrets
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from workbench.errors import BadInput, Corrupted, WorkbenchError
from workbench.runs.bundle_form import Line, Manifest
from workbench.runs.canonical import canonical, decode, sha256
from workbench.runs.record import Artifact, Run, check_seed
from workbench.runs.store import RUNS, RunStore
from workbench.storage.objects import ObjectStore, digest_of, is_digest

__all__ = ["export", "import_", "objects_of", "with_children"]

FORMAT = "workbench-bundle/1"
_TEXTS = ("environments.jsonl", "runs.jsonl")
_LIMIT = 8 * 1024**3
# What reading a file that is no bundle, or a forged one, can raise; pydantic's errors are ValueErrors and
# zipfile says by a RuntimeError that a member is encrypted.
_BROKEN = (zipfile.BadZipFile, zlib.error, LookupError, EOFError, RuntimeError, ValueError)


def export(
    store: RunStore, objects: ObjectStore, path: Path, runs: list[Run], *, everything: bool = False
) -> Path:
    """Write the bundle; see `Runs.export`."""
    chosen = sorted(with_children(store, runs), key=lambda run: run.id)
    open_ = [run for run in chosen if not run.ended]
    if everything:
        # Something may always be running: the report around this very call, or another kernel's chat.
        chosen = [run for run in chosen if run.ended]
    elif open_:
        raise BadInput(
            f"Run {open_[0].id} is still {open_[0].status} and cannot be exported.",
            "Wait for its end, or stop it.",
        )
    if not chosen:
        raise BadInput("There are no Runs to export.", "Run something first, or name the Runs.")
    members = _members(store, objects, chosen)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        _write(temporary, members)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def import_(store: RunStore, objects: ObjectStore, path: Path, user_id: str) -> list[Run]:
    """Check the bundle and take it in; see `Runs.import_`."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _take_in(store, objects, archive, user_id)
    except WorkbenchError:
        raise
    except FileNotFoundError:
        raise BadInput(
            f"There is no file {path}.", "Give the path of a bundle that `%runs export` wrote."
        ) from None
    except (IsADirectoryError, PermissionError) as error:
        raise BadInput(
            f"{path} cannot be read: {error.strerror}.", "Give the path of a bundle that you may read."
        ) from None
    except _BROKEN:
        raise Corrupted(f"{path} is no whole bundle.", "Export it again, or copy it again.") from None


def with_children(store: RunStore, runs: Iterable[Run]) -> list[Run]:
    """Return the Runs and all that hang below them, each once."""
    found = {run.id: run for run in runs}
    level = list(found)
    while level:
        below = [
            run
            for start in range(0, len(level), 5000)
            for run in store.select(select(RUNS).where(RUNS.c.parent_id.in_(level[start : start + 5000])))
        ]
        level = [run.id for run in below if run.id not in found]
        found |= {run.id: run for run in below}
    return list(found.values())


def objects_of(run: Run) -> Iterator[str]:
    """Yield the digests of all objects that a Run refers to."""
    for artifact in run.artifacts:
        yield artifact.digest
    for value in (run.inputs, run.output, run.parameters):
        yield from _references(value)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if set(value) == {"$object"} and is_digest(value["$object"]):
            yield value["$object"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _members(store: RunStore, objects: ObjectStore, runs: list[Run]) -> Iterator[tuple[str, bytes]]:
    yield "runs.jsonl", "".join(f"{canonical(_line(run))}\n" for run in runs).encode()
    with store.database.engine.connect() as connection:
        texts = store.environment_texts(connection, {run.environment_digest for run in runs})
    yield "environments.jsonl", "".join(f"{texts[name]}\n" for name in sorted(texts)).encode()
    for digest in sorted({digest for run in runs for digest in objects_of(run)}):
        yield f"objects/{digest.removeprefix('sha256:')}", objects.get(digest)


def _write(path: Path, members: Iterator[tuple[str, bytes]]) -> None:
    sums = {}
    with path.open("xb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                sums[name] = digest_of(data)
                archive.writestr(_info(name), data)
            archive.writestr(_info("manifest.json"), canonical({"format": FORMAT, "members": sums}))
        file.flush()
        os.fsync(file.fileno())


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _line(run: Run) -> dict[str, Any]:
    return run.content() | {"name": run.name, "tags": list(run.tags), "digest": run.digest}


def _take_in(store: RunStore, objects: ObjectStore, archive: zipfile.ZipFile, user_id: str) -> list[Run]:
    if sum(item.file_size for item in archive.infolist()) > _LIMIT:
        raise BadInput(
            f"The bundle opens to more than {_LIMIT // 1024**3} GiB.", "Export fewer Runs at a time."
        )
    manifest = Manifest.model_validate_json(archive.read("manifest.json"))
    if manifest.format != FORMAT:
        raise BadInput(
            f"This is no bundle of format {FORMAT}.", "Export it with this version of the package."
        )
    members = manifest.members
    texts = {name: _checked(archive, name, members.pop(name)) for name in _TEXTS}
    # Objects are read twice, for all of them together may not fit into memory.
    held = {digest_of(_checked(archive, name, digest)) for name, digest in members.items()}
    environments = {sha256(line): line for line in texts["environments.jsonl"].decode().splitlines()}
    bodies = {digest: _environment(line) for digest, line in environments.items()}
    runs = [_run(line, bodies, user_id) for line in texts["runs.jsonl"].decode().splitlines()]
    present = _check(store, runs, held)
    for name, digest in members.items():
        objects.put(_checked(archive, name, digest))
    fresh = [run for run in runs if run.id not in present]
    store.add(fresh, environments)
    return fresh


def _checked(archive: zipfile.ZipFile, name: str, digest: str) -> bytes:
    data = archive.read(name)
    if digest_of(data) != digest or (name.startswith("objects/") and digest != f"sha256:{name[8:]}"):
        raise Corrupted(
            f"{name} in the bundle does not match its digest.", "Export it again, or copy it again."
        )
    return data


def _environment(text: str) -> dict[str, Any]:
    body: dict[str, Any] = decode(text)
    if not isinstance(body, dict) or canonical(body) != text:
        raise Corrupted("An environment in the bundle does not match its digest.", "Export it again.")
    return body


def _run(text: str, bodies: dict[str, dict[str, Any]], user_id: str) -> Run:
    Line.model_validate_json(text)
    line = decode(text)
    run = Run(
        **{name: line[name] for name in _SAME},
        seed=check_seed(line["seed"]),
        parent_id=line["parent"],
        user_id=user_id,
        environment=bodies[line["environment"]],
        environment_digest=line["environment"],
        chunks=tuple((at, chunk) for at, chunk in line["chunks"]),
        tokens_input=line["tokens"][0],
        tokens_output=line["tokens"][1],
        artifacts=tuple(Artifact(*item) for item in line["artifacts"]),
        tags=tuple(line["tags"]),
    )
    for problem in run.problems():
        raise Corrupted(
            f"Run {run.id} in the bundle does not match its digest: {problem}.", "Export it again."
        )
    return run


_SAME = ("id", "kind", "name", "status", "key", "occurrence", "execution", "notebook", "cell", "account",
         "version", "inputs", "output", "error", "parameters", "metrics", "cost", "started_us",
         "duration", "digest")  # fmt: skip


def _check(store: RunStore, runs: list[Run], objects: set[str]) -> set[str]:
    """Return the identifiers that are here already; refuse a bundle that lacks or contradicts something."""
    if len({run.id for run in runs}) < len(runs):
        raise Corrupted("The bundle holds a Run twice.", "Export it again.")
    present = {
        run.id: run.digest
        for start in range(0, len(runs), 5000)
        for run in store.select(
            select(RUNS).where(RUNS.c.id.in_([run.id for run in runs[start : start + 5000]]))
        )
    }
    for run in runs:
        if present.get(run.id, run.digest) != run.digest:
            raise Corrupted(
                f"Run {run.id} is here already with another content.", "Verify both with `%runs verify`."
            )
        lacking = set(objects_of(run)) - objects
        if lacking:
            raise Corrupted(
                f"The bundle lacks the object {lacking.pop()} of Run {run.id}.", "Export it again."
            )
    return set(present)
