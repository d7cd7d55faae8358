"""A way to write a file and parse it, and parsers that do the worst they can."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.knowledge.parsing import Limits, Parsed, parse_file, warden

_VILLAIN = Path(__file__).with_name("villain.py")


@pytest.fixture
def parsed(tmp_path: Path) -> Callable[..., Parsed]:
    """Write bytes under a name and parse them."""

    def parse(name: str, data: bytes, limits: Limits = Limits(seconds=60)) -> Parsed:  # noqa: B008
        path = tmp_path / "stored"
        path.write_bytes(data)
        return parse_file(path, name, limits=limits)

    return parse


@pytest.fixture
def villain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Parsed]]:
    """Parse with a plug-in that does what the extension says."""
    plugin = tmp_path / "plugin"
    info = plugin / "villain-1.0.dist-info"
    info.mkdir(parents=True)
    shutil.copy(_VILLAIN, plugin)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: villain\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[workbench.parsers]\nvillain = villain:Villain\n")
    monkeypatch.setenv("PYTHONPATH", str(plugin))
    warden.stop()
    path = tmp_path / "stored"
    path.write_bytes(b"\x00\x01\x02\x03 bytes of the villain's own")

    def parse(deed: str, **limits: int) -> Parsed:
        return parse_file(path, f"file.{deed}", limits=Limits(**{"seconds": 20, **limits}))

    yield parse
    warden.stop()
