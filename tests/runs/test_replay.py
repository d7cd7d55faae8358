"""Modes, occurrences, bundles: the same notebook gives the same bytes elsewhere."""

from __future__ import annotations

import itertools
import json
import zipfile

import pytest

from workbench.errors import BadInput, Corrupted, ProviderFailed, ReplayMiss
from workbench.settings import load_settings
from workbench.studio import Studio


@pytest.fixture
def counter():
    numbers = itertools.count()
    return lambda _: next(numbers)


@pytest.fixture
def elsewhere(tmp_path):
    studio = Studio(load_settings(workbench_home=tmp_path / "elsewhere"))
    yield studio
    studio.close()


def test_live_computes_every_time(studio: Studio, counter):
    assert [studio.runs.execute("n", {}, counter).output for _ in range(3)] == [0, 1, 2]
    assert [run.occurrence for run in studio.runs.list()] == [2, 1, 0]


def test_cache_reuses_by_occurrence(studio: Studio, counter):
    for _ in range(2):
        studio.runs.execute("n", {}, counter)
    studio.runs.begin_execution()
    studio.runs.set_mode("cache")
    again = [studio.runs.execute("n", {}, counter) for _ in range(3)]
    assert [run.output for run in again] == [0, 1, 2]
    assert [run.replayed for run in again] == [True, True, False]


def test_cache_never_reuses_a_failure(studio: Studio):
    def fail(_):
        raise ProviderFailed("no")

    with pytest.raises(ProviderFailed):
        studio.runs.execute("n", {}, fail)
    studio.runs.begin_execution()
    with studio.runs.replay("cache"):
        assert studio.runs.execute("n", {}, lambda _: "now").output == "now"


def test_strict_replays_failures_streams_and_results_without_computing(studio: Studio, counter):
    def never(_):
        raise AssertionError("strict replay computed")

    def fail(_):
        raise ProviderFailed("It said no.", "Wait.", details={"status": 429})

    def pieces(_):
        yield from "abc"
        return "abc"

    first = studio.runs.execute("n", {"a": 1}, counter)
    with pytest.raises(ProviderFailed) as live:
        studio.runs.execute("n", {"a": 2}, fail)
    list(studio.runs.stream("s", {}, pieces))
    studio.runs.begin_execution()
    with studio.runs.replay("strict"):
        assert studio.runs.execute("n", {"a": 1}, never) == studio.runs.get(first.id).__class__(
            **{name: getattr(first, name) for name in first.__dataclass_fields__} | {"replayed": True}
        )
        with pytest.raises(ProviderFailed) as replayed:
            studio.runs.execute("n", {"a": 2}, never)
        assert replayed.value.to_dict() == live.value.to_dict()
        stream = studio.runs.stream("s", {}, never)
        assert list(stream) == ["a", "b", "c"]
        assert stream.run.replayed
    spent = studio.runs.spent()
    assert (spent.runs, spent.replayed, spent.cost) == (0, 2, 0.0)


def test_a_miss_names_the_inputs_that_differ(studio: Studio, counter):
    messages = [{"role": "user", "content": "What is a qubit?"}]
    studio.runs.execute("chat", {"messages": messages, "model": "m"}, counter)
    with studio.runs.replay("strict"), pytest.raises(ReplayMiss) as caught:
        studio.runs.execute(
            "chat", {"messages": [{"role": "user", "content": "What is a bit?"}], "model": "m"}, counter
        )
    assert "inputs.messages[0].content ('What is a qubit?' -> 'What is a bit?')" in str(caught.value)
    assert [item["path"] for item in caught.value.details["differs"]] == ["inputs.messages[0].content"]
    assert len(studio.runs.list()) == 1


def test_a_miss_tells_one_repetition_too_many(studio: Studio, counter):
    studio.runs.execute("n", {}, counter)
    studio.runs.begin_execution()
    with studio.runs.replay("strict"):
        studio.runs.execute("n", {}, counter)
        with pytest.raises(ReplayMiss, match="is recorded once and is now asked for once more"):
            studio.runs.execute("n", {}, counter)


@pytest.mark.parametrize("change", [{"seed": 2}, {"version": "2"}])
def test_seed_and_version_are_part_of_the_key(studio: Studio, counter, change):
    studio.runs.execute("n", {}, counter, seed=1)
    studio.runs.begin_execution()
    with studio.runs.replay("strict"), pytest.raises(ReplayMiss, match=next(iter(change))):
        studio.runs.execute("n", {}, counter, **({"seed": 1} | change))


def test_running_a_cell_again_repeats_its_numbers(studio: Studio, counter):
    studio.runs.begin_cell("first")
    studio.runs.execute("n", {}, counter)
    studio.runs.begin_cell("second")
    studio.runs.execute("n", {}, counter)
    studio.runs.begin_cell("first")
    again = studio.runs.execute("n", {}, counter)
    assert (again.occurrence, again.output) == (0, 2)
    studio.runs.begin_execution()
    with studio.runs.replay("strict"):
        assert [studio.runs.execute("n", {}, counter).output for _ in range(2)] == [2, 1]


def test_replaying_a_parent_does_not_move_the_numbers_after_it(studio: Studio, counter):
    def outer(_):
        return studio.runs.execute("n", {}, counter).output

    def notebook():
        return [studio.runs.execute("outer", {}, outer).output, studio.runs.execute("n", {}, counter).output]

    lived = notebook()
    studio.runs.begin_execution()
    with studio.runs.replay("strict"):
        assert notebook() == lived


def test_an_unknown_mode_is_refused(studio: Studio):
    with pytest.raises(BadInput, match="'fast' is no replay mode; expected live, cache or strict"):
        studio.runs.set_mode("fast")


def test_a_bundle_replays_elsewhere(studio: Studio, elsewhere: Studio, tmp_path):
    def compute(recorder):
        recorder.artifact("plot.png", b"\x89PNG", "image/png")
        return studio.runs.execute("inner", {}, lambda _: 42).output

    run = studio.runs.execute("outer", {"x": 1}, compute, seed=3)
    path = studio.runs.export(tmp_path / "bundle.zip", [run])
    taken = elsewhere.runs.import_(path)
    assert {one.kind for one in taken} == {"outer", "inner"}
    assert elsewhere.runs.import_(path) == []
    assert elsewhere.runs.verify() == []
    with elsewhere.runs.replay("strict"):
        again = elsewhere.runs.execute("outer", {"x": 1}, lambda _: None, seed=3)
    assert (again.output, again.digest, again.replayed) == (42, run.digest, True)
    assert elsewhere.runs.artifact_bytes(again.artifacts[0]) == b"\x89PNG"
    assert studio.runs.export(tmp_path / "again.zip", [run]).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("member", ["runs.jsonl", "environments.jsonl", "objects"])
def test_a_changed_bundle_is_refused_whole(studio: Studio, elsewhere: Studio, tmp_path, member):
    run = studio.runs.execute("a", {"x": 1}, lambda r: r.artifact("t", b"content", "text/plain").digest)
    path = studio.runs.export(tmp_path / "bundle.zip", [run])
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(forged, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data[:-4] + b"XX" + data[-2:] if name.startswith(member) else data)
    with pytest.raises(Corrupted, match="does not match its digest"):
        elsewhere.runs.import_(forged)
    assert elsewhere.runs.list() == [] and list(elsewhere.objects) == []


def test_a_forged_run_with_a_fitting_manifest_is_refused(studio: Studio, elsewhere: Studio, tmp_path):
    from workbench.storage.objects import digest_of

    run = studio.runs.execute("a", {"x": 1}, lambda _: {"answer": 1})
    path = studio.runs.export(tmp_path / "bundle.zip", [run])
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(forged, "w") as target:
        data = {name: source.read(name) for name in source.namelist()}
        data["runs.jsonl"] = data["runs.jsonl"].replace(b'"answer":1', b'"answer":2')
        manifest = json.loads(data["manifest.json"])
        manifest["members"]["runs.jsonl"] = digest_of(data["runs.jsonl"])
        data["manifest.json"] = json.dumps(manifest).encode()
        for name, content in data.items():
            target.writestr(name, content)
    with pytest.raises(Corrupted, match=f"Run {run.id} in the bundle does not match"):
        elsewhere.runs.import_(forged)
    assert elsewhere.runs.list() == []


def forge(source, target, change):
    """Write the bundle again with its one Run changed and every digest made to fit."""
    import rfc8785

    from workbench.storage.objects import digest_of

    with zipfile.ZipFile(source) as archive:
        data = {name: archive.read(name) for name in archive.namelist()}
    line = json.loads(data["runs.jsonl"])
    labels = {name: line.pop(name) for name in ("name", "tags", "digest")} | change
    line |= {name: labels.pop(name) for name in change if name in line}
    labels["digest"] = digest_of(rfc8785.dumps(line))
    data["runs.jsonl"] = rfc8785.dumps(line | labels) + b"\n"
    members = {name: digest_of(content) for name, content in data.items() if name != "manifest.json"}
    data["manifest.json"] = json.dumps({"format": "workbench-bundle/1", "members": members}).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in data.items():
            archive.writestr(name, content)
    return target


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": {"x": 2}},
        {"status": "running"},
        {"id": "../../x"},
        {"started_us": -1},
        {"started_us": "now"},
        {"occurrence": "0"},
        {"parameters": [1]},
        {"metrics": {"$int": "x"}},
        {"tokens": [0.5, 0]},
        {"tokens": [1]},
        {"cost": -5},
        {"seed": {"$int": "99999999999999999999"}},
        {"chunks": [1]},
        {"error": "bad"},
        {"tags": "word"},
        {"artifacts": [["a", "b"]]},
        {"environment": "sha256:0"},
        {"more": 1},
    ],
    ids=str,
)
def test_a_forged_run_whose_digests_fit_is_refused_whole(studio: Studio, elsewhere: Studio, tmp_path, change):
    studio.runs.execute("a", {"x": 1}, lambda _: {"answer": 1})
    path = studio.runs.export(tmp_path / "bundle.zip")
    with pytest.raises((Corrupted, BadInput)):
        elsewhere.runs.import_(forge(path, tmp_path / "forged.zip", change))
    assert elsewhere.runs.list() == [] and elsewhere.runs.frame().empty


def test_a_bundle_forged_without_a_change_is_taken(studio: Studio, elsewhere: Studio, tmp_path):
    run = studio.runs.execute("a", {"x": 1}, lambda _: {"answer": 1}, seed=2**60)
    path = studio.runs.export(tmp_path / "bundle.zip")
    assert elsewhere.runs.import_(forge(path, tmp_path / "same.zip", {}))[0].digest == run.digest


@pytest.mark.parametrize("manifest", [b"[]", b"{", b"\xff", b'{"format":1}', b'{"members":{}}'])
def test_a_zip_with_a_broken_manifest_is_no_bundle(studio: Studio, tmp_path, manifest):
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", manifest)
    with pytest.raises(Corrupted, match="is no whole bundle"):
        studio.runs.import_(path)
    with pytest.raises(BadInput, match="cannot be read"):
        studio.runs.import_(tmp_path)


def test_all_that_ended_is_exported_while_something_runs(studio: Studio, elsewhere: Studio, tmp_path):
    done = studio.runs.execute("a", {}, lambda _: 1)
    path = tmp_path / "bundle.zip"
    studio.runs.execute("report", {}, lambda _: str(studio.runs.export(path)))
    assert [run.id for run in elsewhere.runs.import_(path)] == [done.id]


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all"])
def test_what_is_no_bundle_is_said_so(studio: Studio, tmp_path, content):
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    with pytest.raises(Corrupted, match="is no whole bundle"):
        studio.runs.import_(path)
    with pytest.raises(BadInput, match="There is no file"):
        studio.runs.import_(tmp_path / "absent.zip")
