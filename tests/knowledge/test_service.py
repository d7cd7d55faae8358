"""Knowledge bases on the embedded database, and what they say to bad input."""

from __future__ import annotations

import pytest

from tests.knowledge.promises import PROMISES, QUESTION, filled, names
from workbench.errors import BadInput, NotFound, Refused, ReplayMiss
from workbench.settings import load_settings
from workbench.storage.models import KnowledgeBase
from workbench.studio import Studio


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_promise(words, promise):
    promise(words)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"query": "  "}, "The query is empty"),
        ({"limit": 0}, "limit is 0; expected a whole number from 1 to 1000"),
        ({"limit": True}, "limit is True"),
        ({"similarity_threshold": 70}, "similarity_threshold is 70; expected a number from 0"),
        ({"filters": "pdf"}, "Filters are a mapping"),
        ({"filters": {"file_type": {"a": 1}}}, "The filter 'file_type' takes"),
    ],
)
def test_a_bad_search_is_refused_in_a_sentence(words, base, options, says):
    with pytest.raises(BadInput, match=says):
        words.vectors.search_knowledge_base(**{"knowledge_base": base, "query": QUESTION} | options)


def test_other_bad_input(words, base):
    with pytest.raises(NotFound, match="There is no knowledge base 'nowhere'"):
        words.vectors.search_knowledge_base("nowhere", QUESTION)
    with pytest.raises(BadInput, match="name of a knowledge base must have 1 to 255"):
        words.files.create_knowledge_base(words.user_id, " ")
    with pytest.raises(BadInput, match="no setting 'colour'"):
        words.files.create_knowledge_base(words.user_id, "x", settings={"colour": 1})
    with pytest.raises(BadInput, match="There is no embedder 'nobody'"):
        words.files.create_knowledge_base(words.user_id, "x", embedder="nobody")
    with pytest.raises(BadInput, match="text of item 0 is empty"):
        words.vectors.add_text(base, "", "empty")
    with pytest.raises(NotFound, match="There is no user 'ghost'"):
        words.files.create_knowledge_base("ghost", "x")


def test_a_row_stands_for_its_base_also_one_that_was_made_by_hand(words):
    with words.database.begin() as session:
        row = KnowledgeBase(user_id=words.user_id, name="by hand")
        session.add(row)
    words.vectors.add_text(row, "The moon is made of basalt.", "moon")
    assert words.vectors.search_knowledge_base(row, QUESTION)[0]["filename"] == "moon"


def test_indexes_stay_open_for_those_who_search_them(words, base, monkeypatch):
    monkeypatch.setattr("workbench.knowledge.engine.OPEN_AT_ONCE", 1)
    other, ids = filled(words, name="other")
    row = words.vectors.bases.get(base)
    with words.vectors._engines.of(row) as engine:
        engine.refresh()
        assert names(words, other)[0] == "moon"
        assert engine.vectors.count() == len(ids)
    assert names(words, base)[0] == "moon"


def test_one_bad_file_does_not_keep_the_others_out(words, base):
    given = [("good.txt", b"Cheese is made of milk."), ("bad.pdf", b"no pdf"), "/nowhere/at/all.txt"]
    result = words.vectors.add_files(base, given)
    assert [file["status"] for file in result.files] == ["ready", "failed", "failed"]
    assert all(file["error"] for file in result.failed)
    assert "1 file ready" in str(result) and list(result.to_frame()["filename"]) == [
        "good.txt", "bad.pdf", "all.txt",
    ]  # fmt: skip
    assert "good.txt" in names(words, base, "cheese")
    assert words.vectors.verify(base) == []


def test_another_embedder_under_the_same_name_is_refused_and_reindexing_helps(words):
    base, _ = filled(words)
    with words.database.begin() as session:
        session.get(KnowledgeBase, base).fingerprint = "words/older"
    for call in (
        lambda: words.vectors.search_knowledge_base(base, QUESTION),
        lambda: words.vectors.add_text(base, "more", "more"),
    ):
        with pytest.raises(
            Refused, match=r"made with words/older .* cannot be compared.* `%kb reindex notes`"
        ):
            call()
    words.vectors.reindex(base)
    assert names(words, base)[0] == "moon"
    assert words.vectors.verify(base) == []


def test_repeated_passages_are_folded(words, base):
    twice = words.vectors.add_text(base, "The moon is made of basalt and anorthosite. It has no air.", "copy")
    found = words.vectors.search_knowledge_base(base, QUESTION, 5, 0)
    (best,) = [hit for hit in found if hit["filename"] in {"moon", "copy"}]
    assert [other["filename"] for other in best["duplicates"]] == ["copy"]
    assert best["duplicates"][0]["file_id"] == twice


def test_every_call_is_a_run_and_strict_replay_needs_neither_base_nor_files(words, tmp_path, home):
    note = tmp_path / "note.txt"
    note.write_text("The moon is made of basalt.")

    def notebook(studio):
        base = studio.files.create_knowledge_base(studio.user_id, "papers", settings={"chunk_tokens": 50})
        first = studio.vectors.add_files(base, [note])
        text = studio.vectors.add_text(base, "Bread is made of flour.", "bread")
        one = studio.vectors.search(base, QUESTION, 5, 0)
        studio.vectors.remove_file(base, text)
        two = studio.vectors.search(base, QUESTION, 5, 0)
        file = studio.files.upload_file(studio.user_id, ("more.txt", b"The moon has no air."))
        studio.vectors.add_file(base, file["id"])
        studio.vectors.reindex(base, chunk_tokens=30)
        three = studio.vectors.search(base, QUESTION, 5, 0)
        return [first, text, *(found.to_json() for found in (one, two, three)), file]

    recorded = notebook(words)
    assert len({*recorded[2:5]}) == 3
    kinds = {run.kind for run in words.runs.list()}
    assert kinds >= {"file.upload", *(f"knowledge.{what}" for what in ("create", "add", "remove", "reindex"))}
    bundle = words.runs.export(tmp_path / "bundle.zip")
    elsewhere = Studio(load_settings(workbench_home=tmp_path / "elsewhere"))
    elsewhere.runs.import_(bundle)
    with elsewhere.runs.replay("strict"):
        assert notebook(elsewhere) == recorded
        base = elsewhere.vectors.find_knowledge_base(elsewhere.user_id, "papers")
        with pytest.raises(ReplayMiss, match=r"inputs\.query"):
            elsewhere.vectors.search(base, "something else", 5, 0)
    assert elsewhere.vectors.list_knowledge_bases(elsewhere.user_id) == []
    elsewhere.close()


def test_cache_mode_computes_what_changes_something(words):
    with words.runs.replay("cache"):
        base, _ = filled(words)
        assert names(words, base)[0] == "moon"
        words.vectors.delete_knowledge_base(base)
        words.runs.begin_execution()
        again, _ = filled(words)
        assert again != base and names(words, again)[0] == "moon"
        assert words.vectors.verify(again) == []
