from __future__ import annotations

import base64
import html
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from workbench.security import MASK, Redactor

KEY = "sk-proj-Zq81Ab3dE6gH9jK2mN5pQ8rS1tU4vW7x"
ODD = "p@ss \"word\" \\ & <tag> 'q' é/+\n=end"
REDACTOR = Redactor({"KEY": KEY, "ODD": ODD})

patient = settings(deadline=None)
# Few letters and much repetition, so that secrets overlap themselves and each other.
letters = st.text("ab", min_size=8, max_size=12)
pieces = st.lists(st.text("abx", max_size=8), max_size=12)


@pytest.mark.parametrize("secret", [KEY, ODD])
@pytest.mark.parametrize(
    "spell",
    [
        str,
        repr,
        json.dumps,
        lambda s: json.dumps(s, ensure_ascii=False),
        lambda s: repr(s.encode()),
        html.escape,
        quote,
        quote_plus,
        lambda s: quote(s, safe=""),
        lambda s: s.encode().hex(),
        lambda s: base64.b64encode(s.encode()).decode(),
        lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
    ],
)
def test_every_spelling_is_masked_whole(secret: str, spell: Any) -> None:
    spelled = spell(secret)
    clean = REDACTOR.text(f"before {spelled} after")
    inner = clean.removeprefix("before ").removesuffix(" after")
    assert MASK in inner
    assert len(inner.replace(MASK, "")) <= 3, "more than the quotes of a literal is left"


@patient
@given(st.binary(max_size=6), st.binary(max_size=6), st.booleans())
def test_base64_is_found_at_every_alignment(before: bytes, after: bytes, url_safe: bool) -> None:
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    clean = REDACTOR.text(encode(before + KEY.encode() + after).decode())
    assert MASK in clean
    assert len(clean) - len(MASK) <= 4 * (len(before + after) // 3 + 3)


def test_clean_text_comes_back_as_the_same_object() -> None:
    text = "nothing to hide " * 10
    assert REDACTOR.text(text) is text
    assert REDACTOR.data(b"nothing") == b"nothing"


@pytest.mark.parametrize("length", [len(KEY) // 2, 30, len(KEY)])
def test_a_long_key_cut_by_a_table_is_masked(length: int) -> None:
    assert REDACTOR.text(f"key {KEY[:length]}...") == f"key {MASK}..."


def test_the_common_beginning_of_keys_is_left() -> None:
    assert REDACTOR.text("keys look like sk-proj-...") == "keys look like sk-proj-..."


def test_an_address_counts_only_whole() -> None:
    redactor = Redactor({"WEB3_PROVIDER_URL": "https://mainnet.node.test/v3/abc"})
    assert redactor.text("https://mainnet.node.test/status") == "https://mainnet.node.test/status"
    assert redactor.text("get https://mainnet.node.test/v3/abc now") == f"get {MASK} now"


def test_colours_do_not_hide_a_key() -> None:
    coloured = "\x1b[39mkey=\x1b[1;31msk\x1b[0m-\x1b[32mproj\x1b[0m-" + KEY[8:] + "\x1b[0m;"
    clean = REDACTOR.text(coloured)
    assert clean == f"\x1b[39mkey=\x1b[1;31m{MASK}\x1b[0m;"
    assert REDACTOR.text("\x1b[31mred\x1b[0m") == "\x1b[31mred\x1b[0m"


def test_of_a_database_address_only_the_password_is_masked() -> None:
    redactor = Redactor({"DATABASE_URL": "postgresql://me:db-password@db.test/x"})
    assert redactor.text("at postgresql://me:db-password@db.test/x") == f"at postgresql://me{MASK}db.test/x"
    assert redactor.text("postgresql://me@db.test/x") == "postgresql://me@db.test/x"


def test_short_values_are_left_and_space_around_keys_is_not_theirs() -> None:
    redactor = Redactor({"A": "short", "B": f" {KEY}\n"})
    assert redactor.text(f"short {KEY}.") == f"short {MASK}."


def test_json_values_are_cleaned_to_the_bottom() -> None:
    value = {"a": [KEY, 1, None, {KEY: (f"x{KEY}",)}], "b": True, "c": 0.5, "d": KEY.encode()}
    assert REDACTOR.value(value) == {
        "a": [MASK, 1, None, {MASK: [f"x{MASK}"]}],
        "b": True,
        "c": 0.5,
        "d": b"*" * len(KEY),
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-32-le"])
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_binary_data_keeps_its_size(encoding: str, kind: Any) -> None:
    data = b"\x00\xff" + KEY.encode(encoding) + b"\x01\x02"
    clean = bytes(REDACTOR.data(kind(data)))
    assert len(clean) == len(data)
    assert clean.startswith(b"\x00\xff")
    assert clean.endswith(b"\x01\x02")
    assert KEY.encode(encoding) not in clean


def test_its_own_text_shows_no_secret() -> None:
    assert repr(REDACTOR) == "<Redactor of 2 secrets>"


def test_one_redactor_takes_over_what_another_knew() -> None:
    redactor = Redactor()
    redactor.include(REDACTOR)
    assert redactor.text(KEY) == MASK


@patient
@given(letters, letters, st.text("abx", max_size=40))
def test_no_secret_is_left_in_any_text(first: str, second: str, text: str) -> None:
    clean = Redactor({"A": first, "B": second}).text(text)
    assert first not in clean
    assert second not in clean


@patient
@given(letters, letters, pieces)
@example("abcabcab", "bcabcabca", ["abcabcab", "cab"])
def test_pieces_come_out_as_the_whole_does(first: str, second: str, parts: list[str]) -> None:
    redactor = Redactor({"A": first, "B": second})
    stream = redactor.stream()
    out = [stream.feed(part) for part in parts]
    assert "".join([*out, stream.release()]) == redactor.text("".join(parts))


@patient
@given(st.text(min_size=8, max_size=40), st.data())
def test_a_secret_is_masked_however_it_is_cut(secret: str, data: st.DataObject) -> None:
    assume(len(secret.strip()) >= 8)
    assume("\x1b" not in secret)
    text = f"[{secret}]"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    stream = Redactor({"A": secret}).stream()
    out = [stream.feed(text[a:b]) for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    clean = "".join([*out, stream.release()])
    assert secret.strip() not in clean
    assert clean.startswith("[")
    assert clean.endswith("]")
    assert MASK in clean


@patient
@given(st.lists(st.tuples(st.text("abx", max_size=8), st.booleans()), max_size=12), letters)
def test_what_must_be_shown_early_still_shows_no_secret(parts: list[tuple[str, bool]], secret: str) -> None:
    stream = Redactor({"A": secret}).stream()
    out = ""
    for text, must_show in parts:
        out += stream.feed(text)
        if must_show:
            out += stream.release()
            assert not stream.holding
    assert secret not in out + stream.release()


def test_only_what_may_be_a_beginning_is_held() -> None:
    stream = REDACTOR.stream()
    assert stream.feed("plain text\n") == "plain text\n"
    assert stream.resting
    assert stream.feed("\x1b[0m") == "\x1b[0m"
    assert stream.feed("ends in sk-pr") == "ends in "
    assert stream.holding
    assert stream.feed("ovenance") == "sk-provenance"
    assert stream.resting


def test_the_rest_of_a_key_is_masked_after_its_beginning_was_shown() -> None:
    stream = REDACTOR.stream()
    assert stream.feed(KEY[:10]) == ""
    assert stream.release() == KEY[:10]
    assert stream.feed(KEY[10:] + "!") == f"{MASK}!"


def test_a_colour_inside_a_cut_key_does_not_help_it() -> None:
    stream = REDACTOR.stream()
    out = stream.feed("\x1b[31m" + KEY[:5] + "\x1b[32m" + KEY[5:12]) + stream.feed(KEY[12:] + "\x1b[0m\n")
    assert out + stream.release() == f"\x1b[31m{MASK}\x1b[0m\n"
