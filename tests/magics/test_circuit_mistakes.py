"""What ``%circuit``, ``%%circuit`` and ``%qjobs`` refuse, in a real kernel: one sentence that names it."""

from __future__ import annotations

import pytest

from tests.magics.circuits import BELL, HEAD, OLD, TURN, WIDE
from tests.magics.kernel import Kernel

# Qiskit and its like load in seconds.
pytestmark = pytest.mark.slow

LOOP = f"{HEAD}qubit q;\nbit[1] c;\nh q;\nc[0] = measure q;\nwhile (c[0]) {{ h q; c[0] = measure q; }}"

MISTAKES = {
    f"%%circuit\n{OLD}qreg q[2];\nh q[0]\ncx q[0],q[1];": "Line 5, column 1",
    f"%%circuit\n{HEAD}qubit[2] q;\nh q[0]\ncx q[0], q[1];": "Line 5, column 1",
    f"%%circuit\n{OLD}qreg q[1];\nhh q[0];": "Line 4, column 1: The gate 'hh' is unknown.",
    f"%%circuit\n{HEAD}qubit q;\nhadamard q;": "'hadamard' is unknown",
    f"%%circuit\n{OLD}qreg q[2];\nqreg r[3];\ncx q,r;": "Line 5, column 1: The registers are of",
    f"%%circuit\n{TURN}": "theta. Give them, as in --bind theta=0.5, or --sweep theta=0:1:11.",
    f"%%circuit --bind phi=1 --bind theta=1\n{TURN}": "no parameter 'phi'",
    f"%%circuit --bind theta=1 --bind theta=2\n{TURN}": "--bind gives theta twice",
    f"%%circuit --bind theta\n{TURN}": "Write --bind theta=pi/4.",
    f"%%circuit --bind theta=nothing\n{TURN}": "'nothing', which is no variable",
    f"%%circuit --bind theta=1/0\n{TURN}": "--bind theta=1/0 is no value: ZeroDivisionError",
    f"%%circuit --sweep theta=0:1\n{TURN}": "expected start:stop:points",
    f"%%circuit --sweep theta=0:1:0\n{TURN}": "a range of 1 to 1,000,000 points",
    f"%%circuit --sweep theta=0:1:2.5\n{TURN}": "a range of 1 to 1,000,000 points",
    f"%%circuit --sweep theta\n{TURN}": "Write --sweep theta=0:2*pi:50",
    f"%%circuit --sweep a=0:1:5000 --sweep b=0:1:5000\n{TURN}": "The grid has 25,000,000 points",
    f"%%circuit --on nowhere\n{BELL}": "no circuit engine 'nowhere'",
    f"%%circuit --on fake\n{BELL}": "Name the machine too, as in --on fake:NAME.",
    f"%%circuit --on qsim --shots exact\n{LOOP}": "Take another engine, or --on auto.",
    f"%%circuit --mitigate zne --observe ZZ\n{BELL}": "Give --noise too.",
    f"%%circuit --compare nowhere\n{BELL}": "no engine 'nowhere' to compare with",
    f"%%circuit --precision half\n{BELL}": "'half' is no precision",
    f"%%circuit --shots 0\n{BELL}": "--shots is 0; expected a whole number from 1, or exact.",
    f"%%circuit --shots -3\n{BELL}": "--shots is -3",
    f"%%circuit --shots 2.5\n{BELL}": "--shots is 2.5",
    f"%%circuit --shots many\n{BELL}": "--shots is many",
    f"%%circuit --seed -1\n{BELL}": "The seed is -1",
    f"%%circuit --observe QQ\n{BELL}": "'QQ' cannot be read",
    f"%%circuit --observe ZZZ\n{BELL}": "acts on qubit 2",
    f"%%circuit --shots exact\n{WIDE}": "40 qubits",
    f"%%circuit --as class\n{BELL}": "a word of Python",
    f"%%circuit nothing\n{BELL}": "takes options alone above its cell, not nothing",
    f"%%circuit --of qc\n{BELL}": "the cell is OpenQASM",
    f"%%circuit --draw --detach\n{BELL}": "Leave one of them out",
    f"%%circuit --detach\n{BELL}": "--detach needs a machine",
    f"%%circuit --detach --on fake:manila --observe ZZ\n{BELL}": "does not go with --observe",
    "%%circuit\n   \n": "The cell is empty",
    "%%circuit\nOPENQASM 1.0;": "OpenQASM 1 is not known",
    "%circuit": "no circuit is named",
    "%circuit one two": "2 words stand where one names it",
    "%circuit nowhere": "There is no variable nowhere",
    "%circuit nowhere.qasm": "There is no file 'nowhere.qasm'",
    "%circuit 1/0": "ZeroDivisionError",
    "%circuit 17": "'int' is not OpenQASM text or a circuit",
    "%circuit qc --of qc": "--of is for a cell of Python",
    "%circuit --nothing": "unrecognized arguments",
    "%qjobs nothing": "There are fetch, cancel",
    "%qjobs fetch": "Write `%qjobs fetch ID`",
    "%qjobs cancel a --wait": "--wait is for fetch",
    "%qjobs --limit 0": "--limit is 0",
}


@pytest.mark.parametrize("cell", MISTAKES)
def test_mistakes_are_one_sentence_each(kernel: Kernel, cell: str):
    done = kernel.run(cell)
    assert (done.errors, done.outputs) == (1, [])
    assert done.ename in {"BadInput", "NotFound"}
    assert MISTAKES[cell] in done.evalue


def test_a_library_that_is_not_there_is_named(kernel: Kernel):
    kernel.ok("import sys\nkept = sys.modules.pop('stim', None)\nsys.modules['stim'] = None")
    missing = kernel.run(f"%%circuit --on stim\n{BELL}")
    kernel.ok("del sys.modules['stim']\nif kept: sys.modules['stim'] = kept")
    assert missing.ename == "MissingExtra"
    assert "stim is not installed" in missing.evalue
    assert "autogent-studio[quantum]" in missing.evalue


def test_where_circuits_are_off_nothing_of_the_cell_runs(kernel: Kernel):
    kernel.ok(
        "import workbench\nfrom workbench.studio import Studio, use\non = workbench.studio()\n"
        "use(Studio(on.settings.model_copy(update={'enable_quantum': False})))"
    )
    off = kernel.run("%%circuit\nran = True")
    ran = kernel.value("'ran' in globals()")
    kernel.ok("use(on)")
    assert (off.ename, off.errors, ran) == ("FeatureOff", 1, "False")
    assert "ENABLE_QUANTUM" in off.evalue
