"""What a call costs: a dated table that names its sources, with the user's own laid over it.

The table is ``prices.json`` beside this module. A file of the same shape at
``WORKBENCH_PRICES`` replaces or adds models; it may leave out everything but the models it
prices::

    {"providers": {"openai": {"models": {"my-model": {"input": 1.0, "output": 4.0}}}}}
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from workbench.chat.providers.base import Usage
from workbench.pricing import Pricing
from workbench.settings import Settings

__all__ = ["Price", "PriceTable"]

_FREE = frozenset(("local", "ollama"))
_MILLION = 1_000_000
# gpt-4o-2024-08-06, claude-haiku-4-5-20251001, command-r-08-2024
_DATED = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|\d{2}-\d{4})$")
_STRICT = ConfigDict(frozen=True, extra="forbid")


class _Rates(BaseModel):
    model_config = _STRICT

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached_read: float | None = Field(None, ge=0)
    cached_write: float | None = Field(None, ge=0)

    def cost(self, usage: Usage) -> float:
        """Return US dollars; cached tokens without a price of their own cost as much as others."""
        read = self.input if self.cached_read is None else self.cached_read
        write = self.input if self.cached_write is None else self.cached_write
        fresh = max(usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens, 0)
        return (
            fresh * self.input
            + usage.cached_tokens * read
            + usage.cache_write_tokens * write
            + usage.output_tokens * self.output
        ) / _MILLION


class _Long(_Rates):
    above: int = Field(gt=0)


class _Later(_Rates):
    since: dt.date = Field(alias="from")


class Price(_Rates):
    """One model's price, US dollars a million tokens.

    Attributes
    ----------
    input, output : float
        Prompt and generated tokens.
    cached_read, cached_write : float, optional
        Prompt tokens read from or written to the provider's cache; unset means as ``input``.
    long : optional
        Other rates for the whole of a request whose prompt has more than ``above`` tokens.
    later : optional
        Announced rates that hold ``from`` a date on.
    use : {"chat", "embeddings", "images"}
        What the model is for.
    """

    long: _Long | None = None
    later: _Later | None = None
    use: Literal["chat", "embeddings", "images"] = "chat"

    def rates(self, input_tokens: int, day: dt.date) -> _Rates:
        """Return the rates of a request with that many prompt tokens on that day."""
        if self.later is not None and day >= self.later.since:
            return self.later
        if self.long is not None and input_tokens > self.long.above:
            return self.long
        return self


class _Provider(BaseModel):
    model_config = _STRICT

    source: str = ""
    date: dt.date | None = None
    models: dict[str, Price]


class _Table(BaseModel):
    model_config = _STRICT

    date: dt.date | None = None
    currency: Literal["USD per million tokens"] = "USD per million tokens"
    providers: dict[str, _Provider]


class PriceTable(Pricing[Price]):
    """The prices of models in force; see `workbench.pricing.Pricing`."""

    shape = _Table
    rows = "models"
    package = "workbench.chat"

    @staticmethod
    def file(settings: Settings) -> Path:
        """Return where the user's own table may stand."""
        return settings.prices_file

    def price(self, provider: str, model: str) -> Price | None:
        """Return the model's price; a dated snapshot without one of its own has its base's."""
        models = self._priced.get(provider, {})
        return models.get(model) or models.get(_DATED.sub("", model))

    def models(self, provider: str) -> list[str]:
        """Return the provider's priced chat models, newest first."""
        return [name for name, price in self._priced.get(provider, {}).items() if price.use == "chat"]

    def cost(self, provider: str, model: str, usage: Usage, *, day: dt.date | None = None) -> float | None:
        """Return what the usage costs.

        Parameters
        ----------
        provider, model : str
            Who answered.
        usage : Usage
            Tokens as reported.
        day : datetime.date, optional
            The UTC day of the call; today when left out.

        Returns
        -------
        float or None
            US dollars, 0.0 for models of one's own; ``None`` for a model that is not in the table.
        """
        price = self.price(provider, model)
        if price is None:
            return 0.0 if provider in _FREE else None
        return price.rates(usage.input_tokens, day or _today()).cost(usage)

    def upper(self, provider: str, model: str, input_tokens: int, output_tokens: int) -> float | None:
        """Return the most that a call with these tokens can cost, US dollars, or ``None``.

        Every prompt token counts at the dearest rate a prompt token can have.
        """
        price = self.price(provider, model)
        if price is None:
            return 0.0 if provider in _FREE else None
        rates = price.rates(input_tokens, _today())
        dearest = max(rates.input, rates.cached_read or 0.0, rates.cached_write or 0.0)
        return (input_tokens * dearest + output_tokens * rates.output) / _MILLION


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
