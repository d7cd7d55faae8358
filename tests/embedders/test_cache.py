"""Kept files: whole or not at all, checked before they are read."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.embedders.cache import kept


class Maker:
    def __init__(self, content: bytes = b"made") -> None:
        self.content, self.times = content, 0

    def __call__(self) -> bytes:
        self.times += 1
        time.sleep(0.02)
        return self.content


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "model.onnx"


def test_it_is_made_once(file: Path):
    make = Maker()
    assert [kept(file, "key", make) for _ in range(3)] == [b"made"] * 3
    assert make.times == 1
    assert {path.name for path in file.parent.iterdir()} <= {"model.onnx", "model.json", "model.lock"}


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.write_bytes(b"mad"),
        lambda file: file.write_bytes(b"Made"),
        lambda file: file.unlink(),
        lambda file: file.with_suffix(".json").unlink(),
        lambda file: file.with_suffix(".json").write_text("{"),
        lambda file: file.with_suffix(".json").write_text(json.dumps({"key": "key"})),
    ],
    ids=["short", "changed", "gone", "no sidecar", "broken sidecar", "half a sidecar"],
)
def test_a_damaged_one_is_made_again(file: Path, harm: Callable[[Path], None]):
    make = Maker()
    kept(file, "key", make)
    harm(file)
    assert kept(file, "key", make) == b"made"
    assert make.times == 2
    assert kept(file, "key", make) == b"made"
    assert make.times == 2


def test_one_of_another_key_is_replaced(file: Path):
    kept(file, "old", Maker(b"old"))
    assert kept(file, "new", Maker(b"new")) == b"new"
    assert file.read_bytes() == b"new"


def test_of_several_makers_one_makes(file: Path):
    make, got = Maker(), []
    threads = [threading.Thread(target=lambda: got.append(kept(file, "key", make))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [b"made"] * 5
    assert make.times == 1


def test_where_nothing_can_be_kept_it_is_made_each_time(tmp_path: Path):
    (tmp_path / "kept").write_text("a file where the folder would be")
    make = Maker()
    assert [kept(tmp_path / "kept" / "model.onnx", "key", make) for _ in range(2)] == [b"made"] * 2
    assert make.times == 2
