"""The public collections that benchmarks are run on; they are not part of the repository.

SciFact (Wadden et al. 2020) in BEIR's layout, ``scifact/docs.jsonl``, ``queries.jsonl`` and ``qrels.tsv``,
and the English part of XQuAD (Artetxe et al. 2020), ``xquad/xquad.en.json``, in the folder that
WORKBENCH_BENCHMARK_DATA names.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("WORKBENCH_BENCHMARK_DATA", ROOT.parent / "shared" / "data"))
SCIFACT, XQUAD = FOLDER / "scifact", FOLDER / "xquad" / "xquad.en.json"


def need(*paths: Path) -> None:
    """End the benchmark with a sentence when a collection is not there."""
    if missing := [str(path) for path in paths if not path.exists()]:
        print(f"Left out: {', '.join(missing)} is not there; WORKBENCH_BENCHMARK_DATA names the folder.")
        sys.exit()


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file that has one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def xquad() -> list[dict[str, Any]]:
    """Return the articles of XQuAD."""
    data: list[dict[str, Any]] = json.loads(XQUAD.read_text(encoding="utf-8"))["data"]
    return data
