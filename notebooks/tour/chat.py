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
# # Talking to language models
#
# One service, many ways in. Every cell here runs offline on the local model; put another name after `-m`, such as
# `openai:gpt-4o` or `anthropic:claude-sonnet-4-5`, and the same cell asks that one.

# %%
# %load_ext workbench

# %% [markdown]
# ## One line, or many
#
# Options come first, then the question.

# %%
# %chat -m local:smollm2 --max-tokens 24 What is the capital of France?

# %%
# %%chat -m local:smollm2 --temperature 0 --max-tokens 120 --system "You are a careful laboratory assistant."
Give three reasons why the same experiment can give two different results.
One short line each.

# %% [markdown]
# ## Variables
#
# `{expression}` takes any Python expression, with formats as in f-strings. `@name` takes a variable where it stands
# alone; tables and arrays go out as a typed summary. Long text is cut at `--max-chars`, and the cut is marked.

# %%
from pathlib import Path

text = Path("../../data/texts/spiking-neurons.txt").read_text()
words = 25

# %%
# %%chat -m local:smollm2 --temperature 0 --max-tokens 80 --as summary
@text

Say in at most {words} words what the text above is about.

# %% [markdown]
# The reply is an object with the text, its usage and its Run.

# %%
summary.content, summary.usage["input_tokens"], summary.cost

# %% [markdown]
# ## Sessions
#
# With `--session` the conversation goes on from cell to cell, and from notebook to widget and dashboard.

# %%
# %chat -m local:smollm2 --session "tour" --temperature 0 --max-tokens 40 My instrument is a mass spectrometer.

# %%
# %chat --session "tour" --temperature 0 --max-tokens 40 Which instrument do I use?

# %% [markdown]
# ## Answers that are data
#
# `--json` takes a pydantic model, or a dict that holds a JSON Schema. The local model is held to it while it writes,
# so the answer always parses; whether it is *true* is another matter, with a model of this size above all.

# %%
from pydantic import BaseModel, Field


class Constant(BaseModel):
    """One number that a text gives."""

    name: str = Field(max_length=40)
    value: float
    unit: str = Field(max_length=20)


# %%
# %%chat -m local:smollm2 --json Constant --temperature 0 --max-tokens 120 --as answer
The refractory period of a neuron is about 2 milliseconds. Give the name, the value and the unit.

# %%
answer.value

# %% [markdown]
# ## From Python
#
# The magics are thin: they call one method of one service. So can you.

# %%
import workbench

studio = workbench.studio()
for chunk in studio.ai.stream_chat_completion(
    [{"role": "user", "content": "Count from one to five."}],
    model="local:smollm2",
    settings={"temperature": 0, "max_tokens": 24},
):
    print(chunk["content"], end="")

# %% [markdown]
# ## Errors say what to do
#
# A call that cannot work is refused before anything leaves the machine.

# %%
try:
    studio.ai.chat_completion([{"role": "user", "content": "Hello"}], provider="nosuch")
except workbench.WorkbenchError as error:
    print(error)

# %%
try:
    studio.ai.chat_completion([{"role": "user", "content": "Hello"}], settings={"temperature": 3})
except workbench.WorkbenchError as error:
    print(error)

# %% [markdown]
# ## What it came to
#
# A local model costs nothing. A remote one is priced from a dated table; a price that is not known shows as
# *unknown*, never as zero. `WORKBENCH_BUDGET_DAY_USD` and its siblings refuse a call that could go over.

# %%
# %workbench cost

# %%
# %runs

# %% [markdown]
# ## What a model of this size can do
#
# SmolLM2-135M is a hundred to a thousand times smaller than the models behind the well-known chat sites. It writes
# fluent English, follows short instructions, summarises a page roughly, and fills in a small form. It does **not**
# know facts reliably, cannot calculate, and forgets what it was told a few turns ago. It is here so that everything
# works at once, offline, with real tokens; for work that counts, set a key or serve a larger GGUF file as
# `local:NAME`.
