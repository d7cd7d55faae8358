"""Whatever happens in whatever order, an index answers as the database does."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, rule

from tests.knowledge.indexes.test_conformance import SmallHnsw
from tests.knowledge.indexes.truth import WORDS, Truth, agrees
from workbench.knowledge.indexes import open_lexical


class Life(RuleBasedStateMachine):
    """Chunks come and go, processes start and end, files break."""

    chunks = Bundle("chunks")

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp())
        self.truth = Truth()
        self.open()

    def open(self):
        self.vectors = SmallHnsw(self.truth, self.folder, None)
        self.words = open_lexical(self.truth, self.folder, None)

    @rule(target=chunks, count=st.integers(1, 25))
    def add(self, count):
        return multiple(*self.truth.add(count))

    @rule(numbers=st.lists(consumes(chunks), min_size=1, max_size=20))
    def remove(self, numbers):
        self.truth.remove(numbers)

    @rule()
    def refresh(self):
        self.vectors.refresh()
        self.words.refresh()

    @rule()
    def settle(self):
        self.vectors.settle()

    @rule()
    def start_again(self):
        self.vectors.close()
        self.words.close()
        self.open()

    @rule(at=st.floats(0, 0.999), which=st.integers(0, 100))
    def break_a_file(self, at, which):
        self.start_again()
        files = sorted(path for path in self.folder.rglob("*") if path.is_file() and path.stat().st_size)
        if files:
            path = files[which % len(files)]
            content = bytearray(path.read_bytes())
            content[int(at * len(content))] ^= 0xFF
            path.write_bytes(content)

    @rule(limit=st.sampled_from([1, 3, 10, 1000]), share=st.sampled_from([None, 1, 2, 7]))
    def search(self, limit, share):
        self.refresh()
        allowed = None if share is None else np.array(sorted(self.truth.rows)[::share], np.int64)
        agrees(self.vectors, self.truth, limit=limit, allowed=allowed)
        assert self.vectors.count() == self.words.count() == self.truth.count()

    @rule(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
    def search_words(self, words):
        self.refresh()
        ids, _ = self.words.search(" ".join(words), 10_000)
        assert sorted(ids.tolist()) == sorted(
            number for number, row in self.truth.rows.items() if set(words) & set(row[3].split())
        )

    def teardown(self):
        self.vectors.close()
        self.words.close()
        shutil.rmtree(self.folder)


TestLife = pytest.mark.slow(Life.TestCase)
TestLife.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
