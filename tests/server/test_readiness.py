"""What is done before anybody waits for it."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.jupyter import ROOT
from tests.standin import StandIn

FIRST_ANSWER = """
import gc, json, sys
from workbench.server.application import create_app
from workbench.server.readiness import ready
from workbench.settings import load_settings
from workbench.studio import Studio

studio = Studio(load_settings(**json.loads(sys.argv[1])))
app = create_app(studio)
ready(studio)
frozen, loaded = gc.get_freeze_count(), set(sys.modules)
studio.accounts.allow("api", studio.user_id, "127.0.0.1")
talk = studio.chat.create_session(studio.user_id, "Talk", "gpt-4o", provider="openai")
answer = "".join(piece["content"] for piece in studio.chat.stream(talk, "Hello"))
studio.close()
new = [name for name in set(sys.modules) - loaded if not name.startswith("encodings.")]
print(json.dumps({"frozen": frozen, "answer": answer, "new": sorted(new)}))
"""


def test_the_first_answer_loads_nothing_that_others_would_wait_for(tmp_path):
    with StandIn() as standin:
        given = json.dumps({"workbench_home": str(tmp_path), **standin.settings("openai")})
        done = subprocess.run(
            [sys.executable, "-c", FIRST_ANSWER, given], cwd=ROOT, capture_output=True, text=True, check=True
        )
    told = json.loads(done.stdout)
    assert told["answer"].startswith("Answer 1")
    assert told["new"] == []
    assert told["frozen"] > 10_000


def test_what_cannot_be_prepared_stops_no_server(tmp_path):
    given = json.dumps(
        {"workbench_home": str(tmp_path), "openai_api_key": "x", "openai_base_url": "no address"}
    )
    script = FIRST_ANSWER.partition("frozen,")[0] + "print('ready')"
    done = subprocess.run(
        [sys.executable, "-c", script, given], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "ready\n"
