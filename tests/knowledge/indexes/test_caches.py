"""A file that is not what it was written as is noticed and made again, never answered from."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from tests.knowledge.indexes.test_conformance import SmallHnsw
from tests.knowledge.indexes.truth import DIMENSION, Truth, agrees
from workbench.knowledge.indexes import graph, layers, open_lexical
from workbench.knowledge.indexes.graph import load_graph


def built(truth, folder, settings):
    """An index whose graph is on the disk."""
    index = SmallHnsw(truth, folder, settings)
    index.refresh()
    index.settle()
    return index


def flip(path, at=0.5):
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 1
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:-9])


def empty(path):
    path.write_bytes(b"")


DAMAGES = [flip, cut, empty, Path.unlink]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("pattern", ["graph-*.usearch", "graph-*.npy", "graph.json"])
def test_a_damaged_graph_is_built_again(damage, pattern, settings, tmp_path):
    truth = Truth()
    truth.add(60)
    built(truth, tmp_path, settings).close()
    assert load_graph(tmp_path, truth) is not None
    damage(next(tmp_path.glob(pattern)))
    if damage is not flip or pattern != "graph.json":
        assert load_graph(tmp_path, truth) is None
    again = built(truth, tmp_path, settings)
    agrees(again, truth, limit=100)
    assert load_graph(tmp_path, truth) is not None
    assert len(list(tmp_path.glob("graph-*"))) == 2


def test_an_open_index_does_not_read_a_file_that_was_damaged_since(settings, tmp_path):
    truth = Truth()
    truth.add(60)
    index = built(truth, tmp_path, settings)
    assert index.name == "hnsw"
    empty(next(tmp_path.glob("graph-*.usearch")))
    agrees(index, truth, limit=100)


@pytest.mark.parametrize(
    ("field", "value"),
    [("base_id", "another"), ("generation", 2), ("fingerprint", "sha256:other"), ("now", 0)],
)
def test_a_file_of_something_else_is_not_used(field, value, settings, tmp_path):
    truth = Truth()
    truth.add(60)
    built(truth, tmp_path, settings).close()
    setattr(truth, field, value)
    assert load_graph(tmp_path, truth) is None


def test_a_file_of_other_vectors_with_a_sidecar_to_match_is_told_by_its_dimension(settings, tmp_path):
    truth, other = Truth(), Truth(8)
    truth.add(60)
    other.add(60)
    built(other, tmp_path, settings).close()
    sidecar = json.loads((tmp_path / "graph.json").read_text())
    (tmp_path / "graph.json").write_text(json.dumps(sidecar | {"dimension": DIMENSION}))
    assert load_graph(tmp_path, truth) is None


def test_ids_that_the_database_does_not_know_have_the_index_made_again(settings, tmp_path):
    truth = Truth()
    truth.add(60)
    built(truth, tmp_path, settings).close()
    # As when a backup of the database is put back and goes on differently.
    truth.rows = {
        number + 1000: (row[0], number + 1000, *row[2:]) for number, row in list(truth.rows.items())[:50]
    }
    agrees(built(truth, tmp_path, settings), truth, limit=100)


def test_a_process_takes_over_what_another_one_built(settings, tmp_path, monkeypatch):
    truth = Truth()
    truth.add(60)
    slow = SmallHnsw(truth, tmp_path, settings)
    with FileLock(tmp_path / "build.lock"):
        slow.refresh()
        slow.settle()
    assert slow.name == "exact"
    agrees(slow, truth, limit=100)
    built(truth, tmp_path, settings).close()
    truth.remove(truth.add(5)[:2])
    monkeypatch.setattr(graph.Graph, "add", None)
    slow.refresh()
    slow.settle()
    assert slow.name == "hnsw"
    agrees(slow, truth, limit=100)


def test_a_disk_that_is_full_leaves_an_index_that_answers(settings, tmp_path, caplog, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbench.knowledge.indexes.building.save_graph", full)
    truth = Truth()
    truth.add(60)
    index = built(truth, tmp_path, settings)
    agrees(index, truth, limit=100)
    assert "No space left" in caplog.text


def test_a_build_stops_when_the_index_is_closed(settings, tmp_path):
    truth = Truth(512)
    truth.add(4000)
    index = SmallHnsw(truth, tmp_path, settings)
    index.refresh()
    index.close()
    assert not list(tmp_path.glob("graph*"))


@pytest.mark.slow
def test_an_interpreter_ends_under_a_build(tmp_path):
    script = (
        "import sys\nfrom pathlib import Path\nfrom tests.knowledge.indexes.truth import Truth\n"
        "from tests.knowledge.indexes.test_conformance import SmallHnsw\n"
        "truth = Truth(512)\ntruth.add(4000)\n"
        "index = SmallHnsw(truth, Path(sys.argv[1]), None)\nindex.refresh()\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path],
        capture_output=True,
        text=True,
        cwd=root,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("damage", "pattern"),
    [
        (flip, "lexical-*/*.idx"),
        (cut, "lexical-*/*.fast"),
        (Path.unlink, "lexical-*/meta.json"),
        (empty, "lexical.json"),
    ],
)
def test_a_damaged_index_of_words_is_built_again(damage, pattern, settings, tmp_path):
    truth = Truth()
    truth.add(60)
    index = open_lexical(truth, tmp_path, settings)
    index.refresh()
    wanted = index.search("cell gene", 100)[0].tolist()
    index.close()
    before = next(tmp_path.glob("lexical-*")).name
    damage(next(tmp_path.glob(pattern)))
    again = open_lexical(truth, tmp_path, settings)
    again.refresh()
    assert again.search("cell gene", 100)[0].tolist() == wanted
    (after,) = tmp_path.glob("lexical-*")
    assert (after.name != before) or pattern == "lexical.json"


def test_words_that_change_under_an_open_index_are_written_anew(settings, tmp_path):
    truth = Truth()
    truth.add(60)
    index = open_lexical(truth, tmp_path, settings)
    index.refresh()
    shutil.rmtree(next(tmp_path.glob("lexical-*")))
    truth.add(texts=["a zebra"], vectors=truth.random_vectors(1))
    index.refresh()
    assert index.search("zebra", 5)[0].tolist() == [truth.next - 1]
    assert index.count() == 61


@pytest.mark.slow
def test_the_graph_finds_what_comparing_with_all_finds(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(layers, "SUBSET", 100)
    truth = Truth(32)
    ids = truth.add(6000)
    index = built(truth, tmp_path, settings)
    truth.remove(ids[:50])
    index.refresh()
    for allowed in (None, np.array(ids[::3], np.int64), np.array(ids[:90], np.int64)):
        shared = wanted = 0
        for _ in range(30):
            query = truth.query()
            near = truth.nearest(query, 10, allowed)[0]
            shared += len(set(index.search(query, 10, allowed)[0].tolist()) & set(near.tolist()))
            wanted += len(near)
        assert shared >= 0.97 * wanted


@pytest.mark.slow
def test_a_filter_far_from_the_query_is_answered_in_full(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(layers, "SUBSET", 100)
    truth = Truth(32)
    ids = truth.add(6000)
    index = built(truth, tmp_path, settings)
    query = truth.query()
    far = np.sort(truth.nearest(query, 6000)[0][-900:])
    agrees(index, truth, limit=50, allowed=far, query=query)
    assert len(ids) == index.count()
