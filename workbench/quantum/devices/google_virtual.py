"""Google's processors as cirq-google simulates them: with the noise of a recorded calibration."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, MissingExtra
from workbench.quantum.devices.base import EXTRA
from workbench.quantum.devices.readout import by_bits

if TYPE_CHECKING:
    import cirq
    from cirq_google.engine import SimulatedLocalEngine

__all__ = ["PROCESSORS", "counted", "described", "device_of", "noise_of", "placed", "simulate"]

PROCESSORS = ("rainbow", "weber", "willow_pink")
"""Those with a recorded calibration."""


def simulate(device: str, program: bytes, *, shots: int, seed: int, clbits: int) -> dict[str, int]:
    """Sample a circuit, as `placed` made it, with the processor's noise; classical bit 0 is leftmost.

    Parameters
    ----------
    device : str
        One of `PROCESSORS`.
    program : bytes
        JSON of ``circuit`` (Cirq's) and ``readout``.
    shots : int
        Samples.
    seed : int
        Decides the samples.
    clbits : int
        How many classical bits there are.
    """
    import json

    import cirq

    body = json.loads(program)
    circuit = cirq.read_json(json_text=body["circuit"])
    result = _engine(device, seed % 2**31).get_sampler(device).run(circuit, repetitions=shots)
    return counted(result, {int(bit): int(qubit) for bit, qubit in body["readout"]}, clbits)


def counted(result: cirq.Result, readout: dict[int, int], clbits: int) -> dict[str, int]:
    """Count a result by classical bits, from the measurement keys ``q0``, ``q1``, ... of `placed`."""
    import numpy as np

    qubits = sorted(set(readout.values()))
    rows = np.concatenate([result.measurements[f"q{qubit}"] for qubit in qubits], axis=1)
    return by_bits(rows.tolist(), qubits, readout, clbits)


def placed(
    circuit: cirq.Circuit, measured: list[int], graph: Any, gateset: cirq.CompilationTargetGateset
) -> tuple[cirq.Circuit, dict[int, str]]:
    """Route a circuit on LineQubits to a processor and translate it to its gates.

    Parameters
    ----------
    circuit : cirq.Circuit
        Gates alone.
    measured : list of int
        Qubits to measure at the end, each under the key ``q`` and its number.
    graph : networkx.Graph
        Of the processor's qubits.
    gateset : cirq.CompilationTargetGateset
        The processor's gates.

    Returns
    -------
    circuit, places
        On the processor's qubits; and where each qubit was put.

    Raises
    ------
    BadInput
        The processor has too few qubits.
    """
    import cirq

    if len(circuit.all_qubits() | {cirq.LineQubit(at) for at in measured}) > len(graph):
        raise BadInput(
            f"The circuit needs more than the {len(graph)} qubits of the processor.",
            "Choose a larger device.",
            details={"field": "on"},
        )
    small = cirq.optimize_for_target_gateset(circuit, gateset=gateset)
    ended = small + cirq.Moment(cirq.measure(cirq.LineQubit(at), key=f"q{at}") for at in measured)
    routed, start, _ = cirq.RouteCQC(graph).route_circuit(ended)
    made = cirq.optimize_for_target_gateset(routed, gateset=gateset)
    # The processors read all qubits at once.
    lines: Any = start
    return cirq.synchronize_terminal_measurements(made), {line.x: str(at) for line, at in lines.items()}


def device_of(device: str) -> cirq.Device:
    """Return the device of a virtual processor."""
    return _engine(device, 0).get_processor(device).get_device()


def noise_of(device: str) -> cirq.NoiseModel:
    """Return Cirq's model of a processor's noise."""
    import cirq_google

    properties = cirq_google.engine.load_device_noise_properties(_known(device))
    return cirq_google.NoiseModelFromGoogleNoiseProperties(properties)


def described(device: cirq.Device, calibrated: str | None = None) -> dict[str, Any]:
    """Return JSON facts of a grid device."""
    metadata: Any = device.metadata
    if metadata is None:
        return {"qubits": None, "basis": None, "coupling": None, "calibrated": calibrated}
    names = {str(family.name) for family in metadata.gateset.gates}
    edges = sorted(sorted(map(str, pair)) for pair in metadata.nx_graph.edges)
    return {
        "qubits": len(metadata.qubit_set),
        "basis": sorted(names),
        "coupling": edges,
        "calibrated": calibrated,
    }


def _known(device: str) -> str:
    if device not in PROCESSORS:
        raise BadInput(
            f"There is no virtual processor {device!r}.",
            f"There are {', '.join(PROCESSORS)}.",
            details={"field": "on"},
        )
    return device


@cache
def _engine(device: str, seed: int) -> SimulatedLocalEngine:
    try:
        import cirq_google
    except ImportError as error:
        raise MissingExtra("Google's devices need cirq-google.", EXTRA) from error
    return cirq_google.engine.create_default_noisy_quantum_virtual_machine(_known(device), seed=seed)
