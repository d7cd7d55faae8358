"""A hundred thousand Runs as a DataFrame."""

from __future__ import annotations

import statistics
import tempfile
import time

from benchmarks.report import tell
from workbench.runs.store import RUNS
from workbench.settings import load_settings
from workbench.studio import Studio

COUNT = 100_000
READS = 5


def fill(studio: Studio, count: int) -> None:
    """Copy one recorded Run ``count`` times with other identifiers and figures."""
    run = studio.runs.execute(
        "chat", {"n": 0}, lambda r: (r.usage(10, 20, 0.001), r.metric("score", 0.5), "x")[-1],
        parameters={"provider": "openai", "model": "gpt-4o", "finish_reason": "stop"},
    )  # fmt: skip
    with studio.database.write() as connection:
        (row,) = connection.execute(RUNS.select().where(RUNS.c.id == run.id)).mappings()
        rows = [
            dict(row) | {"id": f"{number:026d}", "started_us": row["started_us"] + number,
                         "cost": number / 1e6, "metrics": f'{{"score":{number / count}}}'}
            for number in range(count - 1)
        ]  # fmt: skip
        connection.execute(RUNS.insert(), rows)


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as home:
        studio = Studio(load_settings(workbench_home=home))
        fill(studio, COUNT)
        studio.runs.frame(limit=1)
        times = []
        for _ in range(READS):
            start = time.perf_counter()
            frame = studio.runs.frame()
            times.append(time.perf_counter() - start)
        studio.close()
    assert frame.shape[0] == COUNT
    tell(
        "frame",
        f"runs.frame() over {COUNT:,} Runs, {frame.shape[1]} columns, median of {READS}",
        [{"what": "frame, s", "median": statistics.median(times), "worst": max(times), "limit": 1}],
    )


if __name__ == "__main__":
    main()
