"""Pages of the conversations of a user: asked for so often that their statements are built once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    String,
    Table,
    UnaryExpression,
    bindparam,
    desc,
    exists,
    func,
    select,
    union_all,
)

from workbench.chat.access import missing
from workbench.storage.models import ChatSession, ConversationMember

__all__ = ["page_of"]

_SESSIONS, _MEMBERS = (cast("Table", row.__table__) for row in (ChatSession, ConversationMember))
_NAMES = (
    "id", "user_id", "title", "model_provider", "model_name", "system_prompt", "settings", "is_active",
    "created_at", "updated_at",
)  # fmt: skip
_COLUMNS = [_SESSIONS.c[name] for name in _NAMES]


def page_of(connection: Connection, user_id: str, last: str | None, limit: int) -> list[dict[str, Any]]:
    """Return a page of the sessions that a user owns or is a member of, last used first.

    Each is as `workbench.chat.rows.session_view` gives it.

    Raises
    ------
    NotFound
        ``last`` is none of them.
    """
    given = {"user_id": user_id, "last": last, "limit": limit}
    if connection.dialect.name == "sqlite":
        rows = _whole(connection.scalar(_in_one(first=last is None), given))
    else:
        rows = _typed(connection.execute(_page(first=last is None), given))
    page = [dict(zip(_NAMES, row, strict=True)) for row in rows]
    # Behind a session that is none of the user's there is as little as behind the last one.
    if not page and last is not None and connection.scalar(_place(), given) is None:
        raise missing(last)
    return page


@cache
def _page(*, first: bool) -> CompoundSelect[Any]:
    """Return the statement of `page_of`, built once: pages are asked for more often than anything else."""
    user_id, limit = bindparam("user_id", type_=String), bindparam("limit", type_=Integer)
    order: list[UnaryExpression[Any]] = [desc("updated_at"), desc("id")]
    listed: ColumnElement[bool] = _SESSIONS.c.is_active.is_(True)
    if not first:
        moment, last = _place().scalar_subquery(), bindparam("last", type_=String)
        # The first comparison is for the index; the second decides.
        listed &= (_SESSIONS.c.updated_at <= moment) & (
            (_SESSIONS.c.updated_at < moment) | (_SESSIONS.c.id < last)
        )
    joined = select(_MEMBERS.c.session_id).where(_MEMBERS.c.user_id == user_id)
    # One part each, because a database walks its index for either and for no mixture of them.
    parts = (
        select(*_COLUMNS).where(mine, listed).order_by(*order).limit(limit).subquery()
        for mine in (_SESSIONS.c.user_id == user_id, _SESSIONS.c.id.in_(joined))
    )
    return union_all(*(select(part) for part in parts)).order_by(*order).limit(limit)


@cache
def _place() -> Select[Any]:
    """Return the statement for the moment at which ``last`` stands in the list of a user."""
    user_id, here = bindparam("user_id", type_=String), _SESSIONS.alias()
    joined = (_MEMBERS.c.session_id == here.c.id) & (_MEMBERS.c.user_id == user_id)
    mine = (here.c.user_id == user_id) | exists().where(joined)
    return select(here.c.updated_at).where(here.c.id == bindparam("last", type_=String), mine)


@cache
def _in_one(*, first: bool) -> Select[Any]:
    """Return the statement for SQLite, whose driver gives up the interpreter's lock for each row it fetches.

    Threads that read at once then wait for each other fifty times a page, unless it is one row.
    """
    page = _page(first=first).subquery()
    return select(func.json_group_array(func.json_array(*page.c)))


def _whole(text: str) -> Iterator[tuple[Any, ...]]:
    for *values, settings, active, made, used in json.loads(text):
        yield (*values, json.loads(settings), bool(active), _moment(made), _moment(used))


def _moment(text: str) -> str:
    """Return a time of SQLite's, which has always six digits after the point, as ``isoformat`` writes it."""
    return f"{text.replace(' ', 'T').removesuffix('.000000')}+00:00"


def _typed(rows: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    for *values, made, used in rows:
        yield (*values, made.isoformat(), used.isoformat())
