"""What names, addresses, passwords, roles and scopes may look like."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable

from workbench.errors import BadInput, Refused

__all__ = [
    "PASSWORD_LENGTHS",
    "ROLES",
    "SCOPES",
    "check_choice",
    "check_email",
    "check_label",
    "check_password",
    "check_scopes",
    "check_username",
    "digest_of",
    "place",
    "plain",
]

ROLES = ("user", "admin")
SCOPES = ("chat", "files", "knowledge", "runs", "compute", "admin")
"""What a key may be good for; one that names none gets all but ``admin``."""
PASSWORD_LENGTHS = (12, 1024)
_NAME_LENGTH = 100
_EMAIL_LENGTH = 255
_ADDRESS_LENGTH = 64
_IPV6_HOME = 64


def check_username(name: str) -> str:
    """Return the name as it is stored."""
    return check_label(name, "username", "user name")


def check_label(text: str, field: str, noun: str) -> str:
    """Return a name without white space around it; the column takes 100 characters."""
    stripped = text.strip()
    if not 0 < len(stripped) <= _NAME_LENGTH or not stripped.isprintable():
        raise BadInput(
            f"The {noun} must have 1 to {_NAME_LENGTH} printable characters.",
            "Choose a shorter or plainer one.",
            details={"field": field},
        )
    return stripped


def check_email(email: str | None, username: str) -> str:
    """Return the address in small letters; a user without one gets one of this machine."""
    if email is None:
        return f"{username}@localhost"
    address = email.strip().lower()
    before, at, behind = address.partition("@")
    whole = before and at and behind and "@" not in behind
    if not whole or len(address) > _EMAIL_LENGTH or " " in address or not address.isprintable():
        raise BadInput(
            "The email is no address; expected something like name@example.org.",
            "Correct it, or leave it out.",
            details={"field": "email"},
        )
    return address


def check_password(password: str) -> None:
    """Refuse a password that is too short to be safe or too long to be one."""
    least, most = PASSWORD_LENGTHS
    if not least <= len(password) <= most:
        raise BadInput(
            f"A password must have {least} to {most:,} characters; this one has {len(password):,}.",
            "A sentence of a few words is easy to keep in mind.",
            details={"field": "password"},
        )


def check_choice(value: str, choices: Iterable[str], field: str) -> str:
    """Return the value if it is one of the choices."""
    known = tuple(choices)
    if value not in known:
        raise BadInput(
            f"The {field} is {plain(value, 40)!r}; expected one of {', '.join(known)}.",
            details={"field": field},
        )
    return value


def check_scopes(scopes: Iterable[str] | None, role: str) -> list[str]:
    """Return the scopes in their order; by default all but ``admin``, which takes an admin."""
    if scopes is None:
        return [scope for scope in SCOPES if scope != "admin"]
    wanted = {check_choice(scope, SCOPES, "scope") for scope in scopes}
    if not wanted:
        raise BadInput(
            "A key needs at least one scope.",
            f"Name some of {', '.join(SCOPES)}.",
            details={"field": "scope"},
        )
    if "admin" in wanted and role != "admin":
        raise Refused("Only an admin's key may have the scope 'admin'.", "Leave that scope out.")
    return [scope for scope in SCOPES if scope in wanted]


def plain(text: str, length: int) -> str:
    """Return what of a text from outside every database takes and every terminal shows."""
    return "".join(letter for letter in text[: 4 * length] if letter.isprintable())[:length]


def digest_of(secret: str) -> str:
    """Return the SHA-256 by which a token or a key is stored, in hexadecimal.

    A plain hash is enough for 256 random bits: there is nothing to guess.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def place(address: str) -> str:
    """Return what counts as one address: an IPv6 household is a network of 64 bits, not one of its hosts."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return plain(address, _ADDRESS_LENGTH)
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_HOME), strict=False))
