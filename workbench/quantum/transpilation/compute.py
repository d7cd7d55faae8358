"""Every target at every level: the rows that the Run of a comparison holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.quantum.transpilation.aims import Aim, target_of
from workbench.quantum.transpilation.equivalence import equivalent
from workbench.quantum.transpilation.fitting import fit, success

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from workbench.runs import Recorder

__all__ = ["LEVELS", "checked_levels", "compute"]

LEVELS = (0, 1, 2, 3)


def checked_levels(given: Any) -> tuple[int, ...]:
    """Return levels of optimisation in ascending order.

    Raises
    ------
    BadInput
        One is none of 0, 1, 2 and 3, or there is none.
    """
    levels = [given] if isinstance(given, int) else list(given)
    wrong = next((one for one in levels if isinstance(one, bool) or one not in LEVELS), None)
    if wrong is not None or not levels:
        raise BadInput(
            f"{wrong!r} is no level of optimisation." if levels else "There is no level of optimisation.",
            "There are 0, 1, 2 and 3.",
            details={"field": "levels"},
        )
    return tuple(sorted(set(levels)))


def compute(
    circuit: QuantumCircuit, found: Sequence[Aim], levels: Sequence[int], seed: int, recorder: Recorder
) -> dict[str, Any]:
    """Fit a circuit to every target at every level; return the output of the Run.

    A target that cannot take the circuit is told as refused, with the reason.
    """
    from workbench.quantum.devices.transpiling import flat

    given = flat(circuit)
    rows: list[dict[str, Any]] = []
    refused: dict[str, str] = {}
    total = len(found) * len(levels)
    for at, aim in enumerate(found):
        for step, level in enumerate(levels):
            try:
                rows.append(_row(given, aim, level, seed))
            except BadInput as error:
                refused[aim.name] = error.message
                break
            recorder.progress(at * len(levels) + step + 1, total, f"{aim.name} at level {level}")
    agreed = [row["equivalent"] for row in rows if row["equivalent"] is not None]
    if agreed:
        recorder.metric("equivalent", float(all(agreed)))
    return {"rows": rows, "refused": refused, "seed": seed}


def _row(circuit: QuantumCircuit, aim: Aim, level: int, seed: int) -> dict[str, Any]:
    made = fit(circuit, aim, level, seed)
    return {
        "target": aim.name,
        "level": level,
        **made.facts(),
        "success": success(made.circuit, target_of(aim)),
        "equivalent": equivalent(circuit, made, seed),
    }
