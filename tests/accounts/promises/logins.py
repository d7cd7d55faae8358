"""Logging in, and waiting after failures."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from tests.accounts.house import PASSWORD, at_once, elsewhere
from workbench.errors import Unauthorized

GUESSER = """
import sys
from datetime import UTC, datetime
from workbench.accounts import AccountService
from workbench.errors import TooMany, Unauthorized
from workbench.security import passwords
from workbench.studio import Studio

passwords._ITERATIONS = 1000
accounts = AccountService(Studio(), now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
for number in range(10):
    try:
        accounts.login("anna", "wrong", address=f"10.0.{sys.argv[1]}.{number}")
    except (Unauthorized, TooMany) as error:
        print(error.code)
"""


def lets_in_by_name_or_email_and_password(house):
    anna = house.user(email="anna@example.org")
    assert house.accounts.login("anna", PASSWORD, address="10.0.0.9").id == anna.id
    assert house.attempt(" Anna@Example.org ", PASSWORD) == "anna"
    entry = house.accounts.audit()[1]
    assert (entry.action, entry.user_id, entry.actor, entry.address) == (
        "login",
        anna.id,
        anna.id,
        "10.0.0.9",
    )


def says_the_same_of_every_failed_login(house):
    house.user()
    house.user("local", password=None)
    house.user("former")
    house.accounts.deactivate("former")
    told = set()
    for name, typed in (
        ("anna", "wrong"), ("anna", ""), ("anna", PASSWORD + "x" * 2000), ("nobody", PASSWORD),
        ("local", PASSWORD), ("local", ""), ("former", PASSWORD), ("", ""), ("nul\0", "nul\0"),
        ("\ud800", "\ud800"),
    ):  # fmt: skip
        with pytest.raises(Unauthorized) as caught:
            house.accounts.login(name, typed, address=elsewhere())
        told.add(str(caught.value))
    assert len(told) == 1
    house.accounts.activate("former")
    assert house.attempt("former", PASSWORD) == "former"


def makes_failures_wait_longer_and_longer_also_after_a_restart(house):
    house.user()
    assert [house.attempt() for _ in range(5)] == ["wrong"] * 5
    for wait in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
        # Who comes too early is not heard, whatever they say, and loses nothing by it.
        assert house.attempt(accounts=house.again()) == wait
        assert house.attempt("ANNA ", PASSWORD) == wait
        house.clock.forward(seconds=wait)
        assert house.attempt() == "wrong"
    house.clock.forward(seconds=900)
    assert house.attempt("anna", PASSWORD) == "anna"
    assert [house.attempt() for _ in range(6)] == ["wrong"] * 5 + [1]


def forgets_failures_after_a_day_and_with_a_new_password(house):
    anna = house.user()
    for forget in (
        lambda: house.clock.forward(days=1, seconds=1),
        lambda: house.accounts.set_password(anna.id, PASSWORD),
    ):
        assert [house.attempt() for _ in range(6)] == ["wrong"] * 5 + [1]
        forget()
    assert house.attempt("anna", PASSWORD) == "anna"


def makes_a_name_that_nobody_has_wait_alike(house):
    assert [house.attempt("nobody") for _ in range(6)] == ["wrong"] * 5 + [1]
    assert house.attempt("nobody else") == "wrong"


def makes_an_address_wait_that_tries_many_names(house):
    house.user()
    spray = elsewhere()
    assert {house.attempt(f"name {n}", address=spray) for n in range(20)} == {"wrong"}
    # One's own good login does not give the address its tries back.
    assert house.attempt("anna", PASSWORD, spray) == 1
    assert house.attempt("anna", PASSWORD) == "anna"
    house.clock.forward(seconds=1)
    assert house.attempt("anna", PASSWORD, spray) == "anna"
    assert house.attempt("name", address=spray) == "wrong"
    assert house.attempt("anna", PASSWORD, spray) == 2
    house.clock.forward(hours=1, seconds=1)
    assert [house.attempt(f"name {n}", address=spray) for n in range(3)] == ["wrong"] * 3


def loses_no_failure_of_many_at_once(house):
    outcomes, start = [], threading.Barrier(4)

    def guess(accounts):
        start.wait()
        outcomes.extend(house.attempt(accounts=accounts) for _ in range(4))

    at_once(guess, [house.again() for _ in range(4)])
    assert outcomes.count("wrong") == 5
    assert outcomes.count(1) == 11
    assert house.actions() == ["login.failed"] * 5


def loses_no_failure_of_processes_at_once(house):
    house.user()
    crowd = [
        subprocess.Popen([sys.executable, "-c", GUESSER, str(which)], stdout=subprocess.PIPE, text=True)
        for which in range(2)
    ]
    said = [line for process in crowd for line in process.communicate(timeout=120)[0].splitlines()]
    assert sorted(said) == ["too_many"] * 15 + ["unauthorized"] * 5
    assert house.attempt() == 1


LOGINS = [
    forgets_failures_after_a_day_and_with_a_new_password,
    lets_in_by_name_or_email_and_password,
    loses_no_failure_of_many_at_once,
    loses_no_failure_of_processes_at_once,
    makes_a_name_that_nobody_has_wait_alike,
    makes_an_address_wait_that_tries_many_names,
    makes_failures_wait_longer_and_longer_also_after_a_restart,
    says_the_same_of_every_failed_login,
]
