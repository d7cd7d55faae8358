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
# # Start here
#
# Everything that you do on this bench leaves one record, a **Run**: what went in, what came out, how long it took,
# how many tokens it used and what it cost. This page makes a few of them, with a language model that runs inside
# this notebook's own process. No key, no network.
#
# Run the cells from top to bottom with <kbd>Shift</kbd>+<kbd>Enter</kbd>.

# %%
# %load_ext workbench

# %% [markdown]
# ## Ask
#
# `%%chat` sends the text below it to a model and shows the answer as it comes. `-m` names the model; without it
# the first provider whose key you have set is used, and the local model when there is none. `--as` keeps the
# answer in a variable.

# %%
# %%chat -m local:smollm2 --max-tokens 80 --as reply
In two sentences: why does a scientist write down how a result was made?

# %% [markdown]
# The answer is an object. It knows its Run, and so what it used and cost.

# %%
reply.usage

# %% [markdown]
# ## Let it see your data
#
# Nothing of your notebook goes to a model unless you name it. `{expression}` puts a value into the question, and
# `@name` a summary of a variable: of a table its size, its columns and a few rows, never all of it.
# `--preview` shows what would be sent, and sends nothing.

# %%
import pandas as pd

trials = pd.DataFrame({"dose_mg": [0, 5, 10, 20], "response": [0.02, 0.31, 0.55, 0.61]})

# %%
# %%chat -m local:smollm2 --preview
Here are {len(trials)} trials: @trials
Does the response grow with the dose?

# %% [markdown]
# ## What did I do?
#
# `%runs` is the memory of this notebook. The same table is a pandas DataFrame in `studio.runs.frame()`.

# %%
# %runs

# %%
import workbench

studio = workbench.studio()
runs = studio.runs.frame(execution=studio.runs.execution)
runs[["kind", "status", "duration_s", "tokens_input", "tokens_output", "cost_usd"]]

# %% [markdown]
# ## Do it again, from the record
#
# In `cache` mode a call that is on record is answered from the record: the same bytes, no time, no cost. In
# `strict` mode nothing else is allowed, so a whole notebook replays on a machine with neither key nor model.
# `%replay strict` turns it on.
#
# A second Studio stands for another day here: it asks the same question and is not allowed to compute.

# %%
later = workbench.Studio(studio.settings)
question = "In two sentences: why does a scientist write down how a result was made?"
with later.runs.replay("strict"):
    again = later.ai.chat_completion(
        [{"role": "user", "content": question}], model="local:smollm2", settings={"max_tokens": 80}
    )

again["run_id"] == reply.run_id, again["content"] == reply.content, later.runs.spent()

# %% [markdown]
# ## A chat window
#
# The same service, as a widget: it streams, stops, keeps its sessions, and shows tokens and cost so far.

# %%
workbench.ChatWidget(model="local:smollm2")

# %% [markdown]
# ## Where to go from here
#
# | | |
# |---|---|
# | [tour/chat.ipynb](tour/chat.ipynb) | every way to talk to a model: sessions, structured answers, providers, budgets |
# | [reports/flagship.ipynb](reports/flagship.ipynb) | a report with parameters; `workbench report flagship` makes its page |
# | `make dashboards` | chat, and Runs with their costs, as web pages |
# | `%workbench doctor` | what works on this machine and what is missing |
