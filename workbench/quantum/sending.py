"""Circuits sent to machines: the part of the service that does not wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.quantum.computing import drawn_seed
from workbench.quantum.jobs import CircuitJob, Jobs

if TYPE_CHECKING:
    import pandas as pd

    from workbench.quantum.backends import Engines
    from workbench.studio import Studio

__all__ = ["Sending"]


class Sending:
    """`workbench.quantum.QuantumService` has these methods."""

    studio: Studio
    engines: Engines

    @cached_property
    def machines(self) -> Jobs:
        """The jobs of this studio, and the providers that it is logged in to."""
        return Jobs(self.studio)

    def submit(
        self,
        circuit: Any,
        on: str,
        shots: int = 1024,
        seed: int | None = None,
        bind: Mapping[str, float] | None = None,
        *,
        dialect: str | None = None,
        name: str | None = None,
        tags: Iterable[str] = (),
        **options: Any,
    ) -> CircuitJob:
        """Send a circuit to a machine and come back at once; `result` fetches what it measured.

        Parameters
        ----------
        circuit : str, path or object
            As for `run`; something in it is measured.
        on : str
            A machine, such as ``fake:manila`` or ``ibm:ibm_fez``.
        shots : int
            Samples, at least 1.
        seed : int, optional
            Of layout and routing, and of what a virtual machine answers; by default one is drawn.
        bind : mapping of str to float, optional
            Values of all parameters, radians.
        dialect, name, tags : optional
            As for `run`.
        **options
            Of the machine; see `workbench.quantum.jobs.Jobs.submit`.

        Raises
        ------
        BadInput
            The circuit or the machine will not do.
        MissingKey
            A key that the provider needs is not set.
        Unavailable
            The provider does not answer; the job may be there, and its Run is kept as submitted.
        """
        from workbench.quantum.loading import load
        from workbench.quantum.request import bound_values

        made = load(circuit, dialect).circuit
        values = bound_values(bind, [parameter.name for parameter in made.parameters])
        given = {one: values[one.name] for one in made.parameters if one.name in values}
        bare = made.assign_parameters(given) if given else made
        return self.machines.submit(
            bare, on, shots=shots, seed=drawn_seed(seed), name=name, tags=tags, **options
        )

    def jobs(self, limit: int | None = None, *, refresh: bool = False) -> pd.DataFrame:
        """Return a row a job, newest first; see `workbench.quantum.jobs.Jobs.list`.

        Parameters
        ----------
        limit : int, optional
            At most so many.
        refresh : bool
            Whether to ask the providers of those that have not ended.
        """
        return self.machines.list(limit, refresh=refresh)

    def job(self, run_id: str) -> CircuitJob:
        """Return a job as it is recorded; nobody is asked."""
        return self.machines.get(run_id)

    def cancel(self, run_id: str) -> CircuitJob:
        """Call a job back."""
        return self.machines.cancel(run_id)
