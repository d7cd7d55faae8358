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
# # Knowledge
#
# Drop in papers, notebooks and tables; every passage found opens in its page. [Runs](runs.ipynb) shows
# what was added and asked.

# %%
from workbench.widgets import KnowledgeWidget

KnowledgeWidget(layout={"height": "calc(100vh - 130px)", "min_height": "460px"})
