from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.magics.admin import AdminMagics
from workbench.magics.arguments import flags, parse, parse_words, split_options
from workbench.magics.chat import ChatMagics
from workbench.magics.context import check_name
from workbench.magics.knowledge import KnowledgeMagics
from workbench.magics.runs import RunsMagics

CHAT = ChatMagics.chat
WORDS = st.text(alphabet="abc '\"?!{}@.,", max_size=40).filter(lambda text: not text.lstrip().startswith("-"))


@given(WORDS)
def test_a_text_without_options_is_the_text(line):
    assert split_options(CHAT, line) == ([], line.strip())


@given(WORDS)
def test_two_hyphens_end_the_options(line):
    assert split_options(CHAT, f"--seed 3 -- --as {line}") == (["--seed=3"], f"--as {line}".strip())


@pytest.mark.parametrize(
    ("line", "arguments", "text"),
    [
        ("-m openai:gpt-4o What's up?", ["-mopenai:gpt-4o"], "What's up?"),
        ('--system "Be terse." Hi', ["--system=Be terse."], "Hi"),
        ("--system='a \"b\"' Hi", ['--system=a "b"'], "Hi"),
        ("--json list[City] --as x", ["--json=list[City]", "--as=x"], ""),
        ('-m {chosen["a model"]} Hi', ['-m{chosen["a model"]}'], "Hi"),
        ("--json {'type':'object'} Hi", ["--json={'type':'object'}"], "Hi"),
        ("--temperature -1 x", ["--temperature=-1"], "x"),
        ("-5 + 3 = ?", [], "-5 + 3 = ?"),
        ("- a list item", [], "- a list item"),
        ("--no-stream  two  spaces", ["--no-stream"], "two  spaces"),
        ("", [], ""),
    ],
)
def test_options_come_first_and_the_rest_is_the_text(line, arguments, text):
    assert split_options(CHAT, line) == (arguments, text)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--modle x hi", "Did you mean --model?"),
        ("-x hi", "no option -x"),
        ("--temp 1 hi", "Did you mean --temperature?"),
        ("--help", "`%chat?` says what it does"),
        ("-h hi", "`%chat?` says what it does"),
        ("--seed", "--seed needs a value. Write it after --seed."),
        ('--system "open', "--system needs a value. Close every quotation mark"),
        ("--no-stream=yes hi", "takes no value"),
        ("Hello --as x", "--as stands inside the text"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused(line, says):
    with pytest.raises(BadInput, match=re.escape(says)):
        split_options(CHAT, line)


def test_a_wrong_value_is_one_sentence():
    with pytest.raises(BadInput, match="invalid float value: 'hot'"):
        parse(CHAT, ["--temperature=hot"])


def test_words_and_options_mix():
    given = parse_words(RunsMagics.runs, 'show --as x "01 AB" --limit 3')
    assert (given.words, given.name, given.limit) == (["show", "01 AB"], "x", 3)
    with pytest.raises(BadInput, match="not closed"):
        parse_words(RunsMagics.runs, 'export "a b')
    with pytest.raises(BadInput, match=re.escape("`%runs?` says what it does")):
        parse_words(RunsMagics.runs, "--help")


def test_a_status_that_no_run_has_is_refused_with_those_that_are():
    with pytest.raises(BadInput, match=r"invalid choice: 'done'.*finished.*failed.*cancelled.*running"):
        parse_words(RunsMagics.runs, "--status done")


@pytest.mark.parametrize(("name", "says"), [("3x", "a digit not first"), ("for", "a word of Python")])
def test_a_name_that_cannot_be_bound_is_refused_with_the_reason(name, says):
    with pytest.raises(BadInput, match=says):
        check_name(name)


@pytest.mark.parametrize(
    "magic",
    [
        CHAT,
        KnowledgeMagics.kb,
        KnowledgeMagics.search,
        KnowledgeMagics.ask,
        RunsMagics.runs,
        RunsMagics.replay,
        AdminMagics.workbench,
    ],
)
def test_every_option_stands_in_the_docs_and_the_help(magic):
    guide = (Path(__file__).parents[2] / "docs/magics.md").read_text(encoding="utf-8")
    section = guide.partition(f"\n## %{magic.__name__}\n")[2].partition("\n## ")[0]
    assert section
    for flag in flags(magic):
        assert flag in section
        assert flag in magic.__doc__
