"""Text in any encoding, and what is no text."""

from __future__ import annotations

import pytest

from workbench.errors import BadInput

TEXTS = {
    "utf-8": "Größe, 漢字, 😀 and ﬁ.",
    "utf-8-sig": "Größe, 漢字.",
    "utf-16": "Größe, 漢字, 😀.",
    "utf-16-le": "plain English without a byte order mark",
    "utf-16-be": "plain English without a byte order mark",
    "utf-32": "Größe, 漢字, 😀.",
    "latin-1": "Der Größenvergleich zeigt, dass Müller über den Café-Besuch spricht.",
    "cp1252": "It\u2019s “quoted” — a naïve café costs 5 €.",
    "iso-8859-2": "Zażółć gęślą jaźń, to jest test kodowania polskiego.",
    "cp1251": "Это проверка кодировки русского текста для поиска.",
    "koi8-r": "Это проверка кодировки русского текста для поиска.",
    "gb18030": "这是一个关于中文编码的测试检索系统应当正确读取。",
    "big5": "這是一個中文編碼測試檢索系統應當正確讀取。",
    "shift-jis": "これは日本語の文字コードの試験です。正しく読めますか。",
    "euc-kr": "한국어 인코딩 시험입니다. 올바르게 읽어야 합니다.",
    "iso-8859-7": "Αυτό είναι ένα τεστ κωδικοποίησης.",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_text_in_any_encoding(encoding, parsed):
    assert parsed("a.txt", TEXTS[encoding].encode(encoding)).document.text == TEXTS[encoding]


def test_a_declared_encoding_counts(parsed):
    page = '<meta charset="iso-8859-5"><p>Да</p>'.encode("iso-8859-5")
    assert parsed("a.html", page).document.text == "Да"
    source = "# -*- coding: cp1250 -*-\nname = 'Łódź'\n"
    assert parsed("a.py", source.encode("cp1250")).document.text == source


def test_a_broken_byte_in_a_long_text_is_one_replacement(parsed):
    data = ("Größe " * 2000).encode()
    document = parsed("a.txt", data[:5001] + b"\xff" + data[5001:]).document
    assert document.text.count("\ufffd") <= 2
    assert "utf-8" in document.meta["notes"][0]


def test_line_ends_and_control_characters_are_normalised(parsed):
    document = parsed("a.txt", b"one\r\ntwo\rthree\x0cfour\x07\x1b five\n").document
    assert document.text == "one\ntwo\nthree\nfour five\n"


@pytest.mark.parametrize(
    "data", [b"text with a\0zero", bytes(range(256)) * 20, bytes(5000), b"\x01\x02\x03\x04" * 50]
)
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.py", "a.md", "a.json", "a"])
def test_zero_bytes_and_control_bytes_are_no_text(name, data, parsed):
    with pytest.raises(BadInput, match="binary"):
        parsed(name, data)


@pytest.mark.parametrize("data", [b" ", b"\n\n\t\n", b"\xef\xbb\xbf", b"\x0c"])
def test_blank_text_is_an_error(data, parsed):
    with pytest.raises(BadInput, match="white space"):
        parsed("a.txt", data)
