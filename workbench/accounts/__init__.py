"""Who may come in, how often, with what, and what they did: users, logins, keys, limits and the audit."""

from workbench.accounts.audit import AuditEntry
from workbench.accounts.checks import ROLES, SCOPES
from workbench.accounts.keys import ApiKey
from workbench.accounts.service import AccountService
from workbench.accounts.sessions import LoginSession

__all__ = ["ROLES", "SCOPES", "AccountService", "ApiKey", "AuditEntry", "LoginSession"]
