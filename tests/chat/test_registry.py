"""Who answers: names, entry points, and the choice when little or nothing is named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench.chat.providers as registry
from workbench.chat.providers import make_provider, provider_names, resolve
from workbench.chat.providers.base import DEFAULT_MODELS, Provider
from workbench.errors import BadInput, MissingExtra
from workbench.settings import Settings, load_settings
from workbench.studio import Studio

BUILT_IN = ["anthropic", "cohere", "google", "local", "ollama", "openai"]


def settings(**given: Any) -> Settings:
    return load_settings(**given)


def test_the_built_in_providers_are_registered() -> None:
    assert [name for name in provider_names() if name in BUILT_IN] == BUILT_IN


def test_an_unknown_provider_is_told_the_known_ones() -> None:
    for call in (lambda: make_provider("opnai", settings()), lambda: resolve("opnai", "gpt-4o", settings())):
        with pytest.raises(BadInput, match=r"no chat provider 'opnai'.*anthropic, cohere, google") as caught:
            call()
        assert caught.value.details == {"field": "provider"}


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4o", "openai"),
        ("gpt-6.2-sol", "openai"),
        ("chatgpt-4o-latest", "openai"),
        ("o3-mini", "openai"),
        ("ft:gpt-4o-mini:lab::x1", "openai"),
        ("claude-opus-5", "anthropic"),
        ("gemini-2.5-pro", "google"),
        ("command-r-08-2024", "cohere"),
    ],
)
def test_a_model_names_its_provider(model: str, name: str) -> None:
    assert resolve(None, model, settings()) == (name, model)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("openai:gpt-4o", ("openai", "gpt-4o")),
        ("ollama:llama3.2:1b", ("ollama", "llama3.2:1b")),
        ("local:/models/a.gguf", ("local", "/models/a.gguf")),
    ],
)
def test_both_in_one_word(named: str, expected: tuple[str, str]) -> None:
    assert resolve(None, named, settings()) == expected
    assert resolve(expected[0], named, settings()) == expected
    assert resolve(*expected, settings()) == expected


def test_a_colon_that_names_no_provider_belongs_to_the_model() -> None:
    assert resolve("ollama", "qwen3:0.6b", settings()) == ("ollama", "qwen3:0.6b")
    assert resolve("ollama", "openai:gpt-oss", settings()) == ("ollama", "openai:gpt-oss")


def test_a_provider_alone_brings_its_model() -> None:
    for name, model in DEFAULT_MODELS.items():
        assert resolve(name, None, settings()) == (name, model)


def test_the_first_key_decides_when_nothing_is_named() -> None:
    assert resolve(None, None, settings(google_api_key="k", cohere_api_key="k"))[0] == "google"
    assert resolve(None, None, settings(google_api_key="k", openai_api_key="k"))[0] == "openai"


def test_without_a_key_it_is_the_local_model() -> None:
    assert resolve(None, None, settings()) == ("local", "smollm2")
    assert resolve(None, "smollm2", settings()) == ("local", "smollm2")


def test_the_settings_decide_before_the_keys() -> None:
    chosen = settings(workbench_provider="anthropic", workbench_model="claude-opus-5", openai_api_key="k")
    assert resolve(None, None, chosen) == ("anthropic", "claude-opus-5")
    assert resolve("anthropic", None, chosen) == ("anthropic", "claude-opus-5")
    assert resolve("openai", None, chosen) == ("openai", DEFAULT_MODELS["openai"])
    assert resolve(None, "gemini-2.5-pro", chosen) == ("google", "gemini-2.5-pro")
    assert resolve(None, "my-own", chosen) == ("anthropic", "my-own")


def test_a_model_in_the_settings_may_name_its_provider() -> None:
    assert resolve(None, None, settings(workbench_model="openai:gpt-4o")) == ("openai", "gpt-4o")
    assert resolve(None, None, settings(workbench_model="gpt-4o")) == ("openai", "gpt-4o")


def test_a_model_of_nobody() -> None:
    with pytest.raises(BadInput, match="No provider is known for the model 'my-own'") as caught:
        resolve(None, "my-own", settings())
    assert caught.value.details == {"field": "model"}


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A distribution on the path that brings a provider of its own and one that cannot be loaded."""
    (tmp_path / "mine.py").write_text(
        "from workbench.chat.providers.ollama import OllamaProvider\n"
        "class Mine(OllamaProvider):\n    default_model = 'my-model'\n"
    )
    info = tmp_path / "mine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[workbench.providers]\nmine = mine:Mine\nbroken = no_such_package:Broken\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry._PLUGINS.__dict__.pop("points", None)
    yield
    registry._PLUGINS.__dict__.pop("points", None)


@pytest.mark.usefixtures("plugged")
def test_a_plug_in_joins_by_its_entry_point() -> None:
    assert {"mine", *BUILT_IN} <= set(provider_names())
    assert resolve(None, "mine:m", settings()) == ("mine", "m")
    assert resolve("mine", None, settings()) == ("mine", "my-model")
    assert isinstance(make_provider("mine", settings()), Provider)


@pytest.mark.usefixtures("plugged")
def test_a_plug_in_that_cannot_be_loaded_is_named() -> None:
    with pytest.raises(MissingExtra, match=r"'broken'.*no_such_package"):
        make_provider("broken", settings())


@pytest.mark.usefixtures("plugged")
def test_a_plug_in_that_cannot_be_loaded_hides_no_other(studio: Studio) -> None:
    offered = {row["provider"]: row for row in studio.ai.models()}
    assert set(offered) >= {"mine", "broken", *BUILT_IN}
    assert not offered["broken"]["available"]
    assert "no_such_package" in offered["broken"]["reason"]


def test_naming_loads_no_sdk() -> None:
    code = (
        "import sys; from workbench.chat.providers import *; from workbench.settings import load_settings;"
        "s = load_settings(); resolve(None, 'gpt-4o', s); [make_provider(n, s).models() for n in"
        " ('openai', 'anthropic', 'google', 'cohere', 'ollama')];"
        "print([m for m in ('openai', 'anthropic', 'google.genai', 'cohere', 'httpx', 'httpx2', 'tenacity')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("model", "words"),
    [("nosuch:thing", "there is no provider 'nosuch'"), ("openai:", "names nothing after its colon")],
)
def test_a_half_named_model_says_which_half_is_wrong(model, words):
    with pytest.raises(BadInput, match=words):
        resolve(None, model, load_settings())
