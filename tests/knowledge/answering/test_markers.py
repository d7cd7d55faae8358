"""Sentences and markers of what models write."""

from __future__ import annotations

import pytest

from workbench.knowledge.answering.markers import claims_of, edited


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("The soil is wet [1].", [("The soil is wet.", (1,))]),
        (
            "The soil is wet. [2] The snow is deep. [1]",
            [("The soil is wet.", (2,)), ("The snow is deep.", (1,))],
        ),
        (
            "The soil is wet.[1][3] The snow is deep.",
            [("The soil is wet.", (1, 3)), ("The snow is deep.", ())],
        ),
        ("Wet soil [1, 3; 2].", [("Wet soil.", (1, 3, 2))]),
        ("Wet soil [2-4].", [("Wet soil.", (2, 3, 4))]),
        ("Wet soil [passage 2].", [("Wet soil.", (2,))]),
        ("Wet soil 【2†source】.", [("Wet soil.", (2,))]),
        ("- **Wet** soil [1]\n- deep snow [2]", [("Wet soil", (1,)), ("deep snow", (2,))]),
        ("[1] Wet soil.\n[2] Deep snow.", [("Wet soil.", (1,)), ("Deep snow.", (2,))]),
        ("# Soil\n\nThis is what I found:\n\nWet soil.", [("Wet soil.", ())]),
        ("Call `soil[1]` twice.", [("Call twice.", ())]),
        ("```\nsoil[1]\n```\nWet soil.", [("Wet soil.", ())]),
        ("See [1](http://example.org).", [("See 1.", ())]),
        ("In [2019] it rained.", [("In [2019] it rained.", ())]),
        ("| soil | wet [1] |", [("soil wet", (1,))]),
        ("Yes.", []),
        ("", []),
    ],
)
def test_each_marker_belongs_to_its_sentence(content, expected):
    assert [(claim.text, claim.numbers) for claim in claims_of(content)] == expected


def test_a_range_that_never_ends_is_cut():
    (claim,) = claims_of("Wet soil [1-999].")
    assert len(claim.numbers) < 30


def test_a_marker_goes_before_the_end_of_a_table_row():
    content = "| soil | wet |"
    (claim,) = claims_of(content)
    assert edited(content, [(claim.end, claim.end, " [1]")]) == "| soil | wet  [1]|"
