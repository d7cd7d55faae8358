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
# # Asking your own documents
#
# A **knowledge base** holds the text of your files, cut into passages, with an index of what they say and of the
# words that they say it in. A search brings the passages that answer, each with its file, its page and the place in
# the text. Everything on this page runs on this machine, with no key and no network.
#
# The documents are those of an observatory that measures how snow turns into the water of alpine meadows: two papers,
# a protocol, slides, tables, a notebook, a module, a mail, and the log of a mountain hut from 1931. All of them lie
# in [`data/documents`](../../data/README.md).

# %%
# %load_ext workbench

# %% [markdown]
# ## A base, and files for it
#
# A folder, a pattern, or single files: what each file is, is read off its content. Each one is parsed in a process
# of its own, so that a broken one fails alone and says why.

# %%
# %kb create observatory --description "Snow and soil in the Val Sorda"

# %%
# %kb add observatory ../../data/documents --as added

# %% [markdown]
# ## Searching
#
# By meaning and by words at once. The question below shares hardly a word with the sentence that answers it.

# %%
# %search --kb observatory -n 2 --as found When were the cows taken down from the alp in the drought year?

# %% [markdown]
# Exact names work as well, since the words count too: here a serial number.

# %%
# %search -n 1 logger VS-0117

# %% [markdown]
# A score says how likely a passage is to the point; it means the same in every base. From .7 on, a passage is more
# likely to the point than not, and nothing below that is shown. So a subject that the documents do not know brings
# nothing, rather than whatever is nearest.

# %%
# %search What is the orbital period of Jupiter's moon Io?

# %% [markdown]
# ## Narrowing it down
#
# `--file` takes a pattern, `--type` a kind of file, `--page` a page, a slide or a sheet.

# %%
# %search -n 1 --type xlsx --page 2 Lai Ner in June

# %%
# %search -n 2 --file "hut-*" --file "lost-*" What did the avalanche take?

# %% [markdown]
# ## What a passage knows
#
# `found` holds the passages. Each says where it stands, to the character, and why it was found: by the angle between
# its meaning and the question's, and by the words that both have.

# %%
best = found[0]
best.citation, best.heading, best.start, best.end, best.why

# %% [markdown]
# The offsets count the characters of the file's text, so a passage can always be held against its source.

# %%
import workbench

studio = workbench.studio()
document = studio.files.document(best.file_id, studio.user_id)
document.text[best.start : best.end] == best.content

# %%
found.to_frame()[["score", "filename", "page", "cosine", "bm25"]]

# %% [markdown]
# ## Answers with their sources
#
# `%%ask` lets a language model answer from the passages alone. Each claim carries the number of the passage that says
# so, quotations are checked to stand there, and what the documents do not say is not answered. The model here is a
# very small one; a larger one writes better answers from the same passages.

# %%
# %%ask --kb observatory -m local:smollm2 --as answer
How deep did the dye get along the root channels?

# %%
# %ask --kb observatory -m local:smollm2 How is a violin tuned?

# %% [markdown]
# ## Files come and go
#
# Every change is small: adding a file embeds that file, and taking one out leaves nothing of it to be found.

# %%
# %kb remove observatory hut-book.txt

# %%
# %search -n 1 --threshold 0.8 How many poles carry the telephone line?

# %%
# %kb add observatory ../../data/documents/hut-book.txt

# %%
# %search -n 1 How many poles carry the telephone line?

# %% [markdown]
# ## Looking after it
#
# The model that made the vectors is pinned: another one is refused, with the way out. `reindex` makes all passages
# anew, with another embedder or another length, while the present ones go on answering.

# %%
# %kb reindex observatory --chunk-tokens 120

# %%
# %kb stats observatory

# %%
# %kb verify observatory

# %% [markdown]
# ## From Python
#
# The magics are thin: they call one method of one service. So can you.

# %%
base = studio.vectors.find_knowledge_base(studio.user_id, "observatory")
[hit["citation"] for hit in studio.vectors.search_knowledge_base(base, "How cold was the test of the loggers?")]

# %%
note = studio.vectors.add_text(base, "The new mast of station S07 was flown in on 11 June 2024.", "mast")
studio.vectors.search(base, "When did S07 get its mast?", limit=1)

# %% [markdown]
# ## Errors say what to do

# %%
try:
    studio.vectors.search(base, "snow", filters={"page": "two"})
except workbench.WorkbenchError as error:
    print(error)

# %%
spoilt = studio.vectors.add_files(base, [("scan.pdf", b"%PDF-1.7 and then nothing"), ("empty.txt", b"")])
spoilt

# %% [markdown]
# ## What was done
#
# Every upload, search and answer is a Run: what was asked, of which state of the base, what came back. Ask again in
# `%replay strict`, and the record answers, on a machine that has neither the files nor the index.

# %%
# %runs

# %% [markdown]
# How good is it, then? The report [`reports/knowledge`](../reports/knowledge.ipynb) puts 155 questions with known answers
# to these documents and says how many were found, which settings are better, and how sure one can be of that.
