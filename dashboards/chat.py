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
# # Chat
#
# Every answer is recorded as a Run; [Runs](runs.ipynb) shows them all.

# %%
from workbench.widgets import ChatWidget

ChatWidget(layout={"height": "calc(100vh - 120px)", "min_height": "420px"})
