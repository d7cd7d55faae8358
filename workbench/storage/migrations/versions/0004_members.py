"""Who else may read and speak in a conversation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _refers(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_conversation_members_{column}_{table}"
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    """Make the table of members."""
    op.create_table(
        "conversation_members",
        sa.Column("session_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _refers("session_id", "chat_sessions"),
        _refers("user_id", "users"),
        sa.PrimaryKeyConstraint("session_id", "user_id", name="pk_conversation_members"),
    )
    op.create_index("ix_conversation_members_user_id", "conversation_members", ["user_id"], unique=False)
