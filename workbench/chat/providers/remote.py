"""What the language models behind a network share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Iterator
from contextlib import closing

from workbench.chat.prices import PriceTable
from workbench.chat.providers.answers import Answer
from workbench.chat.providers.base import ChatRequest, Completion, TextDelta
from workbench.errors import WorkbenchError
from workbench.remote import RemoteService, retried

__all__ = ["RemoteProvider"]


class RemoteProvider(RemoteService):
    """A provider spoken to by its official SDK; makes the SDK's client on first use.

    Parameters
    ----------
    settings : Settings
        Key, address, time-out and retries. Nothing else counts: the SDKs' own environment
        variables are overridden.

    Attributes
    ----------
    default_model : str
        The model when none is named.
    default_max_tokens : int
        Most tokens to generate when a request names no limit.
    """

    default_model: str
    default_max_tokens: int = 16_384
    instead = "use provider 'local'"

    def models(self) -> list[str]:
        """Return the default model and the chat models of the price table."""
        priced = PriceTable.load(self._settings).models(self.name)
        return list(dict.fromkeys([self.default_model, *priced]))

    def complete(self, request: ChatRequest) -> Completion:
        """Answer in one piece; see `workbench.chat.providers.base.Provider`."""
        return self.call(lambda: self.answer(request).completion(), request.model)

    def stream(self, request: ChatRequest) -> Iterator[TextDelta | Completion]:
        """Yield text as it comes and the `Completion` last; closing the iterator closes the response."""
        try:
            first, rest = retried(lambda: _primed(self.deltas(request)), self._settings.workbench_retries)
            with closing(rest):
                yield first
                yield from rest
        except WorkbenchError:
            raise
        except Exception as error:  # noqa: BLE001 - SDKs let through whatever their parsers raise
            failure = self.failure(error, request.model)
        else:
            return
        raise failure

    def limit(self, request: ChatRequest) -> int | None:
        """Return the most tokens to generate, which is always told: a cost has no upper estimate else."""
        return request.max_tokens or self.default_max_tokens

    @abstractmethod
    def answer(self, request: ChatRequest) -> Answer:
        """Ask for an answer in one piece."""

    @abstractmethod
    def deltas(self, request: ChatRequest) -> Generator[TextDelta | Completion, None, None]:
        """Yield a streamed answer; a generator, so that closing it closes the response."""


def _primed(
    deltas: Generator[TextDelta | Completion, None, None],
) -> tuple[TextDelta | Completion, Generator[TextDelta | Completion, None, None]]:
    """Pull the first item, so that a stream that cannot even begin is retried like any request."""
    return next(deltas), deltas
