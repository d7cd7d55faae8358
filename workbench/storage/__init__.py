"""Where everything is kept: SQL through SQLAlchemy, bytes in a content-addressed store."""

from workbench.storage.database import Database
from workbench.storage.legacy import db
from workbench.storage.models import ChatMessage, ChatSession, File, KnowledgeBase, Rating, User
from workbench.storage.objects import ObjectStore
from workbench.storage.tables import ArtifactRow, EnvironmentRow, RunRow, TagRow, UsageRow

__all__ = [
    "ArtifactRow",
    "ChatMessage",
    "ChatSession",
    "Database",
    "EnvironmentRow",
    "File",
    "KnowledgeBase",
    "ObjectStore",
    "Rating",
    "RunRow",
    "TagRow",
    "UsageRow",
    "User",
    "db",
]
