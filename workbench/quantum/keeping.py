"""How distributions and samples lie in a Run: small ones in its output, large ones beside it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.readout import Samples, texts

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from qiskit import QuantumCircuit

    from workbench.runs import Recorder

__all__ = ["circuit_input", "keep_samples", "keep_weights", "read", "read_circuit"]

INLINE = 4096
"""Most keys that stand in the output itself."""
INLINE_OPERATIONS = 256
"""Most operations of a circuit that stands among the inputs themselves."""
_WORD = 64


def keep_samples(recorder: Recorder, samples: Samples) -> Any:
    """Store samples; return what the output holds."""
    return _keep(recorder, "counts", samples.keys, samples.counts)


def keep_weights(recorder: Recorder, keys: NDArray[np.uint8], values: NDArray[np.float64]) -> Any:
    """Store probabilities; return what the output holds."""
    return _keep(recorder, "probabilities", keys, values)


def circuit_input(circuit: QuantumCircuit) -> tuple[Any, bytes | None]:
    """Return how a circuit stands among the inputs of a Run, and what has to lie beside them.

    A long circuit is named by its digest: the inputs of a Run are hashed and written several times.
    """
    from workbench.quantum.canonical import to_json

    body = to_json(circuit)
    if len(circuit.data) <= INLINE_OPERATIONS:
        return body, None
    import orjson

    text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    return {"object": f"sha256:{hashlib.sha256(text).hexdigest()}", "operations": len(circuit.data)}, text


def read_circuit(kept: Any, load: Callable[[str], bytes]) -> QuantumCircuit:
    """Return the circuit that `circuit_input` put among the inputs."""
    from workbench.quantum.canonical import from_json

    return from_json(json.loads(load(kept["object"])) if "object" in kept else kept)


def _keep(recorder: Recorder, name: str, keys: NDArray[np.uint8], values: NDArray[Any]) -> Any:
    bits = keys.shape[1]
    if len(keys) <= INLINE or bits > _WORD:
        return dict(zip(texts(keys), values.tolist(), strict=True))
    table = np.empty(len(keys), [("key", "<u8"), ("value", values.dtype.newbyteorder("<"))])
    table["key"] = keys.astype(np.uint64) @ (np.uint64(1) << np.arange(bits - 1, -1, -1, dtype=np.uint64))
    table["value"] = values
    file = io.BytesIO()
    np.save(file, table, allow_pickle=False)
    made = recorder.artifact(f"{name}.npy", file.getvalue(), "application/x-npy")
    return {"artifact": made.digest, "distinct": len(keys)}


def read(kept: Any, bits: int, load: Callable[[str], bytes]) -> dict[str, Any] | None:
    """Return keys to values again.

    Parameters
    ----------
    kept : dict or None
        What the output holds.
    bits : int
        Width of a key.
    load : callable
        Gives an object by its digest.
    """
    if kept is None:
        return None
    if "artifact" not in kept:
        return dict(kept)
    table = np.load(io.BytesIO(load(kept["artifact"])), allow_pickle=False)
    places: Any = np.arange(bits - 1, -1, -1, dtype=np.uint64)
    keys = ((table["key"][:, np.newaxis] >> places) & np.uint64(1)).astype(np.uint8)
    return dict(zip(texts(keys), table["value"].tolist(), strict=True))
