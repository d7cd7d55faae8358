"""Conversations: stored sessions, their messages and the answers to them."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from workbench.chat.changes import last_message, last_used
from workbench.chat.export import Transcript, transcript
from workbench.chat.history import conversation
from workbench.chat.members import Members
from workbench.chat.providers import resolve
from workbench.chat.rows import message_view
from workbench.chat.sessions import Sessions
from workbench.chat.turn import Announce, Announced, Turn
from workbench.errors import BadInput, Cancelled, NotFound
from workbench.studio import Studio
from workbench.studio import studio as default_studio

__all__ = ["ChatService"]


class ChatService:
    """Manages chat sessions and answers within them.

    Parameters
    ----------
    studio : Studio, optional
        By default the process's default one.

    Notes
    -----
    A question and its answer are stored together when the answer is there: a call that fails
    leaves the session as it was, and a call that is stopped leaves what had come, marked
    ``cancelled`` in the message's metadata.
    """

    def __init__(self, studio: Studio | None = None) -> None:
        self.studio = studio or default_studio()
        self.sessions = Sessions(self.studio.database, self.studio.redactor.text)
        self._members = Members(self.studio.database)

    # sessions

    def create_session(
        self,
        user_id: str,
        title: str | None = None,
        model: str | None = None,
        *,
        provider: str | None = None,
        system_prompt: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> str:
        """Create a chat session.

        Parameters
        ----------
        user_id : str
            Its owner.
        title : str, optional
            By default made from the first question.
        model : str, optional
            By default the provider's default.
        provider : str, optional
            By default told from the model.
        system_prompt : str, optional
            Instructions that precede every call.
        settings : mapping, optional
            Chat settings of every call; see `workbench.chat.messages.check_settings`.

        Returns
        -------
        str
            The session's identifier.
        """
        name, chosen = (None, None)
        if provider or model:
            name, chosen = resolve(provider, model, self.studio.settings)
        return self.sessions.create(user_id, title, name, chosen, system_prompt, settings)

    def get_session(self, session_id: str, user_id: str) -> dict[str, Any]:
        """Return a session with its messages.

        Raises
        ------
        NotFound
            There is no such session of this user, and none that the user is a member of.
        """
        return self.sessions.read(session_id, user_id)

    def describe_session(self, session_id: str, user_id: str) -> dict[str, Any]:
        """Return a session without its messages; raises `NotFound` as `get_session` does."""
        return self.sessions.head(session_id, user_id)

    def messages_after(
        self, session_id: str, user_id: str, message_id: str | None, limit: int = 200
    ) -> list[dict[str, Any]]:
        """Return the messages that follow one that the caller has, or all, first said first.

        Raises
        ------
        NotFound
            The session, or the message in it, is not there.
        """
        return self.sessions.after(session_id, user_id, message_id, limit)

    def last_message(self, session_id: str, user_id: str) -> str | None:
        """Return the identifier of the last message of a session, ``None`` while there is none."""
        return last_message(self.studio.database, session_id, user_id)

    def last_used(self, session_ids: Collection[str]) -> dict[str, datetime]:
        """Return when each of these sessions was last changed; those that are gone are left out."""
        return last_used(self.studio.database, session_ids)

    def list_sessions(self, user_id: str, limit: int = 50, cursor: str | None = None) -> list[dict[str, Any]]:
        """Return the sessions that a user owns or is a member of, last used first, without messages.

        Parameters
        ----------
        user_id : str
            Whose.
        limit : int
            At most so many.
        cursor : str, optional
            Identifier of the last session of the page before.
        """
        return self.sessions.list(user_id, limit, cursor)

    def find_session(self, user_id: str, title: str) -> str | None:
        """Return the identifier of the user's newest session of this title."""
        return self.sessions.find(user_id, title)

    def rename_session(self, session_id: str, user_id: str, title: str) -> None:
        """Give a session another title."""
        self.sessions.update(session_id, user_id, title=_title(title))

    def set_model(
        self, session_id: str, user_id: str, model: str | None, provider: str | None = None
    ) -> None:
        """Give a session another model for its next turns."""
        name, chosen = resolve(provider, model, self.studio.settings)
        self.sessions.update(session_id, user_id, model_provider=name, model_name=chosen)

    def set_instructions(
        self,
        session_id: str,
        user_id: str,
        *,
        system_prompt: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Give a session another system prompt or other settings; ``None`` leaves one as it is."""
        given = {"system_prompt": system_prompt, "settings": None if settings is None else dict(settings)}
        self.sessions.update(
            session_id, user_id, **{name: value for name, value in given.items() if value is not None}
        )

    def delete_session(self, session_id: str, user_id: str) -> None:
        """Delete a session and its messages; the Runs stay."""
        self.sessions.delete(session_id, user_id)

    def export_session(self, session_id: str, user_id: str, form: str = "markdown") -> Transcript:
        """Write a session down as a file.

        Parameters
        ----------
        session_id, user_id : str
            As `get_session` takes them.
        form : {"markdown", "json", "notebook"}
            JSON is what `get_session` returns, with the names of the ``people`` beside it.

        Raises
        ------
        BadInput
            There is no such format.
        NotFound
            There is no such session of this user, and none that the user is a member of.
        """
        talk = self.sessions.read(session_id, user_id)
        speakers = {said["metadata"].get("user_id") for said in talk["messages"]} | {talk["user_id"]}
        return transcript(talk, self._members.names(speakers - {None}), form)

    # members

    def members(self, session_id: str, user_id: str) -> list[dict[str, Any]]:
        """Return who takes part in a session: its owner, then its members in the order of their coming.

        Returns
        -------
        list of dict
            ``user_id``, ``username``, ``role`` (``owner`` or ``member``) and ``created_at``.
        """
        return self._members.of(session_id, user_id)

    def add_member(self, session_id: str, user_id: str, username: str) -> dict[str, Any]:
        """Let another user read a session and speak in it; only its owner may.

        Raises
        ------
        NotFound
            There is no such session of this user, or no user of this name.
        Refused
            The user is a member and not the owner.
        """
        return self._members.add(session_id, user_id, username)

    def remove_member(self, session_id: str, user_id: str, member_id: str) -> None:
        """Show a member out; the owner may, and members may go by themselves."""
        self._members.remove(session_id, user_id, member_id)

    # messages

    def add_message(
        self,
        session_id: str,
        role: str,
        content: str,
        model_used: str | None = None,
        tokens_used: int | None = None,
    ) -> str:
        """Add a message to a session and return its identifier.

        Raises
        ------
        BadInput
            The role is not ``user``, ``assistant`` or ``system``, or the content is empty.
        NotFound
            There is no such session.
        """
        meta = {"model": model_used} if model_used else {}
        return self.sessions.add(session_id, role, content, meta=meta, tokens_used=tokens_used or 0)

    def rate(self, message_id: str, user_id: str, rating: int) -> None:
        """Store a thumb on an answer: 1 up, -1 down, 0 takes it back."""
        self.sessions.rate(message_id, user_id, rating)

    def retry(self, session_id: str, user_id: str, message_id: str) -> Sequence[str]:
        """Drop an answer and all after it, so that ``stream(session_id, None)`` gives another.

        Returns
        -------
        list of str
            Identifiers of the messages that are gone.
        """
        return self.sessions.cut(session_id, user_id, message_id, None)

    def edit(self, session_id: str, user_id: str, message_id: str, content: str) -> Sequence[str]:
        """Change a question and drop all after it, so that ``stream(session_id, None)`` answers anew.

        Returns
        -------
        list of str
            Identifiers of the messages that are gone.
        """
        return self.sessions.cut(session_id, user_id, message_id, content)

    # answers

    def chat_completion(
        self,
        session_id: str,
        user_message: str | None,
        model: str | None = None,
        provider: str | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        announce: Announce | None = None,
    ) -> dict[str, Any]:
        """Answer a message within its session and store both.

        Parameters
        ----------
        session_id : str
            The session.
        user_message : str or None
            What the user says; ``None`` answers the last message again.
        model, provider : str, optional
            By default the session's.
        settings : mapping, optional
            Laid over the session's settings.
        announce : callable, optional
            Called with each of the two messages, a dict as in `get_session`, when it is to be shown.

        Returns
        -------
        dict
            What `AIService.chat_completion` returns, with ``session_id``, ``message_id`` and
            ``user_message_id``.
        """
        turn = Turn(session_id, self.studio.user_id, user_message)
        result = self.studio.ai.chat_completion(**self._call(turn, model, provider, settings))
        return self._store(turn, result, result["content"], Announced(announce))

    def stream(
        self,
        session_id: str,
        user_message: str | None,
        model: str | None = None,
        provider: str | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        announce: Announce | None = None,
    ) -> Generator[dict[str, Any], None, None]:
        """Like `chat_completion`, piece by piece.

        The question is announced when the model begins to answer, and the answer when both are stored.

        Yields
        ------
        dict
            As `AIService.stream_chat_completion`, with ``session_id``, ``message_id`` and
            ``user_message_id``, under which the two messages will be stored.
        """
        turn = Turn(session_id, self.studio.user_id, user_message)
        call = self._call(turn, model, provider, settings)
        announced = Announced(announce)
        got: list[str] = []
        try:
            with closing(self.studio.ai.stream_chat_completion(**call)) as chunks:
                for chunk in chunks:
                    got.append(chunk["content"])
                    if chunk["done"]:
                        break
                    if turn.question is not None and not announced:
                        announced.once(message_view(self.sessions.question(turn, turn.asked), 0))
                    yield chunk | turn.ids
        except (GeneratorExit, KeyboardInterrupt, Cancelled):
            self._store_cancelled(turn, "".join(got), announced)
            raise
        yield self._store(turn, chunk, "".join(got), announced)

    def _call(
        self,
        turn: Turn,
        model: str | None,
        provider: str | None,
        settings: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """Return the arguments of the call that answers the question."""
        if turn.question is not None and not turn.question.strip():
            raise BadInput("The message is empty; expected text.", details={"field": "content"})
        session = self.sessions.row(turn.session_id)
        if provider is None and model is None:
            provider, model = session.model_provider, session.model_name
        stored = self.sessions.messages(turn.session_id)
        return {
            "messages": conversation(session.system_prompt, stored, turn.question),
            "provider": provider,
            "model": model,
            "settings": {**(session.settings or {}), **(settings or {})},
            "account": turn.session_id,
        }

    def _store(
        self, turn: Turn, result: dict[str, Any], content: str, announced: Announced
    ) -> dict[str, Any]:
        meta = {name: result[name] for name in ("provider", "model", "run_id", "finish_reason", "usage")}
        announced.each(self.sessions.add_turn(turn, content, meta, result["tokens_used"], result["cost"]))
        return result | turn.ids

    def _store_cancelled(self, turn: Turn, content: str, announced: Announced) -> None:
        # None where it was stopped before it began, or while it came from the record.
        runs = self.studio.runs.list(account=turn.session_id, status="cancelled", since=turn.asked, limit=1)
        if not runs and not content:
            return
        meta: dict[str, Any] = {"status": "cancelled"}
        tokens: int = 0
        cost: float | None = 0.0
        for run in runs:
            meta |= {"run_id": run.id} | {name: run.inputs[name] for name in ("provider", "model")}
            tokens, cost = run.tokens, run.cost
        try:
            announced.each(self.sessions.add_turn(turn, content, meta, tokens, cost))
        except NotFound:
            # The session was deleted while its answer came; there is nothing left to add to.
            return


def _title(title: str) -> str:
    if not title.strip():
        raise BadInput("The title is empty; expected text.", details={"field": "title"})
    return title.strip()[:255]
