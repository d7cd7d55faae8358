"""What a Run is: a frozen record, its artifacts and its digest."""

from __future__ import annotations

import html
import operator
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

from workbench.errors import BadInput
from workbench.runs.canonical import canonical, sha256
from workbench.wording import money

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EPOCH", "Artifact", "Run", "Status", "check_seed", "check_status", "run_key"]

Status = Literal["running", "submitted", "finished", "failed", "cancelled"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIGEST_FORMAT = 1
_SEED_LIMIT = 2**63


@dataclass(frozen=True, slots=True)
class Artifact:
    """A named object that a Run made.

    Attributes
    ----------
    name : str
        Unique within its Run.
    digest : str
        ``sha256:`` and 64 hexadecimal digits.
    media_type : str
        Such as ``image/png``.
    size : int
        Bytes.
    """

    name: str
    digest: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Run:
    """One thing that the bench did.

    Attributes
    ----------
    id : str
        26 characters that sort by time.
    kind : str
        What was computed, such as ``chat``.
    name : str or None
        A label for people.
    status : {"running", "submitted", "finished", "failed", "cancelled"}
        ``submitted`` where the work was sent off and nobody has seen its end yet; ``cancelled`` also
        where its process died.
    key : str
        SHA-256 over kind, inputs, seed and the computation's version.
    occurrence : int
        0 for the first Run with this key in its execution, 1 for the second.
    execution : str
        The kernel, report or process that made it.
    notebook, cell : str or None
        Where the code stands, as far as the front end tells.
    parent_id : str or None
        The Run that this one is part of.
    user_id : str
        Whose it is.
    account : str or None
        What its cost counts against, such as a chat session.
    seed : int or None
        Seed of the computation.
    version : str
        Version of the computation, part of the key.
    inputs, output : JSON
        What went in and what came out; ``output`` is ``None`` unless finished.
    chunks : tuple of (float, JSON)
        What was streamed, each with its time in milliseconds from the start.
    error : dict or None
        ``code``, ``message``, ``hint`` of a failed or cancelled Run.
    parameters : dict
        Flat facts about how it was done; columns of `Runs.frame`.
    metrics : dict
        Flat numbers that it reached; columns too.
    tokens_input, tokens_output : int
        Tokens read and written.
    cost : float or None
        US dollars; ``None`` when the price is not known.
    started_us : int
        Start, microseconds since 1970 UTC.
    duration : float or None
        Seconds; ``None`` until the end is known.
    environment : dict
        Python, platform, packages, git commit; see `workbench.runs.environment`.
    environment_digest : str
        Digest of ``environment``.
    artifacts : tuple of Artifact
        Objects made.
    tags : tuple of str
        Words put on it later; not part of the digest.
    digest : str
        SHA-256 over all of the above but ``name``, ``tags`` and ``user_id``.
    replayed : bool
        Whether this call got it from the store instead of computing it.
    """

    id: str
    kind: str
    name: str | None
    status: Status
    key: str
    occurrence: int
    execution: str
    notebook: str | None
    cell: str | None
    parent_id: str | None
    user_id: str
    account: str | None
    seed: int | None
    version: str
    inputs: dict[str, Any]
    started_us: int
    environment: dict[str, Any]
    environment_digest: str
    output: Any = None
    chunks: tuple[tuple[float, Any], ...] = ()
    error: dict[str, Any] | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    tokens_input: int = 0
    tokens_output: int = 0
    cost: float | None = 0.0
    duration: float | None = None
    artifacts: tuple[Artifact, ...] = ()
    tags: tuple[str, ...] = ()
    digest: str = ""
    replayed: bool = False

    @property
    def ended(self) -> bool:
        """Whether its end is known and recorded."""
        return self.status not in ("running", "submitted")

    @property
    def tokens(self) -> int:
        """Tokens read and written together."""
        return self.tokens_input + self.tokens_output

    @property
    def started_at(self) -> datetime:
        """Start, aware, in UTC."""
        return EPOCH + timedelta(microseconds=self.started_us)

    def content(self) -> dict[str, Any]:
        """Return what the digest covers."""
        return {
            "format": DIGEST_FORMAT,
            "id": self.id,
            "kind": self.kind,
            "status": self.status,
            "key": self.key,
            "occurrence": self.occurrence,
            "execution": self.execution,
            "notebook": self.notebook,
            "cell": self.cell,
            "parent": self.parent_id,
            "account": self.account,
            "seed": self.seed,
            "version": self.version,
            "inputs": self.inputs,
            "output": self.output,
            "chunks": [[at, chunk] for at, chunk in self.chunks],
            "error": self.error,
            "parameters": self.parameters,
            "metrics": self.metrics,
            "tokens": [self.tokens_input, self.tokens_output],
            "cost": self.cost,
            "started_us": self.started_us,
            "duration": self.duration,
            "environment": self.environment_digest,
            "artifacts": [[a.name, a.digest, a.media_type, a.size] for a in self.artifacts],
        }

    def compute_digest(self) -> str:
        """Hash the record as it stands now."""
        return sha256(canonical(self.content()))

    def problems(self) -> Iterator[str]:
        """Yield what in the record, but for its environment, does not match its digests."""
        if self.key != run_key(self.kind, canonical(self.inputs), self.seed, self.version):
            yield "its key does not match its inputs"
        if self.status != "running" and self.compute_digest() != self.digest:
            yield "its content does not match its digest"

    def sealed(self) -> Run:
        """Return the same Run with its digest computed."""
        return replace(self, digest=self.compute_digest())

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON values, times in ISO 8601."""
        body = self.content()
        body.pop("format")
        return body | {
            "name": self.name,
            "tags": list(self.tags),
            "digest": self.digest,
            "started_at": self.started_at.isoformat(),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row as `Runs.frame` would show it."""
        from workbench.runs.frame import frame_of

        return frame_of([self])

    def summary(self) -> dict[str, str]:
        """Return the lines of the short display, label to text."""
        lines = {"run": self.id, "kind": self.kind, "status": self.status}
        if self.duration is not None:
            lines["duration"] = f"{self.duration:.3f} s"
        if self.tokens:
            lines["tokens"] = f"{self.tokens_input} in, {self.tokens_output} out"
        lines["cost"] = money(self.cost)
        if self.error:
            lines["error"] = self.error.get("message", "")
        return lines | {"digest": self.digest}

    def __repr__(self) -> str:
        return f"Run({self.id} {self.kind} {self.status})"

    def _repr_html_(self) -> str:
        cells = "".join(
            f'<tr><th style="text-align:left">{name}</th>'
            f'<td style="text-align:left"><code>{html.escape(value)}</code></td></tr>'
            for name, value in self.summary().items()
        )
        return f"<table>{cells}</table>"


def check_status(status: str | None) -> None:
    """Refuse a status that no Run can have.

    Raises
    ------
    BadInput
        Naming those there are.
    """
    if status is not None and status not in get_args(Status):
        raise BadInput(
            f"{status!r} is no status of a Run; expected one of {', '.join(get_args(Status))}.",
            details={"field": "status"},
        )


def run_key(kind: str, inputs: str, seed: int | None, version: str) -> str:
    """Return the key of a computation from its canonical inputs."""
    return sha256(canonical([kind, inputs, seed, version]))


def check_seed(seed: int | None) -> int | None:
    """Return the seed as a plain integer that every database holds.

    Raises
    ------
    BadInput
        It is no integer of 64 bits.
    """
    if seed is None:
        return None
    try:
        number = operator.index(seed)
    except TypeError:
        number = _SEED_LIMIT
    if not -_SEED_LIMIT <= number < _SEED_LIMIT:
        raise BadInput(
            f"The seed is {seed!r:.100}; expected a whole number of at most 64 bits.",
            details={"field": "seed"},
        )
    return number
