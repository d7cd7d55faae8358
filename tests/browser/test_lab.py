"""JupyterLab in Chromium: the start notebook, and the chat panel streams and stops."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.browser.conftest import PATIENCE, ROOT, Server
from tests.standin.behaviours import ok
from tests.standin.server import StandIn

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "# On patience\n\n" + " ".join(f"word{at}" for at in range(600))
INPUT = ".wb-chat .wb-composer textarea"
BUSY = "() => document.querySelector('.wb-chat').hasAttribute('data-busy')"
IDLE = "() => !document.querySelector('.wb-chat').hasAttribute('data-busy')"
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
DARK = "() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"


def write_notebook(folder: Path, name: str, *cells: str) -> Path:
    folder.mkdir(exist_ok=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / name
    nbformat.write(notebook, path)
    return path


def run_all(open_page: Callable[..., Any], server: Server, name: str, **size: int) -> Any:
    page = open_page(server.address(f"lab/tree/{name}?reset"), **size)
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel")
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    return page


def last_answer(page: Any) -> str:
    text: str = page.locator(".wb-message[data-role=assistant] .wb-prose").last.inner_text()
    return text


def test_the_start_notebook_runs_and_its_chat_answers(
    lab: Callable[..., Server],
    open_page: Callable[..., Any],
    keep_picture: Callable[[Any, str], Path],
    model_file: Path,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    shutil.copy(ROOT / "notebooks" / "start.ipynb", folder)
    server = lab(folder, WORKBENCH_MODELS_FOLDER=str(model_file.parent))
    page = run_all(open_page, server, "start.ipynb")
    page.wait_for_selector(INPUT)
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
    page.fill(INPUT, "What is the capital of France?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wb-message[data-role=assistant] .wb-note:has-text('local:smollm2')")
    assert "Paris" in last_answer(page)
    page.evaluate("() => document.querySelector('.wb-chat').scrollIntoView()")
    keep_picture(page, "lab-start")
    page.evaluate(SAVE)
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    saved = nbformat.read(folder / "start.ipynb", as_version=4)
    outputs = [output for cell in saved.cells for output in cell.get("outputs", ())]
    assert not any(output.output_type == "error" for output in outputs)
    # what is saved shows the conversation without any kernel
    assert any("Paris" in str(output.get("data", {}).get("text/html", "")) for output in outputs)


def test_an_answer_streams_and_stop_stops_it(
    lab: Callable[..., Server],
    open_page: Callable[..., Any],
    keep_picture: Callable[[Any, str], Path],
    standin: StandIn,
    tmp_path: Path,
    strayed: list[str],
) -> None:
    standin.script("openai", [ok(LONG, pace=0.05)])
    write_notebook(
        tmp_path / "work", "chat.ipynb", "import workbench\nworkbench.ChatWidget(provider='openai')"
    )
    page = run_all(open_page, lab(tmp_path / "work", **standin.environment("openai")), "chat.ipynb")
    page.wait_for_selector(INPUT)
    page.fill(INPUT, "Tell me at length.")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.wb-prose h1 ~ *, .wb-block ~ .wb-block')")
    partial = last_answer(page)
    assert page.evaluate(BUSY)
    assert "On patience" in partial
    assert "word599" not in partial
    page.wait_for_function("(before) => document.querySelector('.wb-log').innerText.length > before + 60",
                           arg=len(page.locator(".wb-log").inner_text()))  # fmt: skip
    keep_picture(page, "lab-chat-streaming")
    page.click(".wb-send:has-text('Stop')")
    page.wait_for_function(IDLE)
    page.wait_for_selector(".wb-note:has-text('stopped')")
    stopped = last_answer(page)
    assert len(partial) < len(stopped) < len(LONG)
    assert standin.asked("openai")[0].ended.wait(PATIENCE)
    assert standin.asked("openai")[0].abandoned
    page.wait_for_selector(".wb-message:last-child [aria-label='Answer again']")
    settled = last_answer(page)  # a word or two may have come between the last paint and the stop
    assert settled.startswith(stopped)
    assert len(settled) < len(stopped) + 40
    page.fill(INPUT, "And now?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wb-message:last-child .wb-prose:has-text('Answer 2')")
    page.evaluate(DARK)
    page.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    keep_picture(page, "lab-chat-dark")
    assert strayed == []


def test_keys_in_the_panel_are_no_shortcuts_of_the_notebook(
    lab: Callable[..., Server], open_page: Callable[..., Any], standin: StandIn, tmp_path: Path
) -> None:
    write_notebook(
        tmp_path / "work", "chat.ipynb", "import workbench\nworkbench.ChatWidget(provider='openai')"
    )
    server = lab(tmp_path / "work", **standin.environment("openai"))
    page = run_all(open_page, server, "chat.ipynb")
    page.wait_for_selector(INPUT)
    page.focus(".wb-new")
    for key in ("b", "a", "d", "d", "Shift+Enter"):
        page.keyboard.press(key)
    page.click(INPUT)
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    assert page.input_value(INPUT) == "one\ntwo"
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == 1
    assert page.locator(".wb-chat").count() == 1
    assert page.locator(".wb-message").count() == 0
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


def test_a_silent_provider_is_left_with_escape(
    lab: Callable[..., Server], open_page: Callable[..., Any], standin: StandIn, tmp_path: Path
) -> None:
    from tests.standin.behaviours import slow

    standin.script("openai", [slow(300)])
    write_notebook(
        tmp_path / "work", "chat.ipynb", "import workbench\nworkbench.ChatWidget(provider='openai')"
    )
    server = lab(tmp_path / "work", **standin.environment("openai"))
    page = run_all(open_page, server, "chat.ipynb", width=800)
    page.wait_for_selector(INPUT)
    page.fill(INPUT, "Are you there?")
    page.keyboard.press("Enter")
    page.wait_for_function(BUSY)
    page.keyboard.press("Escape")
    page.wait_for_function(IDLE)
    page.fill(INPUT, "And now?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wb-prose:has-text('Answer')")
