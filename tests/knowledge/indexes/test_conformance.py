"""The indexes on this machine keep the promises of every index."""

from __future__ import annotations

from typing import ClassVar

import pytest

from tests.knowledge.indexes.suite import LEXICAL_CHECKS, VECTOR_CHECKS
from tests.knowledge.indexes.truth import Truth
from workbench.knowledge.indexes import open_lexical
from workbench.knowledge.indexes.exact import ExactIndex
from workbench.knowledge.indexes.hnsw import HnswIndex, LocalIndex


class SmallHnsw(HnswIndex):
    """One that crosses its thresholds within a test."""

    crossing: ClassVar[int] = 20
    tail: ClassVar[int] = 10


@pytest.mark.parametrize("check", VECTOR_CHECKS)
@pytest.mark.parametrize("kind", [ExactIndex, SmallHnsw, LocalIndex])
def test_a_vector_index(kind, check, settings, tmp_path):
    opened = []

    def open_one():
        opened.append(kind(truth, tmp_path, settings))
        return opened[-1]

    truth = Truth()
    check(truth, open_one)
    for index in opened:
        index.close()


@pytest.mark.parametrize("check", LEXICAL_CHECKS)
def test_a_lexical_index(check, settings, tmp_path):
    truth = Truth()
    check(truth, lambda: open_lexical(truth, tmp_path, settings))
