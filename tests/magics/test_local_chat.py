"""``%chat`` with the model that is on this machine, for real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.magics.kernel import Kernel

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def local_kernel(model_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    home = tmp_path_factory.mktemp("home")
    started = Kernel(
        {
            "WORKBENCH_HOME": str(home),
            "WORKBENCH_USER": "researcher",
            "WORKBENCH_MODELS_FOLDER": str(model_file.parent),
            "IPYTHONDIR": str(home / "ipython"),
        }
    )
    try:
        started.ok("%load_ext workbench")
        yield started
    finally:
        started.close()


def test_an_answer_without_a_key_costs_nothing(local_kernel: Kernel):
    cell = local_kernel.ok(
        "place = 'France'\n%chat --temperature 0 --max-tokens 16 --as reply What is the capital of {place}?"
    )
    assert "local:smollm2" in cell.text
    assert "free" in cell.text
    assert local_kernel.value("reply.cost, reply.tokens_used > 10, bool(reply.content)") == "0.0 True True"


def test_an_interrupt_stops_it_within_a_token(local_kernel: Kernel):
    sent = local_kernel.start("%chat --max-tokens 1500 Count from one to a thousand in words.")
    cell = local_kernel.finish(sent, when_shown=local_kernel.interrupt)
    assert cell.ename == "Cancelled"
    assert "cancelled · run " in cell.text
    assert local_kernel.ok("%chat --max-tokens 4 Hello").outputs
