# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Quantum circuits
#
# One cell, any dialect, any engine, and a way to see that the answer is right. Everything on this page runs on this
# machine, with no key and no network.

# %%
# %load_ext workbench

# %% [markdown]
# ## A Bell pair
#
# The cell is OpenQASM; Python that builds a circuit in Qiskit, Cirq, PennyLane or Braket does as well. A key has the
# classical bits in the order of their declaration, bit 0 leftmost, and the header names them. The line below says which
# engine did it and why, the seed, and the Run that keeps it.

# %%
# %%circuit --seed 7 --as bell
OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
cx q[0], q[1];
c = measure q;

# %% [markdown]
# The result is an object. Bit orders other than ours are a call away.

# %%
bell.counts, bell.probabilities, bell.statevector().round(4)

# %% [markdown]
# ## Do the engines agree?
#
# `--compare` runs the circuit on every engine that is installed and shows how far each two are apart. This one has gates
# that the converters between these libraries turn into others without a word: square roots of X under control, one of
# them on 0, and `cu` with its four angles. Here each engine is told the operations one by one.

# %%
# %%circuit --compare --shots exact
OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
h q[0];
ry(0.4) q[1];
negctrl @ sx q[0], q[1];
ctrl @ sx q[1], q[2];
cu(0.3, 0.1, 0.7, 0.2) q[0], q[2];

# %% [markdown]
# ## Teleportation: a circuit that acts on what it measures
#
# A state is prepared on q[0], teleported to q[2] by two measured bits, and undone there: q[2] must read 0, whatever the
# two bits were. The measurements in mid-circuit are deferred, so that the probabilities are exact; `aer` and `cirq` go
# through it shot by shot, each in its own way, and agree within what chance allows.

# %%
# %%circuit --compare aer,cirq --shots 4000 --seed 11 --as teleported
OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
bit[2] sent;
bit[1] arrived;
ry(1.2) q[0];
rz(0.7) q[0];
h q[1];
cx q[1], q[2];
cx q[0], q[1];
h q[0];
sent[0] = measure q[0];
sent[1] = measure q[1];
if (sent[1]) { x q[2]; }
if (sent[0]) { z q[2]; }
rz(-0.7) q[2];
ry(-1.2) q[2];
arrived[0] = measure q[2];

# %%
teleported.by_register()

# %% [markdown]
# ## Grover's search
#
# One marked item among 32. After k rounds it is found with probability sin²((2k + 1) asin(1/√32)); more rounds than the
# best number lose it again.

# %%
import math

import pandas as pd
from qiskit import QuantumCircuit
from qiskit.circuit.library import ZGate

import workbench

circuits = workbench.studio().quantum
marked = "10110"  # its leftmost letter is qubit 0


def grover(rounds: int) -> QuantumCircuit:
    """Look for the marked item."""
    qubits = range(len(marked))
    zeros = [at for at in qubits if marked[at] == "0"]
    flip = ZGate().control(len(marked) - 1)
    search = QuantumCircuit(len(marked))
    search.h(qubits)
    for _ in range(rounds):
        for flipped in (zeros, qubits):  # the oracle, then the reflection about the mean
            if flipped is qubits:
                search.h(qubits)
            search.x(flipped)
            search.append(flip, qubits)
            search.x(flipped)
        search.h(qubits)
    return search


# %%
# %circuit {grover(4)} --seed 3 --as found

# %%
turn = math.asin(32**-0.5)
pd.DataFrame(
    {
        "rounds": rounds,
        "found": circuits.run(grover(rounds), shots=None).probabilities.get(marked, 0.0),
        "theory": math.sin((2 * rounds + 1) * turn) ** 2,
    }
    for rounds in range(9)
).set_index("rounds").plot(style=["o", "-"], ylim=(0, 1), figsize=(5, 2.6));

# %% [markdown]
# ## QAOA: the largest cut of a graph
#
# Six nodes, eight edges; the cost counts the edges between the two sides. With one layer the landscape can be drawn
# whole: 1,600 points in one call.

# %%
from qiskit.circuit import Parameter

edges = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (0, 2), (1, 4)]
cut = {"cut": " ".join(["4", *(f"- 0.5*Z{a}*Z{b}" for a, b in edges)])}


def qaoa(layers: int) -> QuantumCircuit:
    """Alternate the cost and the mixer."""
    ansatz = QuantumCircuit(6)
    ansatz.h(range(6))
    for layer in range(layers):
        gamma, beta = Parameter(f"gamma{layer}"), Parameter(f"beta{layer}")
        for a, b in edges:
            ansatz.rzz(-gamma, a, b)
        ansatz.rx(2 * beta, range(6))
    return ansatz


one = qaoa(1)

# %%
# %circuit one --sweep gamma0=-pi/2:pi/2:40 --sweep beta0=0:pi/2:40 --observe @cut --as landscape

# %% [markdown]
# The map is drawn with the result. `landscape.plot()` is the same as a figure for a paper, `landscape.sweep` the table.

# %%
landscape.sweep.nlargest(3, "cut")

# %% [markdown]
# Three layers have six parameters. The gradient of each step comes from one adjoint sweep, whatever their number; what
# is found is a Run with its whole history.

# %%
three = qaoa(3)
best = circuits.optimise(three, cut, maximise=True, seed=4, optimiser="l-bfgs-b")
best

# %% [markdown]
# The circuit there, sampled: the most frequent keys are cuts, each with its mirror image.

# %%
angles = best.bind

# %%
# %circuit three --bind @angles --seed 5 --as sampled

# %%
sides = sampled.to_frame()["count"].sort_values(ascending=False).head(6).to_frame()
sides["cut"] = [sum(key[a] != key[b] for a, b in edges) for key in sides.index]
sides

# %% [markdown]
# ## VQE: the ground state of hydrogen
#
# The Hamiltonian of H₂ at 0.735 Å in the basis STO-3G ships with the repository, computed from the basis functions
# themselves ([`data/molecules`](../../data/README.md)). One rotation mixes the Hartree-Fock state 1100 with 0011, the
# double excitation.

# %%
import json
from pathlib import Path

from qiskit.circuit.library import PauliEvolutionGate
from qiskit.quantum_info import SparsePauliOp

molecule = json.loads(Path("../../data/molecules/h2.json").read_text())
energy = {"energy": " + ".join(
    f"{weight}*{word}" for word, weight in molecule["jordan_wigner"]["terms"].items()
).replace("+ -", "- ")}

ansatz = QuantumCircuit(4)
ansatz.x([0, 1])
ansatz.append(PauliEvolutionGate(SparsePauliOp("XXXY"), Parameter("theta")), range(4));

# %%
# %circuit ansatz --sweep theta=-0.5:0.7:61 --observe @energy --as curve

# %%
ground = circuits.optimise(ansatz, energy, start={"theta": 0.0}, optimiser="l-bfgs-b")
total = ground.value + molecule["nuclear_repulsion"]
exact = molecule["ground_energy"]["total"]
print(f"{total:.6f} hartree; exact: {exact:.6f}")

# %% [markdown]
# ## Noise, and taking it out again
#
# The same energy where things go wrong: after each gate one of the Pauli errors, with probability 0.1 percent on one qubit
# and 0.5 percent on two, and every bit misread with 2 percent. So small a circuit is computed exactly, as a density
# matrix. `--mitigate` measures how bits are misread and takes that out, and runs the circuit with its gates done three
# and five times over to extrapolate to none.

# %%
theta = ground.bind["theta"]
noise = "depol=0.001 depol2=0.005 readout=0.02"

# %%
# %circuit ansatz --bind theta=theta --observe @energy --noise {noise} --mitigate readout+zne --shots 1e5 --seed 2 --as clean

# %% [markdown]
# In millihartree from the value without noise; chemical accuracy is 1.6.

# %%
found = clean.mitigation.to_frame()[["raw", "mitigated", "error"]]
(found - [ground.value, ground.value, 0]) * 1000

# %% [markdown]
# ## What will it take?
#
# Before a machine is paid for: how large the circuit is, how many T gates it has, what each engine would need; and what
# becomes of it on machines, fitted at each level of Qiskit's passes, each fit checked against the circuit.

# %%
circuits.estimate(grover(2))

# %%
circuits.transpile_compare(grover(1), ["fake:manila", "fake:torino"], levels=[1, 3], seed=1)

# %% [markdown]
# ## A job on a machine
#
# `--detach` sends a circuit to a machine and comes back. `fake:manila` is IBM's Manila as its calibration was recorded,
# simulated in a process of its own; the name of a real machine and its key make the same cell a real job. The job is a
# Run: another kernel, on another day, fetches it by its identifier.

# %%
# %%circuit --on fake:manila --detach --shots 2000 --seed 1 --as job
OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
cx q[0], q[1];
c = measure q;

# %%
# %qjobs fetch {job.run_id} --wait --as fetched

# %%
# %qjobs

# %% [markdown]
# ## Errors say what to do

# %%
try:
    circuits.run("OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\nhh q[0];")
except workbench.WorkbenchError as error:
    print(error)

# %%
try:
    circuits.run(ansatz, observables=energy)
except workbench.WorkbenchError as error:
    print(error)

# %% [markdown]
# ## What was done
#
# Each circuit, sweep, optimisation and job is a Run, and its identifier is enough to read it back. In `%replay strict` this whole page
# is answered from the record, on a machine that computes nothing of it.

# %%
# %runs --limit 8

# %%
circuits.result(clean.run_id).expval == clean.expval
