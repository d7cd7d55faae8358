"""What a job on a real device costs: a dated table that names its sources, the user's own laid over it.

The table is ``prices.json`` beside this module. A file of the same shape, ``device-prices.json`` under
``WORKBENCH_HOME``, replaces or adds devices; it may leave out everything but those it prices. IBM's
are named by the plan of the instance, AWS's by the ARN of the device::

    {"providers": {"ibm": {"devices": {"premium": {"second": 0.8}}}}}
"""

from __future__ import annotations

import datetime as dt
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.errors import BadInput

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


class HardwarePrices:
    """The prices in force.

    Attributes
    ----------
    source : str
        The pages that the built-in prices were read from, and the user's file where there is one.
    date : datetime.date
        When the newest of them was read.
    """

    def __init__(self, table: _Table, override: _Table | None = None, path: Path | None = None) -> None:
        self._devices = {name: dict(provider.devices) for name, provider in table.providers.items()}
        for name, provider in override.providers.items() if override is not None else ():
            self._devices.setdefault(name, {}).update(provider.devices)
        pages = [provider.source for provider in table.providers.values()]
        self.source = ", ".join([*pages, *([str(path)] if override is not None else [])])
        self.date = table.date or dt.date.min

    @classmethod
    def load(cls, settings: Settings) -> HardwarePrices:
        """Read the built-in table and lay the user's file over it.

        Raises
        ------
        BadInput
            The user's file is no price table.
        """
        builtin = resources.files("workbench.quantum.devices").joinpath("prices.json").read_bytes()
        path = settings.home / "device-prices.json"
        override = _read(path) if path.is_file() else None
        return cls(_Table.model_validate_json(builtin), override, path)

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
        price = self._devices.get(provider, {}).get(device)
        if price is None or (price.second and seconds is None):
            return None
        return price.task + price.shot * shots + price.second * (seconds or 0.0)


def _read(path: Path) -> _Table:
    try:
        return _Table.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(
            f"The price table {path} cannot be read: {error.strerror}.", "Correct or remove it."
        ) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"The price table {path} is not valid at {place or 'its start'}: {first['msg']}.",
            "Correct it or remove it; its shape is that of workbench/quantum/devices/prices.json.",
        ) from None
