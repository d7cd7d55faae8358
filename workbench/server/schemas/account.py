"""One's own account: keys and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, SecretStr

from workbench.server.schemas.common import Body

__all__ = ["Account", "KeyView", "NewKey", "NewPassword", "SecretKey", "SessionView"]

Scope = Literal["chat", "files", "knowledge", "runs", "compute", "admin"]


class Account(BaseModel):
    """Who is asking."""

    id: str
    username: str
    email: str
    role: Literal["user", "admin"]
    subscription_tier: str


class NewKey(Body):
    """A key to be made; without scopes it is good for all but ``admin``."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[Scope], Field(min_length=1)] | None = None
    expires: AwareDatetime | None = None


class NewPassword(Body):
    """The password, and the one to take its place, of 12 to 1,024 characters."""

    old: Annotated[SecretStr, Field(min_length=1, max_length=1024)]
    new: Annotated[SecretStr, Field(min_length=1, max_length=1024)]


class KeyView(BaseModel):
    """What is kept of a key."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class SecretKey(KeyView):
    """A key that was just made; ``key`` cannot be shown again."""

    key: str


class SessionView(BaseModel):
    """Where one is logged in."""

    id: str
    address: str
    agent: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
