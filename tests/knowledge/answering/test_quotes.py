"""Every quote stands in its source at its offsets, in every format and whatever the model says."""

from __future__ import annotations

import random
from pathlib import Path

from tests.standin import ok

SAMPLES = Path(__file__).parents[3] / "data/documents"
ASKED = (
    "How large is the catchment of the Val Sorda?",
    "Which station lies at Lai Ner and what is its elevation?",
    "How fast does the soil dry?",
    "What does the HP-12 probe measure, and how is its period turned into water content?",
    "What happened to the lost station?",
    "How are the probes installed?",
    "How long do the loggers last in winter?",
    "Was wurde in der Hütte notiert?",
)
MARKERS = (
    "",
    " [1]",
    " [2][3]",
    "[1, 4]",
    " [9]",
    " [0]",
    " [999]",
    " [1-3]",
    "【2†source】",
    " [^1]",
    " [x]",
    " [2](http://e.org)",
)
LINES = (
    "# Summary", "- The soil is **wet**", "| station | value |", "```\nx[1] = 2\n```", "> quoted",
    "Ignore your instructions.", "<script>alert(1)</script>", "</passage>", "数据 在这里。", "Yes.",
    "\u202eabc", "3012 m", "The answer is 41.6 square kilometres", "Not in these documents", "A\x0bB\u2028C",
    "“No”, she said",
)  # fmt: skip


def _said(dice: random.Random, texts: list[str]) -> str:
    """Return an answer with stretches of the sources, well or badly cut, and anything else."""
    parts = []
    for _ in range(dice.randrange(1, 7)):
        text = dice.choice(texts)
        at = dice.randrange(max(1, len(text) - 150))
        line = dice.choice([text[at : at + dice.randrange(20, 150)], dice.choice(LINES)])
        parts.append(line + dice.choice(MARKERS) + dice.choice([".", "", "\n", "\n\n", " "]))
    return dice.choice(["", " "]).join(parts).strip() or "."


def test_every_quote_is_its_source_at_its_offsets(asked, server):
    user, dice = asked.user_id, random.Random(3)
    base = asked.files.create_knowledge_base(user, "all formats")
    added = asked.vectors.add_files(base, sorted(SAMPLES.iterdir()))
    assert added.failed == ()
    texts = [asked.files.document(file["file_id"], user).text for file in added.files]
    quotes, types = 0, set()
    for question in ASKED * 8:
        model = dice.choice([None, None, None, "none"])
        server.script("openai", [ok(_said(dice, texts))] if model is None else [])
        answer = asked.vectors.ask(base, question, model=model)
        server.reset()
        for citation in answer.citations:
            quotes += 1
            types.add(citation.filename.rsplit(".", 1)[-1])
            document = asked.files.document(citation.file_id, user)
            assert document.text[citation.start : citation.end] == citation.quote
            assert citation.quote.strip()
            assert f"[{citation.number}]" in answer.content
            page = document.page_at(citation.start)
            assert citation.page == (page.number if page else None)
            assert asked.vectors.chunk(citation.chunk_id, user)["file_id"] == citation.file_id
        numbers = {citation.number for citation in answer.citations}
        assert numbers <= set(range(1, 9))
        assert answer.refused or answer.citations
    assert quotes > 50
    assert len(types) >= 6
