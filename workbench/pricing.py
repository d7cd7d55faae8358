"""Dated price tables that name their sources, the user's own file laid over the built-in one."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ValidationError

from workbench.errors import BadInput

if TYPE_CHECKING:
    from workbench.settings import Settings

__all__ = ["Pricing"]

Row = TypeVar("Row", bound=BaseModel)


class Pricing(Generic[Row]):
    """The prices in force, by provider and name.

    Parameters
    ----------
    table : pydantic model
        With ``date`` and ``providers``, each of which has ``source``, ``date`` and its rows.
    override : pydantic model, optional
        Of the same shape, whose rows replace or add to those.
    path : pathlib.Path, optional
        Where the override stands.

    Attributes
    ----------
    source : str
        The pages that the built-in prices were read from, and the user's file where there is one.
    date : datetime.date
        When the newest of them was read.
    """

    shape: ClassVar[type[BaseModel]]
    """Of a whole table."""
    rows: ClassVar[str]
    """What a provider's rows are called in it."""
    package: ClassVar[str]
    """Where the built-in ``prices.json`` lies."""

    def __init__(self, table: Any, override: Any = None, path: Path | None = None) -> None:
        self._priced: dict[str, dict[str, Row]] = {
            name: dict(getattr(provider, self.rows)) for name, provider in table.providers.items()
        }
        for name, provider in override.providers.items() if override is not None else ():
            self._priced.setdefault(name, {}).update(getattr(provider, self.rows))
        pages = [provider.source for provider in table.providers.values()]
        self.source = ", ".join([*pages, *([str(path)] if override is not None else [])])
        self.date = table.date or dt.date.min

    @staticmethod
    @abstractmethod
    def file(settings: Settings) -> Path:
        """Return where the user's own table may stand."""

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Read the built-in table and lay the user's file over it.

        Raises
        ------
        BadInput
            When the user's file is not a price table.
        """
        builtin = resources.files(cls.package).joinpath("prices.json").read_bytes()
        path = cls.file(settings)
        override = cls._read(path) if path.is_file() else None
        return cls(cls.shape.model_validate_json(builtin), override, path)

    @classmethod
    def _read(cls, path: Path) -> BaseModel:
        try:
            return cls.shape.model_validate_json(path.read_bytes())
        except OSError as error:
            raise BadInput(
                f"The price table {path} cannot be read: {error.strerror}.", "Correct or remove it."
            ) from None
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            home = cls.package.replace(".", "/")
            raise BadInput(
                f"The price table {path} is not valid at {place or 'its start'}: {first['msg']}.",
                f"Correct it or remove it; its shape is that of {home}/prices.json.",
            ) from None
