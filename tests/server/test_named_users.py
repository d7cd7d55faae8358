"""A notebook server whose identity provider names its users, as behind JupyterHub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.jupyter import Server
from tests.server.conftest import Client, home_of, notebook_server
from tests.server.listener import Listener
from tests.standin.behaviours import ok
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, standin: StandIn) -> Iterator[Server]:
    provider = "--ServerApp.identity_provider_class=tests.server.naming.NamedUsers"
    with notebook_server(tmp_path_factory.mktemp("hub"), standin, [provider]) as found:
        yield found


def test_each_name_is_a_user_with_things_of_their_own(hub: Server, standin: StandIn) -> None:
    standin.script("openai", [ok("Both of you.")])
    anna, ben = Client(hub, "anna"), Client(hub, "ben")
    given = {"title": "Hers", "model_provider": "openai", "model_name": "gpt-4o"}
    talk = anna.post("api/chat/conversations", json=given).json()
    path = f"api/chat/conversations/{talk['id']}"
    assert ben.get(path).status_code == 404
    assert ben.get("api/chat/conversations").json() == []
    assert Client(hub, None).get(path).status_code == 401

    assert anna.post(f"{path}/members", json={"username": "ben"}).json()["role"] == "member"
    with (
        Listener(hub, headers={"Authorization": "Bearer anna"}) as here,
        Listener(hub, headers={"Authorization": "Bearer ben"}, transports=["websocket"]) as there,
    ):
        here.join(talk["id"])
        there.join(talk["id"])
        there.call("typing_indicator", conversation_id=talk["id"], is_typing=True)
        assert here.hear("user_typing")["username"] == "ben"
        there.say(talk["id"], "Who is here?")
        said = [here.hear("message_received") for _ in range(2)]
        assert [one["content"] for one in said] == ["Who is here?", "Both of you."]

    studio = Studio(load_settings(workbench_home=home_of(hub)))
    rows = {name: studio.accounts.find(name).id for name in ("anna", "ben")}
    studio.close()
    assert (talk["user_id"], said[0]["user_id"]) == (rows["anna"], rows["ben"])
