"""The content-addressed store."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import BadInput, Corrupted, NotFound
from workbench.storage.objects import ObjectStore, digest_of


@pytest.fixture
def store(tmp_path):
    return ObjectStore(tmp_path / "objects")


@given(data=st.binary(max_size=2000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_what_goes_in_comes_out_under_its_digest(store, data):
    digest = store.put(data)
    assert digest == digest_of(data)
    assert store.get(digest) == data and digest in store and digest in list(store)
    assert store.put(data) == digest


def test_changed_bytes_are_noticed_and_mended_by_the_next_put(store):
    digest = store.put(b"content")
    store.path(digest).write_bytes(b"contemt")
    with pytest.raises(Corrupted, match="was changed on disk"):
        store.get(digest)
    store.put(b"content")
    assert store.get(digest) == b"content"


def test_an_absent_object_and_a_bad_name(store):
    with pytest.raises(NotFound, match="is not in the store"):
        store.get(digest_of(b"never stored"))
    for name in ("../../etc/passwd", "sha256:abc", "md5:" + "0" * 64):
        with pytest.raises(BadInput, match="no object digest"):
            store.get(name)


def test_a_dead_writers_leavings_are_swept_and_a_living_ones_stay(store):
    digest = store.put(b"x")
    folder = store.path(digest).parent
    for name, age in ((".1.dead.part", 7200), (".2.alive.part", 0)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    assert store.sweep() == 1
    assert [path.name for path in folder.glob(".*")] == [".2.alive.part"]
    assert list(store) == [digest]


def test_an_object_that_is_wanted_again_while_it_is_swept_stays(store, monkeypatch):
    digest = store.put(b"x")
    old = time.time() - 7200
    os.utime(store.path(digest), (old, old))
    store.remove(digest, before=old - 1)
    assert store.get(digest) == b"x"
    # Another process takes it away between the look and the touch.
    monkeypatch.setattr(store, "_sound", lambda path, data: path.unlink() is None)
    assert store.put(b"x") == digest
    assert store.get(digest) == b"x"
    store.remove(digest, before=time.time() + 1)
    assert list(store) == [] and list(store.folder.glob("*/.*")) == []
