"""What the Tab key offers on a magic's line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion, completion_matcher

from workbench.errors import BadInput, WorkbenchError
from workbench.magics.admin import TOPICS, AdminMagics
from workbench.magics.arguments import flags, words
from workbench.magics.chat import ChatMagics
from workbench.magics.circuits import CircuitMagics
from workbench.magics.job_actions import ACTIONS as JOB_ACTIONS
from workbench.magics.kb_words import ACTIONS as KB_ACTIONS
from workbench.magics.knowledge import KnowledgeMagics
from workbench.magics.runs import ACTIONS, MODES, STATUSES, RunsMagics

if TYPE_CHECKING:
    from workbench.magics.context import Context

__all__ = ["Completion"]

_MAGICS = {
    "ask": KnowledgeMagics.ask,
    "chat": ChatMagics.chat,
    "circuit": CircuitMagics.circuit,
    "kb": KnowledgeMagics.kb,
    "qjobs": CircuitMagics.qjobs,
    "search": KnowledgeMagics.search,
    "runs": RunsMagics.runs,
    "replay": RunsMagics.replay,
    "workbench": AdminMagics.workbench,
}
_MAGIC_LINE = re.compile(rf"\s*%{{1,2}}({'|'.join(_MAGICS)})\s(.*)\Z", re.DOTALL)
_TAKES_RUNS = ("show", "diff", "export", "verify", "tag")
_RUNS_OFFERED = 50
KINDS = (
    "chat",
    "circuit",
    "circuit.estimate",
    "circuit.job",
    "circuit.optimise",
    "circuit.transpile",
    "embedding",
    "file.upload",
    "image",
    "knowledge.add",
    "knowledge.ask",
    "knowledge.create",
    "knowledge.search",
    "report",
)


class Completion:
    """Offers options, models, sessions, knowledge bases, actions and Runs.

    Parameters
    ----------
    context : Context
        What the magics share.
    """

    def __init__(self, context: Context) -> None:
        self.context = context

    @completion_matcher(api_version=2, identifier="workbench.magics", priority=100)
    def offer(self, context: Any) -> dict[str, Any]:
        """Return what may stand at the cursor; IPython calls this for every completion."""
        known = _MAGIC_LINE.match(context.text_until_cursor)
        found = self._matching(known[1], known[2], context.token) if known else []
        # With something of its own to offer, Python's keywords and files are noise.
        return {
            "completions": [SimpleCompletion(text, type="magic") for text in found],
            "suppress": True,
            "ordered": True,
        }

    def _matching(self, name: str, before: str, token: str) -> list[str]:
        word = re.split(r"\s", before)[-1]
        try:
            found = self.candidates(name, before, word)
        except WorkbenchError:
            # The Tab key has nothing to say where there is no Studio; running the cell tells why.
            return []
        # IPython replaces the part after the last of its delimiters, a colon among them.
        known = len(word) - len(token)
        return [one[known:] for one in found if one.lower().startswith(word.lower())]

    def candidates(self, name: str, before: str, word: str) -> Iterable[str]:
        """Return all words that may stand where ``word`` begins.

        Parameters
        ----------
        name : str
            The magic.
        before : str
            What follows it, up to the cursor.
        word : str
            The last word of that, perhaps empty.
        """
        given = before.split()[:-1] if word else before.split()
        magic = _MAGICS[name]
        if given and flags(magic).get(given[-1]):
            return self._values(given[-1])
        if word.startswith("-"):
            return flags(magic)
        return self._words(name, [one for one in _split(before, word) if not one.startswith("-")])

    def _values(self, flag: str) -> Iterable[str]:
        sources: dict[str, Callable[[], Iterable[str]]] = {
            "-m": self._models,
            "--model": self._models,
            "--session": self._sessions,
            "--status": lambda: STATUSES,
            "--kind": lambda: KINDS,
            "--json": self._schemas,
            "--kb": self._bases,
            "--embedder": _embedders,
            "--on": lambda: _circuits().places(),
            "--compare": lambda: ["all", *_circuits().engines()],
            "--noise": lambda: _circuits().virtual(),
            "--precision": lambda: ("single", "double"),
            "--mitigate": lambda: ("readout", "readout+zne", "zne"),
            "--shots": lambda: ("exact",),
            "--of": self._variables,
            "--type": lambda: self._files("file_type"),
            "--file": lambda: self._files("filename"),
        }
        return sources.get(flag, tuple)()

    def _words(self, name: str, given: list[str]) -> Iterable[str]:
        offered: dict[str, Callable[[list[str]], Iterable[str]]] = {
            "circuit": lambda given: () if given else self._variables(_circuits().is_circuit),
            "kb": self._kb_words,
            "qjobs": self._job_words,
            "replay": lambda given: () if given else MODES,
            "runs": self._runs_words,
            "workbench": lambda given: () if given else TOPICS,
        }
        return offered[name](given) if name in offered else ()

    def _runs_words(self, given: list[str]) -> Iterable[str]:
        if not given:
            return ACTIONS
        return self._run_ids() if given[0] in _TAKES_RUNS else ()

    def _kb_words(self, given: list[str]) -> Iterable[str]:
        if not given:
            return KB_ACTIONS
        if given[0] in {"create", "list"}:
            return ()
        if len(given) == 1:
            return self._bases()
        # Nothing after `add`: IPython's own offer of files is what is wanted there.
        return self._files("filename", given[1]) if given[0] == "remove" else ()

    def _bases(self) -> list[str]:
        studio = self.context.studio
        bases = studio.vectors.list_knowledge_bases(studio.user_id)
        return [_written(base["name"]) for base in bases]

    def _files(self, what: str, base: str | None = None) -> list[str]:
        from workbench.knowledge.choosing import base_named
        from workbench.magics.kb_words import last_used

        studio = self.context.studio
        files = studio.vectors.files(base_named(studio, base or last_used(self.context)))
        return sorted({_written(file[what]) for file in files})

    def _models(self) -> list[str]:
        offered = self.context.studio.ai.models()
        ready = [f"{one['provider']}:{one['model']}" for one in offered if one["available"]]
        return ready + [f"{one['provider']}:{one['model']}" for one in offered if not one["available"]]

    def _sessions(self) -> list[str]:
        studio = self.context.studio
        titles = [one["title"] for one in studio.chat.list_sessions(studio.user_id, limit=200)]
        return list(map(_written, titles))

    def _run_ids(self) -> list[str]:
        return [run.id for run in self.context.studio.runs.list(limit=_RUNS_OFFERED)]

    def _job_words(self, given: list[str]) -> Iterable[str]:
        if not given:
            return JOB_ACTIONS
        if len(given) > 1:
            return ()
        return [run.id for run in self.context.studio.runs.list(kind="circuit.job", limit=_RUNS_OFFERED)]

    def _schemas(self) -> list[str]:
        return self._variables(_is_schema)

    def _variables(self, wanted: Callable[[Any], bool] = lambda _: True) -> list[str]:
        space = self.context.shell.user_ns
        return [name for name, value in space.items() if not name.startswith("_") and wanted(value)]


def _split(before: str, word: str) -> list[str]:
    """Return the whole words before the last one, quotation marks taken off."""
    known = before[: len(before) - len(word)]
    try:
        return words(known)
    except BadInput:
        return known.split()


def _written(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _embedders() -> list[str]:
    from workbench.embedders import embedder_names

    return embedder_names()


def _circuits() -> Any:
    from workbench.magics import circuit_names

    return circuit_names


def _is_schema(value: Any) -> bool:
    return hasattr(value, "model_json_schema") or (isinstance(value, dict) and "type" in value)
