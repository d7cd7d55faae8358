from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import pytest

import workbench
from tests.standin.server import KEYS
from tests.widgets.conftest import until
from workbench.errors import Cancelled
from workbench.quantum import backends
from workbench.quantum.agreement import compare
from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.execution import Asked
from workbench.quantum.loading import load
from workbench.quantum.lowering import lower
from workbench.studio import Studio
from workbench.widgets import CircuitWidget
from workbench.widgets.circuits_examples import examples

TURNED = """OPENQASM 3.0;
include "stdgates.inc";
input float[64] theta;
qubit[2] q;
bit[2] c;
ry(theta) q[0];
cx q[0], q[1];
c = measure q;
"""
WRONG = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[1];\n  hh q[0];\n'


class PatientBackend:
    """Somebody else's engine, which answers |0...0> when it is let."""

    name = "patient"
    precisions: ClassVar[frozenset[str]] = frozenset({"double"})
    begun, let = threading.Event(), threading.Event()

    def __init__(self, settings: Any) -> None:
        pass

    def available(self) -> str | None:
        return None

    def refuses(self, task: Task) -> str | None:
        return None

    def bytes_needed(self, task: Task) -> int:
        return 0

    def run(self, task: Task) -> Outcome:
        self.begun.set()
        self.let.wait(20)
        return Outcome(counts={"0" * task.lowered.clbits: task.shots or 1})


@pytest.fixture
def patient() -> Iterator[type[PatientBackend]]:
    """The engine, in the registry while the test runs."""
    points = backends._PLUGINS.points
    points["patient"] = EntryPoint("patient", f"{__name__}:PatientBackend", "workbench.circuit_backends")
    PatientBackend.begun.clear()
    PatientBackend.let.clear()
    yield PatientBackend
    PatientBackend.let.set()
    del points["patient"]


class Reader:
    """Someone at the panel."""

    def __init__(self, studio: Studio, **given: Any) -> None:
        self.studio = studio
        self.panel = CircuitWidget(studio, **given)
        self.settled()

    def do(self, action: str, **arguments: Any) -> dict[str, Any]:
        self.panel.act({"do": action, **arguments})
        return self.settled()

    def settled(self) -> dict[str, Any]:
        until(lambda: not self.panel.bench.busy)
        result: dict[str, Any] = self.panel.bench.view("result")
        until(lambda: self.panel.result == result and self.panel.program == self.panel.bench.view("program"))
        return result

    @property
    def runs(self) -> list[Any]:
        return self.studio.runs.list(kind="circuit")

    def bars(self) -> dict[str, float]:
        """What the titles of the histogram's bars say."""
        found = re.findall(r"<title>([01]+): ([\d.,e-]+)</title>", self.panel.result["histogram"])
        return {key: float(value.replace(",", "")) for key, value in found}


@pytest.fixture
def reader(studio: Studio) -> Reader:
    return Reader(studio, seed=7)


def test_a_bell_pair_stands_there_drawn_and_not_yet_run(reader: Reader) -> None:
    program = reader.panel.program
    assert "<svg" in program["svg"] and not program["stale"] and program["error"] is None
    assert program["facts"] == "OpenQASM 2 · 2 qubits · 4 operations · depth 3"
    assert not reader.panel.result.get("kind") and reader.runs == []
    assert repr(reader.panel) == f"CircuitWidget({program['facts']})"


def test_a_run_from_the_panel_is_the_run_from_the_service(reader: Reader) -> None:
    shown = reader.do("run")
    (run,) = reader.runs
    assert (shown["kind"], shown["run"], shown["stale"], shown["error"]) == ("run", run.id, False, None)
    source = examples()[0]["source"]
    again = reader.studio.quantum.run(source, seed=7)
    assert (again.run.key, again.run.output["counts"]) == (run.key, run.output["counts"])
    assert set(reader.bars()) == {"00", "11"} and sum(reader.bars().values()) == pytest.approx(1, abs=0.01)
    assert {"1,024 shots", "seed 7"} <= set(shown["facts"])
    assert [fact for fact in shown["facts"] if fact.startswith("chosen: ")]


def test_what_is_asked_is_what_is_run(reader: Reader) -> None:
    reader.do("edit", source=TURNED)
    reader.do("ask", shots=300, observables="Z0*Z1, X0", on="aer")
    shown = reader.do("turn", values={"theta": 1.25})
    (run,) = reader.runs
    assert (run.seed, run.inputs["shots"], run.inputs["on"]) == (7, 300, "aer")
    assert run.inputs["bind"] == {"theta": 1.25}
    assert [one["name"] for one in run.inputs["observables"]] == ["Z0*Z1", "X0"]
    assert "Z0*Z1" in shown["values"] and "±" in shown["values"]
    exact = reader.do("ask", shots=None) and reader.do("run")
    assert "exact probabilities" in exact["facts"]
    assert reader.bars()["11"] == pytest.approx(0.342, abs=0.001)  # sin(1.25 / 2) ** 2


def test_a_wrong_line_is_named_and_the_last_diagram_stays(reader: Reader) -> None:
    before = reader.panel.program["svg"]
    reader.do("edit", source=WRONG)
    program = reader.panel.program
    assert program["error"]["message"] == "Line 4, column 3: The gate 'hh' is unknown."
    assert (program["error"]["details"]["line"], program["error"]["details"]["column"]) == (4, 3)
    assert program["stale"] and program["svg"] == before
    assert reader.do("run")["error"]["message"] == program["error"]["message"]
    reader.do("edit", source=WRONG.replace("hh", "h"))
    assert not reader.panel.program["stale"] and reader.panel.program["svg"] != before
    assert reader.do("run")["error"] is None


def test_a_slider_that_moves_leaves_no_run_and_one_that_rests_leaves_one(reader: Reader) -> None:
    reader.do("edit", source=TURNED)
    assert reader.panel.asked["parameters"] == [{"name": "theta", "value": pytest.approx(0.785398)}]
    for value in (0.5, 1.5, 3.0):
        shown = reader.do("turn", values={"theta": value}, hold=True)
    assert (shown["kind"], shown["run"], reader.runs) == ("preview", "", [])
    assert reader.bars()["11"] == pytest.approx(0.995, abs=0.001)  # sin(1.5) ** 2
    shown = reader.do("turn", values={"theta": 3.0})
    assert [run.id for run in reader.runs] == [shown["run"]]
    assert reader.runs[0].inputs["bind"] == {"theta": 3.0}


def test_positions_that_came_while_another_was_computed_are_left_out(
    studio: Studio, patient: type[PatientBackend]
) -> None:
    reader = Reader(studio, circuit=TURNED, on="patient", shots=10)
    reader.panel.act({"do": "run"})
    assert patient.begun.wait(20)
    for step in range(50):
        reader.panel.act({"do": "turn", "values": {"theta": step / 10}})
    patient.let.set()
    reader.settled()
    assert [run.inputs["bind"]["theta"] for run in reader.runs] == [4.9, pytest.approx(0.785398)]


def test_stop_frees_the_panel_at_once_and_cancels_the_run(
    studio: Studio, patient: type[PatientBackend]
) -> None:
    reader = Reader(studio, on="patient", shots=10)
    reader.panel.act({"do": "run"})
    assert patient.begun.wait(20)
    assert reader.panel.result["busy"] == "run"
    (run,) = reader.runs
    shown = reader.do("stop")
    assert (shown["busy"], shown["note"]) == ("", f"Stopped, Run …{run.id[-6:]} too.")
    # Something else is done while the engine is still at it.
    reader.do("ask", on="qiskit")
    other = reader.do("run")
    assert other["run"] not in {"", run.id}
    threading.Timer(0.6, patient.let.set).start()  # a Run looks twice a second whether it is to stop
    until(lambda: reader.studio.runs.get(run.id).ended)
    assert reader.studio.runs.get(run.id).status == "cancelled"
    assert reader.panel.result["run"] == other["run"]


def test_every_engine_is_compared(studio: Studio, patient: type[PatientBackend]) -> None:
    reader = Reader(studio, seed=1)
    patient.let.set()
    shown = reader.do("compare")
    (run,) = reader.runs
    assert shown["error"] is None and "total variation distance" in shown["agreement"]
    assert {"aer", "cirq", "qsim", "patient"} <= {*run.output["agreement"]["engines"]}
    assert "The engines do not agree" in shown["agreement"]  # the patient one says 00 alone


def test_a_comparison_is_stopped_between_two_engines(studio: Studio) -> None:
    def stop() -> None:
        raise Cancelled("Enough.")

    lowered = lower(load(examples()[0]["source"]).circuit)
    with pytest.raises(Cancelled):
        compare(lowered, Asked(None, 1), ["qiskit", "aer"], studio.quantum.engines, check=stop)


def test_a_result_of_what_stood_there_before_is_told(reader: Reader) -> None:
    assert reader.do("run")["stale"] is False
    assert reader.do("ask", shots=10)["stale"] is True
    assert reader.do("run")["stale"] is False
    assert reader.do("edit", source=TURNED)["stale"] is True
    assert "histogram" not in reader.panel.static_html()


def test_a_path_in_the_text_is_no_file(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "mine.qasm").write_text(examples()[0]["source"])
    reader.do("edit", source=str(tmp_path / "mine.qasm"))
    assert "not OpenQASM" in reader.panel.program["error"]["message"]
    assert Reader(reader.studio, circuit=tmp_path / "mine.qasm").panel.program["error"] is None


def test_every_example_is_drawn_and_run(reader: Reader) -> None:
    likely = {}
    for example in examples():
        reader.do("edit", source=example["source"])
        assert reader.panel.program["error"] is None, example["name"]
        shown = reader.do("run")
        assert (shown["kind"], shown["error"]) == ("run", None), example["name"]
        likely[example["name"]] = max(reader.bars(), key=reader.bars().__getitem__)
    assert likely["grover"] == "101"
    # What was sent shows 1 with sin(pi / 8) ** 2, whatever was measured on the way.
    assert reader.runs[0].inputs["bind"] == {"theta": pytest.approx(0.785398)}
    weights = reader.studio.quantum.result(reader.runs[0].id).probabilities
    assert sum(value for key, value in weights.items() if key[-1] == "1") == pytest.approx(0.14645, abs=1e-4)


def test_what_is_kept_in_the_notebook_needs_no_kernel(reader: Reader) -> None:
    reader.do("edit", source=TURNED.replace("theta", "alpha"))
    shown = reader.do("run")
    html = reader.panel._repr_mimebundle_()["text/html"]
    for said in ("input float[64] alpha;", "wb-circuit", "wb-histogram", shown["run"], "alpha = 0.785398"):
        assert said in html
    assert "<script" not in html
    reader.do("edit", source=WRONG + "// <b>&")
    assert "&lt;b&gt;&amp;" in reader.panel.static_html()
    assert "The gate &#x27;hh&#x27; is unknown." in reader.panel.static_html()


def test_every_engine_says_whether_it_can_be_used(reader: Reader) -> None:
    until(lambda: reader.panel.engines)
    names = {each["name"] for each in reader.panel.engines}
    assert {"aer", "qiskit", "qsim", "stim"} <= names
    assert not names & {"fake", "ibm"}


def test_no_key_is_in_any_trait(reader: Reader) -> None:
    reader.do("edit", source=f"// {KEYS['openai']}\n{TURNED}")
    assert KEYS["openai"] not in repr(reader.panel.get_state())


@pytest.mark.parametrize(
    "action",
    [
        {"do": "edit", "source": 3},
        {"do": "edit", "source": "x" * 200_001},
        {"do": "turn", "values": {"theta": float("nan")}},
        {"do": "turn", "values": {"theta": "much"}},
        {"do": "turn"},
        {"do": "ask", "values": {"theta": 1}},
        {"do": "ask", "observables": ["Z0"]},
    ],
)
def test_nonsense_from_the_browser_is_told_in_a_sentence(reader: Reader, action: dict[str, Any]) -> None:
    reader.panel.act(action)
    error = reader.panel.status["error"]
    assert error["message"].endswith(("here.", "that.", "radians.", "safe."))
    assert reader.do("run")["kind"] == "run"
    reader.do("dismiss")
    assert reader.panel.status["error"] is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"on": "abacus"}, "There is no circuit engine 'abacus'."),
        ({"shots": 0}, "shots is 0; expected a whole number from 1 to 100,000,000."),
        ({"shots": 2.5}, "shots is 2.5; expected a whole number from 1 to 100,000,000."),
        ({"seed": -1}, "The seed is -1; expected a whole number from 0 to 2147483647."),
        ({"observables": "Z9"}, "Z9"),
    ],
)
def test_what_cannot_be_run_is_told_by_the_service(reader: Reader, asked: dict[str, Any], said: str) -> None:
    reader.do("ask", **asked)
    error = reader.do("run")["error"]
    assert said in error["message"]
    assert reader.panel.result["busy"] == ""


def test_messages_that_are_no_action_are_left_alone(reader: Reader) -> None:
    reader.panel._received(reader.panel, ["do", "run"], [])
    reader.panel._received(reader.panel, {"do": "fly"}, [])
    assert reader.panel.status == {"error": None} and reader.runs == []


def test_what_is_shown_comes_from_this_machine(reader: Reader) -> None:
    for text in (reader.panel._esm, reader.panel._css):
        assert "://" not in text.replace("http://www.w3.org/2000/svg", "")


def test_the_panel_is_at_the_top_of_the_package() -> None:
    assert workbench.CircuitWidget is CircuitWidget


def test_a_panel_where_circuits_are_off_says_so(studio: Studio) -> None:
    off = Studio(studio.settings.model_copy(update={"enable_quantum": False}))
    panel = CircuitWidget(off)
    until(lambda: panel.status.get("error"))
    assert panel.status["error"]["hint"] == "ENABLE_QUANTUM turns them on."
    off.close()
