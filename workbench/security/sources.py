"""Where the secrets of this process are known from."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.settings import Settings

__all__ = ["environment_mark", "environment_secrets", "named_secrets", "settings_secrets", "url_secrets"]

_SECRET_NAME = re.compile(
    r"(^|_)(API_?KEY|TOKEN|PASSWORD|PASSWD|PASSPHRASE|ACCESS_KEY|CREDENTIALS?)$|PRIVATE_KEY$|(^|_)SECRETS?(_|$)"
)
_ADDRESS_NAME = re.compile(r"(^|_)(URL|URI|DSN|PROXY)$")
# An address whose path is the key.
_SECRET_ADDRESSES = frozenset({"WEB3_PROVIDER_URL"})
_PATH_KEY = 16


def environment_secrets() -> set[str]:
    """Return the values of environment variables that look like keys, and passwords in addresses.

    Everything else of the environment is read by `workbench.settings` alone. This reads it too
    because a notebook holds keys of tools that the workbench has no setting for, and because
    keys are added while it runs.
    """
    found: set[str] = set()
    for name in list(os.environ):
        value = os.environ.get(name, "")
        if _SECRET_NAME.search(name.upper()) and not _is_path(value):
            found.add(value)
        elif _ADDRESS_NAME.search(name.upper()):
            found |= url_secrets(value)
    return found


def environment_mark() -> object:
    """Return a value that changes when the environment does; under a microsecond."""
    # The public mapping decodes every value on the way, which costs thirty times more.
    return tuple(getattr(os.environ, "_data", os.environ).values())


def settings_secrets(settings: Settings) -> set[str]:
    """Return the secret values of the settings and of the secret files that exist by now."""
    found = named_secrets(settings.secrets())
    for name in ("session_secret", "encryption_key"):
        file = settings.workbench_home / name
        if file.is_file():
            found.add(file.read_text().strip())
    return found


def named_secrets(values: Mapping[str, str]) -> set[str]:
    """Return what is secret in values whose names tell their kind.

    Of an address only its password is, unless its path is a key; ``ENCRYPTION_KEY`` is a list.
    """
    found: set[str] = set()
    for name, value in values.items():
        if name in _SECRET_ADDRESSES:
            found |= {value} | url_secrets(value) | _path_keys(value)
        elif _ADDRESS_NAME.search(name):
            found |= url_secrets(value)
        elif name == "ENCRYPTION_KEY":
            found.update(key.strip() for key in value.split(","))
        else:
            found.add(value)
    return found


def url_secrets(url: str) -> set[str]:
    """Return the passwords in an address: plain, as written, and in its query.

    A password that repeats the user, host or database name is the default of a local server:
    it is masked only where it stands in an address, not wherever that word occurs.
    """
    try:
        parts = urlsplit(url)
        password, others = parts.password, {parts.username, parts.hostname, parts.path.strip("/")}
    except ValueError:
        return set()
    found = {value for name, value in parse_qsl(parts.query) if _SECRET_NAME.search(name.upper())}
    if password:
        found.add(f":{password}@")
        if unquote(password) not in others:
            found |= {password, unquote(password)}
    return found


def _path_keys(url: str) -> set[str]:
    return {part for part in urlsplit(url).path.split("/") if len(part) >= _PATH_KEY}


def _is_path(value: str) -> bool:
    """Tell a mounted secret's path from a secret."""
    return value.startswith("/") and "\n" not in value and Path(value).exists()
