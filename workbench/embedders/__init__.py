"""Embedders, found by the entry-point group ``workbench.embedders``.

An embedder of one's own is a class with the shape of `Embedder`, registered the same way as the
built-in ones::

    [project.entry-points."workbench.embedders"]
    mine = "my_package.embedder:MyEmbedder"
"""

from __future__ import annotations

from typing import cast

from workbench.embedders.base import Embedder
from workbench.errors import BadInput
from workbench.plugins import Plugins
from workbench.settings import Settings

__all__ = ["Embedder", "embedder_names", "get_embedder"]

_PLUGINS = Plugins("workbench.embedders", "embedder", "model")


def embedder_names() -> list[str]:
    """Return the names of the registered embedders, sorted; none is loaded."""
    return _PLUGINS.names()


def get_embedder(name_or_model: str, settings: Settings) -> Embedder:
    """Make an embedder.

    Parameters
    ----------
    name_or_model : str
        An embedder's name (``"minilm"``), a model that one of them lists
        (``"text-embedding-3-small"``), or both (``"openai:my-gateway-model"``).
    settings : Settings
        What it is made with.

    Raises
    ------
    BadInput
        For a name that nobody registered and no embedder lists.
    MissingExtra
        For a plug-in whose own imports fail.
    """
    name, _, model = name_or_model.partition(":")
    if name in _PLUGINS.points:
        return cast("Embedder", _PLUGINS.load(name)(settings, model or None))
    kinds = _PLUGINS.loadable().values()
    for kind in kinds:
        if name_or_model in kind.models:
            return cast("Embedder", kind(settings, name_or_model))
    known = ", ".join(model for kind in kinds for model in kind.models)
    raise BadInput(
        f"There is no embedder {name_or_model!r}; the models are {known}.",
        f"A model that is not listed goes by its embedder's name, as in 'openai:{name_or_model}'.",
        details={"field": "model"},
    )
