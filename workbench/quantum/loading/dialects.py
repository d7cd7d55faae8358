"""In what a circuit is written, and who reads that."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from workbench.errors import BadInput, MissingExtra, NotFound
from workbench.quantum.loading.program import Program
from workbench.quantum.native import keep_qiskit

__all__ = ["detect", "load"]

_READERS = {
    "qasm2": "workbench.quantum.loading.qasm2",
    "qasm3": "workbench.quantum.loading.qasm3",
    "qiskit": "workbench.quantum.loading.qiskit",
    "cirq": "workbench.quantum.loading.cirq",
    "pennylane": "workbench.quantum.loading.pennylane",
    "braket": "workbench.quantum.loading.braket",
}
_TEXTS = ("qasm2", "qasm3")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_VERSION = re.compile(r"\s*OPENQASM\s+(\d+)")
_OLD = re.compile(r"^\s*(include\s+\"qelib1\.inc\"|[qc]reg\s+\w+\s*\[|opaque\s)", re.MULTILINE)
_NEW = re.compile(
    r"^\s*(include\s+\"stdgates\.inc\"|qubit\s*[\[\w]|bit\s*[\[\w]|input\s+\w|(neg)?ctrl\s*[@(]|gphase\s*\()",
    re.MULTILINE,
)


def detect(text: str) -> str:
    """Return what a text is written in.

    Parameters
    ----------
    text : str
        A program, such as the body of a cell.

    Returns
    -------
    {"qasm2", "qasm3", "python"}
        ``"python"`` for code that builds a circuit, which is to be run, not loaded. Without a version
        line, OpenQASM is known by what its versions do not share.

    Raises
    ------
    BadInput
        If it names a version of OpenQASM that is neither 2 nor 3.
    """
    bare = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    if version := _VERSION.match(bare):
        if version[1] not in {"2", "3"}:
            raise BadInput(
                f"OpenQASM {version[1]} is not known: the versions are 2 and 3.", details={"field": "circuit"}
            )
        return f"qasm{version[1]}"
    if _python(text):
        return "python"
    if _OLD.search(bare):
        return "qasm2"
    return "qasm3" if _NEW.search(bare) else "python"


def _python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def load(circuit: Any, dialect: str | None = None) -> Program:
    """Bring a circuit into the one form.

    Parameters
    ----------
    circuit : str, Path, QuantumCircuit, cirq.Circuit, QNode, QuantumScript or braket Circuit
        OpenQASM 2 (with all gates of ``qelib1.inc`` that Qiskit ever had), the subset of OpenQASM 3 that
        `OPENQASM_3` states, a path to either (a string that ends in ``.qasm``), or an object. Qubits that
        are named are numbered in their order: Cirq's and Braket's sorted, PennyLane's as its device has
        them. A QNode is called without arguments.
    dialect : {"qasm2", "qasm3", "qiskit", "cirq", "pennylane", "braket"}, optional
        What it is written in, where that is not to be found out.

    Returns
    -------
    Program
        The circuit, its source, the line of each operation and the observables asked for.

    Raises
    ------
    BadInput
        If it is malformed: ``details`` has ``line`` and ``column``, from 1. If it holds something that
        cannot be told to every engine, such as a noise channel. If it is in no dialect.
    NotFound
        If there is no such file.
    MissingExtra
        If the library that reads it is not installed.
    """
    if dialect is not None and dialect not in _READERS:
        raise BadInput(
            f"{dialect!r} is no dialect; they are {', '.join(_READERS)}.", details={"field": "dialect"}
        )
    if isinstance(circuit, Path) or (isinstance(circuit, str) and _is_path(circuit)):
        circuit = _read(Path(circuit))
    if isinstance(circuit, str):
        circuit = circuit.removeprefix("\ufeff")
    found = _dialect_of(circuit, dialect)
    keep_qiskit()
    try:
        read: Callable[[Any], Program] = import_module(_READERS[found]).read
        return read(circuit)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"Loading a circuit in {found} needs {error.name}, which is not installed.",
            "Install it: pip install 'autogent-studio[quantum]'.",
        ) from error


def _is_path(text: str) -> bool:
    return "\n" not in text and text.strip().endswith(".qasm")


def _read(path: Path) -> str:
    try:
        return path.expanduser().read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {str(path)!r}.", details={"field": "circuit"}) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"The file {str(path)!r} cannot be read as text: {error}.", details={"field": "circuit"}
        ) from error


def _dialect_of(circuit: Any, asked: str | None) -> str:
    if isinstance(circuit, str):
        return _text(circuit, asked)
    origins = {base.__module__.partition(".")[0] for base in type(circuit).__mro__}
    for name in _READERS:
        if name in origins and asked in {None, name}:
            return name
    wanted = (
        f"a circuit of {asked}"
        if asked
        else "OpenQASM text or a circuit of Qiskit, Cirq, PennyLane or Braket"
    )
    raise BadInput(f"{type(circuit).__name__!r} is not {wanted}.", details={"field": "circuit"})


def _text(circuit: str, asked: str | None) -> str:
    if not circuit.strip():
        raise BadInput("The circuit is empty.", details={"field": "circuit"})
    found = asked or detect(circuit)
    if found in _TEXTS:
        return found
    if asked:
        raise BadInput(
            f"The circuit is text, and {asked} is read from objects.",
            "Pass the object.",
            details={"field": "dialect"},
        )
    raise BadInput(
        "The text is not OpenQASM: it has neither a line 'OPENQASM 2.0;' nor 'OPENQASM 3.0;'.",
        "If it is Python, run it and pass the circuit that it builds.",
        details={"field": "circuit"},
    )
