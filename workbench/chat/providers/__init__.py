"""Chat providers, found by the entry-point group ``workbench.providers``.

A provider of one's own is a class with the shape of `workbench.chat.providers.base.Provider`,
registered the same way as the built-in ones::

    [project.entry-points."workbench.providers"]
    mine = "my_package.provider:MyProvider"
"""

from __future__ import annotations

from typing import cast

from workbench.chat.providers.base import Provider
from workbench.errors import BadInput
from workbench.plugins import Plugins
from workbench.settings import Settings

__all__ = ["make_provider", "provider_names", "resolve"]

_PLUGINS = Plugins("workbench.providers", "chat provider", "provider")
# In the order in which a key that is present makes a provider the default one.
_KEYED = ("openai", "anthropic", "google", "cohere")
_FAMILIES = {
    "gpt-": "openai", "chatgpt-": "openai", "o1": "openai", "o3": "openai", "o4": "openai",
    "ft:": "openai", "claude": "anthropic", "gemini": "google", "command": "cohere",
}  # fmt: skip


def provider_names() -> list[str]:
    """Return the names of the registered providers, sorted; none is loaded."""
    return _PLUGINS.names()


def make_provider(name: str, settings: Settings) -> Provider:
    """Make a provider.

    Parameters
    ----------
    name : str
        One of `provider_names`.
    settings : Settings
        What it is made with.

    Raises
    ------
    BadInput
        For a name that nobody registered.
    MissingExtra
        For a plug-in whose own imports fail.
    """
    return cast("Provider", _PLUGINS.load(name)(settings))


def resolve(provider: str | None, model: str | None, settings: Settings) -> tuple[str, str]:
    """Decide who answers.

    ``"provider:model"`` is taken in ``model``. A model alone names its provider by its family.
    With nothing named it is WORKBENCH_PROVIDER, else the first provider whose key is present,
    else ``local``; with no model it is WORKBENCH_MODEL where that belongs to the provider, else
    the provider's own default.

    Parameters
    ----------
    provider, model : str, optional
        What the caller named.
    settings : Settings
        Keys and defaults.

    Returns
    -------
    tuple of str
        The provider's name and its model.

    Raises
    ------
    BadInput
        For an unknown provider, and for a model alone that no provider can be told from.
    """
    if not provider and not model:
        provider, model = settings.workbench_provider, settings.workbench_model
    prefix, colon, rest = (model or "").partition(":")
    if colon and not rest:
        raise BadInput(
            f"The model {model!r} names nothing after its colon; expected provider:model.",
            f"Leave {model!r} out to use a default, or complete it.",
            details={"field": "model"},
        )
    if rest and prefix in _PLUGINS.points and provider in {None, "", prefix}:
        provider, model = prefix, rest
    name = provider or (_provider_of(model, settings) if model else _default_provider(settings))
    if name not in _PLUGINS.points:
        raise _PLUGINS.unknown(name)
    return name, model or _default_model(name, settings)


def _provider_of(model: str, settings: Settings) -> str:
    for start, name in _FAMILIES.items():
        if model.startswith(start):
            return name
    if "local" in _PLUGINS.points and model in make_provider("local", settings).models():
        return "local"
    if settings.workbench_provider:
        return settings.workbench_provider
    prefix, colon, _ = model.partition(":")
    among = f", and there is no provider {prefix!r}" if colon else ""
    raise BadInput(
        f"No provider is known for the model {model!r}{among}.",
        f"Write provider:model; the providers are {', '.join(provider_names())}.",
        details={"field": "model"},
    )


def _default_provider(settings: Settings) -> str:
    if settings.workbench_provider:
        return settings.workbench_provider
    return next((name for name in _KEYED if getattr(settings, f"{name}_api_key")), "local")


def _default_model(name: str, settings: Settings) -> str:
    if settings.workbench_model and name == settings.workbench_provider:
        return settings.workbench_model.removeprefix(f"{name}:")
    return make_provider(name, settings).default_model
