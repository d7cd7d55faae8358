"""A notebook about documents is run again elsewhere: no base, no embedder's work, the same outputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.magics.kernel import Kernel
from tests.standin import StandIn, ok

pytestmark = pytest.mark.slow

GPT = "-m openai:gpt-4o"


def cells(folder: Path) -> list[str]:
    return [
        "%kb create valley --description Notes",
        f"%kb add valley {folder}",
        "%kb list",
        "%kb files",
        "%kb stats",
        "%kb verify",
        "%search When does the snow melt?",
        "%search --as found --kb valley -n 1 --threshold 0 bees\nfound.to_frame()",
        f"%chat {GPT} --kb valley When does the snow melt?",
        f"%ask {GPT} When does the snow of the valley melt?",
        "%ask -m none --as answer When do wild bees visit the saxifrage?\nanswer.to_frame().quote",
        "%kb remove valley bees.txt",
        "%search --threshold 0 bees",
        "%kb resume",
        "%kb files nowhere",
        "%kb create valley",
        "%kb reindex valley --chunk-tokens 64",
        "%search When does the snow melt?",
        "%kb drop valley --yes",
    ]


def run(kernel: Kernel, folder: Path) -> list[tuple[str, str, list[dict[str, str]]]]:
    done = [kernel.run(code, f"cell-{at}") for at, code in enumerate(cells(folder))]
    return [(cell.evalue, cell.stdout, cell.outputs) for cell in done]


def test_the_outputs_are_the_same_elsewhere(kernel: Kernel, server: StandIn, tmp_path: Path):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "snow.md").write_text("# Snow\n\nThe snow of the valley melts in the second week of May.\n")
    (folder / "bees.txt").write_text("Wild bees visit the saxifrage before noon.\n")
    server.script("openai", [ok("In May [1]."), ok("The snow melts in the second week of May [1].")])
    before = run(kernel, folder)
    failed = [evalue for evalue, _, _ in before if evalue]
    assert failed == ["There is no knowledge base 'nowhere'. There is valley."]
    # A second run of the same notebook, in a new kernel where nothing of it is left but the Runs.
    bundle = tmp_path / "runs.zip"
    kernel.ok(f"%runs export {bundle}")
    home = tmp_path / "elsewhere"
    other = Kernel(
        {"WORKBENCH_HOME": str(home), "WORKBENCH_USER": "researcher", "IPYTHONDIR": str(home / "ipython")}
    )
    try:
        other.ok(f"%load_ext workbench\n%runs import {bundle}\n%replay strict")
        after = run(other, folder)
        embedded = other.value("'torch' in __import__('sys').modules")
    finally:
        other.close()
    for code, one, two in zip(cells(folder), before, after, strict=True):
        assert one == two, code
    assert embedded == "False"
