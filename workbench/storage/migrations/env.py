"""Alembic's entry: run the migrations on the connection that the caller opened."""

from __future__ import annotations

from alembic import context

from workbench.storage import models, tables
from workbench.storage.base import Base

__all__ = ["models", "tables"]

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
context.run_migrations()
