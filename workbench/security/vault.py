"""Encryption of what is stored and must be read again, such as a user's provider keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import BadInput, Corrupted

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

    from workbench.settings import Settings

__all__ = ["Vault"]


class Vault:
    """Encrypt and decrypt text with the keys of ``ENCRYPTION_KEY``.

    Parameters
    ----------
    settings : Settings
        Its ``ENCRYPTION_KEY`` lists Fernet keys, separated by commas, newest first: the first
        encrypts, all decrypt. Unset, one key is made once under ``WORKBENCH_HOME``.

    Raises
    ------
    BadInput
        If one of the keys is malformed: a short key is never stretched.
    """

    def __init__(self, settings: Settings) -> None:
        self._fernet = _fernet(settings.secret("encryption_key"))

    def encrypt(self, text: str) -> str:
        """Return `text` as a token that only this vault's keys open."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, token: str) -> str:
        """Return the text of a token.

        Raises
        ------
        Corrupted
            If the token was altered, or made with a key that is not in the list.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            raise _unreadable() from None

    def rotate(self, token: str) -> str:
        """Return the token encrypted anew with the first key; its time stays.

        Raises
        ------
        Corrupted
            As `decrypt` does.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.rotate(token.encode()).decode("ascii")
        except InvalidToken:
            raise _unreadable() from None


def _fernet(keys: str) -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet

    try:
        return MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])
    except ValueError:
        raise BadInput(
            "ENCRYPTION_KEY is not a list of Fernet keys (32 bytes each, as URL-safe base64).",
            'Make one by: python -c "from cryptography.fernet import Fernet; '
            'print(Fernet.generate_key().decode())"',
            details={"field": "ENCRYPTION_KEY"},
        ) from None


def _unreadable() -> Corrupted:
    return Corrupted(
        "A stored secret cannot be decrypted with the present ENCRYPTION_KEY.",
        "Append the former key to ENCRYPTION_KEY after a comma.",
    )
