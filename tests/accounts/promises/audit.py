"""The audit."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.accounts.house import PASSWORD, token_of
from workbench.errors import BadInput, NotFound, Refused
from workbench.storage import User


def tells_of_everything_in_order_and_in_pages(house):
    anna = house.user()
    house.accounts.set_role("anna", "admin")
    token = token_of(house, house.accounts.login("anna", PASSWORD, address="10.0.0.7"))
    house.attempt("anna", "wrong")
    house.attempt("my secret passphrase", "wrong")
    _, key = house.accounts.create_key(anna.id, "ci")
    with house.accounts.origin("somebody", address="10.0.0.8"):
        house.accounts.revoke_key(anna.id, key.prefix)
    house.accounts.close_session(token)
    house.accounts.close_sessions(anna.id)
    with house.studio.acting_as(anna.id):
        house.accounts.record("file.delete", "notes.txt", size=3)
    house.accounts.set_password("anna", "another good password")
    for change in (house.accounts.deactivate, house.accounts.deactivate, house.accounts.activate):
        change("anna")
    house.accounts.set_tier("anna", "team")
    told = [
        "user.create", "user.role", "login", "session.open", "login.failed", "login.failed", "key.create",
        "key.revoke", "logout", "logout.everywhere", "file.delete", "user.password", "user.deactivate",
        "user.activate", "user.tier",
    ]  # fmt: skip
    entries = house.accounts.audit()
    assert [entry.action for entry in reversed(entries)] == told
    first, second = house.accounts.audit(8), house.accounts.audit(8, before=entries[7].id)
    assert first + second == entries
    assert len(house.accounts.audit(user_id=anna.id)) == len(told) - 1
    by_action = {entry.action: entry for entry in entries}
    assert (by_action["key.revoke"].actor, by_action["key.revoke"].address) == ("somebody", "10.0.0.8")
    assert (by_action["file.delete"].actor, by_action["file.delete"].user_id) == (anna.id, anna.id)
    assert by_action["file.delete"].details == {"size": 3}
    assert by_action["user.create"].actor == house.studio.user_id
    assert by_action["user.role"].details == {"before": "user", "after": "admin"}
    assert {entry.actor for entry in entries if entry.action == "login.failed"} == {None}
    whole = str([entry.to_dict() for entry in entries])
    assert "my secret" not in whole and PASSWORD not in whole and token not in whole


def lets_nobody_change_the_audit(house):
    anna = house.user()
    (entry,) = house.accounts.audit()
    statements = ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"]
    if house.studio.database.embedded:
        row = "(id, time, action, object, details) VALUES (1, '2026-01-01', 'x', 'x', '{}')"
        statements += [f"INSERT OR REPLACE INTO audit {row}", f"REPLACE INTO audit {row}"]
    else:
        statements += ["TRUNCATE audit", "DELETE FROM audit WHERE id = 1"]
    for statement in statements:
        with pytest.raises(DatabaseError, match="append-only"), house.studio.database.engine.begin() as sql:
            sql.execute(text(statement))
    with house.studio.database.begin() as session:
        session.delete(session.get(User, anna.id))
    assert house.accounts.audit() == [entry]


def tells_of_nothing_that_did_not_happen(house):
    anna = house.user()
    house.clock.forward(days=1)
    for refused in (
        lambda: house.accounts.create("anna"),
        lambda: house.accounts.set_role("nobody", "admin"),
        lambda: house.accounts.create_key(anna.id, "x", scopes=["admin"]),
        lambda: house.accounts.create_key("nobody", "x"),
        lambda: house.accounts.revoke_key(anna.id, "ask_nothing"),
    ):
        with pytest.raises((BadInput, NotFound, Refused)):
            refused()
    assert house.actions() == ["user.create"]


AUDIT = [
    lets_nobody_change_the_audit,
    tells_of_everything_in_order_and_in_pages,
    tells_of_nothing_that_did_not_happen,
]
