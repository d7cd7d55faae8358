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
# # Runs and costs
#
# What was computed, with what, and what it cost. A click opens a Run; two ticks compare two.

# %%
from workbench.widgets import RunsWidget

RunsWidget()
