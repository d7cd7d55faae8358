"""Accounts on the embedded database, and what they say to bad input."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from tests.accounts.house import PASSWORD
from tests.accounts.promises import PROMISES
from workbench.accounts import SCOPES, AccountService
from workbench.accounts.checks import place
from workbench.accounts.delays import LONGEST, delay
from workbench.errors import BadInput, MissingExtra, NotFound
from workbench.settings import load_settings
from workbench.studio import Studio


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_promise(house, promise):
    promise(house)


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ({"username": " "}, "user name must have 1 to 100 printable characters"),
        ({"username": "x" * 101}, "user name must have 1 to 100"),
        ({"username": "a\nb"}, "user name must have 1 to 100"),
        ({"password": "eleven char"}, "A password must have 12 to 1,024 characters; this one has 11"),
        ({"password": "x" * 1025}, "this one has 1,025"),
        ({"email": "anna"}, "The email is no address"),
        ({"email": "a@b@c"}, "The email is no address"),
        ({"email": f"{'x' * 255}@x"}, "The email is no address"),
        ({"role": "king"}, "The role is 'king'; expected one of user, admin"),
        ({"tier": "gold"}, "The tier is 'gold'; expected one of free, pro, team"),
    ],
)
def test_a_user_that_cannot_be_is_refused_in_a_sentence(house, given_, says):
    with pytest.raises(BadInput, match=says) as caught:
        house.accounts.create(**{"username": "anna", "password": PASSWORD} | given_)
    assert str(given_.get("password", "\0")) not in str(caught.value)
    assert house.accounts.audit() == []


def test_other_bad_input(house):
    anna = house.user()
    past = house.clock.time - timedelta(seconds=1)
    for call, says in (
        (lambda: house.accounts.set_password("anna", "short"), "12 to 1,024"),
        (lambda: house.accounts.set_role("anna", "king"), "The role is 'king'"),
        (lambda: house.accounts.set_tier("anna", "gold"), "The tier is 'gold'"),
        (lambda: house.accounts.create_key(anna.id, ""), "The name of a key must have 1 to 100"),
        (lambda: house.accounts.create_key(anna.id, "x", scopes=["chat", "fly"]), "The scope is 'fly'"),
        (lambda: house.accounts.create_key(anna.id, "x", scopes=[]), "A key needs at least one scope"),
        (lambda: house.accounts.create_key(anna.id, "x", expires=past), "expired already"),
        (lambda: house.accounts.allow("fly", None, None), "The kind is 'fly'"),
        (lambda: house.accounts.audit(0), "limit is 0"),
    ):
        with pytest.raises(BadInput, match=says):
            call()
    assert house.attempt("anna", PASSWORD) == "anna"


def test_a_naive_end_of_a_key_is_utc(house):
    anna = house.user()
    _, key = house.accounts.create_key(anna.id, "x", expires=datetime(2030, 1, 1))  # noqa: DTZ001
    assert key.expires_at == datetime(2030, 1, 1, tzinfo=UTC)


def test_two_keys_that_begin_alike_are_told_apart_by_id(house, monkeypatch):
    anna = house.user()
    made = iter(["ask_same_beginning_1", "ask_same_beginning_2"])
    monkeypatch.setattr("workbench.accounts.keys.generate_api_key", lambda: next(made))
    (_, first), (_, second) = (house.accounts.create_key(anna.id, "x") for _ in range(2))
    with pytest.raises(BadInput, match="Several keys begin with 'ask_same_beg'"):
        house.accounts.revoke_key(anna.id, first.prefix)
    house.accounts.revoke_key(anna.id, second.id)
    assert house.accounts.key_user("ask_same_beginning_1") is not None


def test_every_failed_login_costs_one_hashing(house, monkeypatch):
    from workbench.security import passwords

    house.user()
    house.user("local", password=None)
    house.user("former")
    house.accounts.deactivate("former")
    hashed, derive = [], passwords._derive
    monkeypatch.setattr(passwords, "_derive", lambda *given: hashed.append(given[2]) or derive(*given))
    tries = [
        ("anna", "wrong"),
        ("nobody", "wrong"),
        ("local", "wrong"),
        ("former", PASSWORD),
        ("anna", "x" * 9999),
    ]
    assert [house.attempt(name, typed) for name, typed in tries] == ["wrong"] * len(tries)
    assert hashed == [1000] * len(tries)


def test_a_password_that_changed_while_it_was_checked_lets_nobody_in(house, monkeypatch):
    from workbench.accounts import logins

    house.user()

    def slowly(*given):
        right = verify(*given)
        house.accounts.set_password("anna", "another good password")
        return right

    verify = logins.verify_password
    with monkeypatch.context() as patch:
        patch.setattr(logins, "verify_password", slowly)
        assert house.attempt("anna", PASSWORD) == "wrong"
    assert house.attempt("anna", "another good password") == "anna"


def test_a_secret_of_the_settings_never_stands_in_the_audit(home):
    secret = "sk-canary-0123456789abcdef"
    studio = Studio(load_settings(openai_api_key=secret))
    studio.accounts.record("key.test", f"with {secret}", note={"given": [secret]}, when=datetime.now(UTC))
    (entry,) = studio.accounts.audit()
    assert secret not in str(entry.to_dict())
    assert entry.user_id == entry.actor == studio.user_id
    studio.close()


def test_the_studio_has_one(studio):
    assert studio.accounts is studio.accounts
    assert isinstance(studio.accounts, AccountService)
    assert AccountService().studio is studio
    with pytest.raises(NotFound):
        studio.accounts.find("nobody")


def test_redis_without_its_library_is_one_sentence(home, monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    studio = Studio(load_settings(redis_url="redis://127.0.0.1:1"))
    with pytest.raises(MissingExtra, match=r"redis-py is not installed.*autogent-studio\[redis\]"):
        _ = studio.accounts
    studio.close()


def test_a_bad_address_of_redis_is_one_sentence_without_it(home):
    studio = Studio(load_settings(redis_url="http://u:hunter2-hunter2@nowhere"))
    with pytest.raises(BadInput, match="REDIS_URL is no address of a Redis") as caught:
        _ = studio.accounts
    assert "hunter2" not in str(caught.value)
    studio.close()


# laws


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 50))
def test_more_failures_never_wait_shorter(one, other, free):
    fewer, more = sorted((one, other))
    assert delay(fewer, free) <= delay(more, free) <= LONGEST
    assert (delay(more, free) == 0) == (more < free)


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_a_network_of_ipv6_is_one_place(address, host):
    neighbour = type(address)((int(address) >> 64 << 64) + host)
    if address.ipv4_mapped is None and neighbour.ipv4_mapped is None:
        assert place(str(address)) == place(str(neighbour))


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_each_address_of_ipv4_is_one_place_however_it_is_written(one, other):
    assert (place(str(one)) == place(str(other))) == (one == other)
    assert place(f"::ffff:{one}") == place(str(one))


@given(st.text())
def test_what_is_no_address_is_still_some_place(text):
    assert len(place(text)) <= 64
    assert place(text).isprintable()


_LABELS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=98)
_HERE = trying(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@_HERE
@given(address=st.text(), agent=st.text())
def test_a_token_comes_back_as_its_user_whatever_a_browser_says(house, address, agent):
    anna = house.accounts.find(house.studio.user_id)
    token = house.accounts.open_session(anna.id, address=address, agent=agent)
    assert house.accounts.session_user(token).id == anna.id
    house.accounts.close_session(token)
    assert house.accounts.session_user(token) is None


@_HERE
@given(scopes=st.sets(st.sampled_from(SCOPES), min_size=1), label=_LABELS)
def test_a_key_comes_back_with_its_scopes(house, scopes, label):
    root = house.accounts.find(house.studio.user_id)
    if root.role != "admin":
        house.accounts.set_role(root.id, "admin")
    secret, key = house.accounts.create_key(root.id, f"<{label}>", scopes=scopes)
    assert key.name == f"<{label}>"
    user, found = house.accounts.key_user(secret)
    assert (user.id, found) == (root.id, scopes)
