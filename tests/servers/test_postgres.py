"""The spine on a real PostgreSQL server: the same promises as on the embedded file."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from workbench.chat.turn import Turn
from workbench.errors import (
    BadInput,
    BudgetExceeded,
    NotFound,
    OutdatedDatabase,
    Unavailable,
    WorkbenchError,
)
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


def test_a_server_that_says_nothing_is_not_waited_for_for_long(home):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/nowhere?connect_timeout=2"
        with pytest.raises(Unavailable, match="The database cannot be opened"):
            Database(load_settings(database_url=url))


def test_a_database_that_goes_away_is_one_sentence_until_it_is_back(shared, postgres, caplog):
    url = shared.settings.database
    talk = shared.chat.create_session(shared.user_id, "Talk")
    for _ in range(2):
        postgres.shut(url)
        for ask in (shared.chat.list_sessions, shared.chat.create_session, shared.chat.find_session):
            more = ("Talk",) if ask == shared.chat.find_session else ()
            with pytest.raises(Unavailable, match="The database cannot be reached now"):
                ask(shared.user_id, *more)
        postgres.admit(url)
        assert shared.chat.find_session(shared.user_id, "Talk") == talk
    said = [record.message for record in caplog.records if record.name == "workbench.storage.shared"]
    assert len(said) == 4
    assert said[1] == said[3] == "The database answers again."


def test_a_connection_that_breaks_within_a_transaction_is_told_alike(shared, postgres):
    def ask_twice():
        with shared.database.begin() as session:
            session.execute(text("SELECT 1"))
            postgres.shut(shared.settings.database)
            session.execute(text("SELECT 1"))

    with pytest.raises(Unavailable, match="cannot be reached"):
        ask_twice()
    postgres.admit(shared.settings.database)
    assert shared.user.username == "researcher"


def test_what_ends_while_the_database_is_away_is_written_when_it_is_back(shared, postgres):
    def cut(recorder):
        recorder.usage(3, 4, 0.5)
        postgres.shut(shared.settings.database)
        return "lost"

    with pytest.raises(Unavailable):
        shared.runs.execute("demo", {}, cut)
    with pytest.raises(Unavailable):
        shared.runs.execute("demo", {"while": "away"}, lambda _: 1)
    postgres.admit(shared.settings.database)
    assert [run.status for run in shared.runs.list()] == ["running"]
    shared.runs.execute("demo", {"next": 1}, lambda _: 1)
    last, first = shared.runs.list()
    assert (last.status, first.status, first.cost, first.output) == ("finished", "failed", 0.5, None)
    assert shared.runs.verify() == []


def test_who_gets_no_connection_is_told_so(shared, monkeypatch):
    monkeypatch.setattr("workbench.storage.shared._WAIT_SECONDS", 0.1)
    database = Database(
        load_settings(database_url=shared.settings.database, workbench_database_connections=2)
    )
    with database.begin() as one, database.begin() as two:
        for session in (one, two):
            session.execute(text("SELECT 1"))
        with pytest.raises(Unavailable, match="Every connection to the database is in use"):
            database.revision()
    assert database.revision() == SCHEMA
    database.close()


def test_many_threads_share_few_connections(shared, postgres):
    """Twice as many as a server's threads, with the connections that a process has by default."""

    def ask(number):
        talk = shared.chat.create_session(shared.user_id, f"Talk {number}")
        shared.runs.execute("many", {"number": number}, lambda _: number)
        return shared.chat.describe_session(talk, shared.user_id)["title"]

    with ThreadPoolExecutor(256) as threads:
        assert [*threads.map(ask, range(512))] == [f"Talk {number}" for number in range(512)]
        query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend';"
        (count,) = re.findall(r"^ *(\d+)$", postgres.embedded.psql(query), re.MULTILINE)
    assert 2 < int(count) <= 21
