"""A Run's life: computed, recorded, read back, compared."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from workbench.errors import BadInput, BudgetExceeded, NotFound, ProviderFailed
from workbench.runs import Reservation
from workbench.runs.canonical import canonical, decode
from workbench.studio import Studio

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text() | st.sampled_from(["$int", "$$float", "$bytes"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_canonical_json_gives_every_value_back(value):
    text = canonical(value)
    assert decode(text) == value
    assert canonical(decode(text)) == text


def test_values_that_json_cannot_carry():
    value = {"big": 2**70, "nan": float("inf"), "bytes": b"\x00\xff", "tuple": (1, 2)}
    assert decode(canonical(value)) == {
        "big": 2**70,
        "nan": float("inf"),
        "bytes": b"\x00\xff",
        "tuple": [1, 2],
    }
    assert decode(canonical({"mixed": {1, "a"}})) == {"mixed": ["a", 1]}
    with pytest.raises(BadInput, match=r"value\.x\[1\] is a object"):
        canonical({"x": [1, object()]})


@pytest.mark.parametrize("name", ["$float", "$int", "$bytes", "$$int", "$object", "$other"])
@pytest.mark.parametrize("content", ["nan", "7", "!", 5, [1], {"$int": "9"}])
def test_somebody_elses_object_that_looks_like_ours_stays_as_it_is(studio: Studio, name, content):
    value = {"deep": [{name: content}]}
    run = studio.runs.execute("marks", value, lambda _: value, parameters={"a": {name: content}})
    pieces = list(studio.runs.stream("marks", {}, lambda _: iter([value])))
    assert (run.inputs, run.output, run.parameters, pieces) == (value, value, {"a": {name: content}}, [value])
    assert studio.runs.get(run.id) == run
    assert studio.runs.verify() == [] and len(studio.runs.prune()) == 2


@given(inputs=st.dictionaries(st.text(), JSON, max_size=3), output=JSON)
@hypothesis_settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_what_is_read_back_is_what_was_returned(studio: Studio, inputs, output):
    run = studio.runs.execute("law", inputs, lambda _: output)
    assert studio.runs.get(run.id) == run
    assert run.digest == run.compute_digest()


def test_a_run_holds_what_happened(studio: Studio):
    def compute(recorder):
        recorder.metric("accuracy", 0.5)
        recorder.parameter("shots", 100)
        recorder.usage(3, 4, 0.25)
        recorder.artifact("plot.png", b"\x89PNG", "image/png")
        return {"y": 2}

    run = studio.runs.execute("demo", {"x": 1.5}, compute, seed=7, name="first", tags=["a"])
    assert (run.status, run.output, run.seed, run.name, run.tags) == (
        "finished",
        {"y": 2},
        7,
        "first",
        ("a",),
    )
    assert (run.tokens_input, run.tokens_output, run.tokens, run.cost) == (3, 4, 7, 0.25)
    assert studio.runs.artifact_bytes(run.artifacts[0]) == b"\x89PNG"
    assert run.environment["packages"]["sqlalchemy"]
    frame = studio.runs.frame()
    row = frame.loc[run.id]
    assert row["cost_usd"] == 0.25 and row["shots"] == 100 and row["metric.accuracy"] == 0.5
    assert isinstance(frame["started_at"].dtype, pd.DatetimeTZDtype)
    pd.testing.assert_frame_equal(run.to_frame(), frame, check_dtype=False)


def test_a_failure_is_recorded_and_passes_on(studio: Studio):
    def compute(_):
        raise ProviderFailed("The provider said no.", "Ask again.", details={"status": 500})

    with pytest.raises(ProviderFailed, match="said no"):
        studio.runs.execute("demo", {}, compute)
    (run,) = studio.runs.list()
    assert run.status == "failed"
    assert run.error == {"code": "provider_failed", "message": "The provider said no.", "hint": "Ask again.",
                         "details": {"status": 500}}  # fmt: skip


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_is_recorded_as_cancelled_with_what_it_had(studio: Studio, error):
    def compute(recorder):
        recorder.metric("done", 3)
        raise error

    with pytest.raises(error):
        studio.runs.execute("demo", {}, compute)
    (run,) = studio.runs.list()
    assert (run.status, run.metrics) == ("cancelled", {"done": 3})
    assert studio.runs.verify() == []


def test_an_output_without_a_json_form_fails_the_run(studio: Studio):
    with pytest.raises(BadInput, match="has no JSON form"):
        studio.runs.execute("demo", {}, lambda _: object())
    assert [run.status for run in studio.runs.list()] == ["failed"]


def test_inputs_without_a_json_form_store_nothing(studio: Studio):
    with pytest.raises(BadInput, match=r"inputs\.f"):
        studio.runs.execute("demo", {"f": lambda: 1}, lambda _: 1)
    assert studio.runs.list() == []


def test_a_refused_reservation_stores_nothing(studio: Studio):
    def guard(_):
        raise BudgetExceeded("Too dear.")

    with pytest.raises(BudgetExceeded):
        studio.runs.execute("demo", {}, lambda _: 1, reserve=Reservation(1.0, 1, None, guard))
    assert studio.runs.list() == []


def test_runs_made_inside_a_run_hang_below_it(studio: Studio):
    def compute(_):
        return studio.runs.execute("inner", {}, lambda __: 1).id

    outer = studio.runs.execute("outer", {}, compute)
    assert studio.runs.get(outer.output).parent_id == outer.id
    assert list(studio.runs.frame(parent=outer.id).index) == [outer.output]


def test_a_stream_records_its_pieces_and_their_times(studio: Studio):
    def compute(recorder):
        yield from ("a", "b")
        recorder.usage(1, 2, 0.0)
        return {"text": "ab"}

    stream = studio.runs.stream("demo", {}, compute)
    with pytest.raises(BadInput, match="has not ended"):
        _ = stream.run
    assert list(stream) == ["a", "b"]
    run = studio.runs.get(stream.run.id)
    assert [chunk for _, chunk in run.chunks] == ["a", "b"]
    assert run.chunks[0][0] <= run.chunks[1][0]
    assert run.output == {"text": "ab"}


def test_a_closed_stream_is_cancelled_and_keeps_what_came(studio: Studio):
    closed = []

    def compute(_):
        try:
            yield "a"
            yield "b"
        finally:
            closed.append(True)

    with studio.runs.stream("demo", {}, compute) as stream:
        assert next(stream) == "a"
    (run,) = studio.runs.list()
    assert (run.status, [chunk for _, chunk in run.chunks], closed) == ("cancelled", ["a"], [True])


def test_diff_names_what_differs(studio: Studio):
    first = studio.runs.execute("demo", {"a": {"b": [1, 2]}}, lambda _: 1)
    second = studio.runs.execute("demo", {"a": {"b": [1, 3]}}, lambda _: 1)
    found = {item.path: (item.left, item.right) for item in studio.runs.diff(first, second.id).items}
    assert found["inputs.a.b[1]"] == (2, 3)
    assert set(found) <= {"inputs.a.b[1]", "duration"}


def test_a_difference_far_into_two_texts_shows(studio: Studio):
    long = "The same beginning. " * 20
    first = studio.runs.execute("demo", {"prompt": f"{long}One?"}, lambda _: 1)
    second = studio.runs.execute("demo", {"prompt": f"{long}Two?"}, lambda _: 1)
    shown = repr(studio.runs.diff(first, second))
    assert "One?" in shown
    assert "Two?" in shown


def test_a_run_is_found_by_the_beginning_of_its_identifier(studio: Studio):
    run = studio.runs.execute("demo", {}, lambda _: 1)
    assert studio.runs.get(run.id[:20].lower()) == run
    with pytest.raises(NotFound, match="no Run 'ZZZ'"):
        studio.runs.get("ZZZ")


def test_verify_notices_every_change(studio: Studio):
    run = studio.runs.execute("demo", {"x": 1}, lambda r: r.artifact("a", b"abc", "text/plain").digest)
    assert studio.runs.verify() == []
    with studio.database.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET cost = 9.0, inputs = '{\"x\":2}'")
    problems = " ".join(studio.runs.verify())
    assert "its content does not match" in problems and "its key does not match" in problems
    studio.objects.path(run.artifacts[0].digest).write_bytes(b"abd")
    assert "was changed on disk" in " ".join(studio.runs.verify())


def test_prune_keeps_tagged_runs_and_their_objects(studio: Studio):
    def compute(recorder):
        inner = studio.runs.execute("inner", {}, lambda r: r.artifact("a", b"kept", "text/plain").digest)
        return inner.id

    outer = studio.runs.execute("outer", {}, compute)
    lost = studio.runs.execute("other", {}, lambda r: r.artifact("a", b"lost", "text/plain").digest)
    studio.runs.tag(outer, "keep")
    assert studio.runs.prune(older_than=timedelta(days=1)) == []
    assert studio.runs.prune(dry_run=True) == [lost.id]
    assert studio.runs.prune() == [lost.id]
    assert {run.id for run in studio.runs.list()} == {outer.id, outer.output}
    assert studio.runs.verify() == []


def test_prune_keeps_what_a_running_run_made_hours_ago(studio: Studio):
    import os

    def compute(recorder):
        made = recorder.artifact("a", b"kept", "text/plain")
        hours_ago = time.time() - 7200
        os.utime(studio.objects.path(made.digest), (hours_ago, hours_ago))
        with studio.database.write() as connection:
            connection.exec_driver_sql("UPDATE runs SET started_us = ?", (int(hours_ago * 1e6),))
        studio.runs.prune()

    run = studio.runs.execute("long", {}, compute)
    assert studio.runs.artifact_bytes(run.artifacts[0]) == b"kept"


def test_a_run_of_a_dead_process_is_closed_on_opening(studio: Studio, settings):
    run = studio.runs.execute("demo", {}, lambda _: 1)
    with studio.database.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET status = 'running', owner = 'x:1:1'")
    import socket

    with studio.database.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET owner = ?", (f"{socket.gethostname()}:999999:1",))
    again = Studio(settings)
    found = again.runs.get(run.id)
    assert (found.status, found.error["message"]) == ("cancelled", "The process ended before the Run did.")
    assert again.runs.verify() == []
    again.close()


def test_no_secret_enters_the_record(settings, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789abcdef")
    from workbench.settings import load_settings

    studio = Studio(load_settings())
    secret = "sk-canary-0123456789abcdef"

    def compute(recorder):
        recorder.parameter("p", secret)
        recorder.artifact("t.txt", f"x {secret}".encode(), "text/plain")
        yield secret[:9]
        yield secret[9:]
        return {"out": secret}

    stream = studio.runs.stream("demo", {"prompt": f"my key is {secret}"}, compute)
    list(stream)
    with pytest.raises(RuntimeError):
        studio.runs.execute("demo", {}, lambda _: (_ for _ in ()).throw(RuntimeError(secret)))
    studio.close()
    stored = b"".join(path.read_bytes() for path in settings.home.rglob("*") if path.is_file())
    assert secret.encode() not in stored and secret[9:].encode() not in stored
    assert b"**********" in stored


def test_what_a_frame_is_filtered_by(studio: Studio):
    one = studio.runs.execute("a", {}, lambda _: 1, tags=["x"])
    two = studio.runs.execute("b", {}, lambda _: 1)
    assert list(studio.runs.frame().index) == [two.id, one.id]
    assert list(studio.runs.frame(kind="a").index) == [one.id]
    assert list(studio.runs.frame(tag="x").index) == [one.id]
    assert list(studio.runs.frame(limit=1).index) == [two.id]
    assert list(studio.runs.frame(since=two.started_at).index) == [two.id]
    assert list(studio.runs.frame(until=two.started_at).index) == [one.id]
    assert studio.runs.frame(status="failed").empty


def test_a_status_that_no_run_can_have_is_refused(studio: Studio):
    for call in (studio.runs.frame, studio.runs.list, studio.runs.prune):
        with pytest.raises(BadInput, match="'done' is no status of a Run; expected one of running, sub"):
            call(status="done")


def test_usage_outlives_the_runs_that_it_sums(studio: Studio):
    studio.runs.execute("a", {}, lambda r: r.usage(1, 2, 0.5))
    studio.runs.prune()
    with studio.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT tokens, cost, runs FROM usage").all() == [(3, 0.5, 1)]


def test_a_digest_covers_all_but_labels(studio: Studio):
    run = studio.runs.execute("demo", {}, lambda _: 1)
    assert replace(run, name="other", tags=("t",), user_id="u").compute_digest() == run.digest
    for change in ({"cost": 1.0}, {"output": 2}, {"duration": 9.0}, {"parent_id": "x"}, {"occurrence": 5}):
        assert replace(run, **change).compute_digest() != run.digest
