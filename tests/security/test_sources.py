from __future__ import annotations

from pathlib import Path

import pytest

from workbench.security import Redactor, environment_secrets, settings_secrets
from workbench.security.sources import environment_mark, url_secrets
from workbench.settings import Settings, load_settings

CANARY = "canary-3f9a7c51d2"


@pytest.mark.parametrize(
    "name",
    [
        "OPENAI_API_KEY",
        "MISTRAL_APIKEY",
        "API_KEY",
        "HF_TOKEN",
        "MY_SECRET",
        "SECRET_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_BRAKET_ACCESS_KEY",
        "DB_PASSWORD",
        "SSH_PRIVATE_KEY",
        "lower_api_key",
    ],
)
def test_variables_that_hold_keys_are_known_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, CANARY)
    assert CANARY in environment_secrets()


@pytest.mark.parametrize("name", ["PATH", "MAX_TOKENS", "KEYBOARD", "TOKENIZERS_PARALLELISM", "SECRETARY"])
def test_other_variables_are_not_taken_for_keys(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, CANARY)
    assert CANARY not in environment_secrets()


def test_the_path_of_a_mounted_secret_is_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DB_SECRET", str(tmp_path))
    assert str(tmp_path) not in environment_secrets()


def test_passwords_of_addresses_in_the_environment_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", f"https://me:{CANARY}@packages.test/simple")
    assert CANARY in environment_secrets()


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("sqlite:////home/me/workbench.db", set()),
        ("postgresql://localhost/autogent_studio", set()),
        ("postgresql://me:p%40ss%2Fword@db/x", {"p%40ss%2Fword", "p@ss/word", ":p%40ss%2Fword@"}),
        ("postgresql://postgres:postgres@db/x", {":postgres@"}),
        ("redis://:rediss-pass@cache:6379/0", {"rediss-pass", ":rediss-pass@"}),
        (f"https://node.test/rpc?api_key={CANARY}&chain=1", {CANARY}),
        ("http://[broken", set()),
    ],
)
def test_what_is_secret_in_an_address(url: str, secrets: set[str]) -> None:
    assert url_secrets(url) == secrets


def test_settings_give_their_keys_and_the_secret_parts_of_addresses() -> None:
    settings = load_settings(
        openai_api_key=CANARY,
        database_url="postgresql://me:db-password@db/x",
        redis_url="redis://:redis-password@cache",
        web3_provider_url="https://mainnet.node.test/v3/0123456789abcdef0123",
        encryption_key="first-key, second-key",
    )
    assert settings_secrets(settings) == {
        CANARY,
        "db-password",
        ":db-password@",
        "redis-password",
        ":redis-password@",
        "https://mainnet.node.test/v3/0123456789abcdef0123",
        "0123456789abcdef0123",
        "first-key",
        "second-key",
    }


def test_generated_secrets_are_known_once_they_exist(settings: Settings) -> None:
    redactor = Redactor.from_settings(settings)
    assert not (settings.workbench_home / "encryption_key").exists()
    made = settings.secret("encryption_key")
    assert redactor.text(made) == made
    redactor.reload()
    assert redactor.text(made) == "*" * 10


def test_a_key_added_to_the_environment_changes_its_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    redactor = Redactor(sources=[environment_secrets])
    before = environment_mark()
    assert environment_mark() == before
    monkeypatch.setenv("LATE_API_KEY", CANARY)
    assert environment_mark() != before
    assert redactor.text(f"<{CANARY}>") == "<**********>"
