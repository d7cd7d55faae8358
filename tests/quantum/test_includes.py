from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import BadInput
from workbench.quantum.loading import load

REST = "qreg q[1];\nsneaky q[0];\n"


@pytest.mark.parametrize(
    "words", ['include "{}";', "include '{}';", 'include// "qelib1.inc"\n"{}";', 'include\n\n\t"{}";']
)
@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_no_file_is_read_that_a_program_names(tmp_path: Path, words: str, version: str) -> None:
    secret = tmp_path / "secret.inc"
    secret.write_text("gate sneaky a { U(0, 0, 0) a; }\npassword")
    with pytest.raises(BadInput) as caught:
        load(f"OPENQASM {version};\n{words.format(secret)}\n{REST}")
    assert "password" not in str(caught.value) and "sneaky" not in str(caught.value)
    assert caught.value.details["line"] in {2, 3, 4}


def test_quotation_marks_in_comments_are_no_file() -> None:
    text = 'OPENQASM 2.0;\n// Grover\'s "search"\ninclude "qelib1.inc";\nqreg q[1]; // it\'s one\nh q[0];\n'
    assert load(text).circuit.count_ops() == {"h": 1}
