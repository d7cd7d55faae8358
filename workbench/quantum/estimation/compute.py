"""From a circuit to what the Run of its estimate holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.quantum.estimation.counting import counted
from workbench.quantum.estimation.engines import choice_of, device_of, engines_of
from workbench.quantum.limits import bond_bound

if TYPE_CHECKING:
    from workbench.quantum.backends import Engines
    from workbench.quantum.loading import Program
    from workbench.quantum.lowered import Lowered
    from workbench.settings import Settings

__all__ = ["compute"]


def compute(
    program: Program, on: str | None, shots: int | None, engines: Engines, settings: Settings
) -> dict[str, Any]:
    """Look at a circuit; nothing is run.

    Parameters
    ----------
    program : Program
        What was loaded.
    on : str or None
        An engine or machine to look at in particular.
    shots : int or None
        Samples.
    engines : Engines
        What there is.
    settings : Settings
        Of which the prices of machines matter.
    """
    from workbench.quantum.lowering import lower

    lowered = lower(program.circuit, program.lines)
    numbered = _numbered(lowered)
    output = counted(program.circuit, lowered)
    output["bond"] = bond_bound(lowered)
    output["engines"] = engines_of(numbered, shots, engines)
    output["auto"] = choice_of(numbered, shots, engines, output["engines"])
    machine = on if on and ":" in on else None
    output["device"] = device_of(machine, program.circuit, shots, engines, settings) if machine else None
    output["shots"], output["asked"] = shots, on
    return output


def _numbered(lowered: Lowered) -> Lowered:
    """Return the circuit at a point that stands for all: no angle there is a Clifford's by chance."""
    from workbench.quantum.binding import bind

    return bind(lowered, {name: 0.1 + 0.01 * at for at, name in enumerate(lowered.parameters)})
