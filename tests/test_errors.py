"""The error tree."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import errors

KINDS = [getattr(errors, name) for name in errors.__all__ if name != "error_from_dict"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_stands_in_the_modules_tree_and_survives_a_process_border(kind):
    line = next((line for line in errors.__doc__.splitlines() if f"-- {kind.__name__}" in line), "")
    if kind is not errors.WorkbenchError:
        assert line.split()[-2:] == [kind.code, str(kind.status)]
    error = kind("It broke.", "Mend it.", details={"field": "x"})
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert again.to_dict() == error.to_dict()
    assert str(error) == "It broke. Mend it."
    assert error._render_traceback_() == [f"{kind.__name__}: It broke. Mend it."]


@given(st.sampled_from(KINDS), st.text(), st.text(), st.dictionaries(st.text(), st.integers()))
def test_an_error_comes_back_from_its_dict(kind, message, hint, details):
    error = kind(message, hint, details=details)
    again = errors.error_from_dict(error.to_dict())
    assert type(again) is kind
    assert again.to_dict() == error.to_dict()


def test_an_unknown_code_is_still_an_error():
    assert type(errors.error_from_dict({"code": "of_tomorrow", "message": "x"})) is errors.WorkbenchError
