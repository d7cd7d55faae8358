"""An identity provider that names its users, as JupyterHub's does."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth import IdentityProvider, User


class NamedUsers(IdentityProvider):
    """Takes whoever the header names for the user."""

    def get_user(self, handler: Any) -> User | None:
        name = handler.request.headers.get("Authorization", "").partition("Bearer ")[2]
        handler._token_authenticated = bool(name)
        return User(username=name) if name else None
