"""How often something may be asked for; the same in memory and in Redis."""

from __future__ import annotations

import threading

import pytest

from tests.accounts.house import at_once
from workbench.accounts.rates import RATES
from workbench.errors import TooMany


def asked(accounts, times, kind, who, address):
    """Ask so many times and return how often it was allowed."""
    waits = []
    for _ in range(times):
        try:
            accounts.allow(kind, who, address)
        except TooMany as error:
            waits.append(error.details["retry_after"])
    assert all(1 <= wait <= 60 for wait in waits)
    return times - len(waits)


def counts_users_and_addresses(accounts):
    assert asked(accounts, 40, "login", None, "10.0.0.1") == 30
    assert asked(accounts, 2, "login", None, "10.0.0.2") == 2
    assert asked(accounts, 70, "upload", "anna", "10.0.0.1") == 60
    # Who is over their own limit uses up nothing of those beside them.
    assert asked(accounts, 70, "upload", "bob", "10.0.0.1") == 60
    assert asked(accounts, 1, "upload", "carl", "10.0.0.1") == 0
    assert asked(accounts, 1, "upload", "carl", "10.0.0.2") == 1


def counts_what_comes_without_a_user_or_an_address(accounts):
    assert asked(accounts, 40, "login", None, None) == 40
    assert asked(accounts, 70, "upload", "anna", None) == 60
    assert asked(accounts, 70, "upload", None, "10.0.0.1") == 70


def counts_a_network_as_one(accounts):
    for host in range(30):
        accounts.allow("login", None, f"2001:db8::{host:x}")
    assert asked(accounts, 1, "login", None, "2001:db8::ffff") == 0
    assert asked(accounts, 1, "login", None, "2001:db8:1::1") == 1


def loses_no_request_of_many_at_once(accounts):
    allowed, start = [], threading.Barrier(4)

    def ask(_):
        start.wait()
        allowed.append(asked(accounts, 30, "upload", "anna", None))

    at_once(ask, range(4))
    assert sum(allowed) == 60


LIMITS = [
    counts_a_network_as_one,
    counts_users_and_addresses,
    counts_what_comes_without_a_user_or_an_address,
    loses_no_request_of_many_at_once,
]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.__name__)
def test_limit(house, limit):
    limit(house.accounts)


def test_a_login_counts_itself(house):
    house.user()
    outcomes = [house.attempt(f"name {n}" if n % 2 else "anna", address="10.0.0.1") for n in range(31)]
    assert "wrong" not in outcomes[30:]
    house.clock.forward(hours=2)
    with pytest.raises(TooMany, match=r"There were more than 30 requests in a minute\. Try again in"):
        house.accounts.login("anna", "wrong", address="10.0.0.1")


def test_the_table_names_every_kind():
    assert RATES.keys() == {"api", "login", "upload"}
    assert RATES["api"].open
    assert not RATES["login"].open
