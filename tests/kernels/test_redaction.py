"""Real kernels and terminals: what is searched is what they really put out."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import workbench

ROOT = Path(workbench.__file__).parents[1]
CANARY = "sk-canary-4Zq81Ab3dE6gH9jK2mN5pQ8rS1tU4vW7x"
MASK = "*" * 10
LOAD = "%load_ext workbench"
DIRECT = """
from workbench.kernels.redaction import install, uninstall
from workbench.security import Redactor
from workbench.settings import load_settings
redactor = Redactor.from_settings(load_settings())
install(get_ipython(), redactor)
"""
KEY = "import os, sys, time\nkey = os.environ['OPENAI_API_KEY']"

ELEVEN_WAYS = {
    "print": "print(key)",
    "repr": "key",
    "html": "from IPython.display import HTML\nHTML(f'<b>{key}</b>')",
    "stderr": "print(key, file=sys.stderr)",
    "traceback": "def call(secret):\n    raise ValueError(secret)\ncall(key)",
    "widget": "import ipywidgets\nipywidgets.Text(key)",
    "subprocess": "import subprocess\nsubprocess.run('echo $OPENAI_API_KEY', shell=True)\ntime.sleep(0.5)",
    "shell escape": "!echo $OPENAI_API_KEY",
    "logging": "import logging\nlogging.getLogger('anyone').error('key %s', key)",
    "table": "import pandas\npandas.DataFrame({'key': [key]})",
    "two flushes": (
        "sys.stdout.write('cut ' + key[:9])\nsys.stdout.flush()\ntime.sleep(0.3)\n"
        "sys.stdout.write(key[9:30])\nsys.stdout.flush()\nsys.stdout.write(key[30:] + ' end')"
    ),
}


def _environment() -> dict[str, str]:
    """Return this process's environment with the canary; the kernel may not know of pytest.

    ipykernel does not take over the process's descriptors where pytest runs.
    """
    added = {"OPENAI_API_KEY": CANARY, "PYTHONPATH": str(ROOT)}
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"} | added


def _run(*cells: str, **start: Any) -> Any:
    """Return the notebook as it would be saved, widget state and all."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=120)
    client.execute(env=_environment(), **start)
    return notebook


def _text(cell: Any) -> str:
    """Return a cell's streams and results as the reader sees them one after another."""
    parts = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell.outputs]
    return "".join(parts)


def _leaks(text: str) -> list[str]:
    """Return the ways in which the canary, or most of it, shows in a saved file."""
    spelled = {
        "plain": CANARY,
        "cut": CANARY[: len(CANARY) * 2 // 3],
        "rest": CANARY[len(CANARY) // 3 :],
        "base64": base64.b64encode(CANARY.encode()).decode()[:-4],
        "hex": CANARY.encode().hex(),
    }
    return [name for name, value in spelled.items() if value in text]


@pytest.mark.parametrize("load", [LOAD, DIRECT], ids=["extension", "direct"])
def test_a_key_echoed_by_eleven_ways_is_not_in_the_saved_notebook(load: str, tmp_path: Path) -> None:
    guarded = _run(load, KEY, *ELEVEN_WAYS.values())
    nbformat.write(guarded, tmp_path / "guarded.ipynb")
    saved = (tmp_path / "guarded.ipynb").read_text()
    assert _leaks(saved) == []
    for name, cell in zip(ELEVEN_WAYS, guarded.cells[2:], strict=True):
        assert MASK in json.dumps(cell.outputs), f"{name} shows no mask: did the cell run?"
    state = guarded.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert MASK in {model["state"].get("value") for model in state.values()}


def test_without_the_extension_every_way_shows_the_key() -> None:
    bare = _run(KEY, *ELEVEN_WAYS.values())
    for name, cell in zip(ELEVEN_WAYS, bare.cells[1:], strict=True):
        shown = _text(cell) if name == "two flushes" else json.dumps(cell.outputs)
        assert "plain" in _leaks(shown), f"{name} would not have shown the key anyway"
    assert "plain" in _leaks(json.dumps(bare.metadata.widgets))


def test_other_ways_out_are_closed_too() -> None:
    cells = {
        "verbose traceback": "%xmode Verbose\ndef call(secret):\n    1 / 0\ncall(key)",
        "script magic": "%%bash\necho $OPENAI_API_KEY >&2",
        "base64": "import base64\nbase64.b64encode(b'user:' + key.encode())",
        "nested JSON": "from IPython.display import JSON\nJSON({'a': [{key: key}]})",
        "updated display": "h = display('x', display_id=True)\nh.update(key)",
        "pager": "def f(): ...\nf.__doc__ = key\n%pinfo f",
        "forked child": (
            "import multiprocessing\n"
            "def child():\n    print(key[:9], end='', flush=True)\n    print(key[9:])\n"
            "p = multiprocessing.get_context('fork').Process(target=child)\n"
            "p.start()\np.join()\ntime.sleep(0.5)"
        ),
        "descriptor": "os.write(1, key[:20].encode())\nos.write(1, key[20:].encode())\ntime.sleep(0.5)",
        "binary widget": (
            "import ipywidgets\nipywidgets.Image(value=b'GIF' + key.encode(), description=key)"
        ),
        "output widget": (
            "import ipywidgets\nout = ipywidgets.Output()\ndisplay(out)\n"
            "with out:\n    print(key)\n    display(key)"
        ),
    }
    notebook = _run(DIRECT, KEY, *cells.values())
    assert _leaks(nbformat.writes(notebook)) == []
    shown = {name: json.dumps(cell.outputs) for name, cell in zip(cells, notebook.cells[2:], strict=True)}
    unseen = {"pager", "updated display", "binary widget", "output widget"}
    assert [name for name in cells.keys() - unseen if MASK not in shown[name]] == []
    images = [
        base64.b64decode(buffer["data"])
        for model in notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
        for buffer in model.get("buffers", ())
    ]
    assert images == [b"GIF" + b"*" * len(CANARY)]


def test_a_key_that_comes_later_is_known_in_the_cell_that_sets_it() -> None:
    notebook = _run(
        DIRECT,
        "import os\nos.environ['LATE_API_KEY'] = 'late-' + 'canary-1'\nprint(os.environ['LATE_API_KEY'])",
        "%env LATER_TOKEN={'later-' + 'canary-2'}",
        "!echo $LATE_API_KEY; echo $LATER_TOKEN",
    )
    shown = [_text(cell) for cell in notebook.cells[1:]]
    assert shown[0] == f"{MASK}\n"
    assert shown[1] == f"env: LATER_TOKEN={MASK}\n"
    assert "canary" not in shown[2]


def test_text_that_only_begins_like_a_key_is_shown_in_its_place() -> None:
    notebook = _run(
        DIRECT,
        "import sys, threading, time\n"
        "print('one sk-can', end='')\ndisplay('two')\nprint('three sk-', end='')",
        "print('out sk-', end='', flush=True)\nprint('err', file=sys.stderr)",
        "def late():\n    time.sleep(0.3)\n    print('late sk-c', end='', flush=True)\n"
        "threading.Thread(target=late).start()",
        "time.sleep(1.5)",
    )
    shown = [_text(cell) for cell in notebook.cells]
    assert shown[1] == "one sk-can'two'three sk-"
    assert shown[2] == "out sk-err\n"
    assert "late sk-c" in shown[3] + shown[4]


def test_a_flood_of_messages_from_two_threads_comes_through() -> None:
    notebook = _run(
        DIRECT,
        "import ipywidgets, threading\nbar = ipywidgets.IntProgress(max=5000)\n"
        "def talk():\n    for i in range(5000):\n        print(i, 'sk-', flush=i % 50 == 0)\n"
        "thread = threading.Thread(target=talk)\nthread.start()\n"
        "for i in range(5000):\n    bar.value = i\nthread.join()\nprint('done')",
    )
    lines = _text(notebook.cells[1]).splitlines()
    assert lines == [*(f"{i} sk-" for i in range(5000)), "done"]


def test_installing_again_changes_nothing_and_uninstalling_restores() -> None:
    notebook = _run(
        DIRECT + "session = get_ipython().kernel.session\nfirst = session.send",
        "install(get_ipython(), redactor)\nsession.send == first",
        "other = Redactor({'A': 'another-canary'})\ninstall(get_ipython(), other)",
        KEY + "\nprint(key, 'another-canary')",
        "uninstall(get_ipython())\nuninstall(get_ipython())\nprint(key, 'send' in vars(session))",
    )
    shown = [_text(cell) for cell in notebook.cells]
    assert shown[1] == "True"
    assert shown[3] == f"{MASK} {MASK}\n"
    assert shown[4] == f"{CANARY} False\n"


@pytest.mark.parametrize("guarded", [True, False])
def test_the_servers_console_shows_no_key(guarded: bool, tmp_path: Path) -> None:
    with (tmp_path / "console").open("wb") as console:
        _run(
            DIRECT if guarded else "pass",
            "import os, subprocess, sys, time\n"
            "run = lambda code, **to: subprocess.run(code, shell=True, **to)\n"
            "run('echo begin; echo $OPENAI_API_KEY; echo $OPENAI_API_KEY >&2; echo end')\n"
            "run('printf %s sk-can; sleep 0.1; printf %s ${OPENAI_API_KEY#sk-can}')\n"
            "run('echo $OPENAI_API_KEY', stdout=sys.stdout)\n"
            "time.sleep(1)",
            stdout=console,
            stderr=console,
        )
    shown = (tmp_path / "console").read_text()
    assert "begin\n" in shown
    assert "end\n" in shown
    assert (MASK in shown) == guarded
    assert bool(_leaks(shown)) != guarded


def _terminal(code: str) -> str:
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=nocolor", "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=_environment(), check=False
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("guarded", [True, False])
def test_a_terminal_shows_no_key(guarded: bool) -> None:
    shown = _terminal(
        f"{DIRECT if guarded else ''}\n{KEY}\n"
        "print('begin', key)\nprint(key[:9], end='', flush=True)\nprint(key[9:])\n"
        "print(key, file=sys.stderr)\nprint('tail sk-', end='')\nraise ValueError(key)"
    )
    assert "begin" in shown
    assert "tail sk-" in shown
    assert "ValueError: " in shown
    assert bool(_leaks(shown)) != guarded
    assert (MASK in shown) == guarded
