from __future__ import annotations

import hashlib
import re

import pytest

from workbench.errors import BadInput
from workbench.security import (
    generate_api_key,
    generate_secure_token,
    hash_password,
    needs_rehash,
    passwords,
    verify_password,
)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with few iterations, where the count is not what is tested."""
    monkeypatch.setattr(passwords, "_ITERATIONS", 10)


@pytest.mark.parametrize("length", [1, 22, 32, 100])
def test_a_token_has_the_length_asked_for(length: int) -> None:
    assert re.fullmatch(r"[\w-]+", generate_secure_token(length))
    assert len(generate_secure_token(length)) == length


def test_a_token_of_no_length_is_refused() -> None:
    with pytest.raises(BadInput):
        generate_secure_token(0)


def test_tokens_and_keys_do_not_repeat() -> None:
    assert len({generate_secure_token() for _ in range(1000)}) == 1000
    assert len({generate_api_key() for _ in range(1000)}) == 1000


def test_an_api_key_carries_256_bits() -> None:
    assert re.fullmatch(r"ask_[\w-]{43}", generate_api_key())


def test_the_specified_example() -> None:
    result = hash_password("mypassword")
    assert set(result) == {"hash", "salt"}
    assert verify_password("mypassword", result["hash"], result["salt"])
    assert not verify_password("Mypassword", result["hash"], result["salt"])
    assert not needs_rehash(result["hash"])


def test_the_count_is_kept_and_at_least_the_recommended_one() -> None:
    algorithm, count, salt, digest = hash_password("mypassword", "salt")["hash"].split("$")
    assert (algorithm, salt) == ("pbkdf2_sha256", "salt")
    assert int(count) >= 600_000
    assert digest == hashlib.pbkdf2_hmac("sha256", b"mypassword", b"salt", int(count)).hex()


def test_a_hash_of_fewer_iterations_verifies_and_asks_to_be_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "_ITERATIONS", 1000)
        old = hash_password("mypassword")
    assert verify_password("mypassword", old["hash"], old["salt"])
    assert needs_rehash(old["hash"])


@pytest.mark.usefixtures("quick")
class TestVerifying:
    def test_equal_passwords_get_different_salts(self) -> None:
        first, second = hash_password("mypassword"), hash_password("mypassword")
        assert first["salt"] != second["salt"]
        assert first["hash"] != second["hash"]

    def test_a_given_salt_makes_the_same_hash(self) -> None:
        salt = "a$salt with $ signs"
        assert hash_password("mypassword", salt) == hash_password("mypassword", salt)
        assert verify_password("mypassword", hash_password("mypassword", salt)["hash"])

    def test_the_hash_alone_is_enough(self) -> None:
        assert verify_password("mypassword", hash_password("mypassword")["hash"])

    def test_another_salt_does_not_verify(self) -> None:
        assert not verify_password("mypassword", hash_password("mypassword")["hash"], "other")

    def test_one_password_typed_on_two_systems_is_one(self) -> None:
        composed, decomposed = "caf\u00e9 creme", "cafe\u0301 creme"
        assert verify_password(decomposed, hash_password(composed)["hash"])

    def test_it_fits_the_users_column(self) -> None:
        assert len(hash_password("x" * 1000)["hash"]) <= 256

    @pytest.mark.parametrize(("password", "salt"), [("", None), ("mypassword", "")])
    def test_nothing_empty_is_hashed(self, password: str, salt: str | None) -> None:
        with pytest.raises(BadInput):
            hash_password(password, salt)

    @pytest.mark.parametrize(
        "stored",
        [
            "",
            "mypassword",
            "md5$1$salt$00",
            "pbkdf2_sha256$0$salt$00",
            "pbkdf2_sha256$-1$s$0",
            "pbkdf2_sha256$x$s$0",
            "pbkdf2_sha256$99999999999$s$0",
        ],
    )
    def test_what_is_no_hash_never_verifies(self, stored: str) -> None:
        assert not verify_password("mypassword", stored, "salt")
        assert needs_rehash(stored)
