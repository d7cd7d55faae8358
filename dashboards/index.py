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
# # Dashboards
#
# Pages on what the workbench does and keeps.
#
# ### [Chat](chat.ipynb)
# Talk with a model; every answer is recorded, priced and rated.
#
# ### [Knowledge](knowledge.ipynb)
# Drop in documents, search and ask them; every passage opens in its page.
#
# ### [Circuits](circuits.ipynb)
# Write a quantum circuit, run it on any engine, turn its parameters; see what was run before.
#
# ### [Runs](runs.ipynb)
# Find, sum up, open and compare everything that was computed.
