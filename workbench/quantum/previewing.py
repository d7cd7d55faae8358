"""What a circuit gives now, recorded nowhere: for whoever is still moving a slider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from workbench.quantum.header import bits_of
from workbench.quantum.keeping import read
from workbench.quantum.result import Expectation
from workbench.runs.record import Artifact

if TYPE_CHECKING:
    from workbench.quantum.backends import Engines
    from workbench.quantum.request import Request
    from workbench.runs import Recorder

__all__ = ["Preview", "preview"]


@dataclass(frozen=True)
class Preview:
    """An exact answer that no Run holds: to look at, not to cite.

    Attributes
    ----------
    bits : tuple of str
        Names of the bits of a key, leftmost first.
    probabilities : dict of str to float
        Key to exact probability, without those that are 0.
    expval : tuple of Expectation
        Exact.
    meta : dict
        As that of a `CircuitResult`.
    """

    bits: tuple[str, ...]
    probabilities: dict[str, float]
    expval: tuple[Expectation, ...]
    meta: dict[str, Any]


class _Unrecorded:
    """Takes what a `Recorder` takes, and keeps it no longer than the call."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.parameter = self.metric = lambda *_: None
        self.check = lambda: None

    def artifact(self, name: str, data: bytes, media_type: str) -> Artifact:
        self.objects[name] = data
        return Artifact(name, name, media_type, len(data))


def preview(asked: Request, engines: Engines) -> Preview:
    """Compute one circuit exactly, on the engine that `choose` finds the fastest, and record nothing.

    Raises
    ------
    BadInput
        There are no exact probabilities, or too many.
    """
    from workbench.quantum.computing import compute

    notes = _Unrecorded()
    output = compute(replace(asked, on="auto", shots=None, compare=()), engines, cast("Recorder", notes))
    load: Callable[[str], bytes] = notes.objects.__getitem__
    bits = bits_of(output["header"])
    found = read(output["probabilities"], len(bits), load) or {}
    values = tuple(Expectation(*row) for row in output.get("expval") or ())
    return Preview(bits, found, values, output["meta"])
