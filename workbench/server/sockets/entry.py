"""Who comes in, and how long that holds."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from jupyter_server.auth import IdentityProvider, PasswordIdentityProvider
from jupyter_server.auth import User as JupyterUser
from jupyter_server.utils import ensure_async

from workbench.errors import BadInput, Refused, Unauthorized
from workbench.server.identity import COOKIE, AccountIdentity, Visitor, visitor_of
from workbench.server.threads import threaded
from workbench.storage.models import User
from workbench.studio import Studio

__all__ = ["Connection", "admitted"]

SCOPE = "chat"
_LONGEST = 1000


@dataclass(slots=True)
class Connection:
    """Somebody who is connected.

    Attributes
    ----------
    user_id, username : str
        Who.
    address : str
        Where from.
    counted : bool
        Whether what is sent counts against the limits: at one's own notebook there are none.
    holds : callable
        Whether what let the user in is still good; looks it up.
    may_write : bool
        Whether the server lets this user change anything.
    rooms, typing : set of str
        Conversations whose room was entered, and those in which the user types.
    """

    user_id: str
    username: str
    address: str
    counted: bool
    holds: Callable[[], bool] = field(repr=False)
    may_write: bool
    rooms: set[str] = field(default_factory=set)
    typing: set[str] = field(default_factory=set)


async def admitted(handler: Any, auth: Any, studio: Studio) -> Connection:
    """Let somebody in by what came with the handshake, or with the Socket.IO connection itself.

    Raises
    ------
    Unauthorized
        Nobody is known by it.
    Refused
        The key has not the scope, or the server's authorizer does not let the user read.
    """
    token = _token(handler, auth)
    alone = isinstance(handler.identity_provider, AccountIdentity)
    visitor, holds = await threaded(_by_account if alone else _by_jupyter, handler, token, studio)
    if visitor.scopes is not None and SCOPE not in visitor.scopes:
        raise Refused(f"This key is not good for {SCOPE!r}.", f"Make one with the scope {SCOPE!r}.")
    if not await _allowed(handler, "read"):
        raise Refused("This server does not let you do that.", "Ask who runs it.")
    return Connection(
        user_id=visitor.user_id,
        username=await threaded(_name, studio, visitor.user_id),
        address=handler.request.remote_ip or "",
        counted=alone,
        holds=holds,
        may_write=await _allowed(handler, "write"),
    )


def _token(handler: Any, auth: Any) -> str | None:
    """Return the token that was sent apart from headers: in the connection, else in the address."""
    if auth is not None and not isinstance(auth, dict):
        raise BadInput("auth is no object; expected {token}.", details={"field": "auth"})
    token = (auth or {}).get("token") or parse_qs(handler.request.query).get("token", [None])[0]
    if token is not None and (not isinstance(token, str) or len(token) > _LONGEST):
        raise BadInput("The token is no text.", details={"field": "auth.token"})
    return token


def _by_account(handler: Any, token: str | None, studio: Studio) -> tuple[Visitor, Callable[[], bool]]:
    """Look up a key or a login session, and what looks it up again."""
    accounts = studio.accounts
    header = handler.request.headers.get("Authorization", "")
    # What is sent on purpose goes before a cookie that a browser adds.
    secret = token or (header.partition(" ")[2].strip() if header else None)
    if secret is not None:
        found = accounts.key_user(secret)
        if found is None:
            raise _stranger()
        handler.current_user = JupyterUser(username=found[0].username)
        return Visitor(found[0].id, found[1]), lambda: _has_scope(accounts.key_user(secret))
    cookie = handler.get_cookie(COOKIE)
    user = accounts.session_user(cookie) if cookie else None
    if cookie is None or user is None:
        raise _stranger()
    return Visitor(user.id), lambda: accounts.session_user(cookie) is not None


def _by_jupyter(handler: Any, token: str | None, studio: Studio) -> tuple[Visitor, Callable[[], bool]]:
    """Take whom Jupyter knows; its stock providers' token may also come with the connection."""
    if handler.current_user is not None:
        return visitor_of(handler, studio), _always
    provider = handler.identity_provider
    stock = type(provider) in {IdentityProvider, PasswordIdentityProvider}
    if not (
        stock and token and provider.token and hmac.compare_digest(token.encode(), provider.token.encode())
    ):
        raise _stranger()
    # Tornado takes whom it is told for the one who asks, and so does the authorizer.
    handler.current_user = provider.generate_anonymous_user(handler)
    return Visitor(studio.user_id), _always


async def _allowed(handler: Any, action: str) -> bool:
    user = handler.current_user
    allowed: bool = await ensure_async(handler.authorizer.is_authorized(handler, user, action, "workbench"))
    return allowed


def _has_scope(found: tuple[User, frozenset[str]] | None) -> bool:
    return found is not None and SCOPE in found[1]


def _always() -> bool:
    return True


def _name(studio: Studio, user_id: str) -> str:
    with studio.acting_as(user_id):
        return studio.user.username


def _stranger() -> Unauthorized:
    return Unauthorized("Nobody is logged in.", "Log in, or connect with a key or token as auth={token}.")
