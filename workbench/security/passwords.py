"""Random tokens and password hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from workbench.errors import BadInput

__all__ = ["generate_api_key", "generate_secure_token", "hash_password", "needs_rehash", "verify_password"]

_ALGORITHM = "pbkdf2_sha256"
# OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA256
_ITERATIONS = 600_000
# A stored count of more digits is damage, not something to wait for.
_MOST_DIGITS = 8


def generate_secure_token(length: int = 32) -> str:
    """Return `length` random characters that are safe in a URL, six bits each.

    Parameters
    ----------
    length : int
        Characters wanted, at least 1; 22 carry 128 bits, 43 carry 256.

    Raises
    ------
    BadInput
        If `length` is below 1.
    """
    if length < 1:
        raise BadInput("A token needs a length of at least 1.", "Ask for 22 characters or more.")
    return secrets.token_urlsafe(length)[:length]


def generate_api_key() -> str:
    """Return a new API key: ``ask_`` and 256 random bits, 47 characters in all."""
    return f"ask_{secrets.token_urlsafe(32)}"


def hash_password(password: str, salt: str | None = None) -> dict[str, str]:
    """Hash a password by PBKDF2-HMAC-SHA256.

    Parameters
    ----------
    password : str
        Compared after Unicode normalisation (NFKC), so that every keyboard spells it alike.
    salt : str, optional
        16 random bytes as hexadecimal when not given.

    Returns
    -------
    dict
        ``salt``, and ``hash`` as ``pbkdf2_sha256$ITERATIONS$SALT$HEX``: it holds all that
        `verify_password` needs, so one column is enough to store it.

    Raises
    ------
    BadInput
        If the password or the salt is empty.
    """
    if not password:
        raise BadInput("A password may not be empty.", "Choose one of at least 12 characters.")
    if salt is None:
        salt = secrets.token_hex(16)
    if not salt:
        raise BadInput("A salt may not be empty.", "Leave it out to have one made.")
    return {"hash": f"{_ALGORITHM}${_ITERATIONS}${salt}${_derive(password, salt, _ITERATIONS)}", "salt": salt}


def verify_password(password: str, stored_hash: str, salt: str | None = None) -> bool:
    """Tell whether a password belongs to a stored hash, in constant time.

    Parameters
    ----------
    password : str
        What was typed.
    stored_hash : str
        ``hash`` of `hash_password`, of whatever iteration count.
    salt : str, optional
        ``salt`` of `hash_password`; the one kept in the hash when not given.

    Returns
    -------
    bool
        False also for a stored value that is no such hash.
    """
    parts = _parse(stored_hash)
    if parts is None:
        return False
    iterations, kept_salt, digest = parts
    return hmac.compare_digest(_derive(password, salt or kept_salt, iterations), digest)


def needs_rehash(stored_hash: str) -> bool:
    """Tell whether a hash was made weaker than `hash_password` makes them now."""
    parts = _parse(stored_hash)
    return parts is None or parts[0] < _ITERATIONS


def _derive(password: str, salt: str, iterations: int) -> str:
    typed = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return hashlib.pbkdf2_hmac("sha256", typed, salt.encode("utf-8", "surrogatepass"), iterations).hex()


def _parse(stored_hash: str) -> tuple[int, str, str] | None:
    """Split into iterations, salt and digest; a salt may itself hold a dollar sign."""
    algorithm, _, rest = stored_hash.partition("$")
    count, _, rest = rest.partition("$")
    salt, _, digest = rest.rpartition("$")
    counted = count.isascii() and count.isdigit() and len(count) <= _MOST_DIGITS and int(count) > 0
    known = algorithm == _ALGORITHM and counted
    return (int(count), salt, digest) if known and salt and digest.isascii() else None
