"""One text's embedding, as a Run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.chat.messages import estimate_tokens
from workbench.embedders import get_embedder
from workbench.errors import BadInput
from workbench.runs import Recorder

if TYPE_CHECKING:
    from workbench.chat.prices import PriceTable
    from workbench.studio import Studio

__all__ = ["embed"]


def embed(studio: Studio, prices: PriceTable, text: str, model: str) -> list[float]:
    """Return the vector; see `AIService.get_embedding`."""
    if not isinstance(text, str) or not text.strip():
        raise BadInput("The text to embed is empty; expected text.", details={"field": "text"})

    def compute(recorder: Recorder) -> list[float]:
        embedder = get_embedder(model, studio.settings)
        recorder.parameter("provider", embedder.name)
        recorder.parameter("model", embedder.model)
        (vector,) = embedder.embed([text])
        tokens = estimate_tokens([{"content": text}])
        local = embedder.name != "openai"
        recorder.usage(
            0 if local else tokens, 0, 0.0 if local else prices.upper("openai", embedder.model, tokens, 0)
        )
        return [float(number) for number in vector]

    run = studio.runs.execute("embedding", {"text": text, "model": model}, compute)
    vector: list[float] = run.output
    return vector
