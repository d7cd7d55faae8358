"""A circuit as JSON values: what a Run keeps and what is hashed.

Equal circuits give equal JSON. Names of circuits, labels and metadata are left out; so are the random
identifiers of Qiskit's parameters, which are known by their names. The form is::

    {"format": 1, "qubits": 2, "clbits": 2,
     "qregs": [["q", [0, 1]]], "cregs": [["c", [0, 1]]],
     "gates": [...],               # definitions of the circuit's own gates, each once
     "vectors": {"θ": 4},          # lengths of parameter vectors
     "phase": 0.5,                 # global phase, radians
     "ops": [["h", [0]], ["rx", [1], [0.5]], ["measure", [0], [], [0]]]}

Empty fields are left out, at the end of an operation too. An operation is what, qubits, parameters,
classical bits. What: the name of one of Qiskit's standard gates or instructions; the place of a
definition in ``gates``; or an object that says how it is made of others. A parameter is a number, or
``{"e": text}`` where it is not bound; ``names`` beside it says what ``p0``, ``p1`` ... stand for where names
cannot stand in a text, and ``lost`` which parameters cancelled out and still are the circuit's.
"""

from __future__ import annotations

from workbench.quantum.canonical.decode import from_json
from workbench.quantum.canonical.encode import to_json

__all__ = ["from_json", "to_json"]
