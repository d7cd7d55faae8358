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
# # Circuits
#
# Write a quantum circuit or begin with an example, run it, and turn its parameters. Compare runs it on
# every engine and says whether they agree.

# %%
from workbench.widgets import CircuitWidget

CircuitWidget()

# %% [markdown]
# ## Recent circuits
#
# As they were recorded; nothing is computed again. [Runs](runs.ipynb) opens and compares them.

# %%
from workbench.widgets.circuits_recent import recent_circuits

recent_circuits()
