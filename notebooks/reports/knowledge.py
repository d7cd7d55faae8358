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
# # How well the documents are found
#
# Questions whose answers are known are put to a knowledge base: each answer is a span of words that
# stands in one document, once. A passage counts when it holds that span whole. Some questions have no
# answer in the documents, and for those the right result is none.
#
# Intervals are at 95%, from a bootstrap over the questions; differences are taken question by question.

# %% tags=["parameters"]
questions = "../../data/questions.jsonl"  # a file of questions, or a folder in BEIR's layout
embedder = "minilm"  # what makes the vectors
chunk_tokens = [240, 120, 64]  # passage lengths to compare, the first being the one that is measured in full
weights = [1.0, 0.5, 0.0]  # weights of the meaning against the words, to compare with the default
threshold = 0.7  # the score from which a passage is shown
seed = 0  # of the bootstrap

# %%
from dataclasses import replace

import pandas as pd
from IPython.display import display

import workbench
from workbench.knowledge.evaluation import (
    MEASURES,
    EvaluationSet,
    base_for,
    compare,
    evaluate,
    evaluate_weights,
)

studio = workbench.studio()
asked = EvaluationSet.load(questions)
kinds = [path.suffix.removeprefix(".") for path in asked.files]
print(f"{len(asked.present)} questions with an answer, {len(asked.absent)} without")
print(
    f"{len(asked.files) or len(asked.texts)} documents", f"({', '.join(sorted(set(kinds)))})" if kinds else ""
)

# %% [markdown]
# ## As it comes
#
# The default settings, from raw files to ranked passages.

# %%
made = {}
for tokens in chunk_tokens:
    name = f"{asked.name}, {tokens} tokens"
    made[tokens] = base_for(studio.vectors, asked, name, embedder=embedder, chunk_tokens=tokens)
base = made[chunk_tokens[0]]
settings = {"threshold": threshold, "seed": seed}
measured, *others = evaluate_weights(studio.vectors, base, asked, [None, *weights], **settings)
measured

# %% [markdown]
# - **recall@k**: the answer stands in one of the first k passages.
# - **recall in 1,000 tokens**: it stands in the passages that fit into so much of a model's context.
# - **MRR@10**: one divided by the rank of the first passage with the answer. **nDCG@10** falls more
#   slowly with rank.
# - **answered**, **refused**: whether a search at the threshold shows something where there is an answer,
#   and nothing where there is none.

# %% [markdown]
# ## Meaning and words
#
# The same passages, ranked by other weights of the two sides.

# %%
by_weight = compare([measured, *others])
by_weight

# %%
ranking = [name for name in measured.measures if name not in ("answered", "refused")]
by_weight.plot(ranking)

# %%
by_weight.to_frame(ranking[0]).round(3)

# %% [markdown]
# ## Length of the passages
#
# Shorter passages are more exact and longer ones hold more of what belongs together. In the same number
# of passages, longer ones show more text; recall in 1,000 tokens is the fair comparison.

# %%
shorter = [
    evaluate(studio.vectors, made[tokens], asked, name=f"{tokens} tokens", **settings)
    for tokens in chunk_tokens[1:]
]
by_length = compare([replace(measured, name=f"{chunk_tokens[0]} tokens"), *shorter])
by_length

# %%
by_length.plot(ranking)

# %% [markdown]
# ## By document

# %% tags=["hide-input"]
rows = measured.to_frame()
source = pd.Series({one.id: next(iter(one.judgements)) for one in asked.present}, name="document")
by_document = rows.join(source, how="inner").groupby("document")
if asked.files:
    table = (
        by_document[[name for name in ("recall@5", "mrr@10") if name in rows]].mean().rename(columns=MEASURES)
    )
    display(table.assign(questions=by_document.size()).sort_values("recall@5").round(2))

# %% [markdown]
# ## When there is no answer
#
# The best score of each question. A threshold further right refuses more of what the documents do not
# say, and loses more of what they do. Subjects far from the documents are told apart by the score; near
# ones, about the same valley but not in the documents, hold the same words as what is there. `%%ask`
# therefore has the answer checked against its passages as well.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt

# %% tags=["hide-input"]
GROUPS = {"has an answer": "#2b6cb0", "near, no answer": "#d97706", "far, no answer": "#4a5568"}
STYLE = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False}


def group(row: pd.Series) -> str:
    """Say whether a question has an answer, and if not, how far off its subject is."""
    if pd.isna(row.get("refused")):
        return "has an answer"
    return "near, no answer" if row.get("near") else "far, no answer"


rows["group"] = rows.apply(group, axis=1)
present = [name for name in GROUPS if (rows.group == name).any()]
with plt.rc_context(STYLE):
    figure, axes = plt.subplots(figsize=(7.5, 0.5 + 0.6 * len(present)), dpi=120, layout="constrained")
    for place, name in enumerate(present):
        scores = rows.score[rows.group == name]
        spread = [place + (number % 7 - 3) * 0.07 for number in range(len(scores))]
        axes.plot(scores, spread, "o", color=GROUPS[name], markersize=3.5, alpha=0.6)
    axes.axvline(threshold, color="#1c2430", linewidth=1)
    axes.set_yticks(range(len(present)), present)
    axes.set_ylim(len(present) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("best score; the line is the threshold")
    plt.show()

# %%
shown = rows.score >= threshold
pd.DataFrame(
    {"questions": rows.groupby("group").size(), "shown something": shown.groupby(rows.group).mean()}
).round(2)

# %% [markdown]
# ## What was missed
#
# Questions with an answer that is not among the first five passages. They are worth reading: most ask
# with other words than the document uses, of a sentence that says little else.

# %%
missed = measured.missed()
missed = missed[missed.index.isin(source.index)].join(source)
missed.style.set_properties(**{"text-align": "left"}).format({"score": "{:.2f}"}, na_rep="")

# %% [markdown]
# ## Conditions
#
# The passages of this report are dropped again; the Runs keep what was measured, question by question.

# %% tags=["hide-input"]
for kept in made.values():
    studio.vectors.delete_knowledge_base(kept)
pd.Series(
    {
        "embedder": measured.setting["embedder"],
        "passages": measured.setting["passages"],
        "most tokens a passage": measured.setting["chunk_tokens"],
        "threshold": threshold,
        "questions": asked.digest[:19] + "…",
        "environment": measured.run.environment_digest[:19] + "…",
        "Run": measured.run_id,
    },
    name="value",
).to_frame()
