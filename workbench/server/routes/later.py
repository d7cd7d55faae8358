"""Nouns whose service is not there: each says so in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.errors import FeatureOff, Unavailable
from workbench.server.route import Call, Routes
from workbench.server.schemas.common import Done

__all__ = ["routes"]

routes = Routes("compute")
_SERVICES = (
    ("federated", "federated learning", "enable_federated"),
    ("spiking", "spiking simulation", "enable_neuromorphic"),
    ("ledger", "the ledger", None),
)


def _absent(noun: str, words: str, setting: str | None) -> Callable[[Call], Any]:
    def answer(call: Call) -> Any:
        if setting is not None and not getattr(call.studio.settings, setting):
            raise FeatureOff(f"Here {words} is off.", f"{setting.upper()} turns it on.")
        raise Unavailable(f"This version has no service for {words} yet.", "Look at the release notes.")

    answer.__name__ = f"read_{noun}"
    answer.__doc__ = f"Say that there is no service for {words}."
    return answer


for _noun, _words, _setting in _SERVICES:
    routes.get(f"/api/{_noun}", Done)(_absent(_noun, _words, _setting))
