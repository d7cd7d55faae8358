"""The knowledge panel without its browser: what it knows, what a reader may do, what to show.

Every action returns at once: searches, answers and work on files go on in threads of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.embedders import embedder_names
from workbench.widgets.failures import described
from workbench.widgets.knowledge_answers import QUOTES_ONLY, Answers
from workbench.widgets.knowledge_desk import Desk
from workbench.widgets.knowledge_intake import Intake
from workbench.widgets.knowledge_library import Library
from workbench.widgets.knowledge_reader import Reader
from workbench.widgets.knowledge_search import Finder
from workbench.widgets.knowledge_tasks import Tasks

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["PARTS", "KnowledgeExplorer"]

PARTS = ("bases", "base", "tasks", "found", "page", "answer", "status")


class KnowledgeExplorer:
    """The state of one knowledge panel.

    Parameters
    ----------
    studio : Studio
        Whose files and knowledge bases are shown: those of its current user.
    publish : callable
        Called with ``{"type": "state", "parts": (...), "settled": bool}`` when `view` of these parts
        would differ, with ``{"type": "ack", ...}`` and ``{"type": "cut", ...}`` on the bytes of a
        file, and with ``{"type": "live", ...}`` for pieces of an answer. From any thread.
    base : str, optional
        Id or name of a knowledge base; a new name makes one. By default the one changed last.
    """

    def __init__(
        self, studio: Studio, publish: Callable[[dict[str, Any]], None], *, base: str | None = None
    ) -> None:
        self.desk = Desk(studio, publish)
        self.tasks = Tasks(lambda: self.desk.changed("tasks"))
        self.finder = Finder(self.desk)
        self.reader = Reader(self.desk)
        self.answers = Answers(self.desk)
        self.library = Library(self.desk, self.tasks, self._turned, self._added)
        self.intake = Intake(self.desk, self.tasks, self.library.ensure, self._added)
        self._actions: dict[str, Callable[..., None]] = {
            "choose": self.library.choose,
            "create": self.library.create,
            "rename": self.library.rename,
            "drop": self.library.drop,
            "remove": self.library.remove,
            "resume": self.library.resume,
            "reindex": self.library.reindex,
            "refresh": self.library.refresh,
            "begin": self.intake.begin,
            "piece": self.intake.piece,
            "beat": self.intake.beat,
            "leave": self.intake.leave,
            "unreadable": self.intake.unreadable,
            "stop": self.intake.stop,
            "clear": self.intake.clear,
            "search": self.finder.search,
            "open": self.open,
            "turn": self.reader.turn,
            "back": self.reader.back,
            "close": self.reader.close,
            "ask": self.answers.ask,
            "stop_answer": self.answers.stop,
            "answer_with": self.answers.choose,
            "dismiss": self.dismiss,
        }
        self._attempt(lambda: self.library.open_or_create(base) if base else self.library.open_latest())

    # ---- what a reader may do ----

    def act(self, action: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        """Do what the browser asks; a failure is shown, never raised.

        Parameters
        ----------
        action : dict
            ``do`` names what; the other items are its arguments.
        buffers : sequence of bytes
            Bytes of a file, for ``piece``.
        """
        arguments = {name: value for name, value in action.items() if name != "do"}
        if action.get("do") == "piece":
            arguments["buffers"] = buffers
        method = self._actions.get(str(action.get("do")))
        if method is not None:
            self._attempt(lambda: method(**arguments))

    def open(self, file_id: str, start: int = 0, end: int = 0) -> None:
        """Show a passage in its page, the words that led to it marked."""
        self.reader.open(file_id, start, end, self.finder.terms(file_id, start, end))

    def dismiss(self) -> None:
        """Take the error away."""
        self.desk.error = None
        self.desk.changed("status")

    # ---- what to show ----

    @property
    def busy(self) -> bool:
        """Whether anything is on its way."""
        return self.tasks.busy or self.finder.busy or self.answers.busy

    def view(self, part: str) -> Any:
        """Return what one of `PARTS` shows, as JSON values without secrets."""
        makers: dict[str, Callable[[], Any]] = {
            "bases": self.library.bases,
            "base": self.library.base,
            "tasks": lambda: [task.view() for task in list(self.tasks.all.values())],
            "found": self.finder.view,
            "page": self.reader.view,
            "answer": self.answers.view,
            "status": self._status,
        }
        try:
            shown = makers[part]()
        except Exception as error:  # noqa: BLE001 - the panel must say why it cannot show more
            self.desk.error = described(error)
            shown = [] if part in {"bases", "tasks"} else {}
        return self.desk.studio.redactor.value(shown)

    def _status(self) -> dict[str, Any]:
        settings = self.desk.studio.settings
        return {
            "error": self.desk.error,
            "most": settings.max_content_length,
            "embedders": embedder_names(),
            "models": self._models(),
        }

    # ---- inside ----

    def _models(self) -> list[dict[str, Any]]:
        """Return the models that can be asked now, and the way to ask none."""
        found = [each for each in self.desk.studio.ai.models() if each["available"]]
        return [QUOTES_ONLY, *({"provider": each["provider"], "model": each["model"]} for each in found)]

    def _attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 - a browser's callback has nobody above it
            self.desk.failed(error)

    def _turned(self) -> None:
        """Another base is open, or its content changed: what was found may not be there any more."""
        self.reader.close()
        self.answers.forget()
        self.finder.again()

    def _added(self) -> None:
        """Files came: what is open stays open."""
        self.library.refresh()
        if not self.tasks.busy:
            self.finder.again()
