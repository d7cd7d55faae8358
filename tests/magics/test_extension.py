"""Loading costs nothing heavy, opens nothing and can be taken back."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "sqlalchemy pandas numpy openai anthropic torch ipywidgets anywidget xllamacpp alembic jsonschema"
    " tantivy hnswlib onnxruntime kreuzberg workbench.knowledge qiskit cirq pennylane braket stim matplotlib"
    " workbench.quantum"
)

PROGRAM = f"""
import sys, pathlib, os
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("%load_ext workbench").raise_error()
shell.run_cell("1 + 1").raise_error()
print([name for name in {HEAVY.split()!r} + ["workbench.studio"] if name in sys.modules])
print((pathlib.Path(os.environ["WORKBENCH_HOME"]) / "workbench.db").exists())
found = shell.magics_manager.magics["line"]
print(sorted(set("chat kb search ask circuit qjobs runs replay workbench".split()) & set(found)))
shell.run_cell("%load_ext workbench")
shell.run_cell("%unload_ext workbench").raise_error()
left = shell.magics_manager.magics
print(any(name in left["line"] for name in ("chat", "kb", "circuit", "qjobs")), "circuit" in left["cell"])
shell.run_cell("%load_ext workbench").raise_error()
print("circuit" in shell.magics_manager.magics["cell"])
"""


def test_loading_opens_nothing_and_can_be_taken_back():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("[", "True", "False"))]
    names = "['ask', 'chat', 'circuit', 'kb', 'qjobs', 'replay', 'runs', 'search', 'workbench']"
    assert lines == ["[]", "False", names, "False False", "True"]
