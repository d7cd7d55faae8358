"""The composition root: one object that owns the settings, the stores and the services."""

from __future__ import annotations

import getpass
import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from workbench.errors import BadInput, WorkbenchError
from workbench.runs import Runs
from workbench.security import Redactor
from workbench.settings import Settings, load_settings
from workbench.storage.database import Database
from workbench.storage.models import User
from workbench.storage.objects import ObjectStore

if TYPE_CHECKING:
    from workbench.accounts import AccountService
    from workbench.chat import AIService, ChatService
    from workbench.knowledge import FileService, VectorService
    from workbench.quantum import QuantumService

__all__ = ["Studio", "opened", "studio", "use"]

# By name, because the spine stands below the domains and imports none of them.
SERVICES = {
    "accounts": "workbench.accounts:AccountService",
    "ai": "workbench.chat:AIService",
    "chat": "workbench.chat:ChatService",
    "files": "workbench.knowledge:FileService",
    "quantum": "workbench.quantum:QuantumService",
    "vectors": "workbench.knowledge:VectorService",
}

_ACTING: ContextVar[tuple[Studio | None, str | None]] = ContextVar("workbench_acting", default=(None, None))


class Studio:
    """Owns everything that one user of one process works with.

    Parameters
    ----------
    settings : Settings, optional
        By default read from the environment, ``.env`` and ``config.toml``.

    Notes
    -----
    Services are made on first use; opening a Studio opens the database.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or load_settings()
        _check_writable(self.settings)
        self.redactor = Redactor.from_settings(self.settings)
        self.database = Database(self.settings)
        self.objects = ObjectStore(self.settings.objects_folder)
        self.uploads = ObjectStore(self.settings.uploads_folder)
        self.runs = Runs(self.settings, self.database, self.objects, lambda: self.user_id, self.redactor)
        self._services: dict[str, Any] = {}
        self._lock = threading.RLock()

    @property
    def accounts(self) -> AccountService:
        """Users, logins, keys, limits and the audit."""
        service: AccountService = self._service("accounts")
        return service

    @property
    def ai(self) -> AIService:
        """Language models, images and embeddings."""
        service: AIService = self._service("ai")
        return service

    @property
    def chat(self) -> ChatService:
        """Conversations."""
        service: ChatService = self._service("chat")
        return service

    @property
    def files(self) -> FileService:
        """Uploaded files and their texts."""
        service: FileService = self._service("files")
        return service

    @property
    def quantum(self) -> QuantumService:
        """Circuits, their engines and jobs."""
        service: QuantumService = self._service("quantum")
        return service

    @property
    def vectors(self) -> VectorService:
        """Knowledge bases: what is searched and cited."""
        service: VectorService = self._service("vectors")
        return service

    @property
    def user_id(self) -> str:
        """The identifier of who acts: by default the person at this notebook; see `acting_as`."""
        studio, user_id = _ACTING.get()
        return user_id if studio is self and user_id else self._own_user_id

    @contextmanager
    def acting_as(self, user_id: str) -> Iterator[None]:
        """Let everything that is called meanwhile be another user's doing.

        It holds for this thread or task and for what it starts by `asyncio.to_thread`.

        Parameters
        ----------
        user_id : str
            Whose Runs, budgets and files are meant.
        """
        token = _ACTING.set((self, user_id))
        try:
            yield
        finally:
            _ACTING.reset(token)

    @cached_property
    def _own_user_id(self) -> str:
        settings = self.settings
        return self.user_named(settings.workbench_user or settings.jupyterhub_user or getpass.getuser())

    def user_named(self, name: str) -> str:
        """Return the identifier of the user of this name, whose row is made on first use."""
        name = name.strip()
        return self._user_named(name) or self._new_user(name)

    @property
    def user(self) -> User:
        """The person at this notebook, as stored now."""
        with self.database.session() as session:
            found = session.get(User, self.user_id)
        if found is None:
            raise WorkbenchError("The current user was deleted.", "Restart the kernel to make it anew.")
        return found

    def close(self) -> None:
        """Give every connection back."""
        for name in ("vectors", "ai", "accounts"):
            if name in self._services:
                self._services[name].close()
        self.database.close()

    def _service(self, name: str) -> Any:
        with self._lock:
            if name not in self._services:
                module, _, attribute = SERVICES[name].partition(":")
                self._services[name] = getattr(importlib.import_module(module), attribute)(self)
            return self._services[name]

    def _user_named(self, name: str) -> str | None:
        with self.database.session() as session:
            return session.scalar(select(User.id).where(User.username == name))

    def _new_user(self, name: str) -> str:
        if not 0 < len(name) <= 100:  # noqa: PLR2004 - the column's width
            raise BadInput(
                "The user name must have 1 to 100 characters.", "Set WORKBENCH_USER to a shorter one."
            )
        try:
            with self.database.begin() as session:
                user = User(username=name, email=f"{name}@localhost")
                session.add(user)
                session.flush()
                return user.id
        except IntegrityError:
            found = self._user_named(name)
            if found is None:
                raise
            return found


def _check_writable(settings: Settings) -> None:
    try:
        home: Path = settings.home
        probe = home / ".writable"
        probe.touch()
        probe.unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(
            f"The folder WORKBENCH_HOME={settings.workbench_home} cannot be written: {error.strerror}.",
            "Give a folder of your own in WORKBENCH_HOME.",
        ) from None


class _CallableModule(ModuleType):
    """Lets ``workbench.studio()`` work whether the name means this module or the function in it."""

    def __call__(self) -> Studio:
        return studio()


sys.modules[__name__].__class__ = _CallableModule

_default: Studio | None = None
_lock = threading.Lock()


def studio() -> Studio:
    """Return the process's default `Studio`, opened on first use."""
    global _default
    with _lock:
        if _default is None:
            _default = Studio()
        return _default


def opened() -> Studio | None:
    """Return the process's default `Studio` if there is one yet."""
    return _default


def use(new: Studio | None) -> None:
    """Make ``new`` the default `Studio`; ``None`` closes the present one and opens afresh when asked."""
    global _default
    from workbench.storage.legacy import db

    with _lock:
        db.session.remove()
        if _default is not None and new is None:
            _default.close()
        _default = new
