"""A chat panel on the workbench's chat service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from workbench.widgets.conversation import Conversation
from workbench.widgets.messages import static_html
from workbench.widgets.panel import Panel, asset

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["ChatWidget"]


class ChatWidget(Panel):
    """Talk with a model: streaming, Stop, sessions, retry, edit, rating, tokens and cost.

    Every answer is a Run, as from `ChatService` and ``%chat``; the sessions are the same ones.

    Parameters
    ----------
    studio : Studio, optional
        The process's default one when not given.
    session : str, optional
        Id or title of a chat session to open; a new title makes a new session.
    provider, model : str, optional
        As in `AIService.chat_completion`; the panel can choose another.
    system_prompt : str, optional
        For the sessions that this panel makes.
    **traits
        Those of `ipywidgets.DOMWidget`, such as ``layout={"height": "80vh"}``.

    Examples
    --------
    >>> from workbench.widgets import ChatWidget
    >>> ChatWidget(session="Reading group", model="local:smollm2")  # doctest: +SKIP
    """

    _esm = asset("dom.js", "chat.js")
    _css = asset("theme.css", "chat.css")

    messages = traitlets.List().tag(sync=True)
    sessions = traitlets.List().tag(sync=True)
    models = traitlets.List().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        studio: Studio | None = None,
        *,
        session: str | None = None,
        provider: str | None = None,
        model: str | None = None,
        system_prompt: str | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(studio, **traits)
        self.conversation = Conversation(
            self.studio,
            self._publish,
            session=session,
            provider=provider,
            model=model,
            system_prompt=system_prompt,
        )
        self._publish({"type": "state"})

    def act(self, action: dict[str, Any]) -> None:
        """Do what the browser asks; see `Conversation.act`."""
        self.conversation.act(action)

    def static_html(self) -> str:
        """Return the conversation as HTML without script."""
        return static_html(self.status.get("title"), self.messages, self.status.get("totals", ""))

    def __repr__(self) -> str:
        return f"ChatWidget(session={self.status.get('title')!r}, messages={len(self.messages)})"

    def _publish(self, event: dict[str, Any]) -> None:
        """Pass an event of the conversation on; threads come one after the other."""
        conversation = getattr(self, "conversation", None)
        if conversation is None:  # still being made
            return
        with conversation.lock:
            if event["type"] != "state":
                self.send(event)
                return
            self._show(conversation.snapshot())

    def _show(self, snapshot: dict[str, Any]) -> None:
        with self.hold_sync():
            for name, value in snapshot.items():
                setattr(self, name, value)
        if not self.status["busy"]:
            self._refresh_twin()
