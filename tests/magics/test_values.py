from __future__ import annotations

import pytest

from workbench.errors import BadInput
from workbench.magics.knowledge import KnowledgeMagics
from workbench.magics.values import parse_values

PATHS = ["a b.pdf", "c.pdf"]
SPACE = {"paths": PATHS, "name": "two words", "size": 100, "table": {"path": PATHS}}


def words(line: str) -> list[object]:
    return parse_values(KnowledgeMagics.kb, line, SPACE).words


def test_a_whole_word_is_the_value_itself():
    assert words("add {name} @paths {paths} {table['path'][1]}") == [
        "add",
        "two words",
        PATHS,
        PATHS,
        "c.pdf",
    ]


def test_within_a_word_a_value_is_text():
    assert words('add x data/{size + 1}/{name}.pdf "{paths[0]}"') == [
        "add",
        "x",
        "data/101/two words.pdf",
        "a b.pdf",
    ]
    assert words("add x {size:05d}.txt {{kept}}") == ["add", "x", "00100.txt", "{kept}"]


def test_options_take_values():
    given = parse_values(
        KnowledgeMagics.kb, "create {name} --chunk-tokens {size} --description {name}", SPACE
    )
    assert (given.chunk_tokens, given.description) == (100, "two words")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("add x @path", "@path is no variable. Did you mean paths?"),
        ("add x {path}", "names 'path', which is no variable"),
        ("add x {paths[7]}", "failed: IndexError"),
        ("add x {", "No Python expression"),
        ('add "x', "quotation mark"),
        ("add x --nothing", "unrecognized arguments"),
        ("create x --chunk-tokens many", "invalid int value"),
    ],
)
def test_a_mistake_is_one_sentence(line: str, said: str):
    with pytest.raises(BadInput) as caught:
        words(line)
    assert said in str(caught.value)
    assert "--raw" not in str(caught.value)
