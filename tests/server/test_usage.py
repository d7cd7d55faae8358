"""What was used, told to who used it and to admins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.jupyter import Server
from tests.server.conftest import OPENAI, Client, key_of
from tests.standin.behaviours import ok
from tests.standin.server import StandIn
from workbench.accounts import SCOPES
from workbench.studio import Studio


@pytest.fixture
def people(alone: Server, studio: Studio, user: Callable[[str], str], standin: StandIn) -> dict[str, Client]:
    """Somebody who asked a model something, somebody else, and an admin by a key good for all or for less."""
    standin.reset()
    standin.script("openai", [ok("Four.")])
    found = {name: Client(alone, key_of(studio, user(name))) for name in ("hana", "ivo")}
    boss = user("boss")
    studio.accounts.set_role("boss", "admin")
    found["boss"] = Client(alone, key_of(studio, boss, scopes=SCOPES))
    found["lesser"] = Client(alone, key_of(studio, boss))
    talk = found["hana"].post("api/chat/conversations", json=OPENAI)
    said = found["hana"].post(
        f"api/chat/conversations/{talk.json()['id']}/messages", json={"content": "2+2?"}
    )
    assert said.json()["tokens_used"] > 0
    return found


def test_usage_and_runs_are_one_s_own_and_an_admin_s_and_the_audit_tells(
    people: dict[str, Client], studio: Studio
) -> None:
    hana, ivo, boss, lesser = (people[name] for name in ("hana", "ivo", "boss", "lesser"))
    own = hana.get("api/usage").json()
    (run,) = hana.get("api/runs", params={"kind": "chat"}).json()
    tokens = run["tokens_input"] + run["tokens_output"]
    assert (own["username"], own["total"], own["total"]["tokens"]) == ("hana", own["today"], tokens)
    assert own["total"]["cost"] == pytest.approx(run["cost"])
    assert [day["day"] for day in own["days"]] == [datetime.now(UTC).date().isoformat()]
    assert own["limits"]["tokens_per_day"] == 20_000_000
    later = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert hana.get("api/usage", params={"since": later}).json()["total"]["runs"] == 0
    assert ivo.get("api/usage").json()["total"] == {"runs": 0, "tokens": 0, "cost": 0.0, "unknown_cost": 0}
    assert boss.get("api/usage", params={"user": "hana"}).json() == own
    assert boss.get("api/runs", params={"user": "hana"}).json()[0]["id"] == run["id"]
    assert boss.get(f"api/runs/{run['id']}").json()["output"]["content"] == "Four."
    everybody = {one["username"]: one for one in boss.get("api/usage/users").json()}
    assert everybody["hana"]["tokens"] == tokens
    for other in (ivo, lesser):
        assert other.get("api/usage", params={"user": "hana"}).status_code == 404
        assert other.get("api/runs", params={"user": "hana"}).status_code == 404
        assert other.get(f"api/runs/{run['id']}").status_code == 404
        assert other.get("api/usage/users").status_code == 403
    told = [(entry.action, entry.object) for entry in studio.accounts.audit(3)]
    assert told == [("run.read", run["id"]), ("user.read", "hana"), ("user.read", "hana")]
    entry = studio.accounts.audit(1)[0]
    assert entry.actor == studio.accounts.find("boss").id
    assert entry.user_id == studio.accounts.find("hana").id
