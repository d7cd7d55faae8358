"""What jobs cost: by a dated table that names its sources; what is not known is never 0."""

from __future__ import annotations

import json

import pytest

from workbench.errors import BadInput
from workbench.quantum.devices.prices import HardwarePrices

GARNET = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"


def test_tasks_shots_and_seconds(settings):
    prices = HardwarePrices.load(settings)
    assert prices.cost("aws", GARNET, shots=1000) == pytest.approx(0.3 + 1.45)
    assert prices.cost("ibm", "pay-as-you-go", seconds=10) == pytest.approx(16)
    assert prices.cost("ibm", "open", seconds=10) == 0
    assert "aws.amazon.com/braket/pricing" in prices.source
    assert prices.date.year >= 2026


def test_what_is_not_known_has_no_price(settings):
    prices = HardwarePrices.load(settings)
    assert prices.cost("aws", "arn:aws:braket:::device/quantum-simulator/amazon/sv1", shots=10) is None
    assert prices.cost("ibm", "premium", seconds=10) is None
    assert prices.cost("ibm", "pay-as-you-go") is None
    assert prices.cost("google", "anything", shots=10) is None


def test_ones_own_prices_go_before(settings, home):
    own = {
        "providers": {"aws": {"devices": {GARNET: {"shot": 0.5}}}, "google": {"devices": {"x": {"task": 9}}}}
    }
    (settings.home / "device-prices.json").write_text(json.dumps(own))
    prices = HardwarePrices.load(settings)
    assert prices.cost("aws", GARNET, shots=2) == 1
    assert prices.cost("google", "x") == 9
    assert prices.cost("ibm", "open", seconds=1) == 0
    assert str(home) in prices.source


@pytest.mark.parametrize("text", ["{", '{"providers": {"aws": {"devices": {"x": {"shot": -1}}}}}', "[]"])
def test_a_broken_table_is_refused(settings, text):
    (settings.home / "device-prices.json").write_text(text)
    with pytest.raises(BadInput, match="price table"):
        HardwarePrices.load(settings)
