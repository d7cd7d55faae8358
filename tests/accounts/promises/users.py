"""Users, and the names that are theirs alone."""

from __future__ import annotations

import threading

import pytest

from tests.accounts.house import at_once
from workbench.errors import BadInput, NotFound


def finds_users_by_any_of_their_names(house):
    anna = house.user(email="Anna@Example.org", role="admin", tier="pro")
    house.user("bob", password=None)
    for who in (anna.id, "anna", "anna@example.org", "ANNA@example.ORG"):
        found = house.accounts.find(who)
        assert (found.id, found.role, found.subscription_tier) == (anna.id, "admin", "pro")
    # The third is who made them.
    assert [user.username for user in house.accounts.list()] == ["anna", "bob", "researcher"]
    assert [user.username for user in house.accounts.list(limit=1, after="anna")] == ["bob"]
    assert house.accounts.find("bob@localhost").password_hash is None
    for nobody in ("Anna", "carl", "", "x" * 5000, "nul\0", "\ud800"):
        with pytest.raises(NotFound, match="There is no user"):
            house.accounts.find(nobody)


def lets_nobody_take_the_name_or_email_of_another(house):
    house.user(email="anna@example.org")
    for name, email in (
        ("anna", None), ("anna@example.org", None), ("bob", "ANNA@EXAMPLE.ORG"), (" anna ", "b@example.org"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=r"There is a user with the (name|email) .* already"):
            house.accounts.create(name, email=email)
    assert house.actions() == ["user.create"]


def makes_a_user_once_whoever_is_first(house):
    outcomes, start = [], threading.Barrier(4)

    def make(accounts):
        start.wait()
        try:
            outcomes.append(accounts.create("anna").username)
        except BadInput:
            outcomes.append("taken")

    at_once(make, [house.again() for _ in range(4)])
    assert sorted(outcomes) == ["anna", "taken", "taken", "taken"]
    assert house.actions() == ["user.create"]


USERS = [
    finds_users_by_any_of_their_names,
    lets_nobody_take_the_name_or_email_of_another,
    makes_a_user_once_whoever_is_first,
]
