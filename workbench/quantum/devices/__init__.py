"""Devices: circuits are sent to them, and what they measured is fetched later, by anybody.

They are found by the entry-point group ``workbench.circuit_backends``, among the engines; a class with
the shape of `Devices` and ``detached = True`` is one.
"""

from __future__ import annotations

from workbench.errors import BadInput
from workbench.plugins import Plugins
from workbench.quantum.devices.base import Announce, Devices, Fetched, State, Ticket
from workbench.quantum.native import keep_qiskit
from workbench.settings import Settings

__all__ = ["Announce", "Devices", "Fetched", "State", "Ticket", "device_providers", "find_device"]

_PLUGINS = Plugins("workbench.circuit_backends", "circuit backend", "on")


def device_providers(settings: Settings) -> dict[str, Devices]:
    """Return every provider of devices by its name, those that cannot be used now too."""
    kinds = _PLUGINS.loadable().items()
    return {name: kind(settings) for name, kind in kinds if getattr(kind, "detached", False)}


def find_device(on: str, settings: Settings) -> tuple[Devices, str]:
    """Return a provider and the name of its device.

    Parameters
    ----------
    on : str
        Such as ``"fake:manila"`` or ``"ibm:ibm_fez"``.
    settings : Settings
        What the provider is made with.

    Raises
    ------
    BadInput
        It names no provider, or one that only computes at once.
    MissingExtra
        The provider's own imports fail.
    """
    name, colon, device = on.partition(":")
    kind = _PLUGINS.load(name) if name in _PLUGINS.points else None
    if kind is None or not getattr(kind, "detached", False) or not colon or not device:
        raise BadInput(
            f"{on!r} names no device that takes jobs.",
            "Name one as in 'fake:manila', 'google:willow_pink', 'ibm:NAME' or 'aws:NAME'.",
            details={"field": "on"},
        )
    keep_qiskit()
    found: Devices = kind(settings)
    return found, device
