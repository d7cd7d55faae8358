"""Login sessions, wherever they are kept."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from tests.accounts.house import CHROME, PASSWORD, token_of
from workbench.errors import NotFound
from workbench.storage import User


def rehashes_an_old_password_at_the_next_login(house):
    anna = house.user()
    digest = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b"salt", 500).hex()
    weak = f"pbkdf2_sha256$500$salt${digest}"
    with house.studio.database.begin() as session:
        session.get(User, anna.id).password_hash = weak
    token = token_of(house, anna)
    assert house.attempt() == "wrong"
    assert house.accounts.find("anna").password_hash == weak
    assert house.attempt("anna", PASSWORD) == "anna"
    assert "$1000$" in house.accounts.find("anna").password_hash
    assert house.attempt("anna", PASSWORD) == "anna"
    assert house.accounts.session_user(token).id == anna.id


def knows_who_is_logged_in(house):
    anna, bob = house.user(), house.user("bob")
    token = token_of(house, anna)
    assert len(token) == 43
    assert house.accounts.session_user(token).id == house.again().session_user(token).id == anna.id
    assert token_of(house, bob) != token
    for other in ("", "x", token[:-1], token + "x", "\ud800"):
        assert house.accounts.session_user(other) is None
    (session,) = house.accounts.sessions(anna.id)
    assert (session.address, session.agent) == ("10.0.0.1", CHROME)
    assert token not in str(session.to_dict()) + repr(session)
    with pytest.raises(NotFound):
        house.accounts.open_session("nobody", address="", agent="")


def ends_a_session_at_logout_and_all_of_them_at_once(house):
    anna, bob = house.user(), house.user("bob")
    first, second, third = (token_of(house, anna) for _ in range(3))
    others = token_of(house, bob)
    house.accounts.close_session(first)
    house.accounts.close_session(first)
    assert house.accounts.session_user(first) is None
    assert house.accounts.session_user(second) is not None
    assert len(house.accounts.sessions(anna.id)) == 2
    house.accounts.close_sessions(anna.id)
    assert house.accounts.session_user(second) is house.accounts.session_user(third) is None
    assert house.accounts.sessions(anna.id) == []
    assert house.accounts.session_user(others).id == bob.id
    assert house.accounts.session_user(token_of(house, anna)).id == anna.id
    with pytest.raises(NotFound):
        house.accounts.close_sessions("nobody")


def ends_every_session_when_what_a_user_may_changes(house):
    anna = house.user()
    for change in (
        lambda: house.accounts.set_password("anna", "another good password"),
        lambda: house.accounts.set_role("anna", "admin"),
        lambda: house.accounts.deactivate("anna"),
    ):
        token = token_of(house, anna)
        assert house.accounts.session_user(token) is not None
        change()
        assert house.accounts.session_user(token) is None
    house.accounts.activate("anna")
    assert house.accounts.session_user(token) is None
    token = token_of(house, anna)
    house.accounts.set_tier("anna", "team")
    house.accounts.set_role("anna", "admin")
    assert house.accounts.session_user(token).subscription_tier == "team"


def lets_a_session_expire_unused_and_at_last(house):
    anna = house.user()
    token = token_of(house, anna)
    house.clock.forward(days=2)
    assert house.accounts.session_user(token) is None
    assert house.accounts.sessions(anna.id) == []
    token = token_of(house, anna)
    for _ in range(20):
        house.clock.forward(days=1.499)
        assert house.accounts.session_user(token) is not None
    house.clock.forward(days=0.1)
    assert house.accounts.session_user(token) is None


def writes_down_once_a_minute_when_a_session_was_seen(house):
    anna = house.user()
    token, opened = token_of(house, anna), house.clock.time
    seen = []
    for _ in range(8):
        house.clock.forward(seconds=20)
        house.accounts.session_user(token)
        seen.append(house.accounts.sessions(anna.id)[0].seen_at - opened)
    minutes = [timedelta(minutes=minute) for minute in (0, 0, 1, 1, 1, 2, 2, 2)]
    assert seen == minutes


SESSIONS = [
    ends_a_session_at_logout_and_all_of_them_at_once,
    ends_every_session_when_what_a_user_may_changes,
    knows_who_is_logged_in,
    lets_a_session_expire_unused_and_at_last,
    rehashes_an_old_password_at_the_next_login,
    writes_down_once_a_minute_when_a_session_was_seen,
]
