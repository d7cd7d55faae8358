"""``workbench kb`` from making a base to dropping it, with the real embedder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from workbench.studio import Studio

Command = Callable[..., Done]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    (folder / "more").mkdir(parents=True)
    (folder / "snow.md").write_text("# Snow\n\nThe snow of the valley melts in the second week of May.\n")
    (folder / "more/bees.txt").write_text("Wild bees visit the saxifrage before noon.\n")
    (folder / "more/broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    return folder


def test_a_base_is_made_once_listed_and_dropped(run: Command, studio: Studio) -> None:
    assert "There is none yet; `workbench kb create NAME`" in run("kb", "list").stdout
    assert run("kb", "create", "valley").stdout == "valley is a new knowledge base, embedder minilm.\n"
    assert run("kb", "create", "valley").stdout.startswith("valley is there already")
    assert [base["name"] for base in studio.vectors.list_knowledge_bases(studio.user_id)] == ["valley"]
    made = json.loads(
        run("kb", "create", "my papers", "--chunk-tokens", "100", "--description", "Read", "--json").stdout
    )
    assert (made["name"], made["settings"], made["description"]) == (
        "my papers",
        {"chunk_tokens": 100},
        "Read",
    )
    listed = run("kb", "list").stdout
    assert "my papers" in listed
    assert [base["name"] for base in json.loads(run("kb", "list", "--json").stdout)] == [
        "my papers",
        "valley",
    ]
    refused = run("kb", "drop", "my papers")
    assert refused.returncode == 1
    assert run("kb", "drop", "my papers", "--yes").stdout == "my papers is dropped.\n"
    assert run("kb", "files", "valley").stdout == "valley is empty.\n"
    assert run("kb", "resume", "valley").stdout == "Nothing was waiting.\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("files nowhere", "There is no knowledge base 'nowhere'. There is valley."),
        ("add valey x.txt", "Did you mean valley?"),
        ("add valley x.txt", "There is no file or folder 'x.txt'."),
        ("remove valley x.txt", "There is no file 'x.txt' in valley. It is empty."),
        ("create other --embedder nosuch", "There is no embedder 'nosuch'"),
        ("create other --chunk-tokens 3", "16"),
        ("search nowhere snow", "There is valley."),
        ("ask nowhere snow", "There is valley."),
        ("search valley", "WORDS"),
        ("drop nowhere --yes", "There is valley."),
    ],
)
def test_a_mistake_is_told_on_stderr(run: Command, studio: Studio, line: str, said: str) -> None:
    studio.files.create_knowledge_base(studio.user_id, "valley")
    done = run("kb", *line.split())
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_no_base_yet_says_how_to_make_one(run: Command) -> None:
    assert "`workbench kb create valley` makes one." in run("kb", "search", "valley", "snow").stderr


@pytest.mark.slow
def test_files_are_added_searched_and_taken_out(run: Command, notes: Path) -> None:
    run("kb", "create", "valley")
    added = run("kb", "add", "valley", str(notes), "--recursive")
    assert added.returncode == 1
    assert "1 of 3 files failed" in added.stderr
    assert "valley: 2 files ready, 2 passages." in added.stdout
    assert "broken.pdf" in added.stdout
    again = json.loads(run("kb", "add", "valley", str(notes / "snow.md"), "--json").stdout)
    assert [(file["filename"], file["status"]) for file in again] == [("snow.md", "ready")]
    files = json.loads(run("kb", "files", "valley", "--json").stdout)
    assert {file["filename"] for file in files if file["status"] == "ready"} == {"snow.md", "bees.txt"}
    found = run("kb", "search", "valley", "When", "does", "the", "snow", "melt?")
    assert found.stdout.startswith("1. ")
    assert "snow.md" in found.stdout.splitlines()[0]
    body = json.loads(
        run("kb", "search", "valley", "bees", "-n", "1", "--threshold", "0", "--type", "txt", "--json").stdout
    )
    assert [hit["filename"] for hit in body["hits"]] == ["bees.txt"]
    question = "When does the snow of the valley melt?"
    assert "second week of May" in run("kb", "ask", "valley", question, "-m", "none").stdout
    answer = json.loads(run("kb", "ask", "valley", question, "-m", "none", "--json").stdout)
    assert (answer["refused"], answer["citations"][0]["filename"]) == (False, "snow.md")
    assert "exact" in run("kb", "stats", "valley").stdout
    assert json.loads(run("kb", "stats", "valley", "--json").stdout)["total_chunks"] == 2
    assert run("kb", "verify", "valley").stdout.startswith("Sound")
    assert "2 passages by minilm" in run("kb", "reindex", "valley", "--chunk-tokens", "100").stdout
    assert run("kb", "remove", "valley", "BEES*").stdout == "Out of valley: bees.txt.\n"
    assert "bees.txt" not in run("kb", "files", "valley").stdout


@pytest.mark.slow
def test_ctrl_c_ends_in_a_sentence_and_resume_goes_on(
    run: Command, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("kb", "create", "my notes")

    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        # The key is pressed when the files are read and their passages are to be made.
        patch.setattr("workbench.knowledge.ingest.Ingest.add", pressed)
        stopped = run("kb", "add", "my notes", str(notes / "snow.md"))
    assert stopped.returncode == 130
    assert '0 files can be searched; `workbench kb resume "my notes"` goes on' in stopped.stderr
    assert "pending" in run("kb", "files", "my notes").stdout
    assert "my notes: 1 file ready, 1 passage." in run("kb", "resume", "my notes").stdout
    with monkeypatch.context() as patch:
        patch.setattr("workbench.knowledge.ingest.Ingest.add", pressed)
        stopped = run("kb", "reindex", "my notes", "--chunk-tokens", "64")
    assert stopped.returncode == 130
    assert "its former index serves as before" in stopped.stderr
    assert "1. " in run("kb", "search", "my notes", "snow", "--threshold", "0").stdout
