"""How every benchmark tells its figures: a table on the screen and JSON beside it."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


def tell(name: str, title: str, rows: list[dict[str, Any]]) -> None:
    """Print the rows as a table and write them to ``results/NAME.json``."""
    table = Table(title=title)
    for column in rows[0]:
        table.add_column(column, justify="left" if column == "what" else "right")
    for row in rows:
        table.add_row(*(f"{value:.4g}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)
    RESULTS.mkdir(exist_ok=True)
    machine = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": psutil.cpu_count(),
        "load": psutil.getloadavg()[0],
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    body = {"title": title, "machine": machine, "rows": rows}
    (RESULTS / f"{name}.json").write_text(json.dumps(body, indent=2) + "\n")
