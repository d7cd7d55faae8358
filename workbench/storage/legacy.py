"""``db.session`` and ``Model.query``, as the specification's examples use them.

They work on the default Studio's database, thread by thread. Code inside the package takes its
database from a `Studio` instead.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

from sqlalchemy.orm import Session, scoped_session

if TYPE_CHECKING:
    from sqlalchemy.orm import sessionmaker

    from workbench.storage.database import Database

__all__ = ["db"]


def _default_database() -> Database:
    # The ground cannot import the spine; the default Studio is looked up by name when first wanted.
    studio = importlib.import_module("workbench.studio").studio()
    database: Database = studio.database
    return database


def _open() -> Session:
    return _default_database().session()


class _Default:
    """The default database behind the name ``db``."""

    def __init__(self) -> None:
        self.session: scoped_session[Session] = scoped_session(cast("sessionmaker[Session]", _open))

    def create_all(self) -> None:
        """Open the database, which makes and migrates an embedded one."""
        _default_database()


db = _Default()
