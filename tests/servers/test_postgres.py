"""The spine on a real PostgreSQL server: the same promises as on the embedded file."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from workbench.chat.turn import Turn
from workbench.errors import BadInput, BudgetExceeded, NotFound, OutdatedDatabase, WorkbenchError
from workbench.settings import load_settings
from workbench.storage.database import SCHEMA, Database
from workbench.storage.migrate import upgrade_url
from workbench.studio import Studio

WRITER = """
import sys
from workbench.settings import load_settings
from workbench.studio import Studio
studio = Studio(load_settings(workbench_home=sys.argv[1]))
for number in range(100):
    studio.runs.execute("crowd", {"who": sys.argv[2], "number": number}, lambda _: number)
"""


def test_an_empty_server_is_not_migrated_behind_its_administrators_back(url):
    with pytest.raises(OutdatedDatabase, match=r"The database is empty .* `workbench db upgrade`"):
        Database(load_settings(database_url=url))


def test_upgrade_and_check(url, home):
    settings = load_settings(database_url=url)
    upgrade_url(settings.database, lock=settings.home / "migrate.lock")
    database = Database(settings)
    assert database.revision() == SCHEMA
    assert database.integrity() == []
    database.close()


def test_runs_live_as_on_the_embedded_file(shared, tmp_path):
    def pieces(recorder):
        yield from "ab"
        recorder.usage(1, 2, 0.5)
        return "ab"

    run = shared.runs.execute(
        "demo", {"x": 1}, lambda r: r.artifact("t", b"x", "text/plain").digest, tags=["keep"]
    )
    stream = shared.runs.stream("demo.stream", {}, pieces)
    assert list(stream) == ["a", "b"]
    with pytest.raises(ZeroDivisionError):
        shared.runs.execute("demo", {"x": 2}, lambda _: 1 / 0)
    assert shared.runs.get(run.id) == shared.runs.list(tag="keep")[0]
    assert list(shared.runs.frame(status="finished")["cost_usd"]) == [0.5, 0.0]
    shared.runs.begin_execution()
    with shared.runs.replay("strict"):
        assert list(shared.runs.stream("demo.stream", {}, pieces)) == ["a", "b"]
    bundle = shared.runs.export(tmp_path / "bundle.zip")
    elsewhere = Studio(
        load_settings(workbench_home=tmp_path / "else", database_url="sqlite:///" + str(tmp_path / "e.db"))
    )
    assert len(elsewhere.runs.import_(bundle)) == 3
    assert shared.runs.verify() == elsewhere.runs.verify() == []
    elsewhere.close()
    assert len(shared.runs.prune()) == 2


def test_conversations_live_as_on_the_embedded_file(shared):
    session = shared.chat.create_session(shared.user_id, "Shared")
    message = shared.chat.add_message(session, "user", "Hello")
    shared.chat.sessions.add_turn(Turn(session, shared.user_id, "And?"), "Yes.", {}, 3, None)
    data = shared.chat.get_session(session, shared.user_id)
    assert data["messages"][0]["id"] == message
    assert data["unknown_cost"] == 1
    with pytest.raises(BadInput):
        shared.chat.add_message(session, "robot", "x")
    with pytest.raises(NotFound):
        shared.chat.get_session(session, "another")
    assert [item["title"] for item in shared.chat.list_sessions(shared.user_id)] == ["Shared"]


def test_two_processes_write_at_once(shared, home):
    crowd = [
        subprocess.Popen([sys.executable, "-c", WRITER, home, who], stderr=subprocess.PIPE, text=True)
        for who in "ab"
    ]
    for process in crowd:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert len(shared.runs.list(status="finished", kind="crowd")) == 200


def test_callers_at_once_cannot_pass_a_budget_together(shared):
    from workbench.chat.budget import Budget

    settings = load_settings(workbench_budget_day_usd=1.0)
    budget, user, entered = Budget(settings), shared.user_id, threading.Barrier(4, timeout=30)
    outcomes = []
    # The first Run of a process stores its environment, which would let the others wait for it.
    shared.runs.execute("first", {}, lambda _: 1)

    def call(number):
        reserve = budget.reserve(user, "m", 0.6, 1, None)
        guard = reserve.guard

        def together(connection):
            # Every row is inserted, and none is visible to the others, before the first one looks.
            entered.wait()
            guard(connection)

        try:
            shared.runs.execute(
                "paid",
                {"n": number},
                lambda recorder: recorder.usage(1, 0, 0.6),
                reserve=replace(reserve, guard=together),
            )
            outcomes.append("made")
        except BudgetExceeded:
            outcomes.append("refused")

    threads = [threading.Thread(target=call, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused", "refused", "refused"]


def test_a_server_that_is_down_is_one_sentence(home):
    with pytest.raises(WorkbenchError, match="The database cannot be opened"):
        Database(load_settings(database_url="postgresql://nobody@127.0.0.1:1/nowhere"))
