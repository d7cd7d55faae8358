"""Accounts in a shared PostgreSQL, their sessions and limits in a real Redis, keep the same promises."""

from __future__ import annotations

import logging

import pytest

from tests.accounts.house import PASSWORD, House, token_of
from tests.accounts.promises import PROMISES, SESSIONS
from tests.accounts.test_limits import LIMITS
from tests.accounts.test_migration import keeps_what_was_there
from workbench.accounts import AccountService
from workbench.errors import TooMany, Unavailable
from workbench.settings import load_settings
from workbench.studio import Studio


@pytest.fixture(autouse=True)
def _quick_hashing(monkeypatch):
    monkeypatch.setattr("workbench.security.passwords._ITERATIONS", 1000)


@pytest.fixture
def many(shared):
    """A House on PostgreSQL."""
    made = House(shared)
    yield made
    made.close()


@pytest.fixture
def house(redis, studio):
    """A House on the embedded database whose sessions lie in Redis."""
    made = House(Studio(load_settings(redis_url=redis.url)))
    yield made
    made.close()
    made.studio.close()


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_promise_on_postgresql(many, promise):
    promise(many)


@pytest.mark.parametrize("promise", SESSIONS, ids=lambda promise: promise.__name__)
def test_promise_on_redis(house, promise):
    promise(house)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.__name__)
def test_limit_on_redis(house, limit):
    limit(house.accounts)


def test_the_migration_keeps_what_was_there_on_postgresql(url, settings):
    keeps_what_was_there(load_settings(database_url=url))


def test_processes_count_requests_together(house):
    other = house.again()
    for number in range(30):
        (house.accounts, other)[number % 2].allow("login", None, "10.0.0.1")
    for one in (house.accounts, other):
        with pytest.raises(TooMany):
            one.allow("login", None, "10.0.0.1")


def test_redis_holds_no_token_and_forgets_by_itself(house, redis):
    anna = house.user()
    token = token_of(house, anna)
    names = redis.client.keys("workbench:*")
    assert len(names) == 2
    for name in names:
        assert 0 < redis.client.ttl(name) <= 30 * 24 * 3600
        held = redis.client.smembers(name) if redis.client.type(name) == b"set" else redis.client.get(name)
        assert token not in str(name) + str(held)
    redis.client.delete(*[name for name in names if b":session:" in name])
    assert house.accounts.sessions(anna.id) == []
    assert redis.client.keys("workbench:*") == []


def test_without_redis_sessions_wait_requests_pass_and_it_is_said_once(house, redis, caplog, monkeypatch):
    monkeypatch.setattr("workbench.accounts.rates._REST_SECONDS", 0.0)
    caplog.set_level(logging.INFO)
    anna = house.user()
    token, changed = token_of(house, anna), token_of(house, house.user("bob"))
    redis.stop()
    with pytest.raises(Unavailable, match="Redis, which keeps the login sessions, does not answer"):
        house.accounts.session_user(token)
    with pytest.raises(Unavailable):
        token_of(house, anna)
    assert house.actions().count("session.open") == 2
    for _ in range(700):
        house.accounts.allow("api", anna.id, "10.0.0.1")
    assert house.attempt("anna", PASSWORD, "10.0.0.2") == "anna"
    for _ in range(29):
        house.accounts.allow("login", None, "10.0.0.2")
    with pytest.raises(TooMany):
        house.accounts.allow("login", None, "10.0.0.2")
    # What Redis cannot be told holds all the same.
    house.accounts.set_password("bob", "another good password")
    said = [record for record in caplog.records if "requests are not counted" in record.message]
    assert len(said) == 1
    redis.start()
    assert house.accounts.session_user(token).id == anna.id
    assert house.accounts.session_user(changed) is None
    house.accounts.allow("api", anna.id, "10.0.0.1")
    assert "Redis answers again" in caplog.text
    assert redis.url not in caplog.text


def test_a_redis_that_does_not_answer_is_not_asked_for_each_request(house, redis):
    redis.stop()
    house.accounts.allow("api", "anna", None)
    redis.start()
    for _ in range(10):
        house.accounts.allow("api", "anna", None)
    assert redis.client.keys("workbench:limits:*") == []


def test_the_studio_finds_redis_by_the_settings(redis):
    studio = Studio(load_settings(redis_url=redis.url))
    assert isinstance(studio.accounts, AccountService)
    studio.accounts.open_session(studio.user_id, address="10.0.0.1", agent="")
    assert len(redis.client.keys("workbench:session:*")) == 1
    studio.close()
