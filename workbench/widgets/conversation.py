"""The chat panel without its browser: what it knows, what a reader may do, what to show.

Every action returns at once. Answers stream in a `Turn` of their own, one per chat session, so a
long answer goes on while the reader looks at another session.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, NotFound, WorkbenchError
from workbench.text import truncate_text
from workbench.widgets.failures import described
from workbench.widgets.messages import live_view, message_view, totals_view
from workbench.widgets.turn import Turn

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["Conversation"]

TITLE_LENGTH = 48
SESSIONS_SHOWN = 200
# How long a new question waits for a stopped answer of the same session to be stored before it.
SETTLE_SECONDS = 2.0


class Conversation:
    """The state of one chat panel.

    Parameters
    ----------
    studio : Studio
        Whose services answer and store.
    publish : callable
        Called with ``{"type": "state"}`` when `snapshot` would differ, with ``{"type": "live", ...}``
        for new pieces of an answer, and with ``{"type": "draft", "text": ...}`` to hand a question
        that was not stored back to the reader. From any thread, some of which hold `lock`.
    session : str, optional
        Id or title of a chat session; a new title makes a new session.
    provider, model : str, optional
        As in `AIService.chat_completion`.
    system_prompt : str, optional
        For sessions that this panel makes.
    """

    def __init__(
        self,
        studio: Studio,
        publish: Callable[[dict[str, Any]], None],
        *,
        session: str | None = None,
        provider: str | None = None,
        model: str | None = None,
        system_prompt: str | None = None,
    ) -> None:
        self.studio = studio
        self.system_prompt = system_prompt
        self.session_id: str | None = None
        self.provider, self.model = provider, model
        self.error: dict[str, Any] | None = None
        self.lock = threading.RLock()
        self._publish = publish
        self._turns: dict[str, Turn] = {}
        self._stopped: dict[str, Turn] = {}
        self._session: dict[str, Any] = {}
        self._actions: dict[str, Callable[..., None]] = {
            "send": self.send,
            "stop": self.stop,
            "retry": self.retry,
            "edit": self.edit,
            "rate": self.rate,
            "new": self.new,
            "open": self.open,
            "rename": self.rename,
            "delete": self.delete,
            "choose": self.choose,
            "dismiss": self.dismiss,
            "hello": self.hello,
        }
        if session is not None:
            self._attempt(lambda: self._open_or_create(session))

    # ---- what a reader may do ----

    def act(self, action: dict[str, Any]) -> None:
        """Do what the browser asks; a failure becomes `error`, never an exception.

        Parameters
        ----------
        action : dict
            ``do`` names a public method; the other items are its arguments.
        """
        arguments = {name: value for name, value in action.items() if name != "do"}
        method = self._actions.get(str(action.get("do")))
        if method is not None:
            self._attempt(lambda: method(**arguments))

    def send(self, text: str) -> None:
        """Ask; the answer streams."""
        if not text.strip():
            return
        with self.lock:
            if self.busy:
                raise BadInput("An answer is still on its way.", "Stop it first, or wait for its end.")
            if self.session_id is None:
                self._load(self._create(truncate_text(" ".join(text.split()), TITLE_LENGTH)))
            self._begin(text)

    def stop(self) -> None:
        """Stop the answer of the session that is shown; the panel is free at once."""
        with self.lock:
            turn = self._turns.pop(self.session_id or "", None)
            if turn is not None:
                turn.stop()
                self._stopped[turn.session_id] = turn
        self._changed()

    def retry(self, id: str | None = None) -> None:  # noqa: A002 - the browser's word
        """Answer again: the answer ``id``, or the last question when it got none."""
        with self.lock:
            session = self._idle_session()
            if id is not None:
                self.studio.chat.retry(session, self.studio.user_id, id)
                self._load(session)
            self._begin(None)

    def edit(self, id: str, text: str) -> None:  # noqa: A002 - the browser's word
        """Change the question ``id`` and answer it anew; what came after it goes."""
        with self.lock:
            session = self._idle_session()
            self.studio.chat.edit(session, self.studio.user_id, id, text)
            self._load(session)
            self._begin(None)

    def rate(self, id: str, rating: int) -> None:  # noqa: A002 - the browser's word
        """Store thumbs up (1), down (-1) or neither (0) for an answer."""
        self.studio.chat.rate(id, self.studio.user_id, rating)
        self._load(self.session_id)
        self._changed()

    def new(self) -> None:
        """Show an empty conversation; its session is made with the first question."""
        self._show(None)

    def open(self, id: str) -> None:  # noqa: A002 - the browser's word
        """Show another session."""
        self._show(id)

    def rename(self, id: str, title: str) -> None:  # noqa: A002 - the browser's word
        """Give a session another title."""
        self.studio.chat.rename_session(id, self.studio.user_id, title.strip())
        self._load(self.session_id)
        self._changed()

    def delete(self, id: str) -> None:  # noqa: A002 - the browser's word
        """Delete a session and its messages."""
        with self.lock:
            if (turn := self._turns.pop(id, None)) is not None:
                turn.stop()
            self.studio.chat.delete_session(id, self.studio.user_id)
        self._show(None if id == self.session_id else self.session_id)

    def choose(self, provider: str, model: str) -> None:
        """Answer with another model from now on, in this session also when it is opened again."""
        self.provider, self.model = provider, model
        if self.session_id is not None:
            self.studio.chat.set_model(self.session_id, self.studio.user_id, model, provider)
        self._changed()

    def dismiss(self) -> None:
        """Take the error away."""
        self.error = None
        self._changed()

    def hello(self) -> None:
        """Send a view that has just been opened what it cannot know yet."""
        with self.lock:
            turn = self._turns.get(self.session_id or "")
            if turn is not None:
                self._paint(turn, list(enumerate(turn.live.blocks)))

    # ---- what to show ----

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way in the session that is shown."""
        return (self.session_id or "") in self._turns

    def snapshot(self) -> dict[str, Any]:
        """Return everything the panel shows, as JSON values.

        Returns
        -------
        dict
            ``messages``, ``sessions``, ``models`` and ``status``.
        """
        with self.lock:
            try:
                shown = {
                    "messages": self._messages(),
                    "sessions": self._sessions(),
                    "models": self.studio.ai.models(),
                    "status": self._status(),
                }
            except Exception as error:  # noqa: BLE001 - the panel must say why it cannot show more
                shown = {"status": {"session": self.session_id, "busy": self.busy, "error": described(error)}}
        clean: dict[str, Any] = self.studio.redactor.value(shown)
        return clean

    def _status(self) -> dict[str, Any]:
        return {
            "session": self.session_id,
            "title": self._session.get("title"),
            "system_prompt": self._session.get("system_prompt") or self.system_prompt,
            "busy": self.busy,
            "choice": self._choice(),
            "error": self.error,
            "totals": totals_view(self._session),
        }

    def _messages(self) -> list[dict[str, Any]]:
        shown = [message_view(message) for message in self._session.get("messages", ())]
        key = self.session_id or ""
        turn = self._turns.get(key) or self._stopped.get(key)
        if turn is None:
            return shown
        return shown + live_view(turn.question, turn.live.blocks, stopped=turn.stopped.is_set())

    def _sessions(self) -> list[dict[str, Any]]:
        known = self.studio.chat.list_sessions(self.studio.user_id, limit=SESSIONS_SHOWN)
        return [
            {"id": each["id"], "title": each["title"], "busy": each["id"] in self._turns} for each in known
        ]

    def _choice(self) -> dict[str, Any]:
        """Name the model that would answer now, by the same rule that will choose it."""
        provider = self.provider or (None if self.model else self._session.get("model_provider"))
        model = self.model or self._session.get("model_name")
        try:
            found, name = self.studio.ai.resolve(provider, model)
        except WorkbenchError as error:
            return {"provider": provider, "model": model, "error": described(error)}
        return {"provider": found, "model": name}

    # ---- inside ----

    def _attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 - a browser's callback has nobody above it
            self.error = described(error)
            self._changed()

    def _changed(self) -> None:
        self._publish({"type": "state"})

    def _idle_session(self) -> str:
        if self.session_id is None:
            raise NotFound("No conversation is open.", "Ask something first.")
        if self.busy:
            raise BadInput("An answer is still on its way.", "Stop it first, or wait for its end.")
        return self.session_id

    def _create(self, title: str | None) -> str:
        made: str = self.studio.chat.create_session(
            self.studio.user_id, title, self.model, provider=self.provider, system_prompt=self.system_prompt
        )
        return made

    def _open_or_create(self, name: str) -> None:
        try:
            self._load(name)
        except NotFound:
            self._load(self.studio.chat.find_session(self.studio.user_id, name) or self._create(name))

    def _load(self, session_id: str | None) -> None:
        session = self.studio.chat.get_session(session_id, self.studio.user_id) if session_id else {}
        with self.lock:
            self.session_id, self._session = session_id, session

    def _show(self, session_id: str | None) -> None:
        self._load(session_id)
        if self._session.get("model_name"):
            self.provider = self.model = None  # the session's own from here on
        self.error = None
        self._changed()
        self.hello()

    def _begin(self, question: str | None) -> None:
        """Start the answer to ``question``, or to the last question stored when it is ``None``."""
        session, provider, model = self.session_id or "", self.provider, self.model
        before = self._stopped.pop(session, None)
        turn = Turn(session, question, self.studio.redactor.text, self._paint, self._end)
        self._turns[session] = turn
        self.error = None
        self._changed()

        def pieces() -> Any:
            if before is not None:
                before.ended.wait(SETTLE_SECONDS)
            return self.studio.chat.stream(session, question, model, provider)

        turn.start(pieces)

    def _paint(self, turn: Turn, changed: list[tuple[int, str]]) -> None:
        if turn.session_id == self.session_id and not turn.stopped.is_set():
            self._publish({"type": "live", "blocks": changed, "count": len(turn.live.blocks)})

    def _end(self, turn: Turn) -> None:
        """Show what was stored in place of what was painted."""
        with self.lock:
            for waiting in (self._turns, self._stopped):
                if waiting.get(turn.session_id) is turn:
                    del waiting[turn.session_id]
            if turn.session_id == self.session_id:
                self._settle(turn)
        self._changed()

    def _settle(self, turn: Turn) -> None:
        self._attempt(lambda: self._load(turn.session_id))
        if turn.error is None or turn.stopped.is_set():
            return
        self.error = described(turn.error)
        stored = self._session.get("messages", ())
        if turn.question and not any(message["content"] == turn.question for message in stored[-2:]):
            self._publish({"type": "draft", "text": turn.question})
