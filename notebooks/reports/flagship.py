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
# # Reading five texts with a small model
#
# Each text is summarised and questioned by a language model that runs on this machine. Every call is a Run
# under this report's own Run, so everything below can be recomputed from the record, offline, byte for byte.
#
# The questions are answered from the text alone: the text stands in the prompt, and each question comes with
# a word that a right answer must hold. So the report says not only what the model wrote, but how far to
# trust it.

# %% tags=["parameters"]
texts = "../../data/texts"  # folder of .txt files
model = "local:smollm2"  # provider:model
questions = [  # text, question, and a word that a right answer holds
    ["federated-learning", "What does each client return to the server?", "change"],
    ["provenance", "What is a hash?", "fingerprint"],
    ["quantum-computing", "What does Shor's algorithm do?", "factor"],
    ["retrieval", "What does the BM25 formula give a high score to?", "rare"],
    ["spiking-neurons", "When does a neuron fire a spike?", "threshold"],
]
max_tokens = 72  # most tokens of one answer
seed = 7  # of the sampling; at temperature 0 it decides nothing

# %%
# %load_ext workbench

# %%
from pathlib import Path

import pandas as pd

import workbench

studio = workbench.studio()
sources = {path.stem: path.read_text().strip() for path in sorted(Path(texts).glob("*.txt"))}
pd.DataFrame(
    {
        "words": {name: len(text.split()) for name, text in sources.items()},
        "characters": {name: len(text) for name, text in sources.items()},
    }
).rename_axis("text")

# %% [markdown]
# ## Asking
#
# The text comes first in every prompt and the task last, so that the second task on a text reads the text
# from the model's cache.

# %%
SUMMARY = "Summarise the text above in two sentences."
QUESTION = "Question: {}\nAnswer in one sentence from the text above."
SETTINGS = {"temperature": 0.0, "max_tokens": max_tokens, "seed": seed}


def ask(name: str, task: str, prompt: str, expected: str = "") -> dict:
    """Ask one task of one text, and keep what the Run does not know: which text and which task."""
    messages = [{"role": "user", "content": f"{sources[name]}\n\n{prompt}"}]
    reply = studio.ai.chat_completion(messages, model=model, settings=SETTINGS)
    return {
        "run": reply["run_id"],
        "text": name,
        "task": task,
        "prompt": prompt,
        "expected": expected,
        "answer": " ".join(reply["content"].split()),
        "cached": reply["usage"]["cached_tokens"],
        "finish": reply["finish_reason"],
    }


made = []
for name in sources:
    made.append(ask(name, "summary", SUMMARY))
    for about, question, expected in questions:
        if about == name:
            made.append(ask(name, "question", QUESTION.format(question), expected))
answers = pd.DataFrame(made).set_index("run")
print(f"{len(answers)} answers from {len(sources)} texts by {model}")

# %% [markdown]
# ## Answers

# %% tags=["hide-input"]
from html import escape

from IPython.display import HTML


def shown(answers: pd.DataFrame) -> HTML:
    """Lay the answers out by text, a cut-off one marked."""
    parts = []
    for name, rows in answers.groupby("text", sort=False):
        parts.append(f"<h3>{escape(name.replace('-', ' ').capitalize())}</h3>")
        for row in rows.itertuples():
            head = (
                "Summary" if row.task == "summary" else row.prompt.splitlines()[0].removeprefix("Question: ")
            )
            end = " <i>(cut at the token limit)</i>" if row.finish == "length" else ""
            parts.append(f"<p><b>{escape(head)}</b><br>{escape(row.answer)}{end}</p>")
    return HTML("".join(parts))


shown(answers)

# %% [markdown]
# ## How far to trust it
#
# *Right* says whether the answer holds the expected word: a coarse test, and the same for every model.
# *Grounding* is the share of an answer's content words (four letters or more) that stand in the text. It
# cannot tell a true sentence from a false one made of the same words; a low value is a reason to read again.

# %% tags=["hide-input"]
import re


def content_words(text: str) -> set[str]:
    """Return the words of four letters or more, in lower case."""
    return set(re.findall(r"[a-z]{4,}", text.lower()))


def grounding(row: pd.Series) -> float:
    """Return the share of the answer's content words that the text has too."""
    said = content_words(row["answer"])
    return len(said & content_words(sources[row["text"]])) / len(said) if said else float("nan")


def right(row: pd.Series) -> str:
    """Return whether the answer holds the expected word; empty where none is expected."""
    if not row["expected"]:
        return ""
    return "yes" if row["expected"] in row["answer"].lower() else "no"


answers["grounding"] = answers.apply(grounding, axis=1)
answers["right"] = answers.apply(right, axis=1)
answers[["text", "task", "expected", "right", "grounding"]].round(2).reset_index(drop=True)

# %%
asked = answers[answers.task == "question"]
print(f"{(asked.right == 'yes').sum()} of {len(asked)} questions right")
print(answers.groupby("task", sort=False)["grounding"].agg(["mean", "min"]).round(2).to_string())

# %% [markdown]
# ## Finding the text first
#
# Above, each question came with its text. In a knowledge base of all the texts nobody says which one is
# meant: the search brings the passages that are closest in meaning and in words. No language model takes
# part. A question that none of the texts answers brings nothing above the threshold of .7.

# %%
base = studio.files.create_knowledge_base(studio.user_id, "texts of this report")
studio.vectors.add_texts(base, list(sources.items()))


def find(about: str, question: str, expected: str) -> dict:
    """Search all texts, and say where the first passage stands that holds the expected word."""
    hits = studio.vectors.search(base, question)
    holding = [
        rank
        for rank, hit in enumerate(hits, 1)
        if hit.filename == about and expected and expected in hit.content.lower()
    ]
    return {
        "question": question,
        "text": about or "none",
        "first found": hits[0].filename if hits else "nothing",
        "score": hits[0].score if hits else float("nan"),
        "rank of the passage": holding[0] if holding else None,
    }


elsewhere = ("", "What is the boiling point of liquid nitrogen?", "")
searched = pd.DataFrame([find(*asked) for asked in (*questions, elsewhere)])
studio.vectors.delete_knowledge_base(base)
searched.astype({"rank of the passage": "Int64"}).round(2).fillna({"score": ""})

# %% [markdown]
# ## The Runs
#
# The record has the timing, the tokens and the cost of each call; the identifier joins it to the answers.

# %%
record = pd.concat([studio.runs.get(run).to_frame() for run in answers.index])
measured = ["status", "duration_s", "tokens_input", "tokens_output", "cost_usd"]
runs = answers.join(record[measured])
names = {"duration_s": "seconds", "tokens_input": "in", "tokens_output": "out", "cost_usd": "US$"}
columns = ["text", "task", *measured, "cached"]
runs[columns].round({"duration_s": 2}).rename(columns=names).rename_axis(None)

# %%
seconds = runs.duration_s.sum()
print(f"{len(runs)} Runs in {seconds:.1f} s for ${runs.cost_usd.sum():.2f}")
print(f"{runs.tokens_input.sum():,} tokens read, {runs.cached.sum():,} of them from the cache")
rate = runs.tokens_output.sum() / seconds
print(f"{runs.tokens_output.sum():,} tokens written, {rate:.0f} a second with the reading counted in")

# %% [markdown]
# ## Where the tokens and the time went

# %%
# %matplotlib inline
import matplotlib.pyplot as plt

# %% tags=["hide-input"]
INK, LINE = "#1c2430", "#dfe3e8"
PARTS = {
    "cached": ("read from the cache", "#a8c5e2"),
    "fresh": ("read", "#2b6cb0"),
    "tokens_output": ("written", "#d97706"),
}
STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False}
LEGEND = {
    "frameon": False,
    "loc": "lower left",
    "bbox_to_anchor": (0, 1),
    "handlelength": 1,
    "borderaxespad": 0,
}


def token_bars(axes, tokens: pd.DataFrame) -> None:
    """Draw one stacked bar a text."""
    start = 0
    for column, (label, colour) in PARTS.items():
        axes.barh(range(len(tokens)), tokens[column], left=start, height=0.58, color=colour, label=label)
        start = start + tokens[column]
    axes.set_yticks(range(len(tokens)), [name.replace("-", " ") for name in tokens.index], color=INK)
    axes.set_xlabel("tokens")
    axes.legend(ncols=3, columnspacing=1.2, **LEGEND)


def time_dots(axes, runs: pd.DataFrame, order: pd.Index) -> None:
    """Draw one mark a Run, on its text's line."""
    for task, marker in zip(runs.task.unique(), "oDs^v", strict=False):
        part = runs[runs.task == task].assign(line=lambda one: order.get_indexer(one.text))
        axes.plot(part.duration_s, part.line, marker, color=INK, markerfacecolor="white", label=task)
    axes.set_xlim(left=0)
    axes.set_xlabel("seconds a Run")
    axes.grid(axis="y", color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.legend(ncols=3, columnspacing=1.2, **LEGEND)


by_text = runs.assign(fresh=runs.tokens_input - runs.cached).groupby("text", sort=False)
tokens = by_text[list(PARTS)].sum()[::-1]
with plt.rc_context(STYLE):
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 0.5 * len(tokens) + 1.2), sharey=True, dpi=150)
    token_bars(left, tokens)
    time_dots(right, runs, tokens.index)
    for axes in (left, right):
        axes.tick_params(axis="y", length=0)
    figure.tight_layout(w_pad=2)
    plt.show()

# %% [markdown]
# ## Conditions
#
# What a reader needs to judge the numbers above. Two machines give the same answers at temperature 0 only
# with the same model file and the same build of the engine; the record says which they were.

# %% tags=["hide-input"]
conditions = studio.runs.get(runs.index[0])
pd.Series(
    {
        "model": model,
        "temperature": SETTINGS["temperature"],
        "seed": seed,
        "most tokens an answer": max_tokens,
        "environment": conditions.environment_digest[:19] + "…",
        "first Run": conditions.id,
    },
    name="value",
).to_frame()
