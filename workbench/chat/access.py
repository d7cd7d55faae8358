"""Who may do what in a conversation."""

from __future__ import annotations

from sqlalchemy.orm import Session

from workbench.errors import NotFound, Refused
from workbench.storage.models import ChatSession, ConversationMember

__all__ = ["existing", "missing", "owned", "readable"]


def existing(row: ChatSession | None, session_id: str) -> ChatSession:
    """Return the row, or say that there is none."""
    if row is None:
        raise missing(session_id)
    return row


def missing(session_id: str) -> NotFound:
    """Return the error for a conversation that is not there, or not for this user."""
    return NotFound(f"There is no chat session {session_id!r}.", "Create one, or list the ones there are.")


def readable(session: Session, session_id: str, user_id: str) -> ChatSession:
    """Return a conversation that the user owns or is a member of.

    Raises
    ------
    NotFound
        It is not there, or is not this user's: the two are told alike.
    """
    row = session.get(ChatSession, session_id)
    if row is not None and row.user_id != user_id and not _is_member(session, session_id, user_id):
        row = None
    return existing(row, session_id)


def owned(session: Session, session_id: str, user_id: str) -> ChatSession:
    """Return a conversation of the user's own.

    Raises
    ------
    NotFound
        It is not there, or is not this user's.
    Refused
        The user is a member of it, and so knows that it is there.
    """
    row = readable(session, session_id, user_id)
    if row.user_id != user_id:
        raise Refused("Only the owner of a conversation may change it.", "Ask its owner.")
    return row


def _is_member(session: Session, session_id: str, user_id: str) -> bool:
    return session.get(ConversationMember, (session_id, user_id)) is not None
