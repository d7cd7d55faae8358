"""Applying Alembic's migrations from inside the package."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Engine, create_engine

__all__ = ["head", "known", "upgrade", "upgrade_url"]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def known() -> set[str]:
    """Return the names of all migrations that this package holds."""
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def head() -> str:
    """Return the name of the newest migration."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def upgrade(engine: Engine, *, lock: Path, to: str = "head") -> None:
    """Bring the schema to ``to``, in one transaction.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        The database.
    lock : Path
        File that keeps two processes from migrating at once.
    to : str
        Name of a migration, or ``"head"``.
    """
    config = _config()
    with FileLock(lock), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # sqlite3 opens transactions for row changes only; without this a crash between two
            # CREATE TABLE would leave half a schema.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()


def upgrade_url(url: str, *, lock: Path) -> None:
    """Bring the server at the SQLAlchemy address ``url`` to the newest schema."""
    engine = create_engine(url, hide_parameters=True)
    try:
        upgrade(engine, lock=lock)
    finally:
        engine.dispose()
