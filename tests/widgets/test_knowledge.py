from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.knowledge.words import register
from tests.standin.behaviours import fail, ok
from tests.standin.server import KEYS, StandIn
from tests.widgets.conftest import until
from workbench.errors import BadInput
from workbench.studio import Studio
from workbench.widgets import KnowledgeWidget
from workbench.widgets.knowledge_explorer import PARTS, KnowledgeExplorer

BREAD = "# Bread\n\nBread is made of flour, water and salt.\n\n# Moon\n\nThe moon is made of basalt.\n"
RIVER = "The river carries snow melt down to the lake in spring."


class Reader:
    """Someone at the panel: keeps what was published."""

    def __init__(self, studio: Studio, base: str | None = None) -> None:
        self.events: list[dict[str, Any]] = []
        self.panel = KnowledgeExplorer(studio, self.events.append, base=base)

    def do(self, action: str, buffers: Any = (), **arguments: Any) -> None:
        self.panel.act({"do": action, **arguments}, buffers)

    def drop(self, files: dict[str, bytes], piece: int = 1 << 20) -> list[dict[str, Any]]:
        told = [{"upload": name, "name": name, "size": len(data)} for name, data in files.items()]
        self.do("begin", files=told, sender="view")
        for name, data in files.items():
            for at in range(0, max(1, len(data)), piece):
                self.do("piece", [memoryview(data[at : at + piece])], upload=name, offset=at)
        return self.settled()

    def settled(self) -> list[dict[str, Any]]:
        until(lambda: not self.panel.busy)
        return self.view("tasks")

    def search(self, text: str, **more: Any) -> dict[str, Any]:
        self.do("search", text=text, **more)
        until(lambda: not self.panel.finder.busy)
        return self.view("found")

    def view(self, part: str) -> Any:
        return self.panel.view(part)

    @property
    def error(self) -> dict[str, Any] | None:
        return self.view("status")["error"]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Studio:
    """A Studio whose default embedder counts words."""
    register()
    monkeypatch.setenv("WORKBENCH_EMBEDDER", "words")
    made: Studio = request.getfixturevalue("studio")
    return made


@pytest.fixture
def reader(house: Studio) -> Reader:
    return Reader(house)


@pytest.fixture
def filled(house: Studio) -> Reader:
    """A panel on a base of two texts, for which nothing was uploaded."""
    base = house.files.create_knowledge_base(house.user_id, "notes")
    house.vectors.add_texts(base, [("bread.md", BREAD), ("river.txt", RIVER)])
    return Reader(house, "notes")


def names(reader: Reader) -> set[str]:
    return {file["filename"] for file in reader.view("base")["files"]}


def leftovers(studio: Studio) -> list[Path]:
    return [path for path in (studio.settings.uploads_folder / "incoming").glob("*") if path.is_file()]


# ---- bases ----


def test_an_empty_panel_makes_its_first_base_when_files_come(reader: Reader) -> None:
    assert reader.view("base") == {}
    assert reader.view("bases") == []
    tasks = reader.drop({"river.txt": RIVER.encode()})
    assert [task["state"] for task in tasks] == ["ready"]
    assert reader.view("base")["name"] == "My documents"
    assert names(reader) == {"river.txt"}


def test_bases_are_made_named_chosen_and_deleted(reader: Reader, house: Studio) -> None:
    reader.do("create", name=" Snow ")
    first = reader.view("base")["id"]
    reader.do("create", name="Soil", embedder="words")
    assert [each["name"] for each in reader.view("bases")] == ["Snow", "Soil"]
    reader.do("choose", id=first)
    reader.do("rename", name="Ice")
    assert reader.view("base")["name"] == "Ice"
    reader.do("drop")
    assert [each["name"] for each in house.vectors.list_knowledge_bases(house.user_id)] == ["Soil"]
    assert reader.view("base")["name"] == "Soil"
    assert reader.error is None


def test_a_base_is_opened_by_name_or_identifier_or_made(house: Studio) -> None:
    made = Reader(house, "Reading group").view("base")
    assert Reader(house, made["id"]).view("base")["name"] == "Reading group"
    assert len(Reader(house, "Reading group").view("bases")) == 1


def test_somebody_else_s_base_is_not_there(reader: Reader, house: Studio) -> None:
    from workbench.storage.models import User

    with house.database.begin() as session:
        other = User(username="other", email="other@localhost")
        session.add(other)
        session.flush()
        other_id = other.id
    base = house.files.create_knowledge_base(other_id, "secret plans")
    reader.do("choose", id=base)
    assert reader.error
    assert "secret plans" not in repr([reader.view(part) for part in PARTS])


def test_the_base_says_how_it_answers(filled: Reader) -> None:
    assert until(lambda: filled.view("base")["index"]) == "exact"
    base = filled.view("base")
    assert (base["file_count"], base["total_chunks"]) == (2, 3)
    assert base["types"] == ["text"]


# ---- files ----


def test_a_file_in_pieces_is_stored_whole_and_acknowledged(reader: Reader, house: Studio) -> None:
    data = RIVER.encode() * 40
    (task,) = reader.drop({"river.txt": data}, piece=100)
    acks = [event["received"] for event in reader.events if event["type"] == "ack"]
    assert acks == [*range(100, len(data), 100), len(data)]
    (file,) = house.files.get_user_files(house.user_id)
    assert house.files.content(file["id"], house.user_id) == data
    assert task["state"] == "ready"
    assert leftovers(house) == []


def test_each_file_has_its_own_fate(reader: Reader) -> None:
    tasks = {
        task["name"]: task
        for task in reader.drop({"no.pdf": b"no pdf", "river.txt": RIVER.encode(), "empty.txt": b""})
    }
    assert {name: task["state"] for name, task in tasks.items()} == {
        "no.pdf": "failed", "river.txt": "ready", "empty.txt": "failed",
    }  # fmt: skip
    assert "plain text" in tasks["no.pdf"]["note"]
    assert names(reader) == {"river.txt"}
    reader.do("clear")
    assert reader.view("tasks") == []


def test_the_same_file_again_is_no_second_one(reader: Reader) -> None:
    reader.drop({"river.txt": RIVER.encode()})
    (task,) = reader.drop({"river.txt": RIVER.encode()})
    assert task["state"] == "ready"
    assert "already" in task["note"]
    assert len(reader.view("base")["files"]) == 1


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(reader: Reader, house: Studio) -> None:
    most = house.settings.max_content_length
    reader.do("begin", files=[{"upload": "a", "name": "film.mp4", "size": most + 1}], sender="view")
    (task,) = reader.view("tasks")
    assert task["state"] == "failed"
    assert "MAX_CONTENT_LENGTH" in task["note"]
    assert {"type": "cut", "upload": "a"} in reader.events


@pytest.mark.parametrize("offset", [0, 7, 99])
def test_pieces_out_of_order_leave_nothing(reader: Reader, house: Studio, offset: int) -> None:
    reader.do("begin", files=[{"upload": "a", "name": "a.txt", "size": 10}], sender="view")
    reader.do("piece", [b"12345"], upload="a", offset=0)
    reader.do("piece", [b"678901"], upload="a", offset=offset)
    assert [task["state"] for task in reader.view("tasks")] == ["failed"]
    assert house.files.get_user_files(house.user_id) == []
    assert leftovers(house) == []


def test_a_view_that_goes_away_leaves_nothing(reader: Reader, house: Studio) -> None:
    reader.do("begin", files=[{"upload": "a", "name": "a.txt", "size": 10}], sender="view")
    reader.do("piece", [b"12345"], upload="a", offset=0)
    reader.do("leave", sender="view")
    (task,) = reader.view("tasks")
    assert task["state"] == "failed"
    assert "cut off" in task["note"]
    reader.do("piece", [b"67890"], upload="a", offset=5)
    assert house.files.get_user_files(house.user_id) == []
    assert leftovers(house) == []


def test_a_silent_view_is_given_up(reader: Reader) -> None:
    reader.do("begin", files=[{"upload": "a", "name": "a.txt", "size": 10}], sender="view")
    uploads = reader.panel.intake.uploads
    uploads.sweep()
    assert reader.view("tasks")[0]["active"]
    uploads.silence = -1
    uploads.sweep()
    assert reader.view("tasks")[0]["state"] == "failed"


def test_stop_ends_what_is_being_sent_and_what_waits(reader: Reader, house: Studio) -> None:
    told = [{"upload": name, "name": f"{name}.txt", "size": 10} for name in "ab"]
    reader.do("begin", files=told, sender="view")
    reader.do("piece", [b"12345"], upload="a", offset=0)
    reader.do("stop", id="a")
    assert [task["state"] for task in reader.view("tasks")] == ["stopped", "waiting"]
    reader.do("piece", [b"67890"], upload="a", offset=5)
    reader.do("stop")
    assert [task["state"] for task in reader.settled()] == ["stopped", "stopped"]
    assert house.files.get_user_files(house.user_id) == []


def test_a_file_the_browser_cannot_read_says_so(reader: Reader) -> None:
    reader.do("begin", files=[{"upload": "a", "name": "a.txt", "size": 10}], sender="view")
    reader.do("unreadable", upload="a")
    assert "could not read" in reader.view("tasks")[0]["note"]


def test_files_are_taken_out(filled: Reader) -> None:
    (bread,) = (f for f in filled.view("base")["files"] if f["filename"] == "bread.md")
    filled.do("remove", file_id=bread["file_id"])
    assert names(filled) == {"river.txt"}
    assert filled.search("bread flour")["hits"][0]["filename"] == "river.txt"


def test_reindexing_is_shown_and_keeps_the_files(filled: Reader) -> None:
    filled.do("reindex")
    (task,) = filled.settled()
    assert (task["kind"], task["state"]) == ("reindex", "ready")
    assert filled.search("snow in spring")["hits"][0]["filename"] == "river.txt"
    filled.do("reindex", embedder="no such embedder")
    assert [task["state"] for task in filled.settled()] == ["ready", "failed"]


def test_unfinished_files_are_added_again(filled: Reader, house: Studio) -> None:
    from sqlalchemy import update

    from workbench.storage.knowledge import KnowledgeFile

    with house.database.begin() as session:
        session.execute(update(KnowledgeFile).values(status="failed", error="It broke.", chunks=0))
    base = filled.view("base")
    assert base["unfinished"] == 2
    assert base["files"][0]["error"] == "It broke."
    filled.do("resume")
    assert [task["state"] for task in filled.settled()] == ["ready"]
    assert filled.view("base")["unfinished"] == 0


# ---- searching and reading ----


def test_a_passage_is_found_with_its_reasons(filled: Reader) -> None:
    found = filled.search("snow melt in spring")
    best = found["hits"][0]
    assert (best["filename"], best["rank"]) == ("river.txt", 1)
    assert re.search(r"<mark[^>]*>snow</mark>", best["snippet"])
    assert {"cosine", "bm25", "evidence", "terms"} <= best["why"].keys()
    assert found["run"] is None
    assert found["seconds"] > 0


def test_only_enter_leaves_a_run(filled: Reader, house: Studio) -> None:
    filled.search("snow")
    assert house.runs.frame(kind="knowledge.search").empty
    found = filled.search("snow", record=True)
    assert house.runs.get(found["run"]).kind == "knowledge.search"


def test_the_latest_question_wins(filled: Reader) -> None:
    for end in range(1, len("basalt") + 1):
        filled.do("search", text="moon of basalt"[: 8 + end])
    until(lambda: not filled.panel.finder.busy)
    found = filled.view("found")
    assert found["text"] == "moon of basalt"
    assert "moon" in found["hits"][0]["snippet"].lower()


def test_another_threshold_needs_no_new_search(filled: Reader) -> None:
    before = filled.search("snow")
    answered = filled.panel.finder._answered
    after = filled.search("snow", threshold=0.95)
    assert after["hits"] == before["hits"]
    assert after["asked"]["threshold"] == 0.95
    assert filled.panel.finder._answered is answered


def test_files_narrow_the_search(filled: Reader) -> None:
    (bread,) = (f["file_id"] for f in filled.view("base")["files"] if f["filename"] == "bread.md")
    found = filled.search("snow", files=[bread])
    assert {hit["filename"] for hit in found["hits"]} == {"bread.md"}
    assert filled.search("snow", files=[], types=["pdf"])["hits"] == []


def test_an_empty_question_empties_the_list(filled: Reader) -> None:
    assert filled.search("snow")["hits"]
    assert filled.search("  ")["hits"] == []


def test_a_passage_opens_in_its_page(filled: Reader) -> None:
    hit = filled.search("moon of basalt")["hits"][0]
    filled.do("open", file_id=hit["file_id"], start=hit["start"], end=hit["end"])
    page = filled.view("page")
    assert re.sub(r"<[^>]+>", "", page["html"]) == BREAD
    assert page["passage"]
    assert page["here"]
    assert page["quote"] == BREAD[hit["start"] : hit["end"]]
    assert 'class="wb-passage"' in page["html"]
    filled.do("close")
    assert filled.view("page") == {}


def test_somebody_else_s_text_does_not_open(filled: Reader) -> None:
    filled.do("open", file_id="nobody's")
    assert filled.error["code"] == "not_found"
    assert filled.view("page") == {}


# ---- asking ----


@pytest.fixture
def asking(filled: Reader) -> Reader:
    filled.do("answer_with", provider="openai", model="gpt-4o-mini")
    return filled


def asked(reader: Reader, question: str) -> dict[str, Any]:
    reader.do("ask", question=question)
    until(lambda: not reader.panel.busy)
    return reader.view("answer")


def test_an_answer_cites_the_page_it_stands_on(asking: Reader, standin: StandIn, house: Studio) -> None:
    standin.script("openai", [ok("The river carries snow melt down to the lake [1].")])
    answer = asked(asking, "What does the river carry to the lake in spring?")
    assert answer["error"] is None
    assert 'data-citation="1"' in answer["blocks"][0]
    citation = answer["citations"][0]
    assert citation["filename"] == "river.txt"
    assert citation["quote"] in RIVER
    assert "openai:gpt-4o-mini" in answer["note"]
    asking.do("open", file_id=citation["file_id"], start=citation["start"], end=citation["end"])
    assert asking.view("page")["quote"] in RIVER
    assert house.runs.frame(kind="knowledge.ask").shape[0] == 1


def test_quotes_alone_need_no_model(filled: Reader, standin: StandIn) -> None:
    filled.do("answer_with", provider="none", model="none")
    answer = asked(filled, "What does the river carry to the lake in spring?")
    assert "quotes only" in answer["note"] or answer["refused"]
    assert standin.asked("openai") == []
    filled.do("answer_with")
    assert filled.view("answer")["choice"] == {}


def test_a_failed_answer_is_one_sentence(asking: Reader, standin: StandIn) -> None:
    standin.script("openai", [fail(429, "Rate limit reached.")])
    answer = asked(asking, "What does the river carry to the lake in spring?")
    assert "Rate limit reached" in answer["error"]["message"]
    assert not answer["busy"]


def test_an_answer_is_stopped(asking: Reader, standin: StandIn) -> None:
    standin.script("openai", [ok(" ".join(["snow"] * 400), pace=0.02)])
    asking.do("ask", question="What does the river carry to the lake in spring?")
    until(lambda: [event for event in asking.events if event["type"] == "live"])
    asking.do("ask", question="And now?")
    assert "still on its way" in asking.error["message"]
    asking.do("stop_answer")
    assert not asking.view("answer")["busy"]
    assert asking.view("answer")["note"] == "Stopped."
    until(lambda: standin.asked("openai")[0].abandoned)


# ---- the panel ----


@pytest.mark.parametrize(
    "action",
    [
        {"do": "choose", "id": "nobody's"},
        {"do": "create", "name": ""},
        {"do": "create"},
        {"do": "rename", "name": 7},
        {"do": "remove", "file_id": "x"},
        {"do": "begin", "files": "x", "sender": "v"},
        {"do": "begin", "files": [{"name": "x"}], "sender": "v"},
        {"do": "begin", "files": [7], "sender": "v"},
        {"do": "piece", "upload": "x", "offset": 0},
        {"do": "piece"},
        {"do": "search", "text": 7},
        {"do": "search", "threshold": 7},
        {"do": "search", "limit": 10**9},
        {"do": "search", "types": [7]},
        {"do": "search", "hits": []},
        {"do": "open", "file_id": "x", "start": "0"},
        {"do": "turn", "by": "1"},
        {"do": "ask", "question": 7},
        {"do": "_run"},
        {"do": None},
        {},
    ],
)
def test_nonsense_from_the_browser_raises_nothing(filled: Reader, action: dict[str, Any]) -> None:
    filled.panel.act(action)
    assert "Traceback" not in repr([filled.view(part) for part in PARTS])
    filled.do("dismiss")
    assert filled.error is None


def test_a_database_that_fails_is_told(
    filled: Reader, house: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.vectors.bases, "studio", None)
    assert filled.view("base") == {}
    assert "Something went wrong" in filled.error["message"]


def test_no_secret_is_in_any_trait(house: Studio) -> None:
    base = house.files.create_knowledge_base(house.user_id, "notes")
    (made,) = house.vectors.add_texts(base, [("keys.txt", f"The key of the moon is {KEYS['openai']}.")])
    widget = KnowledgeWidget(house, base="notes")
    widget.act({"do": "search", "text": "key moon"})
    until(lambda: not widget.explorer.busy)
    widget.act({"do": "open", "file_id": made})
    assert "The key of the moon" in widget.page["html"]
    assert KEYS["openai"] not in repr(widget.get_state())


def test_the_static_form_follows_the_panel(house: Studio) -> None:
    widget = KnowledgeWidget(house)
    assert widget.static_html() == ""
    base = house.files.create_knowledge_base(house.user_id, "<notes>")
    house.vectors.add_texts(base, [("<river>.txt", RIVER)])
    widget = KnowledgeWidget(house)
    widget.act({"do": "search", "text": "snow <melt>", "record": True, "threshold": 0.0})
    until(lambda: not widget.explorer.busy)
    hit = widget.found["hits"][0]
    widget.act({"do": "open", "file_id": hit["file_id"], "start": hit["start"], "end": hit["end"]})
    widget.act({"do": "answer_with", "provider": "none", "model": "none"})
    widget.act({"do": "ask", "question": "What does the river carry to the lake in spring?"})
    until(lambda: not widget.explorer.busy)
    html = widget._repr_mimebundle_()["text/html"]
    for text in ("&lt;notes&gt;", "&lt;river&gt;.txt", "snow &lt;melt&gt;", "What does the river carry"):
        assert text in html
    assert "<button" not in html
    assert repr(widget) == "KnowledgeWidget(base='<notes>', 1 file)"


def test_bytes_come_as_messages_of_the_widget(house: Studio) -> None:
    widget = KnowledgeWidget(house)
    files = [{"upload": "a", "name": "river.txt", "size": len(RIVER)}]
    widget._received(widget, {"do": "begin", "files": files, "sender": "v"}, [])
    widget._received(widget, {"do": "piece", "upload": "a", "offset": 0}, [memoryview(RIVER.encode())])
    widget._received(widget, ["do", "stop"], [])
    assert until(lambda: widget.base["file_count"]) == 1


def test_what_is_shown_comes_from_this_machine(house: Studio) -> None:
    widget = KnowledgeWidget(house)
    for text in (widget._esm, widget._css):
        assert "://" not in text.replace("http://www.w3.org/2000/svg", "")


def test_too_many_files_at_once_are_refused(reader: Reader) -> None:
    files = [{"upload": str(at), "name": "a", "size": 1} for at in range(2_001)]
    reader.do("begin", files=files, sender="view")
    assert reader.error["code"] == BadInput.code
    assert reader.view("tasks") == []
