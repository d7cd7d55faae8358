from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from workbench.errors import BadInput, Corrupted
from workbench.security import Vault
from workbench.settings import Settings, load_settings

patient = hypothesis_settings(deadline=None)
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def _vault(keys: str) -> Vault:
    return Vault(load_settings(encryption_key=keys))


@pytest.fixture(scope="module")
def vault() -> Vault:
    """One vault for all examples of a property."""
    return _vault(OLD)


@patient
@given(st.text())
def test_what_goes_in_comes_out(vault: Vault, text: str) -> None:
    token = vault.encrypt(text)
    assert vault.decrypt(token) == text
    assert len(text) < 8 or text not in token


def test_a_key_made_once_opens_what_it_closed(settings: Settings, home: Path) -> None:
    token = Vault(settings).encrypt("value")
    assert Vault(load_settings()).decrypt(token) == "value"
    assert stat.S_IMODE((home / "encryption_key").stat().st_mode) == 0o600


def test_keys_rotate() -> None:
    old = _vault(OLD).encrypt("value")
    both = _vault(f"{NEW}, {OLD}")
    assert both.decrypt(old) == "value"
    assert _vault(NEW).decrypt(both.rotate(old)) == "value"
    assert _vault(NEW).decrypt(both.encrypt("fresh")) == "fresh"


@pytest.mark.parametrize(
    "keys",
    ["short", "x" * 44, f"{OLD},short", ",", "your-encryption-key"],
    ids=["short", "long", "second-is-short", "only-a-comma", "the-example"],
)
def test_a_malformed_key_stops_and_is_not_repeated(keys: str) -> None:
    with pytest.raises(BadInput, match="ENCRYPTION_KEY") as caught:
        _vault(keys)
    assert OLD not in str(caught.value)
    assert caught.value.details == {"field": "ENCRYPTION_KEY"}


@pytest.mark.parametrize(
    "token",
    ["", "not a token", Fernet(NEW).encrypt(b"value").decode()],
    ids=["empty", "none", "of-another-key"],
)
def test_what_the_keys_do_not_open_is_corrupted(vault: Vault, token: str) -> None:
    for use in (vault.decrypt, vault.rotate):
        with pytest.raises(Corrupted, match="ENCRYPTION_KEY"):
            use(token)


def test_an_altered_token_is_corrupted(vault: Vault) -> None:
    token = vault.encrypt("value")
    with pytest.raises(Corrupted):
        vault.decrypt(token[:-6] + "AAAAA=")
