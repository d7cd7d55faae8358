"""API keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from workbench.errors import NotFound, Refused


def shows_a_key_once_and_knows_it_ever_after(house):
    anna = house.user()
    secret, key = house.accounts.create_key(anna.id, "laptop")
    assert secret.startswith("ask_") and key.prefix == secret[:12]
    assert key.scopes == ("chat", "files", "knowledge", "runs", "compute")
    user, scopes = house.again().key_user(secret)
    assert (user.id, scopes) == (anna.id, frozenset(key.scopes))
    for other in ("", secret[:-1], secret + "x", key.prefix, "\ud800"):
        assert house.accounts.key_user(other) is None
    (kept,) = house.accounts.keys(anna.id)
    assert kept.used_at == house.clock.time and secret not in str(kept.to_dict())
    with house.studio.database.session() as session:
        assert secret[12:] not in str(session.execute(text("SELECT * FROM api_keys")).all())


def takes_no_key_that_is_over(house):
    anna, admin = house.user(), house.user("root", role="admin")
    secret, key = house.accounts.create_key(anna.id, "short", expires=house.clock.time + timedelta(days=1))
    house.clock.forward(hours=23)
    assert house.accounts.key_user(secret) is not None
    house.clock.forward(hours=1)
    assert house.accounts.key_user(secret) is None
    secret, key = house.accounts.create_key(anna.id, "long")
    with pytest.raises(NotFound, match=f"There is no key '{key.prefix}'"):
        house.accounts.revoke_key(admin.id, key.prefix)
    with pytest.raises(NotFound) as caught:
        house.accounts.revoke_key(anna.id, secret)
    assert secret not in str(caught.value)
    assert house.accounts.key_user(secret) is not None
    house.accounts.deactivate("anna")
    assert house.accounts.key_user(secret) is None
    house.accounts.activate("anna")
    assert house.accounts.key_user(secret) is not None
    assert house.accounts.revoke_key(anna.id, key.prefix).revoked_at == house.clock.time
    house.clock.forward(days=1)
    assert house.accounts.revoke_key(anna.id, key.id).revoked_at < house.clock.time
    assert house.accounts.key_user(secret) is None
    assert house.actions(user_id=anna.id).count("key.revoke") == 1


def gives_the_scope_of_admins_to_admins_alone(house):
    anna = house.user()
    with pytest.raises(Refused, match="Only an admin's key"):
        house.accounts.create_key(anna.id, "x", scopes=["admin"])
    house.accounts.set_role("anna", "admin")
    secret, key = house.accounts.create_key(anna.id, "x", scopes=["admin", "runs", "admin"])
    assert key.scopes == ("runs", "admin")
    assert house.accounts.key_user(secret)[1] == {"runs", "admin"}
    house.accounts.set_role("anna", "user")
    assert house.accounts.key_user(secret)[1] == {"runs"}


def writes_down_once_a_minute_when_a_key_was_used(house):
    anna = house.user()
    secret, _ = house.accounts.create_key(anna.id, "x")
    assert house.accounts.keys(anna.id)[0].used_at is None
    used, start = [], house.clock.time
    for _ in range(6):
        house.accounts.key_user(secret)
        used.append((house.accounts.keys(anna.id)[0].used_at - start).total_seconds())
        house.clock.forward(seconds=25)
    assert used == [0, 0, 0, 75, 75, 75]


KEYS = [
    gives_the_scope_of_admins_to_admins_alone,
    shows_a_key_once_and_knows_it_ever_after,
    takes_no_key_that_is_over,
    writes_down_once_a_minute_when_a_key_was_used,
]
