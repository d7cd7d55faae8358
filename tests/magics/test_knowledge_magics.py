"""``%kb``, ``%search`` and ``%%chat --kb`` in a real kernel, with the real embedder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.magics.kernel import Kernel
from tests.standin import StandIn, ok

# The embedder loads in seconds.
pytestmark = pytest.mark.slow

GPT = "-m openai:gpt-4o"
NOTES = {
    "snow.md": "# Snow\n\nThe snow of the upper valley melts in the second week of May.\n",
    "probes.txt": "The probes at five centimetres were lifted by frost in the winter of 2021.\n",
    "bees.txt": "Wild bees visit the saxifrage before noon, and the thyme after it.\n",
}
VECTORS = "__import__('workbench').studio().vectors"


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notes")
    for name, text in NOTES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def filled(kernel: Kernel, notes: Path) -> Iterator[Kernel]:
    """A kernel with the base ``valley``, which holds the notes."""
    kernel.ok(f"%kb create valley\n%kb add valley {notes}")
    yield kernel
    kernel.run("%kb drop valley --yes")


def test_a_base_is_made_filled_and_looked_after(kernel: Kernel, notes: Path):
    assert "`%kb create NAME` makes one" in kernel.ok("%kb").text
    assert "valley is a new knowledge base: minilm" in kernel.ok("%kb create valley --as made").stdout
    assert kernel.value("made['name'], made['file_count']") == "valley 0"
    added = kernel.ok(f"%kb add valley {notes}/*.txt {notes}/snow.md --as added")
    assert len(added.outputs) == 1
    assert added.updates > 0
    assert "3 files ready, 3 passages" in added.text
    assert kernel.value("type(added).__name__, len(added.failed)") == "AddResult 0"
    again = kernel.ok("%kb create valley")
    assert "valley is there already and is used: 3 files, 3 passages, minilm:" in again.stdout
    files = kernel.ok("%kb files --as files")
    assert all(name in files.text for name in NOTES)
    assert kernel.value("list(files.status.unique())") == "['ready']"
    assert "exact" in kernel.ok("%kb stats --as stats").text
    assert kernel.value("stats['total_chunks']") == "3"
    assert "Sound" in kernel.ok("%kb verify --as faults").stdout
    assert "Out of valley: bees.txt" in kernel.ok("%kb remove valley bees*").stdout
    assert kernel.ok("%kb list --as bases").text.count("valley") == 1
    assert kernel.value("bases.file_count[0]") == "2"
    assert "passages of at most 100 tokens" in kernel.ok("%kb reindex valley --chunk-tokens 100").text
    assert "No file of valley was waiting" in kernel.ok("%kb resume").stdout
    refused = kernel.run("%kb drop valley")
    assert (refused.ename, "--yes" in refused.evalue) == ("BadInput", True)
    assert "dropped" in kernel.ok("%kb drop valley --yes").stdout
    assert "There is no knowledge base yet" in kernel.run("%search snow").evalue


def test_a_search_shows_passages_and_binds_them(filled: Kernel):
    found = filled.ok("%search --as found When does the snow melt?")
    assert found.text.startswith("1. ")
    assert "snow.md" in found.text.splitlines()[0]
    assert "<mark" in found.html
    assert "http" not in found.html
    assert filled.value("type(found).__name__, found[0].filename, found.run.kind") == (
        "SearchResults snow.md knowledge.search"
    )
    filled.ok("topic = 'bees'\n%search --kb valley -n 1 --threshold 0 --file *.txt --as one {topic} at noon")
    assert filled.value("one.query, len(one), one[0].filename") == "bees at noon 1 bees.txt"
    nothing = filled.ok("%search --type pdf snow")
    assert "Nothing in valley" in nothing.text
    assert "--threshold 0" in nothing.stdout


def test_an_answer_streams_and_ends_with_its_citations(filled: Kernel, server: StandIn):
    server.script("openai", [ok("The snow melts in the second week of May [1].", pace=0.1)])
    cell = filled.ok(f"%ask {GPT} --as answer When does the snow of the upper valley melt?")
    assert cell.updates > 1
    assert len(cell.outputs) == 1
    assert "second week of May" in cell.text
    assert "snow.md" in cell.text
    assert filled.value("type(answer).__name__, answer.refused, answer.citations[0].filename") == (
        "Answer False snow.md"
    )
    assert filled.value("answer.run.kind") == "knowledge.ask"
    quoted = filled.ok("%%ask --kb valley -m none\nWhen do wild bees\nvisit the saxifrage?")
    assert "before noon" in quoted.text
    filled.ok("%ask -m none --as beside Who won the chess championship of 1972?")
    assert filled.value("beside.refused") == "True"
    assert len(server.requests) == 1


def test_values_of_the_notebook_are_files(filled: Kernel):
    filled.ok("name = 'two words'\nnotes = [('a.txt', b'Marmots whistle.'), ('b.bin', bytes(range(256)))]")
    added = filled.ok("%kb create {name}\n%kb add {name} @notes --as added")
    assert "1 file ready" in added.text
    assert "b.bin: The file is" in added.text
    assert '"two words"' in filled.complete("%kb files ")
    filled.ok("%kb drop {name} --yes")


def test_mistakes_are_one_sentence_each(filled: Kernel):
    mistakes = {
        "%kb nothing": "There are create, add, list",
        "%kb create": "Write `%kb create NAME`",
        "%kb create a b": "quotation marks",
        "%kb create a --recursive": "takes no --recursive",
        "%kb create a --embedder nosuch": "There is no embedder 'nosuch'",
        "%kb create a --chunk-tokens 3": "chunk_tokens is 3",
        "%kb add valley": "Write `%kb add NAME PATH ...`",
        "%kb add valley nothing.txt": "There is no file or folder 'nothing.txt'",
        "%kb add valey nothing.txt": "Did you mean valley?",
        "%kb add valley @nothing": "@nothing is no variable",
        "%kb remove valley snow": "Did you mean snow.md?",
        "%kb list valley": "%kb files NAME",
        "%kb files nowhere": "There is no knowledge base 'nowhere'. There is valley.",
        "%kb stats --as 1x": "--as 1x",
        "%search": "Nothing is asked",
        "%ask --kb valley": "Nothing is asked",
        "%ask --kb nowhere snow": "There is valley.",
        f"%ask {GPT} -n 0 snow": "limit is 0",
        "%search --kb nowhere snow": "There is valley.",
        "%search -n 0 snow": "limit is 0",
        "%search --threshold 2 snow": "similarity_threshold is 2.0",
        "%search {nothing}": "'nothing', which is no variable",
        f"%chat {GPT} --kb nowhere snow": "There is valley.",
        f"%chat {GPT} --kb valley --sources 0 snow": "--sources is 0",
    }
    for line, said in mistakes.items():
        cell = filled.run(line)
        assert cell.errors == 1, line
        assert cell.ename in {"BadInput", "NotFound"}, line
        assert said in cell.evalue, (line, cell.evalue)
        assert cell.outputs == [], line


def test_a_chat_has_its_sources_before_and_below_it(filled: Kernel, server: StandIn):
    server.script("openai", [ok("In the second week of May [1], as [9] says.")])
    cell = filled.ok(f"%chat {GPT} --kb valley --as reply When does the snow melt?")
    sent = server.requests[-1].body["messages"][-1]["content"]
    assert sent.startswith("Answer the question at the end from the numbered sources.")
    assert "[1] snow.md" in sent
    assert sent.endswith("Question: When does the snow melt?")
    assert "[1] snow.md" in cell.text
    assert "[9] in the answer names none of these sources." in cell.text
    assert "[1] snow.md" in cell.html
    assert filled.value("reply.sources[0].filename, reply.cited") == "snow.md (1, 9)"
    assert filled.value("reply.to_frame().shape[0], 'sources' in reply.to_json()") == "1 False"
    assert filled.ok("reply").text == cell.text
    kinds = "[run.kind for run in __import__('workbench').studio().runs.list(limit=2)]"
    assert filled.value(kinds) == "['chat', 'knowledge.search']"


def test_a_chat_with_sources_goes_on_in_its_session_and_may_be_looked_at_first(
    filled: Kernel, server: StandIn
):
    preview = filled.ok(f"%chat {GPT} --kb valley --preview When does the snow melt?")
    assert "sources: snow.md" in preview.text
    assert server.requests == []
    filled.ok(f"%chat {GPT} --kb valley --session study When does the snow melt?")
    filled.ok("%chat --kb valley --session study And the bees of the saxifrage?")
    messages = server.requests[-1].body["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert "bees.txt" in messages[-1]["content"]
    nothing = filled.ok(f"%chat {GPT} --kb valley --as reply What is the capital of Mongolia?")
    assert "answered without sources" in nothing.text
    assert server.requests[-1].body["messages"][-1]["content"] == "What is the capital of Mongolia?"


def test_the_tab_key_knows_bases_files_and_embedders(filled: Kernel):
    assert filled.complete("%kb cr") == ["create"]
    assert filled.complete("%kb files v") == ["valley"]
    assert filled.complete("%kb remove valley sn") == ["snow.md"]
    assert filled.complete("%search --kb ") == ["valley"]
    assert filled.complete("%%chat --kb v") == ["valley"]
    assert "minilm" in filled.complete("%kb create x --embedder ")
    assert {"md", "txt"} <= set(filled.complete("%search --type "))
    assert filled.complete("%search --thr") == ["--threshold"]
    assert "valley" not in filled.complete("%kb create ")
    for magic, words in {"%kb": "resume", "%search": "--threshold", "%ask": "--model"}.items():
        assert words in filled.inspect(magic)


def test_a_stop_keeps_what_was_done(kernel: Kernel, tmp_path: Path):
    for number in range(24):
        lines = (f"Station {number} had {line} millimetres of rain that day.\n\n" for line in range(64))
        (tmp_path / f"station-{number:02}.txt").write_text("".join(lines))
    kernel.ok("%kb create stations --chunk-tokens 16")
    sent = kernel.start(f"%kb add stations {tmp_path}")
    # 512 passages are stored at a time, those of the first eight files.
    stopped = kernel.finish(sent, kernel.interrupt, holding="% station-08")
    assert (stopped.ename, stopped.errors) == ("Cancelled", 1)
    assert "`%kb resume stations` goes on." in stopped.evalue
    assert kernel.value("__import__('workbench').studio().runs.list(kind='knowledge.add')[0].status") == (
        "cancelled"
    )
    states = f"sorted({{file['status'] for file in {VECTORS}.files(made['id'])}})"
    kernel.ok("%kb create stations --as made")
    assert kernel.value(states) == "['pending', 'ready']"
    assert "Sound" in kernel.ok("%kb verify stations").stdout
    assert "ready" in kernel.ok("%kb resume stations").text
    assert kernel.value(states) == "['ready']"
    kernel.ok("%kb drop stations --yes")
