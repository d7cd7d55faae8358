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
# # Whether the engines agree, and how fast they are
#
# Every circuit of a folder is run on every engine that accepts it. Engines that are right show the same
# probabilities; the largest total variation distance between any two says by how much they differ. A
# file that cannot be loaded is listed with the reason.

# %% tags=["parameters"]
folder = "../../data/circuits"  # OpenQASM 2 and 3 files, also in folders below, such as QASMBench
most_qubits = 16  # larger circuits are only sampled by `auto`
engines = ["aer", "cirq", "lightning", "pennylane", "qiskit", "qsim", "stim"]  # which to compare
shots = 4000  # samples where an engine has no exact probabilities
seed = 0  # of the samples

# %%
from pathlib import Path

import pandas as pd
from IPython.display import display

import workbench
from workbench.errors import WorkbenchError
from workbench.quantum.loading import load

studio = workbench.studio()
files = sorted(Path(folder).rglob("*.qasm"))
print(f"{len(files)} files")

# %% tags=["hide-input"]
rows, malformed, results = [], {}, {}
for path in files:
    name = path.relative_to(folder).with_suffix("").as_posix()
    try:
        circuit = load(path).circuit
        wide = circuit.num_qubits > most_qubits
        result = studio.quantum.run(
            path, shots=shots, seed=seed, compare=None if wide else engines, name=name
        )
    except WorkbenchError as error:
        malformed[name] = error.message
        continue
    results[name] = result
    found = result.agreement
    rows.append(
        {
            "circuit": name,
            "qubits": circuit.num_qubits,
            "operations": circuit.size(),
            "depth": circuit.depth(),
            "auto": result.meta["on"],
            "engines": len(found.engines) if found else 1,
            "agree": found.agree if found else None,
            "largest distance": found.largest if found else None,
            **(dict(zip(found.engines, found.seconds, strict=True)) if found else {}),
        }
    )
table = pd.DataFrame(rows).set_index("circuit")

# %% [markdown]
# ## Agreement

# %%
checked = table[table.agree.notna()]
print(f"{len(table)} circuits ran, {len(malformed)} files could not be loaded or run")
print(f"the engines agree on {int(checked.agree.sum())} of {len(checked)} circuits")

# %% tags=["hide-input"]
columns = ["qubits", "operations", "depth", "auto", "engines", "agree", "largest distance"]
table[columns].style.format({"largest distance": "{:.1e}"}, na_rep="")

# %% [markdown]
# Where an engine can only sample, its distance is that of chance: half the root of keys over samples.
# The bound of each pair stands in the Run.

# %% tags=["hide-input"]
for name in checked.index[~checked.agree.astype(bool)]:
    display(name, results[name].agreement)

# %% [markdown]
# ## Time
#
# Milliseconds of each engine, the fastest of each circuit marked. What starts a library for the first
# time is in the first circuit's figures.

# %% tags=["hide-input"]
timed = [name for name in engines if name in table]
(1e3 * table[timed]).style.format("{:.1f}", na_rep="").highlight_min(axis=1, props="font-weight:bold")

# %% [markdown]
# ## What could not be loaded

# %% tags=["hide-input"]
if malformed:
    why = pd.Series(malformed, name="why").to_frame()
    display(why.style.set_properties(**{"text-align": "left"}))
else:
    print("Every file could be.")

# %% [markdown]
# ## One of them

# %% tags=["hide-input"]
if results:
    compared = [name for name in results if results[name].agreement]
    shown = max(compared or results, key=lambda name: min(results[name].meta["depth"], 20))
    print(shown)
    display(results[shown])
