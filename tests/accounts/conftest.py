"""Accounts on the embedded database."""

from __future__ import annotations

import pytest

from tests.accounts.house import House


@pytest.fixture(autouse=True)
def _quick_hashing(monkeypatch):
    monkeypatch.setattr("workbench.security.passwords._ITERATIONS", 1000)


@pytest.fixture
def house(studio):
    made = House(studio)
    yield made
    made.close()
