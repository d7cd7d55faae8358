"""Work sent elsewhere: never lost, ended once, whoever asks and whatever dies meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import closing
from datetime import timedelta

import pytest

from workbench.errors import BadInput, Cancelled, MissingKey, ProviderFailed, Refused, ReplayMiss, Unavailable
from workbench.runs import NOT_YET
from workbench.settings import load_settings
from workbench.studio import Studio


def send(_):
    return {"job": "j-1"}


def submitted(studio, work=None, to=send, **options):
    return studio.runs.submit("job", work or {}, to, **options)


def done(ticket, recorder):
    recorder.usage(cost=0.25)
    recorder.metric("shots", 10)
    recorder.artifact("raw.json", b"{}", "application/json")
    return {"of": ticket["job"]}


def raising(error):
    def call(*_):
        raise error

    return call


def announcing(error):
    def call(recorder):
        recorder.announce({"job": recorder.run_id, "announced": True})
        raise error

    return call


@pytest.fixture
def other(studio: Studio):
    """A second process's view of the same home, as good as another kernel on another day."""
    made = Studio(load_settings())
    yield made
    made.close()


def test_a_run_is_on_record_before_anything_is_sent(studio: Studio):
    seen = []
    run = submitted(studio, {"x": 1}, lambda recorder: seen.append(studio.runs.get(recorder.run_id)) or "t")
    assert [one.status for one in seen] == ["running"]
    assert (run.status, run.output, run.duration, run.ended) == ("submitted", None, None, False)
    assert studio.runs.get(run.id) == run
    assert studio.runs.ticket(run.id) == "t"
    assert studio.runs.verify() == []


def test_another_process_ends_it(studio: Studio, other: Studio):
    run = submitted(studio, seed=3, parameters={"device": "d"})
    last = other.runs.settle(run.id[:20], done)
    assert (last.status, last.output, last.cost, last.seed) == ("finished", {"of": "j-1"}, 0.25, 3)
    assert last.parameters == {"device": "d"}
    assert last.metrics == {"shots": 10}
    assert last.duration > 0
    assert [item.name for item in last.artifacts] == ["ticket.json", "raw.json"]
    assert studio.runs.get(run.id) == last
    assert studio.runs.ticket(last) == {"job": "j-1"}
    assert studio.runs.settle(run, raising(AssertionError("asked for again"))) == last
    assert studio.runs.verify() == []


def test_two_that_settle_at_once_end_it_once(studio: Studio, other: Studio):
    run = submitted(studio)
    both = threading.Barrier(2)

    def fetch(ticket, recorder):
        both.wait(10)
        return done(ticket, recorder)

    got = []
    threads = [
        threading.Thread(target=lambda one=one: got.append(one.runs.settle(run, fetch)))
        for one in (studio, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got[0].digest == got[1].digest == studio.runs.get(run.id).digest
    assert studio.runs.spent().runs + other.runs.spent().runs == 1
    with studio.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT sum(runs), sum(cost) FROM usage").one() == (1, 0.25)


def test_what_is_not_there_yet_changes_nothing(studio: Studio):
    run = submitted(studio)
    assert studio.runs.settle(run, lambda *_: NOT_YET) == run
    assert studio.runs.get(run.id) == run


@pytest.mark.parametrize(
    ("error", "status"), [(ProviderFailed("It broke."), "failed"), (Cancelled("Called back."), "cancelled")]
)
def test_the_works_own_failure_ends_it(studio: Studio, error, status):
    last = studio.runs.settle(submitted(studio), raising(error))
    assert (last.status, last.error["message"]) == (status, error.message)
    assert studio.runs.verify() == []


@pytest.mark.parametrize(
    "error", [Unavailable("no line"), MissingKey("no key"), KeyboardInterrupt(), RuntimeError("a bug")]
)
def test_what_says_nothing_of_the_work_leaves_it_submitted(studio: Studio, error):
    run = submitted(studio)
    with pytest.raises(type(error)):
        studio.runs.settle(run, raising(error))
    assert studio.runs.get(run.id) == run
    assert studio.runs.settle(run, done).status == "finished"


def test_an_output_without_a_json_form_is_refused_and_can_be_fetched_again(studio: Studio):
    run = submitted(studio)
    with pytest.raises(BadInput, match="no JSON form"):
        studio.runs.settle(run, lambda *_: object())
    assert studio.runs.get(run.id) == run


def test_stopping_is_told_to_whoever_settles(studio: Studio, other: Studio):
    def fetch(_, recorder):
        assert recorder.stopping
        raise Cancelled("It was called back.")

    run = submitted(studio)
    assert other.runs.stop(run.id).status == "submitted"
    assert studio.runs.settle(run, fetch).status == "cancelled"


# what may go wrong on the way out


def test_refused_work_has_failed(studio: Studio):
    for to in (raising(Refused("No.")), announcing(Refused("No."))):
        with pytest.raises(Refused):
            submitted(studio, to=to)
    assert [run.status for run in studio.runs.list()] == ["failed", "failed"]
    assert studio.runs.verify() == []


@pytest.mark.parametrize("error", [Unavailable("no line"), KeyboardInterrupt(), OSError("reset")])
def test_announced_work_that_may_have_arrived_stays_submitted(studio: Studio, error):
    with pytest.raises(type(error)) as raised:
        submitted(studio, to=announcing(error))
    (run,) = studio.runs.list()
    assert run.status == "submitted"
    assert run.id in "".join(raised.value.__notes__)
    assert studio.runs.ticket(run) == {"job": run.id, "announced": True}
    assert studio.runs.settle(run, done).output == {"of": run.id}
    assert studio.runs.verify() == []


def test_a_ticket_without_a_json_form_does_not_lose_announced_work(studio: Studio):
    def to(recorder):
        recorder.announce({"job": "known"})
        return object()

    with pytest.raises(BadInput):
        submitted(studio, to=to)
    (run,) = studio.runs.list()
    assert studio.runs.settle(run, done).output == {"of": "known"}


DYING = """
import os, sys
from workbench.studio import Studio
studio = Studio()
def send(recorder):
    if sys.argv[1] == "announced":
        recorder.announce({"job": recorder.run_id})
    os._exit(9)
studio.runs.submit("job", {}, send)
"""


@pytest.mark.parametrize(("how", "status"), [("announced", "submitted"), ("silent", "cancelled")])
def test_a_process_that_dies_between_sending_and_storing(studio: Studio, how, status):
    made = subprocess.run([sys.executable, "-c", DYING, how], env=os.environ, check=False)
    assert made.returncode == 9
    (run,) = studio.runs.list()
    assert run.status == "running"
    with pytest.raises(BadInput, match="is running, and its work"):
        studio.runs.ticket(run)
    with closing(Studio(load_settings())) as later:
        assert later.runs.get(run.id).status == status
        if status == "submitted":
            assert later.runs.settle(run.id, done).output == {"of": run.id}
        assert later.runs.verify() == []


def test_submitted_work_survives_the_end_of_its_process(studio: Studio):
    code = DYING.replace("os._exit(9)", "return 'kept'")
    subprocess.run([sys.executable, "-c", code, "silent"], env=os.environ, check=True)
    with closing(Studio(load_settings())) as later:
        (run,) = later.runs.list()
        assert (run.status, later.runs.ticket(run)) == ("submitted", "kept")


def test_a_living_process_that_was_taken_for_dead_knows_better(studio: Studio):
    from workbench.runs.ending import abandoned

    def to(recorder):
        recorder.announce({"job": "guess"})
        dead = abandoned(studio.runs.get(recorder.run_id)).sealed()
        assert studio.runs.store.hand_over(dead, abandoned=True)
        return {"job": "known"}

    run = submitted(studio, to=to)
    assert studio.runs.ticket(run.id) == {"job": "known"}
    assert studio.runs.verify() == []


def test_a_secret_does_not_get_into_a_ticket(monkeypatch):
    monkeypatch.setenv("IBM_QUANTUM_TOKEN", "sesame-sesame-sesame")
    with closing(Studio(load_settings())) as studio:
        run = submitted(studio, to=lambda _: {"job": "1", "oops": "sesame-sesame-sesame"})
        assert "sesame" not in str(studio.runs.ticket(run))


# replay, keeping, carrying


def test_the_same_work_is_not_sent_twice_while_it_is_on_record(studio: Studio):
    first = submitted(studio, {"a": 1})
    never = raising(AssertionError("sent again"))
    for mode in ("cache", "strict"):
        studio.runs.begin_execution()
        with studio.runs.replay(mode):
            again = submitted(studio, {"a": 1}, never)
            assert (again.id, again.status, again.replayed) == (first.id, "submitted", True)
    last = studio.runs.settle(first, done)
    for mode in ("cache", "strict"):
        studio.runs.begin_execution()
        with studio.runs.replay(mode):
            assert submitted(studio, {"a": 1}, never).output == last.output
        studio.runs.begin_execution()
        with studio.runs.replay(mode):
            assert studio.runs.execute("job", {"a": 1}, never).output == last.output


def test_what_is_still_submitted_is_no_result(studio: Studio):
    submitted(studio, {"a": 1})
    studio.runs.begin_execution()
    with studio.runs.replay("strict"), pytest.raises(ReplayMiss):
        studio.runs.execute("job", {"a": 1}, lambda _: 1)
    with studio.runs.replay("strict"), pytest.raises(ReplayMiss):
        submitted(studio, {"a": 2}, raising(AssertionError("sent")))
    with studio.runs.replay("strict"), pytest.raises(ReplayMiss, match="asks nobody"):
        studio.runs.settle(studio.runs.list()[0], raising(AssertionError("asked")))
    with studio.runs.replay("cache"):
        assert studio.runs.execute("job", {"a": 1}, lambda _: "now").output == "now"


def test_a_submitted_run_is_neither_pruned_nor_carried(studio: Studio, tmp_path):
    parent = studio.runs.execute("report", {}, lambda _: submitted(studio).id)
    run = studio.runs.get(parent.output)
    assert run.parent_id == parent.id
    assert studio.runs.prune(older_than=timedelta(0)) == []
    assert studio.runs.ticket(run) == {"job": "j-1"}
    with pytest.raises(BadInput, match="still submitted"):
        studio.runs.export(tmp_path / "b.zip", [parent])
    studio.runs.settle(run, done)
    studio.runs.export(tmp_path / "b.zip", [parent])
    with closing(Studio(load_settings(workbench_home=tmp_path / "elsewhere"))) as elsewhere:
        assert {one.id for one in elsewhere.runs.import_(tmp_path / "b.zip")} == {parent.id, run.id}
        assert elsewhere.runs.ticket(run.id) == {"job": "j-1"}


def test_the_frame_shows_it(studio: Studio):
    run = submitted(studio, parameters={"device": "d"})
    frame = studio.runs.frame(status="submitted")
    assert frame.loc[run.id, "device"] == "d"
    assert frame["duration_s"].isna().all()
