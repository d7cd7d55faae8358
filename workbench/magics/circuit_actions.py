"""What ``%circuit`` does with a circuit: run it, send it, or draw it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, Cancelled
from workbench.magics.progress import LiveProgress

if TYPE_CHECKING:
    from workbench.magics.circuit_words import CircuitOptions
    from workbench.magics.context import Context

__all__ = ["draw", "run", "submit"]

# What a hint calls an argument of the service, and how the line says it.
_OPTIONS = (
    (r"\bshots=None\b", "--shots exact"),
    (r"\bcompare=True\b", "--compare"),
    (r"\bbind=\{'([^']+)': ([^}]+)\}", r"--bind \1=\2"),
    (r"\bsweep=\{'([^']+)': \[[^\]]*\]\}", r"--sweep \1=0:1:11"),
    (r"\bobservables=", "--observe "),
    (r"\b(on|noise|mitigate)='([^' ]+)'", r"--\1 \2"),
    (r"\b(bind|compare|mitigate|noise|on|precision|seed|shots|sweep)= ?", r"--\1 "),
)


def run(context: Context, circuit: Any, options: CircuitOptions) -> None:
    """Run a circuit, show the result in the place of the progress, and bind it.

    Raises
    ------
    Cancelled
        The kernel was interrupted; the Run is kept, as cancelled. A job on a machine goes on.
    """
    title = "Sweep" if "sweep" in options.run else "Circuit"
    shown = LiveProgress(title, live=context.live)
    try:
        with _in_options():
            result = context.studio.quantum.run(circuit, **options.run, progress=shown)
    except (KeyboardInterrupt, Cancelled):
        shown.finish(None)
        raise _stopped(options) from None
    except BaseException:
        shown.finish(None)
        raise
    context.bind(options.variable, result)
    shown.finish(result._repr_mimebundle_())


def _stopped(options: CircuitOptions) -> Cancelled:
    if ":" in options.run.get("on", ""):
        return Cancelled("The waiting was stopped.", "The job goes on; `%qjobs` names it.")
    return Cancelled("The circuit was stopped before its end.", "`%runs --status cancelled` names its Run.")


def submit(context: Context, circuit: Any, options: CircuitOptions) -> None:
    """Send a circuit to a machine and show the job.

    Raises
    ------
    BadInput
        An option is not one of a job.
    """
    from IPython.display import display

    taken = {"on", "shots", "seed", "bind", "name", "tags"}
    if beyond := [name for name in options.run if name not in taken]:
        raise BadInput(
            f"--detach does not go with --{_flag(beyond[0])}.",
            "A job takes --on, --shots, --seed, --bind, --name and --tag.",
        )
    if "on" not in options.run:
        raise BadInput(
            "--detach needs a machine.", "Name it, as in --on fake:manila.", details={"field": "on"}
        )
    with _in_options():
        job = context.studio.quantum.submit(circuit, **options.run)
    context.bind(options.variable, job)
    display(job)


def _flag(name: str) -> str:
    return "observe" if name == "observables" else name


def draw(context: Context, circuit: Any, options: CircuitOptions) -> None:
    """Show the diagram; run and record nothing. The variable takes the circuit, as Qiskit has it."""
    from IPython.display import display

    from workbench.quantum.drawing.diagram import circuit_svg
    from workbench.quantum.loading import load
    from workbench.wording import amount

    _ = context.studio.quantum  # says so where circuits are off
    program = load(circuit)
    made = program.circuit
    context.bind(options.variable, made)
    told = f"{amount(made.num_qubits, 'qubit')}, {amount(made.size(), 'operation')}, depth {made.depth():,}"
    svg = circuit_svg(made)
    display(
        {"text/html": f"<div>{svg}</div>", "text/plain": f"Circuit in {program.dialect}: {told}"}, raw=True
    )


@contextmanager
def _in_options() -> Iterator[None]:
    """Say hints that name arguments of the service by the options of the line."""
    try:
        yield
    except BadInput as error:
        hint = error.hint
        for argument, option in _OPTIONS:
            hint = re.sub(argument, option, hint)
        if hint == error.hint:
            raise
        raise BadInput(error.message, hint, details=error.details) from None
