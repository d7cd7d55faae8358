"""One text's embedding, as a Run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.chat.messages import estimate_tokens
from workbench.embedders import get_embedder
from workbench.errors import BadInput
from workbench.runs import Recorder, Reservation

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["embed"]

KIND = "embedding"


def embed(studio: Studio, text: str, model: str) -> list[float]:
    """Return the vector; see `AIService.get_embedding`."""
    if not isinstance(text, str) or not text.strip():
        raise BadInput("The text to embed is empty; expected text.", details={"field": "text"})
    inputs = {"text": text, "model": model}
    if studio.runs.mode == "strict":
        return _vector(studio, inputs, None, None)
    embedder = get_embedder(model, studio.settings)
    reserve = None
    if embedder.remote:
        reserve = studio.ai.reserve(embedder.name, embedder.model, estimate_tokens([{"content": text}]), 0)
    return _vector(studio, inputs, embedder, reserve)


def _vector(
    studio: Studio, inputs: dict[str, str], embedder: Any, reserve: Reservation | None
) -> list[float]:
    def compute(recorder: Recorder) -> list[float]:
        recorder.parameter("provider", embedder.name)
        recorder.parameter("model", embedder.model)
        vectors, tokens = embedder.embed_with_usage([inputs["text"]])
        if embedder.remote:
            recorder.usage(tokens, 0, studio.ai.embedding_cost(embedder, tokens))
        return _numbers(vectors)

    run = studio.runs.execute(KIND, inputs, compute, reserve=reserve)
    vector: list[float] = run.output
    return vector


def _numbers(vectors: Any) -> list[float]:
    (vector,) = vectors
    return [float(number) for number in vector]
