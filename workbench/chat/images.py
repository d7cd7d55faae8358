"""Images by OpenAI, kept as artifacts of their Run."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from workbench.chat.messages import estimate_tokens
from workbench.chat.providers.base import Usage
from workbench.errors import BadInput, ProviderFailed
from workbench.runs import Recorder, Run
from workbench.wording import amount

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["ImageResult", "generate"]

MODEL = "gpt-image-1"
MOST = 10
# The specification speaks in the sizes and qualities of an older model family; those that the present
# one takes stand beside them. https://platform.openai.com/docs/guides/image-generation
SIZES = {
    "1024x1024": "1024x1024",
    "1024x1792": "1024x1536",
    "1792x1024": "1536x1024",
    "1024x1536": "1024x1536",
    "1536x1024": "1536x1024",
}
QUALITIES = {"standard": "medium", "hd": "high", "low": "low", "medium": "medium", "high": "high"}
# Output tokens of one image at high quality and the largest size, by the same page.
MOST_TOKENS = 6240


class ImageResult(dict[str, Any]):
    """The specification's dict, which a notebook shows as the images themselves."""

    def _repr_html_(self) -> str:
        return "".join(
            f'<img alt="generated image" style="max-width:512px" src="data:image/png;base64,{data}">'
            for data in self["data"]
        )

    def __repr__(self) -> str:
        return f"ImageResult({amount(len(self['urls']), 'image')}, run {self['run_id']})"


def generate(
    studio: Studio, prompt: str, size: str, quality: str, n: int, model: str | None
) -> dict[str, Any]:
    """Generate, store and describe images; see `AIService.generate_image_openai`.

    Parameters
    ----------
    studio : Studio
        Where to record.
    prompt : str
        What to draw.
    size : str
        ``1024x1024``, ``1024x1792`` or ``1792x1024``; the nearest size that the model draws is used.
    quality : str
        ``standard`` or ``hd``.
    n : int
        1 to 10.
    model : str, optional
        By default `MODEL`.

    Returns
    -------
    dict
        ``url`` and ``urls`` (files of the object store), ``images`` (their digests), ``data``
        (base64 PNG), ``model``, ``revised_prompt``, ``cost`` (US dollars), ``run_id``.
    """
    _check(prompt, size, quality, n)
    chosen = model or MODEL
    inputs = {"prompt": prompt, "size": size, "quality": quality, "n": n, "model": chosen}
    run = studio.runs.execute(
        "image",
        inputs,
        lambda recorder: _compute(studio, recorder, inputs),
        parameters={"provider": "openai", "model": chosen},
        reserve=studio.ai.reserve("openai", chosen, _prompt_tokens(prompt), n * MOST_TOKENS),
    )
    return _result(studio, run)


def _check(prompt: str, size: str, quality: str, n: int) -> None:
    if not isinstance(prompt, str) or not prompt.strip():
        raise BadInput("The prompt is empty; expected text.", details={"field": "prompt"})
    if size not in SIZES:
        raise BadInput(f"size is {size!r}; expected one of {', '.join(SIZES)}.", details={"field": "size"})
    if quality not in QUALITIES:
        raise BadInput(
            f"quality is {quality!r}; expected one of {', '.join(QUALITIES)}.", details={"field": "quality"}
        )
    if not isinstance(n, int) or not 1 <= n <= MOST:
        raise BadInput(f"n is {n!r}; expected a whole number from 1 to {MOST}.", details={"field": "n"})


def _prompt_tokens(prompt: str) -> int:
    return estimate_tokens([{"content": prompt}])


def _compute(studio: Studio, recorder: Recorder, inputs: dict[str, Any]) -> dict[str, Any]:
    provider: Any = studio.ai.provider("openai")
    reply = provider.call(lambda: provider.client.images.generate(**_arguments(inputs)), inputs["model"])
    images = [
        recorder.artifact(f"image-{at}.png", _png(item), "image/png")
        for at, item in enumerate(reply.data or ())
    ]
    if not images:
        raise ProviderFailed("OpenAI answered without an image.", "Try again, or change the prompt.")
    usage = Usage(getattr(reply.usage, "input_tokens", 0) or 0, getattr(reply.usage, "output_tokens", 0) or 0)
    cost = studio.ai.prices.cost("openai", inputs["model"], usage) if reply.usage else None
    recorder.usage(usage.input_tokens, usage.output_tokens, cost)
    return {
        "images": [{"$object": image.digest} for image in images],
        "revised_prompt": getattr(reply.data[0], "revised_prompt", None),
    }


def _arguments(inputs: dict[str, Any]) -> dict[str, Any]:
    asked = {name: inputs[name] for name in ("prompt", "n", "model")}
    return asked | {"size": SIZES[inputs["size"]], "quality": QUALITIES[inputs["quality"]]}


def _png(item: Any) -> bytes:
    if not item.b64_json:
        raise ProviderFailed(
            "OpenAI answered with a link instead of the image.",
            f"Use a model that sends images, such as {MODEL}.",
        )
    return base64.b64decode(item.b64_json)


def _result(studio: Studio, run: Run) -> ImageResult:
    digests = [item["$object"] for item in run.output["images"]]
    urls = [studio.objects.path(digest).as_uri() for digest in digests]
    return ImageResult(
        url=urls[0],
        urls=urls,
        images=digests,
        data=[base64.b64encode(studio.objects.get(digest)).decode() for digest in digests],
        model=run.inputs["model"],
        revised_prompt=run.output["revised_prompt"],
        tokens_used=run.tokens,
        cost=run.cost,
        run_id=run.id,
    )
