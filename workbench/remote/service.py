"""What everything behind a network shares: the key, the client, retries and errors."""

from __future__ import annotations

import importlib
import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from workbench.errors import MissingExtra, MissingKey, WorkbenchError
from workbench.remote.failures import Place, explain
from workbench.remote.retries import retried
from workbench.remote.trouble import read_trouble
from workbench.security import Redactor
from workbench.settings import Settings

__all__ = ["RemoteService"]

_T = TypeVar("_T")


class RemoteService(ABC):
    """A service spoken to by its official SDK; makes the SDK's client on first use.

    Parameters
    ----------
    settings : Settings
        Key, address, time-out and retries. Nothing else counts: the SDKs' own environment
        variables are overridden.

    Attributes
    ----------
    name, label : str
        In the registry and in sentences.
    package : str
        The SDK's import name.
    address : str
        Where requests go when ``<NAME>_BASE_URL`` is not set.
    instead : str
        What to use where there is no key, as in ``"use provider 'local'"``.
    needs_key : bool
        Whether ``<NAME>_API_KEY`` must be set.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    package: ClassVar[str]
    address: ClassVar[str]
    instead: ClassVar[str]
    needs_key: ClassVar[bool] = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def place(self) -> Place:
        """Whom this talks to, and by which settings."""
        prefix = self.name.upper()
        return Place(
            name=self.name,
            label=self.label,
            key=f"{prefix}_API_KEY",
            address_setting=f"{prefix}_BASE_URL",
            address=getattr(self._settings, f"{self.name}_base_url") or self.address,
            timeout=self._settings.workbench_timeout,
        )

    @cached_property
    def client(self) -> Any:
        """The SDK's client.

        Raises
        ------
        MissingKey, MissingExtra
            When the key is not set or the SDK is not installed.
        """
        if self.needs_key and not self.key:
            raise MissingKey(
                f"{self.label} needs a key and {self.place.key} is not set.",
                f"Set {self.place.key} in the environment, .env or config.toml, or {self.instead}.",
            )
        try:
            sdk = importlib.import_module(self.package)
        except ModuleNotFoundError:
            raise MissingExtra(
                f"{self.label} needs the Python package of its SDK, which is not installed.",
                "Run `pip install 'autogent-studio[chat]'`.",
            ) from None
        return self.connect(sdk)

    @property
    def key(self) -> str:
        """The key, empty when none is set."""
        secret = getattr(self._settings, f"{self.name}_api_key")
        return secret.get_secret_value() if secret is not None else ""

    def available(self) -> str | None:
        """Return why this service cannot be used now, or ``None`` when it can."""
        if self.needs_key and not self.key:
            return f"{self.place.key} is not set."
        if not _installed(self.package):
            return "Its SDK is not installed: `pip install 'autogent-studio[chat]'`."
        return None

    def prepare(self) -> None:
        """Load the SDK and make the client where there is a key, so that no request waits for it."""
        if self.key and self.available() is None:
            # By way of `call`, which loads what retries need and tells an SDK's error as ours.
            self.call(lambda: self.load(self.client))

    def load(self, client: Any) -> None:  # noqa: B027 - most SDKs are whole when they are imported
        """Load what the SDK itself loads on first use."""

    def call(self, function: Callable[[], _T], model: str | None = None) -> _T:
        """Run one request with retries and raise only our errors.

        Parameters
        ----------
        function : callable
            Makes the request by ``client`` and returns its result.
        model : str, optional
            The model asked for, to name it in an error.

        Raises
        ------
        WorkbenchError
            Whatever went wrong, in a sentence without secrets. The SDK's exception is not
            chained: it holds the request, and with it the key.
        """
        try:
            return retried(function, self._settings.workbench_retries)
        except WorkbenchError:
            raise
        except Exception as error:  # noqa: BLE001 - SDKs let through whatever their parsers raise
            failure = self.failure(error, model)
        # Raised outside the handler, or the SDK's exception would hang on as ``__context__``.
        raise failure

    def failure(self, error: Exception, model: str | None = None) -> WorkbenchError:
        """Return what an SDK raised as one of our errors, without secrets."""
        redactor = Redactor(self._settings.secrets())
        return explain(read_trouble(error), self.place, model, redactor.text)

    def close(self) -> None:
        """Close the SDK's connections; a later request opens new ones."""
        client = self.__dict__.pop("client", None)
        if client is not None:
            self.disconnect(client)

    def disconnect(self, client: Any) -> None:
        """Close one client."""
        client.close()

    @abstractmethod
    def connect(self, sdk: Any) -> Any:
        """Make the SDK's client, with the SDK's own retries off."""


def _installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False
