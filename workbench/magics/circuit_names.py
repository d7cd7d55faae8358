"""What the Tab key knows of circuits: engines, machines and variables, no library loaded."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from workbench.magics.circuit_cells import is_circuit
from workbench.plugins import Plugins

__all__ = ["engines", "is_circuit", "places", "virtual"]

_PLUGINS = Plugins("workbench.circuit_backends", "circuit engine", "on")
_MACHINES = {"aws", "fake", "google", "ibm"}
_GOOGLE = ("rainbow", "weber", "willow_pink")


def engines() -> list[str]:
    """Return the engines of this machine."""
    return [name for name in _PLUGINS.names() if name not in _MACHINES]


def virtual() -> list[str]:
    """Return the devices that are simulated here."""
    package = find_spec("qiskit_ibm_runtime")
    places = [Path(place) for place in (package.submodule_search_locations or ())] if package else []
    folders = [
        one for place in places for one in (place / "fake_provider" / "backends").glob("*/__init__.py")
    ]
    return [f"fake:{one.parent.name}" for one in sorted(folders)] + [f"google:{name}" for name in _GOOGLE]


def places() -> list[str]:
    """Return all that ``--on`` takes; machines whose names are the account's by their family."""
    return ["auto", *engines(), *virtual(), "ibm:", "aws:"]
