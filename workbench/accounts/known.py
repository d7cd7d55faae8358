"""Users as every request looks them up: past the ORM, whose care costs more than the look itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import make_transient_to_detached

from workbench.storage.models import User

__all__ = ["USERS", "user_of"]

USERS = cast("Table", User.__table__)


def user_of(row: Sequence[Any]) -> User:
    """Return the user of a row that begins with all columns of `USERS`, as a closed session leaves one."""
    user = User(**dict(zip(USERS.c.keys(), row, strict=False)))
    make_transient_to_detached(user)
    return user
