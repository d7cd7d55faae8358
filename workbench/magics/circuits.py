"""``%circuit``, ``%%circuit`` and ``%qjobs``: quantum circuits in a cell."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import (
    line_cell_magic,
    line_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from IPython.core.magic_arguments import argument, magic_arguments

from workbench.errors import BadInput
from workbench.magics.arguments import parse_words
from workbench.magics.base import SharingMagics
from workbench.magics.context import check_name
from workbench.magics.values import parse_values

__all__ = ["CircuitMagics"]


@magics_class
class CircuitMagics(SharingMagics):
    """The magics of quantum circuits."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="CIRCUIT",
        help="For %%circuit: a variable, an expression, or a file of OpenQASM. None above a cell.",
    )
    @argument(
        "--on",
        metavar="ENGINE",
        help="aer, qsim, cirq, pennylane, lightning, braket, stim, qiskit, or a machine such as fake:manila;"
        " unset, auto: the fastest, and the result says why.",
    )
    @argument(
        "--shots",
        metavar="N",
        help="Samples, or exact for probabilities without sampling; unset, 1024, while expectation"
        " values and sweeps are exact.",
    )
    @argument("--seed", type=int, metavar="N", help="Seed of the samples; unset, one is drawn and named.")
    @argument(
        "--observe",
        action="append",
        metavar="PAULIS",
        help="Expectation value of a sum of Pauli strings: ZZ (leftmost on qubit 0), 'Z0 Z1',"
        " '0.5*X0 - Z1', several with ; between, NAME={object}, or @name.",
    )
    @argument(
        "--bind",
        action="append",
        metavar="NAME=VALUE",
        help="Value of a parameter in radians, any expression of the notebook, pi too; or @dict.",
    )
    @argument(
        "--sweep",
        action="append",
        metavar="NAME=START:STOP:POINTS",
        help="Many values of a parameter, both ends among them; or NAME={values}, or @table with a column"
        " a parameter. Given again: every combination.",
    )
    @argument(
        "--noise", metavar="NOISE", help="fake:manila, depol=0.01,readout=0.02, or a noise model @name."
    )
    @argument(
        "--mitigate",
        metavar="HOW",
        help="readout, zne or readout+zne: take known errors out of expectation values.",
    )
    @argument(
        "--compare",
        nargs="?",
        const="all",
        metavar="ENGINES",
        help="Run on these too, such as aer,cirq, and say whether they agree; alone, on all.",
    )
    @argument("--precision", metavar="P", help="single or double; unset, what the engine does best.")
    @argument("--draw", action="store_true", help="Show the diagram alone; nothing is run.")
    @argument("--detach", action="store_true", help="Send it as a job to the machine of --on and go on.")
    @argument("--of", metavar="NAME", help="For a cell of Python: the variable that holds the circuit.")
    @argument("--name", metavar="TEXT", help="Label of the Run.")
    @argument("--tag", action="append", metavar="WORD", help="Word to put on the Run; may be given again.")
    @argument(
        "--as",
        dest="variable",
        metavar="NAME",
        help="Variable that takes the CircuitResult; with --draw the QuantumCircuit, with --detach the job.",
    )
    @line_cell_magic
    def circuit(self, line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> None:
        """Run a quantum circuit; the result shows its diagram, what was measured, and by which engine.

        ``%%circuit [options]`` above OpenQASM 2 or 3, or above Python that builds a circuit of Qiskit,
        Cirq, PennyLane or Braket: the last line, or the only new circuit, or the variable of ``--of``.
        ``%circuit NAME [options]`` for a circuit that is there already.

        A key such as 01 has classical bits in the order of their declaration, bit 0 leftmost; the
        header names them. A circuit that measures nothing is read by its qubits.

        Interrupt the kernel to stop; the Run is kept, as cancelled.
        """
        from workbench.magics import circuit_actions as actions
        from workbench.magics.circuit_words import OBJECTS, read_options

        namespace = self.context.namespace(local_ns)
        given = parse_values(CircuitMagics.circuit, line, namespace, objects=OBJECTS)
        options = read_options(given, namespace)
        _ = self.context.studio.quantum  # where circuits are off, nothing of the cell is run
        circuit = self._circuit(given.words, cell, options.of, namespace)
        if options.draw:
            actions.draw(self.context, circuit, options)
        elif options.detach:
            actions.submit(self.context, circuit, options)
        else:
            actions.run(self.context, circuit, options)

    def _circuit(self, words: list[Any], cell: str | None, of: str | None, namespace: dict[str, Any]) -> Any:
        from workbench.magics.circuit_cells import circuit_of_cell, circuit_of_word

        if cell is not None:
            if words:
                raise BadInput(
                    f"%%circuit takes options alone above its cell, not {words[0]!s:.40}.",
                    "Put quotation marks around a value with spaces; `%circuit NAME` runs a variable.",
                )
            return circuit_of_cell(self.context, cell, of)
        if len(words) != 1:
            told = "no circuit is named" if not words else f"{len(words)} words stand where one names it"
            raise BadInput(
                f"%circuit: {told}.", "Write `%circuit NAME [options]`, or `%%circuit` above a cell."
            )
        if of is not None:
            raise BadInput("--of is for a cell of Python.", "Write `%circuit NAME`.")
        return circuit_of_word(words[0], namespace)

    @magic_arguments()
    @argument("words", nargs="*", metavar="ACTION", help="Nothing for the table, or an action and a job.")
    @argument("--wait", action="store_true", help="For fetch: wait for the end.")
    @argument(
        "--limit", type=int, default=20, metavar="N", help="At most so many jobs, newest first; default 20."
    )
    @argument(
        "--as",
        dest="variable",
        metavar="NAME",
        help="Variable that takes the DataFrame, the CircuitResult or the job.",
    )
    @line_magic
    def qjobs(self, line: str) -> None:
        """Show the jobs that were sent to machines, fetch their results, call them back.

        ``%qjobs``
            the table; those that have not ended are asked for
        ``%qjobs fetch ID``
            the result of a job, in whatever notebook and on whatever day; ``--wait`` waits for its end
        ``%qjobs cancel ID``
            call a job back

        A job is named by its Run; the beginning of the identifier is enough.
        """
        from workbench.magics.job_actions import act

        given = parse_words(CircuitMagics.qjobs, line)
        check_name(given.variable)
        self.context.bind(given.variable, act(self.context, given))
