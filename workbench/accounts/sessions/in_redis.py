"""Login sessions in Redis: a key for each, which expires by itself, and a set of them for each user."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workbench.accounts.connection import answering
from workbench.accounts.sessions.base import LIFETIME, LoginSession

__all__ = ["RedisStore"]

_TIMES = ("created_at", "seen_at")


class RedisStore:
    """Keeps sessions where every server process finds them without asking the database.

    Parameters
    ----------
    redis : redis.Redis
        A client that gives bytes.
    """

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def add(self, within: Session, session: LoginSession) -> None:  # noqa: ARG002 of another store
        """Keep a new session."""
        key, ours = _key(session.digest), _set(session.user_id)
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.set(key, _text(session), ex=_seconds(session))
            pipe.sadd(ours, session.digest)
            pipe.expire(ours, LIFETIME)
            pipe.execute()

    def get(self, digest: str) -> LoginSession | None:
        """Return a session, perhaps one that has expired."""
        with answering():
            text = self._redis.get(_key(digest))
        return _session(text) if text is not None else None

    def touch(self, session: LoginSession) -> None:
        """Keep the session's `seen_at`, unless the session was removed meanwhile."""
        with answering():
            self._redis.set(_key(session.digest), _text(session), ex=_seconds(session), xx=True)

    def remove(self, within: Session, session: LoginSession) -> None:  # noqa: ARG002 of another store
        """Forget a session."""
        with answering(), self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(_key(session.digest))
            pipe.srem(_set(session.user_id), session.digest)
            pipe.execute()

    def remove_all(self, within: Session, user_id: str) -> None:  # noqa: ARG002 of another store
        """Forget every session of a user."""
        ours = _set(user_id)
        with answering():
            digests = [digest.decode() for digest in self._redis.smembers(ours)]
            self._redis.delete(ours, *map(_key, digests))

    def of_user(self, user_id: str) -> list[LoginSession]:
        """Return the user's sessions, in any order."""
        ours = _set(user_id)
        with answering():
            digests = [digest.decode() for digest in self._redis.smembers(ours)]
            texts = self._redis.mget([_key(digest) for digest in digests]) if digests else []
            gone = [digest for digest, text in zip(digests, texts, strict=True) if text is None]
            if gone:
                self._redis.srem(ours, *gone)
        return [_session(text) for text in texts if text is not None]


def _key(digest: str) -> str:
    return f"workbench:session:{digest}"


def _set(user_id: str) -> str:
    return f"workbench:sessions:{user_id}"


def _seconds(session: LoginSession) -> int:
    return max(1, int((session.expires_at - session.seen_at).total_seconds()))


def _text(session: LoginSession) -> str:
    return json.dumps(asdict(session) | {name: getattr(session, name).isoformat() for name in _TIMES})


def _session(text: bytes) -> LoginSession:
    body = json.loads(text)
    return LoginSession(**body | {name: datetime.fromisoformat(body[name]) for name in _TIMES})
