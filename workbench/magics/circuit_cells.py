"""Which circuit a cell or a word means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.magics.cells import run_cell
from workbench.magics.interpolation import close_names

if TYPE_CHECKING:
    from workbench.magics.context import Context

__all__ = ["circuit_of_cell", "circuit_of_word", "is_circuit"]

# By name, so that asking loads no library.
_CIRCUITS = {
    ("braket", "Circuit"),
    ("cirq", "AbstractCircuit"),
    ("pennylane", "QNode"),
    ("pennylane", "QuantumScript"),
    ("qiskit", "QuantumCircuit"),
}


def is_circuit(value: Any) -> bool:
    """Whether a value is a circuit of one of the libraries; loads none of them."""
    bases = ((base.__module__.partition(".")[0], base.__name__) for base in type(value).__mro__)
    return any(base in _CIRCUITS for base in bases)


def circuit_of_cell(context: Context, cell: str, named: str | None) -> Any:
    """Return the OpenQASM of a cell, or run its Python and return the circuit that it builds.

    Parameters
    ----------
    context : Context
        The notebook; Python runs in its variables.
    cell : str
        The cell's body.
    named : str or None
        The variable that holds the circuit, where that is said.

    Raises
    ------
    BadInput
        The cell is empty, builds no circuit, or several.
    """
    from workbench.quantum.loading import detect

    if not cell.strip():
        raise BadInput(
            "The cell is empty.", "Write OpenQASM, or Python that builds a circuit, below %%circuit."
        )
    if detect(cell) != "python":
        if named is not None:
            raise BadInput("--of names a variable, and the cell is OpenQASM.", "Leave --of out.")
        return cell
    space = context.shell.user_ns
    before = dict(space)
    last = run_cell(context.shell, cell)
    name, circuit = _built(last, before, space, named)
    print(f"The circuit is {name}.")  # noqa: T201 - which of the cell's objects it is
    return circuit


def _built(
    last: Any, before: Mapping[str, Any], space: Mapping[str, Any], named: str | None
) -> tuple[str, Any]:
    if named is not None:
        return named, _variable(named, space)
    if is_circuit(last):
        found = [name for name, value in space.items() if value is last and not name.startswith("_")]
        return (found or ["the value of the last line"])[0], last
    made = {
        name: value
        for name, value in space.items()
        if is_circuit(value) and before.get(name) is not value and not name.startswith("_")
    }
    if len({id(value) for value in made.values()}) == 1:
        return next(iter(made.items()))
    if made:
        raise BadInput(
            f"The cell builds several circuits: {', '.join(made)}.",
            "Name one with --of, or put it on the last line.",
        )
    raise BadInput(
        "The cell builds no circuit.",
        "Put a circuit of Qiskit, Cirq, PennyLane or Braket on its last line, or begin with OPENQASM 3.0;",
    )


def _variable(name: str, space: Mapping[str, Any]) -> Any:
    if name not in space:
        raise BadInput(f"--of {name} is no variable after the cell has run.", close_names(name, space))
    return space[name]


def circuit_of_word(word: Any, namespace: Mapping[str, Any]) -> Any:
    """Return what a word of ``%circuit`` means: an object, a variable, an expression, a file of OpenQASM.

    Parameters
    ----------
    word : object
        A value already, or a text.
    namespace : mapping
        Variables by name.

    Raises
    ------
    BadInput
        It is neither a circuit nor OpenQASM.
    """
    if not isinstance(word, str) or word.endswith(".qasm") or ";" in word:
        return word
    try:
        value = eval(compile(word, "<circuit>", "eval"), dict(namespace))  # noqa: S307 - the notebook's own code
    except NameError as error:
        hint = close_names(error.name or word, namespace) or "`%%circuit` takes the circuit itself, below it."
        raise BadInput(f"There is no variable {error.name or word}.", hint) from None
    except Exception as error:
        raise BadInput(
            f"{word} failed: {type(error).__name__}: {error}.", "Try it in a cell of its own."
        ) from error
    return value
