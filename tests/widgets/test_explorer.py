from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workbench.errors import BadInput
from workbench.runs import Recorder, Run
from workbench.runs.canonical import canonical
from workbench.storage import RunRow
from workbench.studio import Studio
from workbench.widgets.explorer import PAGE, RunsExplorer

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
MODELS = [("openai", "gpt-4o", 0.002), ("local", "smollm2", 0.0), ("ollama", "qwen3", None)]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def made(studio: Studio, count: int) -> list[Run]:
    """Store Runs of three models, one an hour back in time from noon."""

    def compute(recorder: Recorder) -> dict[str, str]:
        recorder.usage(10, 20, 0.002)
        return {"content": "**Yes.**"}

    first = studio.runs.execute("chat", {"messages": [{"role": "user", "content": "zero"}]}, compute)
    runs = []
    for at in range(count):
        provider, model, cost = MODELS[at % 3]
        changed = replace(
            first,
            id=f"{at:026d}",
            occurrence=at + 1,
            inputs={"messages": [{"role": "user", "content": f"question {at}th"}]},
            parameters={"provider": provider, "model": model},
            cost=cost,
            status="failed" if at % 10 == 9 else "finished",
            error={"code": "provider_failed", "message": "It broke.", "hint": "Wait."}
            if at % 10 == 9
            else None,
            started_us=int((NOON - timedelta(hours=at)).timestamp() * 1e6),
        )
        runs.append(changed.sealed())
    studio.runs.store.add(runs, {first.environment_digest: canonical(first.environment)})
    return runs


class Reader:
    def __init__(self, studio: Studio) -> None:
        self.panel = RunsExplorer(studio, lambda: None)

    def do(self, action: str, **arguments: Any) -> dict[str, Any]:
        self.panel.act({"do": action, **arguments})
        return self.panel.snapshot()


@pytest.fixture
def runs(studio: Studio) -> list[Run]:
    return made(studio, 60)


@pytest.fixture
def reader(studio: Studio, runs: list[Run]) -> Reader:
    return Reader(studio)


def ids(view: dict[str, Any]) -> list[str]:
    return [row["id"] for row in view["rows"]]


def test_an_empty_record_says_so(studio: Studio) -> None:
    view = RunsExplorer(studio, lambda: None).snapshot()
    assert view["rows"] == []
    assert view["pager"]["all"] == 0
    assert view["error"] is None


def test_newest_first_a_page_at_a_time(reader: Reader, runs: list[Run]) -> None:
    view = reader.panel.snapshot()
    assert len(view["rows"]) == PAGE
    assert view["pager"] == {"page": 0, "pages": 3, "total": 61, "all": 61}
    assert view["rows"][1] == {
        "id": runs[0].id,
        "started": "2026-11-20 12:00:00",
        "kind": "chat",
        "what": "question 0th",
        "model": "openai:gpt-4o",
        "status": "finished",
        "duration": view["rows"][1]["duration"],
        "tokens": "30",
        "cost": "$0.0020",
        "opened": False,
    }
    assert len(reader.do("ask", page=2)["rows"]) == 11
    assert reader.do("ask", page=99)["pager"]["page"] == 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "failed"}, 6),
        ({"model": "local:smollm2"}, 20),
        ({"kind": "chat"}, 61),
        ({"kind": "embedding"}, 0),
        ({"text": "question 37TH"}, 1),
        ({"text": "QUESTION gpt-4o"}, 20),
        ({"text": "100%_\\"}, 0),
        ({"since": "2026-11-20", "until": "2026-11-20"}, 13),
        ({"until": "2026-11-18"}, 60 - 13 - 24),
        ({"text": "question", "status": "failed", "model": "openai:gpt-4o"}, 2),
    ],
)
def test_filters(reader: Reader, query: dict[str, str], expected: int) -> None:
    view = reader.do("ask", **query)
    assert view["error"] is None
    assert view["pager"]["total"] == expected


def test_every_column_sorts_both_ways(reader: Reader) -> None:
    for column in ("started", "kind", "model", "status", "duration", "tokens", "cost"):
        up = reader.do("ask", sort=column, descending=False)
        assert up["error"] is None
        assert up["query"]["sort"] == column
    cheapest = reader.do("ask", sort="cost", descending=False)["rows"][0]
    assert cheapest["cost"] == "$0"


def test_totals_and_charts_follow_the_filter(reader: Reader) -> None:
    view = reader.do("ask", model="openai:gpt-4o")
    assert "<strong>20</strong>" in view["summary"]
    assert "$0.040" in view["summary"]
    assert "Cost by day" in view["charts"]
    assert "openai:gpt-4o" in view["charts"]
    assert "20 prices unknown" in reader.do("ask", model="ollama:qwen3")["summary"]
    assert "Tokens by model" in view["charts"].replace("Cost", "Tokens")
    assert "Runs by day" in reader.do("ask", measure="runs")["charts"]


def test_one_run_with_all_that_it_holds(studio: Studio) -> None:
    def compute(recorder: Recorder) -> dict[str, str]:
        recorder.artifact("dot.png", PIXEL, "image/png")
        recorder.metric("score", 0.5)
        return {"content": "# <script>alert(1)</script> Title"}

    run = studio.runs.execute("chat", {"messages": [{"role": "user", "content": "<b>hi</b>"}]}, compute)
    html = Reader(studio).do("open", id=run.id)["detail"]["html"]
    assert run.digest in html
    assert "yes: the record matches its digest, 1 artifact too" in html
    assert "data:image/png;base64," in html
    assert "&lt;b&gt;hi&lt;/b&gt;" in html
    assert "<script" not in html
    assert run.environment_digest in html
    assert "score" in html


def test_a_run_whose_artifact_was_changed_is_told(studio: Studio) -> None:
    run = studio.runs.execute(
        "plot", {}, lambda recorder: recorder.artifact("dot.png", PIXEL, "image/png").name
    )
    (stored,) = [path for path in studio.settings.objects_folder.rglob("*") if path.is_file()]
    stored.chmod(0o600)
    stored.write_bytes(b"something else")
    view = Reader(studio).do("open", id=run.id)
    assert view["error"] is None
    assert "no: " in view["detail"]["html"]
    assert "data:image/png" not in view["detail"]["html"]


def test_a_failed_run_shows_its_sentence(reader: Reader, runs: list[Run]) -> None:
    html = reader.do("open", id=runs[9].id)["detail"]["html"]
    assert "It broke." in html
    assert "Wait." in html


def test_opening_again_closes(reader: Reader, runs: list[Run]) -> None:
    assert reader.do("open", id=runs[0].id)["detail"]
    assert reader.do("open", id=runs[0].id)["detail"] is None


def test_two_runs_compared(reader: Reader, runs: list[Run]) -> None:
    html = reader.do("compare", ids=[runs[1].id, runs[0].id])["comparison"]
    assert "inputs.messages[0].content" in html
    assert html.index(runs[0].id) < html.index(runs[1].id)
    assert reader.do("close")["comparison"] is None


def test_what_two_long_texts_begin_with_alike_does_not_hide_where_they_part(
    studio: Studio, reader: Reader
) -> None:
    text = "A document to ask about. " * 60
    ids = [
        studio.runs.execute("toy", {"prompt": f"{text}{ask}"}, lambda _: "yes").id
        for ask in ("Is it short?", "Who wrote it?")
    ]
    html = reader.do("compare", ids=ids)["comparison"]
    assert "Is it short?" in html
    assert "Who wrote it?" in html
    assert html.count("A document") < 10
    labels = [row["what"] for row in reader.panel.snapshot()["rows"] if row["id"] in ids]
    assert [label[-13:] for label in labels] == ["Who wrote it?", " Is it short?"]
    assert all(label.startswith("A document to ask about.") and " … " in label for label in labels)


def test_somebody_elses_run_does_not_exist(studio: Studio, runs: list[Run]) -> None:
    from workbench.storage import User

    with studio.database.begin() as session:
        session.add(User(id="other", username="other", email="other@localhost"))
    theirs = replace(runs[50], id="9" * 26, user_id="other").sealed()
    studio.runs.store.add([theirs], {theirs.environment_digest: canonical(theirs.environment)})
    reader = Reader(studio)
    assert theirs.id not in ids(reader.panel.snapshot())
    assert reader.do("ask", text="question 50th")["pager"]["total"] == 1
    assert reader.do("open", id=theirs.id)["error"]["code"] == "not_found"
    assert reader.do("compare", ids=[theirs.id, runs[0].id])["error"]["code"] == "not_found"


def test_refresh_sees_new_runs(reader: Reader, studio: Studio) -> None:
    assert reader.panel.snapshot()["pager"]["all"] == 61
    studio.runs.execute("plot", {}, lambda _: 1)
    assert reader.panel.snapshot()["pager"]["all"] == 61
    assert reader.do("refresh")["pager"]["all"] == 62


@pytest.mark.parametrize(
    "action",
    [
        {"do": "ask", "sort": "digest"},
        {"do": "ask", "measure": "luck"},
        {"do": "ask", "since": "yesterday"},
        {"do": "ask", "nothing": 1},
        {"do": "ask", "page": -4},
        {"do": "ask", "page": "x"},
        {"do": "open", "id": "nobody's"},
        {"do": "compare", "ids": []},
        {"do": "compare", "ids": None},
        {"do": "_forget"},
        {},
    ],
)
def test_nonsense_from_the_browser_leaves_the_table(reader: Reader, action: dict[str, Any]) -> None:
    reader.panel.act(action)
    view = reader.panel.snapshot()
    assert "Traceback" not in repr(view)
    assert len(view["rows"]) == PAGE


def copied(studio: Studio, run: Run, count: int) -> None:
    """Store the Run again and again, by SQL alone: writing each would take minutes."""
    from sqlalchemy import text

    names = [column.name for column in RunRow.__table__.columns if column.name != "id"]
    numbers = "WITH RECURSIVE n(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < :count)"
    chosen = f"SELECT 'copy' || at, {', '.join(names)} FROM n, runs WHERE id = :id"
    with studio.database.begin() as session:
        insert = f"INSERT INTO runs (id, {', '.join(names)}) {numbers} {chosen}"
        session.execute(text(insert), {"count": count, "id": run.id})


def test_a_hundred_thousand_runs_answer_a_click_without_reading_them_again(studio: Studio) -> None:
    copied(studio, made(studio, 1)[0], 100_000)
    reader = Reader(studio)
    before = reader.panel.frame
    assert reader.do("ask", sort="cost")["pager"]["pages"] == 4001
    assert reader.do("ask", text="copy99999")["pager"]["total"] == 1
    assert reader.panel.frame is before


def test_charts_of_long_records_group_days() -> None:
    import pandas as pd

    from workbench.widgets.summary import charts

    def over(days: int) -> str:
        moments = pd.to_datetime([NOON, NOON - timedelta(days=days)])
        frame = pd.DataFrame({"started_at": moments, "tokens": [1, 2], "cost_usd": [0.0, 0.0]})
        return charts(frame.assign(model="m", kind="chat"), "tokens")

    assert "Tokens by day" in over(20)
    assert "Tokens by week" in over(200)
    assert "Tokens by month" in over(2000)


def test_axis_values_are_round() -> None:
    from workbench.widgets.charts import ticks

    assert ticks(0) == [0, 1]
    assert ticks(4.1) == [0, 2, 4, 6]
    assert ticks(100) == [0, 25, 50, 75, 100]
    assert ticks(0.33) == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])


def test_bad_days_are_refused() -> None:
    from workbench.widgets.explorer import _day

    with pytest.raises(BadInput, match="no day"):
        _day("2026-13-01")
