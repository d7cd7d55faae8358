from __future__ import annotations

import socket

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
    assert "ANTHROPIC_API_KEY" in found["keys not set"].detail
    assert "OPENAI_API_KEY" not in found["keys not set"].detail
    assert found["default model"].detail.startswith("openai:")
    assert "ENABLE_QUANTUM=true" in found["quantum"].hint
    assert KEY not in str(found)


def test_a_provider_without_its_key_says_why_it_is_absent(studio):
    found = {check.name: check for check in checks(studio)}
    assert found["provider openai"].state == "absent"
    assert "OPENAI_API_KEY" in found["provider openai"].detail
    assert found["provider local"].state in {"ok", "absent"}


def test_a_server_of_ones_own_is_ready_only_where_it_listens():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        studio = Studio(load_settings(ollama_base_url=address))
        assert {check.name: check.state for check in checks(studio)}["provider ollama"] == "ok"
    found = {check.name: check for check in checks(studio)}["provider ollama"]
    studio.close()
    assert (found.state, found.detail) == ("absent", f"no server listens at {address}.")
    assert "OLLAMA_BASE_URL" in found.hint


def test_the_default_model_says_what_it_lacks(studio):
    found = {check.name: check for check in checks(studio)}["default model"]
    assert found.detail.startswith("local:smollm2")
    assert found.state in {"ok", "absent"}


def test_extras_name_their_command_where_something_is_missing(studio):
    extras = [check for check in checks(studio) if check.name.startswith("extra")]
    assert extras
    for check in extras:
        assert check.state == "ok" or "pip install" in check.hint


def test_documents_say_what_reads_them(studio, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = {check.name: check for check in checks(studio)}
    assert found["embedder"].detail.startswith("minilm:all-MiniLM-L6-v2")
    assert (found["tesseract"].state, found["tesseract"].detail) == (
        "absent",
        "text in pictures is not read.",
    )
    (tmp_path / "tesseract").write_text("#!/bin/sh\n")
    (tmp_path / "tesseract").chmod(0o755)
    found = {check.name: check for check in checks(studio)}
    assert found["tesseract"].state == "ok"


def test_an_embedder_that_is_not_there_is_a_problem_of_its_own(monkeypatch):
    monkeypatch.setenv("WORKBENCH_EMBEDDER", "nosuch")
    studio = Studio(load_settings())
    found = {check.name: check for check in checks(studio)}
    studio.close()
    assert (found["embedder"].state, "nosuch" in found["embedder"].detail) == ("problem", True)
    assert found["database"].state == "ok"
