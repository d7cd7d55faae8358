"""Where settings come from, and what they never show."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from workbench.errors import BadInput
from workbench.settings import load_settings

SECRET = "sk-secret-0123456789abcdef"


def test_the_environment_beats_dotenv_beats_toml_beats_the_default(home, monkeypatch):
    home.mkdir()
    (home / "config.toml").write_text(
        'workbench_retries = 3\nworkbench_timeout = 30.0\nworkbench_user = "toml"\n'
    )
    Path(".env").write_text("WORKBENCH_RETRIES=4\nWORKBENCH_TIMEOUT=40\n")
    monkeypatch.setenv("WORKBENCH_RETRIES", "5")
    monkeypatch.delenv("WORKBENCH_USER")
    settings = load_settings()
    assert settings.workbench_retries == 5
    assert settings.workbench_timeout == 40
    assert settings.workbench_user == "toml"
    assert settings.max_content_length == 100 * 1024 * 1024
    assert load_settings(workbench_retries=6).workbench_retries == 6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKBENCH_RETRIES", "many"),
        ("WORKBENCH_REPLAY", "fast"),
        ("WORKBENCH_TIMEOUT", "-1"),
        ("ENABLE_SAFETY", "x"),
    ],
)
def test_a_bad_value_is_named_and_never_shown(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=f"The setting {name} is not valid") as caught:
        load_settings()
    assert caught.value.__cause__ is None
    assert caught.value.details == {"field": name}


@pytest.mark.parametrize(
    ("place", "content", "words"),
    [
        ("config.toml", b"workbench_retries = = 3", r"config\.toml in WORKBENCH_HOME is no TOML: .*line 1"),
        ("config.toml", b'workbench_user = "\xff"', "is not UTF-8 text"),
        (".env", b"WORKBENCH_USER=\xff", "is not UTF-8 text"),
        (".env", b'WORKBENCH_TIERS={"free": ', "The setting WORKBENCH_TIERS is not valid: expected JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(home, place, content, words):
    home.mkdir()
    (home / place if place == "config.toml" else Path(place)).write_bytes(content)
    with pytest.raises(BadInput, match=words) as caught:
        load_settings()
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_broken_variable_of_json_is_named_and_never_shown(monkeypatch):
    monkeypatch.setenv("WORKBENCH_TIERS", f"{{{SECRET}")
    with pytest.raises(BadInput, match="The setting WORKBENCH_TIERS is not valid") as caught:
        load_settings()
    assert SECRET not in str(caught.value)
    assert caught.value.details == {"field": "WORKBENCH_TIERS"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_named(home):
    home.mkdir()
    (home / "config.toml").touch(mode=0)
    with pytest.raises(BadInput, match=r"config\.toml cannot be read: Permission denied"):
        load_settings()


def test_names_in_capitals_count_in_the_file_too(home):
    home.mkdir()
    (home / "config.toml").write_text(f'OPENAI_API_KEY = "{SECRET}"\n')
    key = load_settings().openai_api_key
    assert key is not None
    assert key.get_secret_value() == SECRET


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("WORKBENCH_RETRIES", "")
    settings = load_settings()
    assert settings.openai_api_key is None
    assert settings.workbench_retries == 2


def test_a_secret_shows_as_stars_and_settings_cannot_be_changed(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("WEB3_PROVIDER_URL", f"https://node.example/v3/{SECRET}")
    settings = load_settings()
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings.model_dump())
    assert SECRET not in settings.model_dump_json()
    assert set(settings.secrets()) == {"OPENAI_API_KEY", "WEB3_PROVIDER_URL"}
    with pytest.raises(ValueError, match="frozen"):
        settings.workbench_retries = 9


def test_the_installations_secrets_are_made_once_and_for_the_owner_alone(home):
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(load_settings().secret("session_secret")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
    assert len(made[0]) >= 43
    assert stat.S_IMODE((home / "session_secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert load_settings().secret("encryption_key") != made[0]
    assert load_settings(session_secret="given-by-hand").secret("session_secret") == "given-by-hand"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_server_is_spoken_to_by_psycopg(scheme):
    settings = load_settings(database_url=f"{scheme}://u@host/name")
    assert settings.database == "postgresql+psycopg://u@host/name"


def test_paths_are_expanded():
    assert load_settings(workbench_home="~/bench").workbench_home == Path(os.environ["HOME"]) / "bench"
