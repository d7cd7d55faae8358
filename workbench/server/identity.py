"""Who sent a request, as a row of the workbench's users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_server.auth import IdentityProvider, PasswordIdentityProvider, User

from workbench.server.threads import threaded

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["COOKIE", "AccountIdentity", "Visitor", "visitor_of"]

COOKIE = "workbench-session"
_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks.

    Attributes
    ----------
    user_id : str
        Of the `User` row.
    scopes : frozenset of str or None
        What an API key is good for; ``None`` for a person who logged in.
    """

    user_id: str
    scopes: frozenset[str] | None = None


class AccountIdentity(IdentityProvider):
    """Lets in whoever has a session or an API key of the workbench's own accounts.

    Both are looked up for each request, so that what was ended or revoked is over at once.
    """

    studio: Studio

    def get_user(self, handler: Any) -> Any:
        """Return who asks, or ``None``."""
        return threaded(self._known, handler)

    def is_token_authenticated(self, handler: Any) -> bool:
        """Say whether a key let the request in, which no other page can send."""
        visitor: Visitor | None = getattr(handler, "visitor", None)
        return visitor is not None and visitor.scopes is not None

    @property
    def auth_enabled(self) -> bool:
        """True: nobody is let in without."""
        return True

    def _known(self, handler: Any) -> User | None:
        accounts = self.studio.accounts
        given = handler.request.headers.get("Authorization", "")
        if given:
            # A key that is no good is no reason to look whether a cookie is.
            secret = given[len(_BEARER) :].strip() if given.lower().startswith(_BEARER) else ""
            found = accounts.key_user(secret)
            if found is None:
                return None
            row, scopes = found
            visitor = Visitor(row.id, scopes)
        else:
            cookie = handler.get_cookie(COOKIE)
            owner = accounts.session_user(cookie) if cookie else None
            if owner is None:
                return None
            row, visitor = owner, Visitor(owner.id)
        handler.visitor = visitor
        if (counted := getattr(handler, "counted", None)) is not None:
            # Here and not later, for every change of threads costs a request as much as it does.
            counted(visitor)
        return User(username=row.username)


def visitor_of(handler: Any, studio: Studio) -> Visitor:
    """Return who asks; a notebook server's own user is the person at the notebook.

    Jupyter's stock provider knows one secret and no names: whoever has it is the person whose server
    it is. Others, JupyterHub's among them, name their users, and each name is a row.
    """
    if isinstance(known := getattr(handler, "visitor", None), Visitor):
        return known
    if type(handler.identity_provider) in {IdentityProvider, PasswordIdentityProvider}:
        return Visitor(studio.user_id)
    return Visitor(studio.user_named(handler.current_user.username))
