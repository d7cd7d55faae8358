"""What a job on a real device costs: a dated table that names its sources, the user's own laid over it.

The table is ``prices.json`` beside this module. A file of the same shape, ``device-prices.json`` under
``WORKBENCH_HOME``, replaces or adds devices; it may leave out everything but those it prices. IBM's
are named by the plan of the instance, AWS's by the ARN of the device::

    {"providers": {"ibm": {"devices": {"premium": {"second": 0.8}}}}}
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from workbench.pricing import Pricing

if TYPE_CHECKING:
    from workbench.settings import Settings

__all__ = ["DevicePrice", "HardwarePrices"]

_STRICT = ConfigDict(frozen=True, extra="forbid")


class DevicePrice(BaseModel):
    """One device's price, US dollars.

    Attributes
    ----------
    task : float
        A job.
    shot : float
        A sample.
    second : float
        A second on the device, as the provider reports it.
    """

    model_config = _STRICT

    task: float = Field(0.0, ge=0)
    shot: float = Field(0.0, ge=0)
    second: float = Field(0.0, ge=0)


class _Provider(BaseModel):
    model_config = _STRICT

    source: str = ""
    date: dt.date | None = None
    devices: dict[str, DevicePrice]


class _Table(BaseModel):
    model_config = _STRICT

    date: dt.date | None = None
    currency: Literal["USD"] = "USD"
    providers: dict[str, _Provider]


class HardwarePrices(Pricing[DevicePrice]):
    """The prices of devices in force; see `workbench.pricing.Pricing`."""

    shape = _Table
    rows = "devices"
    package = "workbench.quantum.devices"

    @staticmethod
    def file(settings: Settings) -> Path:
        """Return where the user's own table may stand."""
        return settings.home / "device-prices.json"

    def cost(
        self, provider: str, device: str, *, shots: int = 0, seconds: float | None = None
    ) -> float | None:
        """Return what one job costs.

        Parameters
        ----------
        provider, device : str
            Where it ran: a name in the table.
        shots : int
            Samples taken.
        seconds : float, optional
            On the device, as the provider reports them.

        Returns
        -------
        float or None
            US dollars; ``None`` for a device that is not in the table, or one that is paid by the
            second while the seconds are not known.
        """
        price = self._priced.get(provider, {}).get(device)
        if price is None or (price.second and seconds is None):
            return None
        return price.task + price.shot * shots + price.second * (seconds or 0.0)
