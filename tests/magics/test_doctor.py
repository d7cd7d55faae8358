from __future__ import annotations

from workbench.doctor import checks
from workbench.settings import load_settings
from workbench.studio import Studio

KEY = "sk-test-canary-0123456789"


def test_every_part_is_looked_at_and_no_secret_is_told(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ENABLE_QUANTUM", "false")
    studio = Studio(load_settings())
    found = {check.name: check for check in checks(studio)}
    studio.close()
    assert {check.state for check in found.values()} <= {"ok", "absent", "problem"}
    assert [found[name].state for name in ("python", "machine", "home", "database", "runs")] == ["ok"] * 5
    assert (found["OPENAI_API_KEY"].state, found["OPENAI_API_KEY"].detail) == ("ok", "present")
    assert found["ANTHROPIC_API_KEY"].detail == "absent"
    assert "ENABLE_QUANTUM=true" in found["quantum"].hint
    assert KEY not in str(found)


def test_a_provider_without_its_key_says_why_it_is_absent(studio):
    found = {check.name: check for check in checks(studio)}
    assert found["provider openai"].state == "absent"
    assert "OPENAI_API_KEY" in found["provider openai"].detail
    assert found["provider local"].state in {"ok", "absent"}


def test_extras_name_their_command_where_something_is_missing(studio):
    extras = [check for check in checks(studio) if check.name.startswith("extra")]
    assert extras
    for check in extras:
        assert check.state == "ok" or "pip install" in check.hint
