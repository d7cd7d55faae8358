"""One kernel with the magics loaded and a stand-in behind it, for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.magics.kernel import Kernel
from tests.standin import KEYS, StandIn


@pytest.fixture(scope="module")
def _kernel(_served: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    home = tmp_path_factory.mktemp("home")
    started = Kernel(
        {
            **_served.environment("openai"),
            "WORKBENCH_HOME": str(home),
            "WORKBENCH_USER": "researcher",
            "WORKBENCH_RETRIES": "0",
            "IPYTHONDIR": str(home / "ipython"),
        }
    )
    try:
        started.ok("%load_ext workbench")
        yield started
    finally:
        started.close()


@pytest.fixture
def kernel(_kernel: Kernel) -> Kernel:
    """The module's kernel, in live mode and with the names that a test may take gone."""
    _kernel.ok("%replay live")
    return _kernel


@pytest.fixture
def key() -> str:
    """The key that the kernel holds."""
    return KEYS["openai"]
