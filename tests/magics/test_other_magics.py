"""``%runs``, ``%replay``, ``%workbench``, completion and help in a real kernel."""

from __future__ import annotations

import pytest

from tests.magics.kernel import Kernel
from tests.standin import StandIn, fail

GPT = "-m openai:gpt-4o"


@pytest.fixture
def two(kernel: Kernel, server: StandIn) -> tuple[str, str]:
    kernel.ok(f"%chat {GPT} --as one First\n%chat {GPT} --as two Second")
    return kernel.value("one.run_id"), kernel.value("two.run_id")


def test_the_table_filters_and_binds(kernel: Kernel, two: tuple[str, str], server: StandIn):
    server.script("openai", [fail(400, "No.")])
    kernel.run(f"%chat {GPT} Fails")
    table = kernel.ok("%runs --as table")
    assert all(run in table.html for run in two)
    assert "openai:gpt-4o" in table.html
    assert "<style" not in table.html
    assert kernel.value("type(table).__name__") == "DataFrame"
    failed = kernel.ok("%runs --status failed --kind chat --limit 1")
    assert two[0] not in failed.text
    assert "failed" in failed.text
    assert kernel.ok("%runs --all").text
    assert kernel.ok("%runs --kind nothing").text.endswith("each %chat leaves one.")


def test_a_run_is_shown_and_compared_by_the_start_of_its_name(kernel: Kernel, two: tuple[str, str]):
    page = kernel.ok(f"%runs show {two[0]} --as run")
    assert "First" in page.text
    assert "Answer" in page.text
    assert kernel.value("run.id") == two[0]
    found = kernel.ok("%runs diff {one.run_id} {two.run_id} --as diff")
    assert "messages[0].content" in found.text
    assert kernel.value("bool(diff)") == "True"
    missing = kernel.run("%runs show 00000000")
    assert missing.ename == "NotFound"


def test_runs_travel_are_checked_and_tagged(kernel: Kernel, two: tuple[str, str], tmp_path):
    path = tmp_path / "some runs.zip"
    assert "Exported" in kernel.ok(f'%runs export "{path}" {two[0]}').stdout
    assert path.is_file()
    assert "0 new Runs" in kernel.ok(f'%runs import "{path}"').stdout
    assert "Sound" in kernel.ok("%runs verify --as faults").stdout
    assert kernel.value("faults") == "[]"
    assert "draft, paper" in kernel.ok(f"%runs tag {two[1]} paper draft").stdout


@pytest.mark.parametrize(
    "line",
    ["%runs nothing", "%runs show", "%runs diff one", "%runs tag one", "%runs --limit 0", "%runs --limit x"],
)
def test_a_wrong_line_says_what_is_taken(kernel: Kernel, line: str):
    cell = kernel.run(line)
    assert (cell.ename, cell.errors) == ("BadInput", 1)


def test_replay_tells_holds_and_ends_with_its_cell(kernel: Kernel, server: StandIn):
    assert "Replay is live" in kernel.ok("%replay").stdout
    first = kernel.ok(f"%chat {GPT} Only once", "once")
    kernel.ok("%replay strict")
    assert kernel.ok(f"%chat {GPT} Only once", "once").outputs == first.outputs
    assert kernel.run(f"%chat {GPT} Never").ename == "ReplayMiss"
    kernel.ok(f"%%replay live\n%chat {GPT} Computed")
    assert "Replay is strict" in kernel.ok("%replay").stdout
    assert len(server.requests) == 2
    assert kernel.run("%replay backwards").ename == "BadInput"
    assert kernel.run("%%replay\n1").ename == "BadInput"


def test_a_thread_of_a_replay_cell_reaches_nobody(kernel: Kernel, server: StandIn):
    code = """%%replay strict
import threading, workbench
caught = []
messages = [{"role": "user", "content": "From a thread"}]
def ask():
    try:
        workbench.studio().ai.chat_completion(messages, "openai", "gpt-4o")
    except Exception as error:
        caught.append(type(error).__name__)
thread = threading.Thread(target=ask)
thread.start()
thread.join()
"""
    kernel.ok(code)
    assert kernel.value("caught") == "['ReplayMiss']"
    assert server.requests == []


def test_a_replay_cell_is_a_cell(kernel: Kernel):
    cell = kernel.ok("%%replay cache\nvalue = 20\nvalue + 1")
    assert cell.text == "21"
    assert kernel.value("value") == "20"
    failed = kernel.run("%%replay cache\nvalue = 1 / 0")
    assert (failed.ename, failed.errors) == ("ZeroDivisionError", 1)
    assert "Replay is live" in kernel.ok("%replay").stdout


def test_settings_and_doctor_show_no_secret(kernel: Kernel, server: StandIn, key: str):
    settings = kernel.ok("%workbench settings")
    assert "OPENAI_API_KEY" in settings.html
    assert "*" * 10 in settings.html
    doctor = kernel.ok("%workbench doctor")
    assert "provider openai" in doctor.html
    assert "present" in doctor.html
    assert "absent" in doctor.html
    for cell in (settings, doctor):
        assert key not in str(cell.outputs)
        assert key not in cell.stdout + cell.stderr


def test_cost_is_told_by_model(kernel: Kernel, two: tuple[str, str]):
    cost = kernel.ok("%workbench cost")
    assert "openai:gpt-4o" in cost.text
    assert "Spent here: $" in cost.text
    assert kernel.ok("%workbench").text == kernel.ok("%workbench help").text
    assert kernel.run("%workbench nothing").ename == "BadInput"


def test_the_tab_key_knows_the_workbench(kernel: Kernel, two: tuple[str, str]):
    kernel.ok(f"%chat {GPT} --session 'long name' Hi")
    kernel.ok("from pydantic import BaseModel\nclass Planet(BaseModel):\n    name: str")
    assert "openai:gpt-4o" in kernel.complete("%chat -m ")
    assert "gpt-4o" in kernel.complete("%%chat --model openai:gpt-4")
    assert kernel.complete("%chat --mod") == ["--model"]
    assert '"long name"' in kernel.complete("%chat --session ")
    assert "Planet" in kernel.complete("%chat --json P")
    assert kernel.complete("%runs ex") == ["export"]
    assert two[0] in kernel.complete("%runs show ")
    assert kernel.complete("%replay ") == ["live", "cache", "strict"]
    assert kernel.complete("%%replay st") == ["strict"]
    assert kernel.complete("%workbench d") == ["doctor"]
    assert "strict" not in kernel.complete("%replay strict ")


def test_a_question_mark_explains(kernel: Kernel):
    told = kernel.inspect("%chat")
    for word in ("--session", "--json", "@name", "QUESTION"):
        assert word in told
    assert "strict" in kernel.inspect("%replay")
    assert "export" in kernel.inspect("%runs")
