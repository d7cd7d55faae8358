"""The people of a conversation: its owner, and those whom the owner let in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from workbench.chat.access import owned, readable
from workbench.errors import BadInput, NotFound
from workbench.storage.database import Database
from workbench.storage.models import ConversationMember, User

__all__ = ["Members"]

MOST = 100
_SHOWN = 60


class Members:
    """Reads and writes who takes part in conversations.

    Parameters
    ----------
    database : Database
        Where they lie.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def of(self, session_id: str, user_id: str) -> list[dict[str, Any]]:
        """Return the owner, then the members in the order of their coming."""
        rows = (
            select(ConversationMember, User)
            .join(User, User.id == ConversationMember.user_id)
            .where(ConversationMember.session_id == session_id)
            .order_by(ConversationMember.created_at, User.username)
        )
        with self.database.session() as session:
            talk = readable(session, session_id, user_id)
            owner = session.get_one(User, talk.user_id)
            found = session.execute(rows).all()
        first = {"user_id": owner.id, "username": owner.username, "role": "owner"}
        return [first | {"created_at": talk.created_at.isoformat()}, *(_view(*row) for row in found)]

    def names(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Return the names of users by their identifiers; members who are gone have one still."""
        wanted = select(User.id, User.username).where(User.id.in_(list(user_ids)))
        with self.database.session() as session:
            return {row.id: row.username for row in session.execute(wanted)}

    def add(self, session_id: str, user_id: str, username: str) -> dict[str, Any]:
        """Let a user in; one who is in already stays."""
        try:
            return self._add(session_id, user_id, username)
        except IntegrityError:
            # Somebody let the same user in at the same moment.
            return self._add(session_id, user_id, username)

    def _add(self, session_id: str, user_id: str, username: str) -> dict[str, Any]:
        count = select(func.count()).where(ConversationMember.session_id == session_id)
        with self.database.begin() as session:
            owned(session, session_id, user_id)
            wanted = select(User).where(User.username == username, User.is_active.is_(True))
            user = session.scalar(wanted)
            if user is None:
                raise NotFound(f"There is no user {username[:_SHOWN]!r}.", "Check the name.")
            if user.id == user_id:
                raise BadInput("The conversation is yours already.", details={"field": "username"})
            member = session.get(ConversationMember, (session_id, user.id))
            if member is None:
                if session.scalars(count).one() >= MOST:
                    raise BadInput(f"A conversation has at most {MOST} members.", "Remove one first.")
                member = ConversationMember(session_id=session_id, user_id=user.id)
                session.add(member)
                session.flush()
            return _view(member, user)

    def remove(self, session_id: str, user_id: str, member_id: str) -> None:
        """Show a member out; members may go by themselves."""
        with self.database.begin() as session:
            check = readable if member_id == user_id else owned
            check(session, session_id, user_id)
            member = session.get(ConversationMember, (session_id, member_id))
            if member is None:
                raise NotFound(f"The conversation has no member {member_id!r}.", "List its members.")
            session.delete(member)


def _view(member: ConversationMember, user: User) -> dict[str, Any]:
    return {
        "user_id": user.id,
        "username": user.username,
        "role": "member",
        "created_at": member.created_at.isoformat(),
    }
