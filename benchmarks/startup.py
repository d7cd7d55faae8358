"""What `import workbench` and `%load_ext workbench` cost, in CPU-seconds of a fresh process."""

from __future__ import annotations

import statistics
import subprocess
import sys

from benchmarks.report import tell

RUNS = 7
HEAVY = (
    "torch",
    "openai",
    "anthropic",
    "google.genai",
    "cohere",
    "xllamacpp",
    "pandas",
    "ipywidgets",
    "sqlalchemy",
)
BARE = "import time; start = time.process_time(); {}; print(time.process_time() - start)"
SHELL = (
    "import IPython, time; from IPython.testing.globalipapp import start_ipython; shell = start_ipython();"
    "start = time.process_time(); {}; print(time.process_time() - start)"
)
LOADED = f"import workbench, sys; print([name for name in {HEAVY} if name in sys.modules])"


def cpu(program: str, code: str) -> float:
    """Return the median over fresh processes."""
    command = [sys.executable, "-c", program.format(code)]
    return statistics.median(
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])
        for _ in range(RUNS)
    )


def main() -> None:
    """Measure and tell."""
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    tell(
        "startup",
        f"Start-up, CPU-seconds, median of {RUNS} processes",
        [
            {"what": "import workbench", "cpu_s": cpu(BARE, "import workbench"), "limit_s": 0.3},
            {
                "what": "%load_ext workbench",
                "cpu_s": cpu(SHELL, "shell.run_line_magic('load_ext', 'workbench')"),
                "limit_s": 0.5,
            },
            {"what": "import pandas, to compare", "cpu_s": cpu(BARE, "import pandas"), "limit_s": ""},
        ],
    )
    print("heavy libraries loaded by `import workbench`:", loaded.strip())


if __name__ == "__main__":
    main()
