"""The people of a conversation."""

from __future__ import annotations

from typing import Any

from workbench.server.route import Call, Routes
from workbench.server.schemas.common import Done
from workbench.server.schemas.members import Member, NewMember

__all__ = ["routes"]

routes = Routes("chat")
_ALL = "/api/chat/conversations/{conversation_id}/members"


@routes.get(_ALL, list[Member], errors=(404,))
def list_members(call: Call) -> list[dict[str, Any]]:
    """List who may read a conversation and speak in it: its owner, then its members."""
    return call.studio.chat.members(call.path["conversation_id"], call.user_id)


@routes.post(_ALL, Member, body=NewMember, status=201, errors=(404,), audit="member.add")
def add_member(call: Call) -> dict[str, Any]:
    """Let another user in; only the owner may."""
    return call.studio.chat.add_member(call.path["conversation_id"], call.user_id, call.body.username)


@routes.delete(f"{_ALL}/{{user_id}}", Done, errors=(404,), audit="member.remove")
def remove_member(call: Call) -> Done:
    """Show a member out; the owner may, and members may go by themselves."""
    conversation_id, member_id = call.path["conversation_id"], call.path["user_id"]
    call.studio.chat.remove_member(conversation_id, call.user_id, member_id)
    call.rooms.dismissed(conversation_id, member_id)
    return Done()
