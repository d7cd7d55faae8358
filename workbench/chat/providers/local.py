"""Models that run in this process: no key, no network, no cost."""

from __future__ import annotations

import importlib.util
import secrets
from collections.abc import Generator
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.chat import models
from workbench.chat.models import Model
from workbench.chat.providers.base import DEFAULT_MODELS, ChatRequest, Completion, TextDelta, Usage
from workbench.chat.providers.engine import shared_engine
from workbench.errors import BadInput, Corrupted, ProviderFailed, WorkbenchError
from workbench.settings import Settings

__all__ = ["LocalProvider"]

_CONTEXT = 8192
_SEED = 0
_REASONS = {"stop", "length", "tool_calls"}


class LocalProvider:
    """Chat completions by llama.cpp in this process.

    A model is a name of `workbench.chat.models.CATALOGUE`, of a GGUF file in the models folder,
    or the path of one. With no temperature it is 0, and the same request gives the same text,
    whatever was asked before and however many threads compute it. With a temperature above 0
    and no seed one is drawn; ``details["seed"]`` of the `Completion` tells it.

    Parameters
    ----------
    settings : Settings
        The models folder and the threads.
    """

    name = "local"
    default_model = DEFAULT_MODELS["local"]
    default_max_tokens = 512

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def available(self) -> str | None:
        """Return why no local model can be used now, or ``None`` when one can."""
        if importlib.util.find_spec("xllamacpp") is None:
            return "xllamacpp is not installed: `pip install 'autogent-studio[local]'`."
        if not models.installed(self._settings):
            return f"No model is on this machine: `workbench models get {self.default_model}`."
        return None

    def models(self) -> list[str]:
        """Return the names of the models on this machine, after the default one."""
        here = [model.name for model in models.installed(self._settings)]
        return list(dict.fromkeys([self.default_model, *here]))

    def complete(self, request: ChatRequest) -> Completion:
        """Answer in one piece."""
        *_, last = self.stream(request)
        if not isinstance(last, Completion):  # pragma: no cover - `stream` ends so or raises
            raise _broken_off(request.model)
        return last

    def stream(self, request: ChatRequest) -> Generator[TextDelta | Completion, None, None]:
        """Yield text as it comes and the `Completion` last; closing the iterator stops it.

        Raises
        ------
        MissingModel, MissingExtra
            The weights, or llama.cpp, are not on this machine.
        Corrupted
            The model's file is damaged.
        BadInput
            The conversation is longer than the model can read, or asks for what it cannot do.
        ProviderFailed
            llama.cpp failed.
        """
        path = models.find(request.model, self._settings)
        known = self._catalogued(path)
        if known is not None:
            _check(path, known)
        body = _body(request, known, self.default_max_tokens)
        answer = _Answer(request.model, {"seed": body["seed"]})
        if known is not None and body["messages"][0] not in request.messages:
            answer.details["system"] = known.system
        engine = shared_engine(path, known.context if known else _CONTEXT)
        try:
            with closing(engine.chat(body, self._settings.workbench_threads)) as chunks:
                for chunk in chunks:
                    if text := answer.add(chunk):
                        yield TextDelta(text)
        except (TypeError, ValueError, RuntimeError) as error:
            if isinstance(error, WorkbenchError):
                raise
            raise _refused(request.model, str(error)) from None
        yield answer.completion()

    def _catalogued(self, path: Path) -> Model | None:
        if path.parent != self._settings.models_folder:
            return None
        return next((model for model in models.CATALOGUE.values() if model.file == path.name), None)


class _Answer:
    """An answer while it comes in."""

    def __init__(self, model: str, details: dict[str, Any]) -> None:
        self.model = model
        self.details = details
        self._parts: list[str] = []
        self._reason: str | None = None
        self._usage: Usage | None = None

    def add(self, chunk: dict[str, Any]) -> str:
        """Take a chunk in and return its text, which may be empty."""
        if "error" in chunk:
            raise _failure(self.model, chunk["error"])
        if usage := chunk.get("usage"):
            cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
            self._usage = Usage(usage["prompt_tokens"], usage["completion_tokens"], cached)
        text = ""
        for choice in chunk.get("choices", ()):
            text += choice["delta"].get("content") or ""
            self._reason = choice["finish_reason"] or self._reason
        self._parts.append(text)
        return text

    def completion(self) -> Completion:
        if self._reason is None or self._usage is None:
            raise _broken_off(self.model)
        reason = self._reason if self._reason in _REASONS else "other"
        return Completion("".join(self._parts), self.model, reason, self._usage, self.details)


def _body(request: ChatRequest, known: Model | None, max_tokens: int) -> dict[str, Any]:
    messages = [dict(message) for message in request.messages]
    if known is not None and known.system and not any(one["role"] == "system" for one in messages):
        messages.insert(0, {"role": "system", "content": known.system})
    temperature = request.temperature or 0.0
    seed = request.seed
    if seed is None:
        seed = secrets.randbelow(2**31) if temperature else _SEED
    body: dict[str, Any] = {
        "messages": messages,
        "max_tokens": request.max_tokens or max_tokens,
        "temperature": temperature,
        "seed": seed,
        "stream_options": {"include_usage": True},
    }
    if request.top_p is not None:
        body["top_p"] = request.top_p
    if request.stop:
        body["stop"] = list(request.stop)
    if request.json_schema is not None:
        schema = {"name": "answer", "schema": request.json_schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _check(path: Path, known: Model) -> None:
    """Hash a catalogued file once a process: llama.cpp would compute with flipped bits and not notice."""
    status = path.stat()
    if not _checked(path, known, status.st_size, status.st_mtime_ns):
        raise Corrupted(
            f"The weights of the local model {known.name} are damaged: {path} does not match its digest.",
            f"Run `workbench models get {known.name}`, which fetches them again.",
            details={"path": str(path)},
        )


@lru_cache(maxsize=16)
def _checked(path: Path, known: Model, size: int, changed: int) -> bool:
    del size, changed  # part of the key alone
    return models.is_sound(path, known)


def _failure(model: str, error: dict[str, Any]) -> WorkbenchError:
    if error.get("type") == "exceed_context_size_error":
        asked, room = error["n_prompt_tokens"], error["n_ctx"]
        return BadInput(
            f"The conversation has {asked:,} tokens and the local model {model} reads {room:,} at most.",
            "Shorten the text, or begin a new session.",
            details={"field": "messages", "tokens": asked, "context": room},
        )
    if error.get("code", 500) < 500:  # noqa: PLR2004 - the client's errors of HTTP
        return _refused(model, str(error.get("message", "")))
    return ProviderFailed(
        f"The local model {model} failed: {error.get('message', 'no reason given')}.",
        "Try again; if it stays, fetch the model's file again.",
        details={"provider": "local", "model": model},
    )


def _refused(model: str, words: str) -> BadInput:
    # its template engine puts its own story before the reason
    reason = words.rpartition("Automatic parser generation failed: ")[2].strip() or "no reason given"
    first = reason.splitlines()[0].rstrip(".")
    return BadInput(
        f"The local model {model} cannot answer this request: {first[:300]}.",
        "Change the messages, the schema or the options.",
        details={"provider": "local", "model": model},
    )


def _broken_off(model: str) -> ProviderFailed:
    return ProviderFailed(
        f"The local model {model} stopped before the end of its answer and gave no reason.",
        "Try again.",
        details={"provider": "local", "model": model},
    )
