"""What calls cost, by the built-in table and by the user's own."""

from __future__ import annotations

import datetime as dt
import json
from importlib import resources
from typing import Any

import pytest

from workbench.chat.prices import PriceTable
from workbench.chat.providers.base import DEFAULT_MODELS, Usage
from workbench.errors import BadInput
from workbench.settings import Settings

DAY = dt.date(2026, 11, 20)
MILLION = 1_000_000


@pytest.fixture
def prices(settings: Settings) -> PriceTable:
    return PriceTable.load(settings)


def own(settings: Settings, models: dict[str, Any], provider: str = "openai") -> PriceTable:
    settings.home.joinpath("prices.json").write_text(
        json.dumps({"providers": {provider: {"models": models}}})
    )
    return PriceTable.load(settings)


def test_the_table_is_dated_and_names_its_sources(prices: PriceTable) -> None:
    assert prices.date >= dt.date(2026, 11, 1)
    table = json.loads(resources.files("workbench.chat").joinpath("prices.json").read_text())
    for provider in table["providers"].values():
        assert provider["source"] in prices.source
        assert provider["source"].startswith("https://")
        assert dt.date.fromisoformat(provider["date"]) <= prices.date


def test_every_default_model_has_a_price(prices: PriceTable) -> None:
    for name, model in DEFAULT_MODELS.items():
        assert prices.cost(name, model, Usage(1000, 1000)) is not None


def test_plain_tokens(prices: PriceTable) -> None:
    assert prices.cost("openai", "gpt-4o", Usage(MILLION, 0)) == 2.5
    assert prices.cost("openai", "gpt-4o", Usage(0, MILLION)) == 10.0
    assert prices.cost("openai", "gpt-4o", Usage()) == 0.0


def test_cached_tokens_are_a_part_of_the_input(prices: PriceTable) -> None:
    usage = Usage(input_tokens=100, output_tokens=10, cached_tokens=60, cache_write_tokens=30)
    expected = (10 * 5 + 60 * 0.5 + 30 * 6.25 + 10 * 25) / MILLION
    assert prices.cost("anthropic", "claude-opus-5", usage) == pytest.approx(expected)


def test_cached_tokens_without_a_price_cost_as_others(prices: PriceTable) -> None:
    with_cache = Usage(100, 10, cached_tokens=60, cache_write_tokens=30)
    assert prices.cost("cohere", "command-a", with_cache) == prices.cost(
        "cohere", "command-a", Usage(100, 10)
    )


@pytest.mark.parametrize(
    ("provider", "dated", "base"),
    [
        ("openai", "gpt-4o-2024-08-06", "gpt-4o"),
        ("openai", "gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("anthropic", "claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("cohere", "command-r-08-2024", "command-r"),
    ],
)
def test_a_dated_snapshot_costs_what_its_base_costs(
    prices: PriceTable, provider: str, dated: str, base: str
) -> None:
    assert prices.cost(provider, dated, Usage(1000, 1000)) == prices.cost(provider, base, Usage(1000, 1000))


def test_a_snapshot_with_a_price_of_its_own_keeps_it(prices: PriceTable) -> None:
    assert prices.cost("cohere", "command-r-03-2024", Usage(MILLION, 0)) == 0.5


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4o-audio-preview"),
        ("openai", "gpt-99"),
        ("openai", "ft:gpt-4o:lab"),
        ("anthropic", "gpt-4o"),
        ("mine", "gpt-4o"),
    ],
)
def test_what_is_not_in_the_table_costs_nobody_knows_what(
    prices: PriceTable, provider: str, model: str
) -> None:
    assert prices.cost(provider, model, Usage(1000, 1000)) is None
    assert prices.upper(provider, model, 1000, 1000) is None


@pytest.mark.parametrize("provider", ["local", "ollama"])
def test_models_of_ones_own_cost_nothing(prices: PriceTable, provider: str) -> None:
    assert prices.cost(provider, "anything", Usage(1000, 1000)) == 0.0
    assert prices.upper(provider, "anything", 1000, 1000) == 0.0


def test_a_long_prompt_has_its_own_rates(prices: PriceTable) -> None:
    at, above = Usage(272_000, 1000), Usage(272_001, 1000)
    assert prices.cost("openai", "gpt-6.2-sol", at) == pytest.approx((272_000 * 2 + 1000 * 10) / MILLION)
    assert prices.cost("openai", "gpt-6.2-sol", above) == pytest.approx((272_001 * 4 + 1000 * 15) / MILLION)


def test_an_announced_price_holds_from_its_day(prices: PriceTable) -> None:
    usage = Usage(MILLION, MILLION)
    before, after = dt.date(2026, 12, 31), dt.date(2027, 1, 1)
    assert prices.cost("google", "gemini-3.8-flash", usage, day=before) == 4.5
    assert prices.cost("google", "gemini-3.8-flash", usage, day=after) == 9.0


def test_no_split_of_the_tokens_costs_more_than_the_upper_estimate(prices: PriceTable) -> None:
    for provider in ("openai", "anthropic", "google", "cohere"):
        for model in prices.models(provider):
            upper = prices.upper(provider, model, 1000, 500)
            assert upper is not None
            for read, written in ((0, 0), (1000, 0), (0, 1000), (300, 300)):
                cost = prices.cost(provider, model, Usage(1000, 500, read, written))
                assert cost is not None
                assert cost <= upper + 1e-12


def test_only_chat_models_are_offered(prices: PriceTable) -> None:
    assert "gpt-4o" in prices.models("openai")
    assert "text-embedding-3-small" not in prices.models("openai")
    assert prices.models("local") == []
    assert prices.cost("openai", "text-embedding-3-small", Usage(MILLION)) == 0.02


def test_ones_own_table_is_laid_over(settings: Settings) -> None:
    table = own(settings, {"gpt-4o": {"input": 1.0, "output": 2.0}, "mine": {"input": 3.0, "output": 4.0}})
    assert table.cost("openai", "gpt-4o", Usage(MILLION, MILLION)) == 3.0
    assert table.cost("openai", "mine", Usage(MILLION, MILLION)) == 7.0
    assert table.cost("openai", "gpt-4o-mini", Usage(MILLION)) == 0.15
    assert str(settings.prices_file) in table.source


def test_ones_own_machine_may_have_a_price(settings: Settings) -> None:
    table = own(settings, {"llama3.2": {"input": 0.1, "output": 0.1}}, provider="ollama")
    assert table.cost("ollama", "llama3.2", Usage(MILLION)) == 0.1
    assert table.cost("ollama", "other", Usage(MILLION)) == 0.0


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"providers": {"openai": {"models": {"m": {"input": 1}}}}}',
        '{"providers": {"openai": {"models": {"m": {"input": -1, "output": 1}}}}}',
        '{"providers": {"openai": {"models": {"m": {"input": 1, "output": 1, "cash": 1}}}}}',
    ],
)
def test_a_bad_table_says_where(settings: Settings, content: str) -> None:
    settings.home.joinpath("prices.json").write_text(content)
    with pytest.raises(BadInput, match=r"price table .*prices\.json is not valid at"):
        PriceTable.load(settings)
