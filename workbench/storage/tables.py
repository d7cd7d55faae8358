"""The tables behind Runs.

JSON columns are text that `workbench.runs.canonical` wrote, so that a digest computed today is
computed from the same bytes tomorrow. Times are whole microseconds since 1970 UTC: exact, quick to
sort, and a hundred thousand of them become a pandas column at once.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from workbench.storage.base import Base

__all__ = ["ArtifactRow", "EnvironmentRow", "RunRow", "StopRow", "TagRow", "UsageRow"]


class EnvironmentRow(Base):
    """What a Run ran on, stored once per distinct environment."""

    __tablename__ = "environments"

    digest: Mapped[str] = mapped_column(String(80), primary_key=True)
    body: Mapped[str] = mapped_column(Text)


class RunRow(Base):
    """One Run."""

    __tablename__ = "runs"
    __table_args__ = (
        Index("ix_runs_key", "key", "occurrence"),
        Index("ix_runs_started", "started_us"),
        Index("ix_runs_execution", "execution", "started_us"),
        Index("ix_runs_user_started", "user_id", "started_us"),
        Index("ix_runs_parent", "parent_id"),
        Index("ix_runs_status", "status"),
        Index("ix_runs_account", "account"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(100))
    name: Mapped[str | None] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(80))
    occurrence: Mapped[int]
    execution: Mapped[str] = mapped_column(String(80))
    notebook: Mapped[str | None] = mapped_column(Text)
    cell: Mapped[str | None] = mapped_column(String(80))
    parent_id: Mapped[str | None] = mapped_column(String(32))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    account: Mapped[str | None] = mapped_column(String(255))
    seed: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[str] = mapped_column(String(50))
    inputs: Mapped[str] = mapped_column(Text)
    output: Mapped[str | None] = mapped_column(Text)
    chunks: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    parameters: Mapped[str] = mapped_column(Text)
    metrics: Mapped[str] = mapped_column(Text)
    tokens_input: Mapped[int] = mapped_column(BigInteger)
    tokens_output: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[float | None]
    reserved_cost: Mapped[float | None]
    reserved_tokens: Mapped[int | None] = mapped_column(BigInteger)
    started_us: Mapped[int] = mapped_column(BigInteger)
    duration: Mapped[float | None]
    environment: Mapped[str] = mapped_column(ForeignKey("environments.digest"))
    owner: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str | None] = mapped_column(String(80))


class ArtifactRow(Base):
    """A named object that a Run made."""

    __tablename__ = "artifacts"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(80), index=True)
    media_type: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)


class TagRow(Base):
    """A word that somebody put on a Run."""

    __tablename__ = "run_tags"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(100), primary_key=True, index=True)


class StopRow(Base):
    """A running Run that somebody wants to stop."""

    __tablename__ = "run_stops"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


class UsageRow(Base):
    """What a user used on one UTC day for one account; it outlives the Runs that it sums."""

    __tablename__ = "usage"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[str] = mapped_column(String(255), primary_key=True)
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[float]
    unknown: Mapped[int]
    runs: Mapped[int]
