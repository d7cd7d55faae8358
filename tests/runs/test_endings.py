"""However a computation ends, its Run ends once, is recorded, and the first error is the one that shows."""

from __future__ import annotations

import math
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from workbench.errors import BadInput, WorkbenchError
from workbench.settings import load_settings
from workbench.studio import Studio


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def raising(error):
    def compute(recorder):
        recorder.parameter("bad", object())
        recorder.parameter("good", 1)
        raise error

    return compute


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def only(studio, **expected):
    (run,) = studio.runs.list()
    assert {name: getattr(run, name) for name in expected} == expected
    assert studio.runs.verify() == []
    return run


@pytest.mark.parametrize("error", [ValueError("first"), OSError("name \udcff"), Unspeakable()])
def test_what_cannot_be_recorded_does_not_hide_the_error(studio: Studio, error):
    with pytest.raises(type(error)):
        studio.runs.execute("n", {}, raising(error))
    only(studio, status="failed", parameters={"good": 1})


def test_a_streams_compute_may_fail_before_its_first_piece(studio: Studio):
    def compute(_):
        raise ValueError("at once")

    with pytest.raises(ValueError, match="at once"):
        list(studio.runs.stream("s", {}, compute))
    only(studio, status="failed")


@pytest.mark.parametrize(
    "output", [object(), nested(5000), 10**5000, "\ud800"], ids=["object", "deep", "long", "half"]
)
def test_an_output_or_a_piece_without_a_json_form_fails_the_run(studio: Studio, output):
    def compute(_):
        yield output

    with pytest.raises(BadInput):
        studio.runs.execute("n", {}, lambda _: output)
    with pytest.raises(BadInput):
        list(studio.runs.stream("s", {}, compute))
    assert [run.status for run in studio.runs.list()] == ["failed", "failed"]
    assert studio.runs.verify() == []


@pytest.mark.parametrize("where", ["start", "finish"])
def test_an_interrupt_just_after_storing_neither_loses_nor_doubles(studio: Studio, monkeypatch, where):
    real = getattr(studio.runs.store, where)
    calls = []

    def interrupted(*args, **kwargs):
        done = real(*args, **kwargs)
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(studio.runs.store, where, interrupted)
    with pytest.raises(KeyboardInterrupt):
        studio.runs.execute("n", {}, lambda recorder: recorder.usage(1, 1, 0.5))
    only(studio, status="cancelled" if where == "start" else "finished")
    with studio.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT sum(runs) FROM usage").scalar() == 1


def test_an_abandoned_run_is_closed_once_and_its_living_process_knows_better(studio: Studio, settings):
    from workbench.runs.ending import abandoned

    def compute(recorder):
        dead = abandoned(studio.runs.get(recorder.run_id)).sealed()
        assert studio.runs.store.finish(dead, abandoned=True)
        assert not studio.runs.store.finish(dead, abandoned=True)
        return "alive"

    run = studio.runs.execute("n", {}, compute)
    assert studio.runs.get(run.id) == run
    only(studio, status="finished", output="alive")


def test_a_full_disk_is_one_sentence_and_the_run_ends_when_there_is_room(studio: Studio):
    def pages(text):
        connection.exec_driver_sql(text).all()

    with studio.database.engine.connect() as connection:
        pages("PRAGMA max_page_count = 1")
    with pytest.raises(WorkbenchError, match=r"cannot be written: database or disk is full\. Nothing was"):
        studio.runs.execute("n", {"x": "x" * 10_000_000}, lambda _: 1)
    with studio.database.engine.connect() as connection:
        pages("PRAGMA max_page_count = 1000000")
    assert studio.runs.list() == []
    studio.runs.execute("n", {}, lambda _: 1)
    only(studio, status="finished")


def test_runs_made_inside_a_stream_hang_below_it_and_those_between_its_pieces_do_not(studio: Studio):
    def compute(_):
        studio.runs.execute("inner", {}, lambda _: 1)
        yield "a"
        try:
            yield "b"
        finally:
            studio.runs.execute("last", {}, lambda _: 1)

    stream = studio.runs.stream("s", {}, compute)
    next(stream)
    studio.runs.execute("between", {}, lambda _: 1)
    next(stream)
    stream.close()
    runs = {run.kind: run for run in studio.runs.list()}
    assert {kind: run.parent_id for kind, run in runs.items()} == {
        "s": None,
        "inner": runs["s"].id,
        "last": runs["s"].id,
        "between": None,
    }


def test_two_studios_keep_their_modes_and_their_parents_apart(studio: Studio, tmp_path):
    other = Studio(load_settings(workbench_home=tmp_path / "other"))
    with studio.runs.replay("strict"):
        assert (studio.runs.mode, other.runs.mode) == ("strict", "live")
    studio.runs.execute("outer", {}, lambda _: other.runs.execute("inner", {}, lambda _: 1).id)
    assert other.runs.list()[0].parent_id is None
    other.close()


def test_numpys_numbers_are_recorded_as_numbers(studio: Studio):
    def compute(recorder):
        recorder.usage(np.int64(3), np.int32(4), np.float32(0.5))
        recorder.metric("loss", np.float32("nan"))

    run = studio.runs.execute("n", {}, compute, seed=np.int64(7))
    found = studio.runs.get(run.id)
    assert (found.seed, found.tokens_input, found.tokens_output, found.cost) == (7, 3, 4, 0.5)
    assert math.isnan(studio.runs.frame()["metric.loss"].iloc[0])
    assert studio.runs.verify() == []
    assert not {item.path for item in studio.runs.diff(run, found).items}


@pytest.mark.parametrize("seed", [2**63, -(2**63) - 1, 1.5, "7"])
def test_a_seed_that_no_database_holds_is_refused(studio: Studio, seed):
    with pytest.raises(BadInput, match="expected a whole number of at most 64 bits"):
        studio.runs.execute("n", {}, lambda _: 1, seed=seed)
    assert studio.runs.list() == []


def test_a_cost_that_is_no_number_is_unknown(studio: Studio):
    assert studio.runs.execute("n", {}, lambda recorder: recorder.usage(1, 1, math.nan)).cost is None


def test_a_clock_that_goes_back_makes_no_negative_duration(studio: Studio, monkeypatch):
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now - 3_600_000_000_000)
    run = studio.runs.execute("n", {}, lambda _: monkeypatch.setattr(time, "time_ns", lambda: now - 10**15))
    assert 0 <= run.duration < 60


def test_a_process_stays_alive_whatever_the_clock_says(monkeypatch):
    import psutil

    from workbench.runs import identity

    who = identity.owner()
    monkeypatch.setattr(psutil, "boot_time", lambda: 0.0)
    monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: 0.0, raising=False)
    monkeypatch.setattr(psutil._pslinux, "BOOT_TIME", 0.0, raising=False)
    assert identity.is_alive(who)


def test_a_run_needs_no_working_folder(studio: Studio, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert studio.runs.execute("n", {}, lambda _: 1).environment["git"] == {}


def test_a_tag_put_on_twice_is_there_once(studio: Studio):
    run = studio.runs.execute("n", {}, lambda _: 1)
    assert studio.runs.tag(run, "a", "a").tags == ("a",)
    assert studio.runs.tag(run, "a").tags == ("a",)


def test_no_secret_enters_a_label(settings, monkeypatch):
    secret = "sk-canary-0123456789abcdef"
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    studio = Studio(load_settings(jpy_session_name=f"/work/{secret}/a.ipynb"))

    def compute(recorder):
        assert secret not in str(studio.runs.get(recorder.run_id).to_dict())
        recorder.artifact(f"{secret}.png", b"\x89PNG", "image/png")

    run = studio.runs.execute("n", {}, compute, name=secret, tags=[secret], parameters={"key": secret})
    studio.runs.tag(run, f"more {secret}")
    studio.close()
    stored = b"".join(path.read_bytes() for path in settings.home.rglob("*") if path.is_file())
    assert secret.encode() not in stored


KILLED = """
import os, signal
from workbench.studio import Studio
Studio().runs.execute("killed", {}, lambda _: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_who_goes_on_closes_the_run_of_a_process_that_was_killed(studio: Studio, monkeypatch):
    killed = subprocess.run([sys.executable, "-c", KILLED], check=False)
    assert killed.returncode == -signal.SIGKILL
    only(studio, status="running")
    studio.runs.execute("next", {}, lambda _: 1)
    assert [run.status for run in studio.runs.list(kind="killed")] == ["running"]
    monkeypatch.setattr("workbench.runs.unended._EVERY_SECONDS", 0.0)
    studio.runs.execute("next", {}, lambda _: 2)
    assert [run.status for run in studio.runs.list(kind="killed")] == ["cancelled"]
    assert studio.runs.verify() == []
