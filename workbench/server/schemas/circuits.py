"""Circuits: what is to be run, drawn, estimated or sent to a machine, and what is told of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from workbench.server.schemas.common import Body

__all__ = [
    "Circuit",
    "Diagram",
    "EngineEstimate",
    "EngineView",
    "Estimate",
    "JobView",
    "NewCircuitRun",
    "NewEstimate",
    "NewJob",
]

SOURCE = 100_000
"""Most characters of a circuit."""
POINTS = 10_000
"""Most points of a sweep."""
Source = Annotated[str, Field(min_length=1, max_length=SOURCE)]
Title = Annotated[str, Field(min_length=1, max_length=255)]
Engine = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=100)]
Machine = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+:.+$", max_length=300)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Radians = Annotated[float, Field(allow_inf_nan=False)]
Shots = Annotated[int, Field(ge=1, le=100_000_000)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Observable = Annotated[str, Field(min_length=1, max_length=10_000)]
Values = Annotated[dict[Name, Radians], Field(max_length=1000)]
Column = Annotated[list[Radians], Field(min_length=1, max_length=POINTS)]


class Circuit(Body):
    """OpenQASM 2, or the subset of OpenQASM 3; files and Python are not read."""

    circuit: Source
    dialect: Literal["qasm2", "qasm3"] | None = None


class NewCircuitRun(Circuit):
    """A circuit and how it is to be run, as in Python; ``shots`` ``null`` gives exact probabilities."""

    on: Engine = "auto"
    shots: Shots | Literal["auto"] | None = "auto"
    seed: Seed | None = None
    observables: Observable | Annotated[list[Observable], Field(min_length=1, max_length=1000)] | None = None
    bind: Values | None = None
    sweep: Annotated[dict[Name, Column], Field(min_length=1, max_length=100)] | None = None
    noise: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    mitigate: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    compare: bool | Annotated[list[Engine], Field(min_length=1, max_length=100)] = False
    precision: Literal["single", "double"] | None = None
    name: Title | None = None

    @model_validator(mode="after")
    def _points(self) -> NewCircuitRun:
        if sum(map(len, (self.sweep or {}).values())) > 10 * POINTS:
            raise ValueError(f"a sweep has at most {10 * POINTS:,} values here")
        return self


class Diagram(BaseModel):
    """A circuit drawn: ``svg`` needs neither script nor network."""

    svg: str
    dialect: Literal["qasm2", "qasm3"]
    qubits: int
    clbits: int
    operations: int
    depth: int
    parameters: list[str]


class NewEstimate(Circuit):
    """A circuit to be looked at; ``on`` may be a machine, such as ``fake:manila``."""

    on: Engine | Machine | None = None
    shots: Shots | None = None


class EngineEstimate(BaseModel):
    """Whether an engine takes a circuit, and how many bytes of memory it needs."""

    engine: str
    accepts: bool
    fits: bool
    bytes: int | None
    precision: str
    reason: str


class Estimate(BaseModel):
    """What a circuit takes; nothing was run. ``on`` is what ``auto`` chooses."""

    run_id: str
    qubits: int
    clbits: int
    depth: int
    gates: dict[str, int]
    two_qubit_gates: int
    three_qubit_gates: int
    two_qubit_depth: int
    t_count: int
    t_depth: int
    rotations: int
    clifford: bool
    dynamic: bool
    parameters: list[str]
    on: str | None
    why: str
    engines: list[EngineEstimate]
    device: dict[str, Any] | None
    cost: float | None


class EngineView(BaseModel):
    """An engine that simulates here; ``reason`` is why it cannot be used now."""

    name: str
    available: bool
    reason: str


class NewJob(Circuit):
    """A circuit for a machine, real or virtual: ``fake:manila``, ``ibm:NAME``, ``google:ID``, ``aws:ARN``."""

    on: Machine
    shots: Shots = 1024
    seed: Seed | None = None
    bind: Values | None = None
    optimization_level: Annotated[int, Field(ge=0, le=3)] | None = None
    name: Title | None = None


class JobView(BaseModel):
    """A job; ``id`` is its Run, whose output has the counts when it has ended."""

    id: str
    device: str
    state: str
    job: str | None
    shots: int
    submitted_at: datetime
    cost: float | None
    message: str
