"""Tokens, passwords, encryption at rest, and the removal of secrets from whatever goes out."""

from __future__ import annotations

from workbench.security.logs import redact_logging
from workbench.security.passwords import (
    generate_api_key,
    generate_secure_token,
    hash_password,
    needs_rehash,
    verify_password,
)
from workbench.security.redaction import MASK, RedactedStream, Redactor
from workbench.security.sources import environment_secrets, settings_secrets
from workbench.security.vault import Vault

__all__ = [
    "MASK",
    "RedactedStream",
    "Redactor",
    "Vault",
    "environment_secrets",
    "generate_api_key",
    "generate_secure_token",
    "hash_password",
    "needs_rehash",
    "redact_logging",
    "settings_secrets",
    "verify_password",
]
