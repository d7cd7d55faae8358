"""Language models, images and embeddings: each call is a Run."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from workbench.chat.budget import Budget
from workbench.chat.messages import check_messages, check_settings, estimate_tokens
from workbench.chat.prices import PriceTable
from workbench.chat.providers import make_provider, provider_names, resolve
from workbench.chat.providers.base import ChatRequest, Completion, Provider, TextDelta, Usage
from workbench.embedders import Embedder
from workbench.errors import MissingExtra, ProviderFailed
from workbench.runs import Recorder, Reservation, Run
from workbench.studio import Studio
from workbench.studio import studio as default_studio

__all__ = ["AIService"]

KIND = "chat"
VERSION = "1"
REMEMBERED = 1000
"""Recorded chats that strict replay looks through to tell an unnamed model."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One checked chat request with all that recording it needs."""

    provider: str
    request: ChatRequest
    inputs: dict[str, Any]
    reserve: Reservation
    estimate: int

    def recording(self) -> dict[str, Any]:
        """Return the arguments that `Runs.execute` and `Runs.stream` share."""
        return {
            "version": VERSION,
            "seed": self.request.seed,
            "parameters": {"provider": self.provider, "model": self.request.model},
            "reserve": self.reserve,
        }


class AIService:
    """Talks to every model provider in one way.

    Parameters
    ----------
    studio : Studio, optional
        By default the process's default one.
    """

    def __init__(self, studio: Studio | None = None) -> None:
        self.studio = studio or default_studio()
        self._providers: dict[str, Provider] = {}

    def chat_completion(
        self,
        messages: Sequence[Mapping[str, str]],
        provider: str | None = None,
        model: str | None = None,
        settings: Mapping[str, Any] | None = None,
        *,
        account: str | None = None,
    ) -> dict[str, Any]:
        """Generate one answer.

        Parameters
        ----------
        messages : sequence of dict
            ``role`` (``system``, ``user`` or ``assistant``) and ``content``, in order.
        provider : str, optional
            ``openai``, ``anthropic``, ``google``, ``cohere``, ``ollama``, ``local`` or a plug-in's
            name. By default it is told from the model; with none, ``WORKBENCH_PROVIDER``, the first
            provider whose key is present, ``local``.
        model : str, optional
            The provider's own name, or ``provider:model``; by default the provider's default.
        settings : mapping, optional
            See `workbench.chat.messages.check_settings`.
        account : str, optional
            Chat session that the cost counts against.

        Returns
        -------
        dict
            ``content``, ``model``, ``provider``, ``tokens_used`` (input plus output), ``cost`` (US
            dollars, ``None`` if the price is unknown), ``usage`` (the split), ``finish_reason``,
            ``run_id``.

        Raises
        ------
        BadInput, BudgetExceeded, MissingKey, MissingModel, ProviderFailed, ReplayMiss
            Each in one sentence; before the call where nothing needs to be sent to know it.
        """
        call = self._call(messages, provider, model, settings, account)

        def compute(recorder: Recorder) -> dict[str, Any]:
            completion = self.provider(call.provider).complete(call.request)
            return self._output(recorder, call, completion)

        run = self.studio.runs.execute(KIND, call.inputs, compute, **call.recording())
        return _result(run)

    def stream_chat_completion(
        self,
        messages: Sequence[Mapping[str, str]],
        provider: str | None = None,
        model: str | None = None,
        settings: Mapping[str, Any] | None = None,
        *,
        account: str | None = None,
    ) -> Generator[dict[str, Any], None, None]:
        """Generate one answer piece by piece; the parameters are those of `chat_completion`.

        Yields
        ------
        dict
            ``content`` (the new text) and ``done``; the last one has ``done`` true and what
            `chat_completion` returns besides the content. Closing the generator stops the model.
        """
        call = self._call(messages, provider, model, settings, account)
        stream = self.studio.runs.stream(
            KIND,
            call.inputs,
            lambda recorder: self._compute_stream(recorder, call),
            rechunk=lambda output: [output["content"]] if output["content"] else [],
            **call.recording(),
        )
        with stream:
            for text in stream:
                yield {"content": text, "done": False}
        yield _result(stream.run) | {"content": "", "done": True}

    def generate_image_openai(
        self,
        prompt: str,
        size: str = "1024x1024",
        quality: str = "standard",
        n: int = 1,
        *,
        model: str | None = None,
    ) -> dict[str, Any]:
        """Generate images with OpenAI and keep them as artifacts; see `workbench.chat.images`."""
        from workbench.chat.images import generate

        return generate(self.studio, prompt, size, quality, n, model)

    def get_embedding(self, text: str, model: str = "text-embedding-3-small") -> list[float]:
        """Return the text's embedding.

        Parameters
        ----------
        text : str
            Not empty.
        model : str
            An OpenAI embedding model, or ``minilm`` for the one on this machine (384 numbers).

        Returns
        -------
        list of float
            One vector.
        """
        from workbench.chat.embedding import embed

        return embed(self.studio, text, model)

    def models(self) -> list[dict[str, Any]]:
        """Return the models worth offering.

        Returns
        -------
        list of dict
            ``provider``, ``model``, ``available`` and, where it is not, the ``reason``.
        """
        return [row for name in provider_names() for row in self._models_of(name)]

    def _models_of(self, name: str) -> list[dict[str, Any]]:
        try:
            provider = self.provider(name)
        except MissingExtra as error:
            # One plug-in that does not load hides no other.
            return [{"provider": name, "model": "", "available": False, "reason": error.message}]
        reason = provider.available()
        return [
            {"provider": name, "model": model, "available": reason is None, "reason": reason}
            for model in provider.models()
        ]

    def provider(self, name: str) -> Provider:
        """Return the provider of this name, made once."""
        if name not in self._providers:
            self._providers[name] = make_provider(name, self.studio.settings)
        return self._providers[name]

    @cached_property
    def prices(self) -> PriceTable:
        """The prices in force."""
        return PriceTable.load(self.studio.settings)

    def estimate(
        self,
        messages: Sequence[Mapping[str, str]],
        provider: str | None = None,
        model: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Say what a call would be and cost at most, sending nothing.

        Returns
        -------
        dict
            ``provider``, ``model``, ``tokens`` (upper estimate of input plus output) and ``cost``
            (upper estimate in US dollars, ``None`` if the price is unknown).
        """
        call = self._call(messages, provider, model, settings, None)
        return {
            "provider": call.provider,
            "model": call.request.model,
            "tokens": call.reserve.tokens,
            "cost": call.reserve.cost,
        }

    def close(self) -> None:
        """Close every provider's connections."""
        for provider in self._providers.values():
            close = getattr(provider, "close", None)
            if close is not None:
                close()

    def reserve(
        self, provider: str, model: str, tokens_in: int, tokens_out: int, account: str | None = None
    ) -> Reservation:
        """Return what a call holds against the budgets; a strict replay holds nothing."""
        if self.studio.runs.mode == "strict":
            return Reservation(account=account)
        cost = self.prices.upper(provider, model, tokens_in, tokens_out)
        budget = Budget(self.studio.settings)
        user = self.studio.user_id
        return budget.reserve(user, f"{provider}:{model}", cost, tokens_in + tokens_out, account)

    def embedding_cost(self, embedder: Embedder, tokens: int) -> float | None:
        """Return the US dollars of a remote embedder's tokens; ``None`` where the price is not known."""
        return self.prices.cost(embedder.name, embedder.model, Usage(input_tokens=tokens))

    def resolve(self, provider: str | None = None, model: str | None = None) -> tuple[str, str]:
        """Return the provider and the model that a call with these arguments uses."""
        return resolve(provider, model, self.studio.settings)

    def _answerer(
        self,
        provider: str | None,
        model: str | None,
        messages: list[dict[str, str]],
        settings: dict[str, Any],
    ) -> tuple[str, str]:
        """Return who answers.

        Strict replay must not depend on which keys this machine has: with nothing named, who
        answered the same messages in the record stands in for the default.
        """
        named = provider or model or self.studio.settings.workbench_provider
        if self.studio.runs.mode == "strict" and not named:
            for run in self.studio.runs.list(kind=KIND, limit=REMEMBERED):
                if (run.inputs["messages"], run.inputs["settings"]) == (messages, settings):
                    return run.inputs["provider"], run.inputs["model"]
        return self.resolve(provider, model)

    def _call(
        self,
        messages: Sequence[Mapping[str, str]],
        provider: str | None,
        model: str | None,
        settings: Mapping[str, Any] | None,
        account: str | None,
    ) -> _Call:
        checked = check_messages(messages)
        given = check_settings(settings)
        decisive = {key: value for key, value in given.items() if key != "seed"}
        name, chosen = self._answerer(provider, model, checked, decisive)
        request = ChatRequest(messages=tuple(checked), model=chosen, **given)
        inputs = {"provider": name, "model": chosen, "messages": checked, "settings": decisive}
        tokens_in = estimate_tokens(checked)
        tokens_out = request.max_tokens or self.provider(name).default_max_tokens
        reserve = self.reserve(name, chosen, tokens_in, tokens_out, account)
        return _Call(name, request, inputs, reserve, tokens_in)

    def _compute_stream(self, recorder: Recorder, call: _Call) -> Generator[str, None, dict[str, Any]]:
        """Yield text; an answer that is cut short is booked by estimate, for it was billed."""
        got: list[str] = []
        try:
            for item in _closing(self.provider(call.provider).stream(call.request)):
                if isinstance(item, Completion):
                    return self._output(recorder, call, item)
                if item.text:
                    got.append(item.text)
                    yield item.text
        except BaseException:
            if got and not recorder.tokens_output:
                self._book_estimate(recorder, call, "".join(got))
            raise
        raise ProviderFailed(f"The provider {call.provider!r} ended its stream without saying how it went.")

    def _book_estimate(self, recorder: Recorder, call: _Call, text: str) -> None:
        usage = Usage(input_tokens=call.estimate, output_tokens=len(text.encode()) // 2 + 1)
        cost = self.prices.cost(call.provider, call.request.model, usage)
        recorder.usage(usage.input_tokens, usage.output_tokens, cost)
        recorder.parameter("usage", "estimated")

    def _cost(self, call: _Call, done: Completion) -> float | None:
        """Return US dollars; ``None`` where the price or what was used is not known."""
        if done.details.get("usage_reported") is False:
            free = self.prices.upper(call.provider, call.request.model, 1, 1) == 0
            return 0.0 if free else None
        cost = self.prices.cost(call.provider, done.model, done.usage)
        return self.prices.cost(call.provider, call.request.model, done.usage) if cost is None else cost

    def _output(self, recorder: Recorder, call: _Call, done: Completion) -> dict[str, Any]:
        usage = done.usage
        cost = self._cost(call, done)
        recorder.usage(usage.input_tokens, usage.output_tokens, cost)
        recorder.parameter("finish_reason", done.finish_reason)
        return {
            "content": done.content,
            "model": done.model,
            "finish_reason": done.finish_reason,
            "usage": asdict(usage),
            "details": done.details,
        }


def _closing(source: Iterator[TextDelta | Completion]) -> Iterator[TextDelta | Completion]:
    try:
        yield from source
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()


def _result(run: Run) -> dict[str, Any]:
    output = run.output
    return {
        "content": output["content"],
        "model": output["model"],
        "provider": run.inputs["provider"],
        "tokens_used": run.tokens,
        "cost": run.cost,
        "usage": output["usage"],
        "finish_reason": output["finish_reason"],
        "run_id": run.id,
    }
