"""Circuit engines, found by the entry-point group ``workbench.circuit_backends``.

An engine of one's own is a class with the shape of `Backend`, registered the same way as the
built-in ones::

    [project.entry-points."workbench.circuit_backends"]
    mine = "my_package.engine:MyBackend"

Machines that take jobs, real or virtual, stand in the same group and have the shape of
`workbench.quantum.devices.base.Devices`; a colon parts them from the machine: ``fake:manila``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, MissingExtra
from workbench.plugins import Plugins
from workbench.quantum.backends.base import Backend, Outcome, Precision, Sweeping, Task

if TYPE_CHECKING:
    from workbench.settings import Settings

__all__ = ["Backend", "Engines", "Outcome", "Precision", "Sweeping", "Task", "engine_names"]

_PLUGINS = Plugins("workbench.circuit_backends", "circuit engine", "on")
_MACHINES = frozenset({"aws", "fake", "google", "ibm"})
_OURS = ("aer", "braket", "cirq", "lightning", "pennylane", "qiskit", "qsim", "stim")


def engine_names() -> list[str]:
    """Return the names of everything registered, sorted; none is loaded."""
    return _PLUGINS.names()


class Engines:
    """Engines made with one set of settings, each on first use.

    Parameters
    ----------
    settings : Settings
        What they are made with.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[str, Any] = {}

    def any(self, name: str) -> Any:
        """Return what goes by a name: an engine, or a family of machines.

        Raises
        ------
        BadInput
            Nobody registered it.
        """
        if name not in self._made:
            self._made[name] = _PLUGINS.load(name)(self._settings)
        return self._made[name]

    def get(self, name: str) -> Backend:
        """Return an engine of this machine, ready for use.

        Raises
        ------
        BadInput
            Nobody registered it, or it is a machine that takes jobs.
        MissingExtra
            Its library is not installed.
        """
        found = self.any(name)
        if getattr(found, "detached", False):
            raise BadInput(
                f"{name!r} is a family of machines, not an engine.",
                f"Name the machine too, as in on='{name}:NAME'.",
                details={"field": "on"},
            )
        _require(found)
        engine: Backend = found
        return engine

    def local(self) -> list[str]:
        """Return the engines that simulate here, our own first."""
        others = [name for name in engine_names() if name not in _MACHINES.union(_OURS)]
        return [*_OURS, *filter(self._simulates, others)]

    def _simulates(self, name: str) -> bool:
        """Whether somebody's plug-in is an engine; a broken one is none."""
        try:
            return not getattr(self.any(name), "detached", False)
        except MissingExtra:
            return False


def _require(backend: Any) -> None:
    """Refuse an engine or machine that cannot be used now.

    Raises
    ------
    MissingExtra
        Saying why and what to install.
    """
    reason = backend.available()
    if reason is not None:
        raise MissingExtra(
            f"The circuit engine {backend.name!r} cannot be used: {reason}",
            "pip install 'autogent-studio[quantum]'",
            details={"extra": "quantum", "field": "on"},
        )
