"""One's own account, where the workbench keeps accounts of its own."""

from __future__ import annotations

from typing import Any

from workbench.server.route import Call, Routes
from workbench.server.schemas.account import Account, KeyView, NewKey, NewPassword, SecretKey, SessionView
from workbench.server.schemas.common import Done

__all__ = ["routes"]

routes = Routes("admin")


@routes.get("/api/account", Account, scope="")
def read_account(call: Call) -> Any:
    """Say who is asking."""
    return call.studio.user


@routes.get("/api/account/keys", list[KeyView])
def list_keys(call: Call) -> list[dict[str, Any]]:
    """List one's API keys, newest first, revoked ones too."""
    return [key.to_dict() for key in call.studio.accounts.keys(call.user_id)]


@routes.post("/api/account/keys", SecretKey, body=NewKey, status=201)
def create_key(call: Call) -> dict[str, Any]:
    """Make an API key; it is shown this once."""
    given = call.body
    secret, key = call.studio.accounts.create_key(
        call.user_id, given.name, scopes=given.scopes, expires=given.expires
    )
    return key.to_dict() | {"key": secret}


@routes.delete("/api/account/keys/{key_id}", KeyView, errors=(404,))
def revoke_key(call: Call) -> dict[str, Any]:
    """End a key, named by its identifier or prefix."""
    return call.studio.accounts.revoke_key(call.user_id, call.path["key_id"]).to_dict()


@routes.post("/api/account/password", Done, body=NewPassword, errors=(401, 429))
def change_password(call: Call) -> Done:
    """Change one's password; one is signed out everywhere."""
    given = call.body
    call.studio.accounts.change_password(
        call.user_id, given.old.get_secret_value(), given.new.get_secret_value(), address=call.address
    )
    return Done()


@routes.get("/api/account/sessions", list[SessionView])
def list_sessions(call: Call) -> list[dict[str, Any]]:
    """List where one is logged in, last used first."""
    return [session.to_dict() for session in call.studio.accounts.sessions(call.user_id)]


@routes.delete("/api/account/sessions/{session_id}", Done, errors=(404,))
def end_session(call: Call) -> Done:
    """Sign out in one place."""
    call.studio.accounts.end_session(call.user_id, call.path["session_id"])
    return Done()


@routes.delete("/api/account/sessions", Done)
def end_sessions(call: Call) -> Done:
    """Sign out everywhere."""
    call.studio.accounts.close_sessions(call.user_id)
    return Done()
