"""``%workbench``: what works here, what was spent, what is set."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from workbench.errors import BadInput
from workbench.magics.arguments import parse_words
from workbench.magics.base import SharingMagics

if TYPE_CHECKING:
    from workbench.magics.table import Table

__all__ = ["TOPICS", "AdminMagics"]

TOPICS = {
    "doctor": "what works on this machine and what is missing",
    "cost": "what this execution spent, by model",
    "settings": "every setting, secrets hidden",
    "help": "the magics and what they do",
}
_HELP = (
    ("%chat QUESTION", "ask a language model; %%chat for a longer question"),
    ("%kb", "knowledge bases: create, add, list, files, remove, drop, resume, reindex, stats, verify"),
    ("%search WORDS", "passages of a knowledge base, by meaning and by words"),
    ("%ask QUESTION", "an answer with citations from a knowledge base; %%ask for a longer question"),
    ("%circuit NAME", "run a quantum circuit; %%circuit above OpenQASM or Python that builds one"),
    ("%qjobs", "jobs on quantum machines: table, fetch, cancel"),
    ("%runs", "what was done: table, show, diff, export, import, verify, tag"),
    ("%replay MODE", "live, cache or strict; %%replay for one cell"),
    ("%workbench TOPIC", "doctor, cost, settings or this help"),
)
_CREDENTIALS = re.compile(r"//[^/@\s]+@")
_MASK = "*" * 10


@magics_class
class AdminMagics(SharingMagics):
    """The magic that looks at the installation."""

    @magic_arguments()
    @argument("topic", nargs="?", default="help", metavar="TOPIC", help="doctor, cost, settings or help.")
    @line_magic
    def workbench(self, line: str) -> None:
        """Look at the workbench itself.

        ``%workbench doctor``
            what works on this machine and what is missing; of a key only whether it is present
        ``%workbench cost``
            what this execution spent, by model
        ``%workbench settings``
            every setting, secrets hidden
        ``%workbench help``
            the magics in one table; each documents itself, as in ``%chat?``
        """
        topic = parse_words(AdminMagics.workbench, line).topic
        tables: dict[str, Callable[[], Table]] = {
            "doctor": self._doctor,
            "cost": self._cost,
            "settings": self._settings,
            "help": self._help,
        }
        if topic not in tables:
            raise BadInput(f"%workbench knows no {topic!r}.", f"There are {', '.join(TOPICS)}.")
        display(tables[topic]())

    def _doctor(self) -> Table:
        from workbench.doctor import checks
        from workbench.magics.table import Table

        found = checks(self.context.studio)
        rows = [[check.name, check.state, check.detail, check.hint] for check in found]
        wrong = sum(check.state == "problem" for check in found)
        note = f"{wrong} to put right." if wrong else "Nothing is wrong; what is absent is optional."
        return Table(
            ("check", "state", "found", "what to do"), rows, "Workbench doctor", note, states="state"
        )

    def _cost(self) -> Table:
        from workbench.magics.run_views import cost_table

        runs = self.context.studio.runs
        return cost_table(runs.frame(execution=runs.execution), runs.spent())

    def _settings(self) -> Table:
        from workbench.magics.table import Table

        settings = self.context.studio.settings
        rows = [
            [name.upper(), _shown(getattr(settings, name)), field.description or ""]
            for name, field in type(settings).model_fields.items()
        ]
        return Table(("setting", "value", "what it is"), rows, "Settings")

    def _help(self) -> Table:
        from workbench.magics.table import Table

        note = "Each documents itself: %chat? shows every option."
        return Table(("magic", "what it does"), _HELP, "Workbench magics", note)


def _shown(value: Any) -> str:
    """Write a setting; a secret, or credentials inside an address, as stars."""
    if value is None:
        return "not set"
    if hasattr(value, "get_secret_value"):
        return _MASK if value.get_secret_value() else "not set"
    if isinstance(value, dict):
        return ", ".join(map(str, value))
    return _CREDENTIALS.sub(f"//{_MASK}@", str(value))
