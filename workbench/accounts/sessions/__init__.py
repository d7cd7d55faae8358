"""Who is logged in: sessions, kept in Redis where there is one, else in the database."""

from workbench.accounts.sessions.base import LoginSession, SessionStore
from workbench.accounts.sessions.in_database import DatabaseStore
from workbench.accounts.sessions.in_redis import RedisStore
from workbench.accounts.sessions.service import Sessions

__all__ = ["DatabaseStore", "LoginSession", "RedisStore", "SessionStore", "Sessions"]
