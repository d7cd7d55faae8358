"""Where everything is kept: SQL through SQLAlchemy, bytes in a content-addressed store."""

from workbench.storage.accounts import ApiKeyRow, AuditRow, LoginFailureRow, LoginSessionRow, SignOutRow
from workbench.storage.database import Database
from workbench.storage.knowledge import ChunkRow, DocumentRow, KnowledgeFile, RemovalRow
from workbench.storage.legacy import db
from workbench.storage.models import (
    ChatMessage,
    ChatSession,
    ConversationMember,
    File,
    KnowledgeBase,
    Rating,
    User,
)
from workbench.storage.objects import ObjectStore
from workbench.storage.requests import RequestRow
from workbench.storage.tables import ArtifactRow, EnvironmentRow, RunRow, StopRow, TagRow, UsageRow

__all__ = [
    "ApiKeyRow",
    "ArtifactRow",
    "AuditRow",
    "ChatMessage",
    "ChatSession",
    "ChunkRow",
    "ConversationMember",
    "Database",
    "DocumentRow",
    "EnvironmentRow",
    "File",
    "KnowledgeBase",
    "KnowledgeFile",
    "LoginFailureRow",
    "LoginSessionRow",
    "ObjectStore",
    "Rating",
    "RemovalRow",
    "RequestRow",
    "RunRow",
    "SignOutRow",
    "StopRow",
    "TagRow",
    "UsageRow",
    "User",
    "db",
]
