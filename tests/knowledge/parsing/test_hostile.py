"""Each file that wants to hurt ends in a document or in one sentence, and nothing else does."""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from tests.knowledge.parsing import hostile, samples
from tests.knowledge.parsing.processes import parsers
from tests.knowledge.parsing.test_formats import sound
from workbench.errors import BadInput
from workbench.knowledge.parsing import Limits, Parsed, parse_file, warden

LIMITS = Limits(seconds=15, memory_mb=512, characters=8_000_000)
SMALL, BIG = list(hostile.small()), list(hostile.big())


def ending(path, name) -> Parsed | str:
    """What a file ends in; any other error than the one that is meant fails the test."""
    begun = time.monotonic()
    try:
        found = parse_file(path, name, limits=LIMITS)
    except BadInput as error:
        return sentence(error)
    finally:
        assert time.monotonic() - begun < LIMITS.seconds + 15
    sound(found.document)
    return found


def sentence(error) -> str:
    assert "\n" not in error.message
    assert error.message.endswith(".") and error.hint
    return error.message


@pytest.mark.parametrize(("name", "make"), SMALL, ids=[name for name, _ in SMALL])
def test_a_hostile_file_ends_in_a_document_or_a_sentence(name, make, tmp_path):
    (tmp_path / "stored").write_bytes(make())
    ending(tmp_path / "stored", name)


def test_there_are_enough_of_them():
    assert len(SMALL) >= 60 and len(BIG) >= 60
    assert len({name for name, _ in SMALL + BIG}) == len(SMALL) + len(BIG)


def test_no_entity_reaches_a_file_of_the_machine(tmp_path):
    (tmp_path / "stored").write_bytes(dict(SMALL)["outside.docx"]())
    found = ending(tmp_path / "stored", "a.docx")
    assert isinstance(found, str) or "root:" not in found.document.text


@pytest.mark.slow
def test_none_of_them_costs_memory_or_hurts_the_good_ones(tmp_path, monkeypatch):
    corpus, temporary = tmp_path / "corpus", tmp_path / "temporary"
    corpus.mkdir()
    temporary.mkdir()
    # elsewhere, because building the files takes more memory than reading them may
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-m", "tests.knowledge.parsing.hostile", corpus], cwd=root, check=True)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    warden.stop()
    good = tmp_path / "good"
    good.write_bytes(samples.GOOD["good.pdf"]())
    expected = parse_file(good, "good.pdf")
    gc.collect()
    process = psutil.Process()
    before, most = process.memory_info().rss, 0
    for number, name in enumerate((corpus / "names").read_text(encoding="utf-8").split("\n")):
        ending(corpus / str(number), name)
        most = max(most, process.memory_info().rss)
        if number % 10 == 0:
            assert parse_file(good, "good.pdf") == expected
    assert most - before < 100 << 20
    assert len(parsers()) == 1
    warden.stop()
    assert not list(temporary.iterdir())
