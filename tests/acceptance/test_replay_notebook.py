"""A notebook that asked a model is run again elsewhere: no key, no server, the same bytes."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.standin import StandIn, cut, ok
from workbench.settings import load_settings
from workbench.studio import Studio

pytestmark = pytest.mark.acceptance

FAILS = {"tags": ["raises-exception"]}
PROMPT = "%chat -m openai:gpt-4o --no-stream --as first Tell me one thing."
SPENT = (
    "import workbench\nspent = workbench.studio().runs.spent()\nprint(spent.cost, spent.runs, spent.replayed)"
)
CELLS: list[tuple[str, dict[str, Any]]] = [
    ("%load_ext workbench", {}),
    ("number = 2\nnames = {'b', 'a', 'c'}", {}),
    (PROMPT, {}),
    ("%chat -m openai:gpt-4o --no-stream --as second Tell me one thing.", {}),
    ("print(first.content)\nprint(second.content)\nassert first.content != second.content", {}),
    ("%%chat -m openai:gpt-4o --session study --as streamed\nSay {number + 3} words on @names.", {}),
    ("%chat --session study Go on.", {}),
    ("first.to_frame()", {}),
    ("%chat -m openai:no-such-model This fails.", FAILS),
    ("%chat -m openai:gpt-4o This is cut in the middle.", FAILS),
    ("%runs show {first.run_id}", {}),
    ("second", {}),
]


def notebook(changes: dict[str, str] | None = None, *more: str) -> nbformat.NotebookNode:
    cells = [
        nbformat.v4.new_code_cell((changes or {}).get(source, source), id=f"cell-{at}", metadata=metadata)
        for at, (source, metadata) in enumerate([*CELLS, *((each, {}) for each in more)])
    ]
    return nbformat.v4.new_notebook(cells=cells)


def run(book: nbformat.NotebookNode, environment: dict[str, str]) -> nbformat.NotebookNode:
    done = copy.deepcopy(book)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        NotebookClient(done, timeout=120, kernel_name="python3").execute()
    return done


def outputs(book: nbformat.NotebookNode) -> bytes:
    shown = [cell.outputs for cell in book.cells[: len(CELLS)]]
    return json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()


def whose(home: Path) -> dict[str, str]:
    return {"WORKBENCH_HOME": str(home), "WORKBENCH_USER": "researcher"}


@contextlib.contextmanager
def studio_at(home: Path) -> Iterator[Studio]:
    studio = Studio(load_settings(workbench_home=home, workbench_user="researcher"))
    try:
        yield studio
    finally:
        studio.close()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[nbformat.NotebookNode, Path]:
    """The notebook as it ran live, and the bundle of its Runs; the stand-in is down from then on."""
    home, bundle = tmp_path_factory.mktemp("live"), tmp_path_factory.mktemp("carried") / "runs.zip"
    with StandIn() as server:
        # in the order of the calls: two chats, a session of two, an unknown model, one cut in the middle
        server.script("openai", [ok(), ok(), ok(), ok(), ok(), cut(after=3)])
        environment = {**server.environment("openai"), **whose(home), "WORKBENCH_RETRIES": "0"}
        live = run(notebook(), environment)
    with studio_at(home) as studio:
        studio.runs.export(bundle)
        assert studio.runs.verify() == []
    return live, bundle


@pytest.fixture
def elsewhere(recorded: tuple[nbformat.NotebookNode, Path], tmp_path: Path) -> dict[str, str]:
    """The environment of another machine: an empty home into which the bundle went, no key."""
    home = tmp_path / "empty"
    with studio_at(home) as studio:
        assert studio.runs.list() == []
        assert studio.runs.import_(recorded[1])
    return {**whose(home), "WORKBENCH_REPLAY": "strict"}


def test_the_outputs_are_equal_byte_for_byte_and_cost_nothing(recorded, elsewhere):
    live, _ = recorded
    again = run(notebook(None, SPENT), elsewhere)
    for before, after in zip(live.cells, again.cells, strict=False):
        assert after.outputs == before.outputs, before.source
    assert outputs(again) == outputs(live)
    assert again.cells[-1].outputs[0].text == "0.0 0 4\n"


def test_the_live_outputs_hold_what_they_should(recorded):
    live, _ = recorded
    shown = outputs(live).decode()
    kinds = [{each.output_type for each in cell.outputs} for cell in live.cells]
    assert kinds[2] == kinds[5] == {"display_data"}
    assert kinds[8] == {"error"}
    assert "names on" not in shown
    assert "{'a', 'b', 'c'}" in live.cells[5].outputs[0].data["text/html"].replace("&#x27;", "'")
    assert live.cells[9].outputs[-1].ename == "ProviderFailed"
    assert "failed before its end" in live.cells[9].outputs[0].data["text/plain"]


def test_a_changed_prompt_names_the_inputs_that_differ(recorded, elsewhere):
    changed = notebook({PROMPT: PROMPT.replace("one thing", "two things")})
    with pytest.raises(CellExecutionError) as caught:
        run(changed, elsewhere)
    assert caught.value.ename == "ReplayMiss"
    assert "inputs.messages[0].content" in caught.value.evalue
    assert "Tell me one thing." in caught.value.evalue
    assert "Tell me two things." in caught.value.evalue


def test_a_question_asked_once_more_than_recorded_is_a_miss(recorded, elsewhere):
    once_more = notebook(None, PROMPT)
    with pytest.raises(CellExecutionError) as caught:
        run(once_more, elsewhere)
    assert caught.value.ename == "ReplayMiss"
    assert "once more" in caught.value.evalue


def test_a_replay_stands_even_where_a_key_and_another_server_are_set(recorded, elsewhere):
    live, _ = recorded
    with StandIn() as other:
        again = run(notebook(), {**elsewhere, **other.environment("openai", "anthropic")})
        assert other.requests == []
    assert outputs(again) == outputs(live)
