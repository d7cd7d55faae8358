"""What works on this machine and what is missing, one line each; never a secret's value."""

from __future__ import annotations

import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from workbench.errors import WorkbenchError
from workbench.wording import amount

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["Check", "checks"]

DISTRIBUTION = "autogent-studio"
_LEAST_FREE_BYTES = 1024**3
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Check:
    """One finding.

    Attributes
    ----------
    name : str
        What was looked at.
    state : {"ok", "absent", "problem"}
        ``absent`` is something optional that is not there.
    detail : str
        What was found; of a secret only whether it is present.
    hint : str
        What to do about it; empty where there is nothing to do.
    """

    name: str
    state: Literal["ok", "absent", "problem"]
    detail: str
    hint: str = ""


def checks(studio: Studio) -> list[Check]:
    """Look at the installation and say what works.

    Nothing is sent anywhere; of a model server on this machine only whether it listens. A part that
    fails is a ``problem`` with its own sentence, and the others are looked at all the same.

    Parameters
    ----------
    studio : Studio
        Whose settings, storage and providers are looked at.

    Returns
    -------
    list of Check
        In the order of a reader's questions: machine, storage, models, documents, keys, extras.
    """
    parts: tuple[Callable[[Studio], Iterator[Check]], ...] = (
        _machine,
        _home,
        _database,
        _runs,
        _default_model,
        _providers,
        _embedder,
        _pictures,
        _secrets,
        _features,
        _extras,
    )
    return [found for part in parts for found in _guarded(part, studio)]


def _guarded(part: Callable[[Studio], Iterator[Check]], studio: Studio) -> list[Check]:
    try:
        return list(part(studio))
    except WorkbenchError as error:
        return [Check(part.__name__.strip("_").replace("_", " "), "problem", error.message, error.hint)]


def _machine(_: Studio) -> Iterator[Check]:
    import psutil

    memory = psutil.virtual_memory()
    yield Check("python", "ok", f"{platform.python_version()} in {sys.prefix}")
    yield Check(
        "machine",
        "ok",
        f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} cores,"
        f" {memory.total / 1024**3:.1f} GB memory, {memory.available / 1024**3:.1f} GB of it free",
    )


def _home(studio: Studio) -> Iterator[Check]:
    try:
        home = studio.settings.home
        free = shutil.disk_usage(home).free
        probe = home / ".doctor"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        wanted = studio.settings.workbench_home
        yield Check(
            "home",
            "problem",
            f"{wanted} cannot be written: {error.strerror}.",
            "Set WORKBENCH_HOME to a folder that can.",
        )
        return
    room = f"{home}, {free / 1024**3:.1f} GB free"
    if free < _LEAST_FREE_BYTES:
        yield Check("home", "problem", room, "Make room, or set WORKBENCH_HOME to another disk.")
    else:
        yield Check("home", "ok", room)


def _database(studio: Studio) -> Iterator[Check]:
    embedded = studio.settings.database.startswith("sqlite")
    _ = studio.database
    yield Check(
        "database", "ok", "SQLite in the home" if embedded else "DATABASE_URL answers, schema up to date"
    )


def _runs(studio: Studio) -> Iterator[Check]:
    yield Check("runs", "ok", f"replay mode {studio.runs.mode}")


def _default_model(studio: Studio) -> Iterator[Check]:
    provider, model = studio.ai.resolve()
    reason = studio.ai.provider(provider).available()
    named = f"{provider}:{model}"
    if reason is None:
        yield Check("default model", "ok", f"{named}; WORKBENCH_PROVIDER and WORKBENCH_MODEL name another")
    else:
        yield Check("default model", "absent", f"{named}: {reason}")


def _providers(studio: Studio) -> Iterator[Check]:
    offered: dict[str, list[dict[str, object]]] = {}
    for model in studio.ai.models():
        offered.setdefault(str(model["provider"]), []).append(model)
    for provider, models in offered.items():
        ready = [model for model in models if model["available"]]
        place = getattr(studio.ai.provider(provider), "place", None)
        if not ready:
            yield Check(f"provider {provider}", "absent", str(models[0]["reason"]))
        elif place is not None and _is_silent(place.address):
            yield Check(
                f"provider {provider}",
                "absent",
                f"no server listens at {place.address}.",
                f"Start it, or set {place.address_setting}.",
            )
        else:
            yield Check(f"provider {provider}", "ok", f"ready, {amount(len(ready), 'model')} listed")


def _embedder(studio: Studio) -> Iterator[Check]:
    from workbench.embedders import get_embedder

    settings = studio.settings
    embedder = get_embedder(settings.workbench_embedder, settings)
    named = f"{embedder.name}:{embedder.model}"
    if reason := embedder.available():
        yield Check("embedder", "absent", f"{named}: {reason}", "Knowledge bases need one.")
    else:
        where = "by its provider, at a price" if embedder.remote else "on this machine"
        yield Check("embedder", "ok", f"{named}, {where}; WORKBENCH_EMBEDDER names another")


def _pictures(_: Studio) -> Iterator[Check]:
    program = shutil.which("tesseract")
    if program:
        yield Check("tesseract", "ok", f"{program}: text in pictures is read")
    else:
        yield Check(
            "tesseract", "absent", "text in pictures is not read.", "Install tesseract-ocr to have that."
        )


def _is_silent(address: str) -> bool:
    """Say whether the address is on this machine and nothing listens there."""
    place = urlsplit(address)
    if place.hostname not in _LOOPBACK:
        return False
    try:
        socket.create_connection((place.hostname, place.port or 80), timeout=1).close()
    except OSError:
        return True
    return False


def _secrets(studio: Studio) -> Iterator[Check]:
    fields = type(studio.settings).model_fields.items()
    absent = []
    for name in (name for name, field in fields if "SecretStr" in str(field.annotation)):
        value = getattr(studio.settings, name)
        if isinstance(value, SecretStr) and value.get_secret_value():
            yield Check(name.upper(), "ok", "present")
        else:
            absent.append(name.upper())
    if absent:
        yield Check("keys not set", "absent", ", ".join(absent))


def _features(studio: Studio) -> Iterator[Check]:
    for name, on in studio.settings:
        if name.startswith("enable_") and not on:
            yield Check(
                name.removeprefix("enable_"), "absent", "switched off", f"Set {name.upper()}=true to have it."
            )


def _extras(_: Studio) -> Iterator[Check]:
    from packaging.requirements import Requirement

    try:
        lines = metadata.requires(DISTRIBUTION) or []
        extras = metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        yield Check(
            "extras", "absent", "not known: the package runs from its source folder", "pip install -e ."
        )
        return
    wanted = [Requirement(line) for line in lines]
    for extra in (name for name in extras if name != "all"):
        needs = [
            need
            for need in wanted
            if need.name != DISTRIBUTION and need.marker and need.marker.evaluate({"extra": extra})
        ]
        # a marker that holds with no extra at all belongs to the package, not to the extra
        own = [need.name for need in needs if not need.marker.evaluate({"extra": ""})]  # type: ignore[union-attr]
        if own:
            yield _extra(extra, own)


def _extra(extra: str, needs: list[str]) -> Check:
    missing = [name for name in needs if not _installed(name)]
    if missing:
        hint = f"pip install '{DISTRIBUTION}[{extra}]'"
        return Check(f"extra {extra}", "absent", f"without {', '.join(missing)}", hint)
    return Check(f"extra {extra}", "ok", ", ".join(f"{name} {metadata.version(name)}" for name in needs))


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
