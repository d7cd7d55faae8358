"""The knowledge panel in Chromium: files dropped, progress seen, a passage found and marked in its page."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import ROOT, Server
from tests.browser.test_lab import DARK, run_all, write_notebook
from workbench.settings import load_settings
from workbench.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DOCUMENTS = ROOT / "data" / "documents"
PAPER, TABLE, NOTES = "snowmelt-paper.pdf", "soil-samples.csv", "field-notes.md"
CELL = "import workbench\nworkbench.KnowledgeWidget(base='Val Sorda')"
QUERY = ".wb-knowledge .wb-k-query"
PASSAGE = ".wb-k-text mark.wb-passage"
TRANSFER = """files => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    transfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name));
  }
  return transfer;
}"""
# Every state that a task was in, in the order in which it was drawn.
WATCH = """() => {
  window.seen = {};
  const look = () => {
    for (const task of document.querySelectorAll('.wb-k-task')) {
      const name = task.querySelector('.wb-k-task-name').textContent;
      const states = (window.seen[name] ??= []);
      if (states.at(-1) !== task.dataset.state) states.push(task.dataset.state);
    }
  };
  new MutationObserver(look).observe(document.querySelector('.wb-knowledge'),
    { subtree: true, childList: true, attributes: true });
}"""
IN_VIEW = f"""() => {{
  const mark = document.querySelector('{PASSAGE}').getClientRects()[0];
  const page = document.querySelector('.wb-k-text').getBoundingClientRect();
  return mark.top >= page.top && mark.bottom <= page.bottom;
}}"""
INSIDE = "() => document.querySelector('.wb-knowledge').scrollWidth <= document.documentElement.clientWidth"


def drop(page: Any, files: dict[str, bytes]) -> None:
    """Drop files on the panel as the system's file manager does."""
    packed = [[name, base64.b64encode(data).decode()] for name, data in files.items()]
    transfer = page.evaluate_handle(TRANSFER, packed)
    for event in ("dragenter", "dragover"):
        page.dispatch_event(".wb-knowledge .wb-k-body", event, {"dataTransfer": transfer})
    page.wait_for_selector(".wb-knowledge[data-dropping]")
    page.dispatch_event(".wb-knowledge .wb-k-body", "drop", {"dataTransfer": transfer})


def settled(page: Any, files: int) -> None:
    """Wait until so many files are searchable and nothing is on its way."""
    page.wait_for_function(
        """files => document.querySelectorAll('.wb-k-table .wb-state[data-status=ready]').length === files
           && !document.querySelector('.wb-k-tasks-head .wb-k-stop')""",
        arg=files,
    )


def found(page: Any, text: str) -> None:
    page.click("[data-tab=find]")
    page.fill(QUERY, text)
    page.wait_for_selector(".wb-k-hit")


@pytest.fixture
def filled(tmp_path: Path) -> None:
    """A knowledge base in the home that the servers of this test use."""
    studio = Studio(
        load_settings(workbench_home=tmp_path / "home" / "workbench", workbench_user="researcher")
    )
    base = studio.files.create_knowledge_base(studio.user_id, "Val Sorda")
    studio.vectors.add_files(base, [DOCUMENTS / name for name in (PAPER, TABLE, NOTES)])
    studio.close()


def test_files_are_dropped_found_and_read_in_jupyterlab(
    lab: Callable[..., Server],
    open_page: Callable[..., Any],
    keep_picture: Callable[[Any, str], Path],
    tmp_path: Path,
    strayed: list[str],
) -> None:
    write_notebook(tmp_path / "work", "knowledge.ipynb", CELL)
    page = run_all(open_page, lab(tmp_path / "work"), "knowledge.ipynb", width=1440, height=1000)
    page.wait_for_selector(".wb-k-drop[data-large]")
    keep_picture(page, "lab-knowledge-empty")
    page.evaluate(WATCH)
    drop(page, {name: (DOCUMENTS / name).read_bytes() for name in (PAPER, TABLE)} | {"broken.pdf": b"no pdf"})
    page.wait_for_selector(".wb-k-task")
    keep_picture(page, "lab-knowledge-progress")
    settled(page, 2)
    assert "failed" in page.inner_text(".wb-k-task:has-text('broken.pdf')")
    assert page.inner_text(".wb-k-task:has-text('broken.pdf') .wb-k-task-note").endswith(".")
    keep_picture(page, "lab-knowledge-files")
    seen = page.evaluate("() => window.seen")
    assert seen[PAPER][-3:] == ["reading", "embedding", "ready"]
    page.set_input_files(".wb-k-drop input[type=file]", [DOCUMENTS / NOTES])
    settled(page, 3)
    found(page, "How large is the catchment of the Val Sorda?")
    page.wait_for_selector(f".wb-k-hit .wb-k-open:has-text('{PAPER}')")
    keep_picture(page, "lab-knowledge-found")
    page.click(f".wb-k-hit .wb-k-open:has-text('{PAPER}')")
    page.wait_for_selector(PASSAGE)
    assert "41.6 square" in " ".join(page.inner_text(PASSAGE).split())
    assert page.evaluate(IN_VIEW)
    assert page.inner_text(".wb-k-page-title").startswith("Page 1 of 4")
    keep_picture(page, "lab-knowledge-page")
    page.click("[aria-label^='Next page']")
    page.wait_for_selector(".wb-k-page-title:has-text('Page 2 of 4')")
    page.click("text=To the passage")
    page.wait_for_selector(PASSAGE)
    page.evaluate(DARK)
    page.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    keep_picture(page, "lab-knowledge-dark")
    assert strayed == []


def test_a_file_of_many_pieces_arrives_whole_and_stop_leaves_nothing(
    lab: Callable[..., Server], open_page: Callable[..., Any], tmp_path: Path
) -> None:
    write_notebook(tmp_path / "work", "knowledge.ipynb", CELL)
    page = run_all(open_page, lab(tmp_path / "work"), "knowledge.ipynb")
    page.wait_for_selector(".wb-k-drop[data-large]")
    row = "".join(f"{at},ordinary measurement\n" for at in range(800))
    (tmp_path / "small.csv").write_text("id,what\n" + row)
    # its text cannot be read, so that this is about the bytes alone
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        for at in range(50):
            file.write(bytes([at]) * (1 << 20))
    page.evaluate(WATCH)
    page.set_input_files(".wb-k-drop input[type=file]", [large])
    page.wait_for_selector(".wb-k-task[data-state=failed]")
    assert "sending" in page.evaluate("() => window.seen['large.bin']")
    stored = [path for path in (tmp_path / "home" / "workbench" / "uploads").rglob("*") if path.is_file()]
    assert [path.stat().st_size for path in stored] == [50 << 20]
    assert stored[0].read_bytes() == large.read_bytes()
    (tmp_path / "other.bin").write_bytes(b"\1" + large.read_bytes())
    page.set_input_files(".wb-k-drop input[type=file]", [tmp_path / "other.bin"])
    page.wait_for_selector(".wb-k-task:has-text('other.bin')")
    page.click("[aria-label='Stop other.bin']")
    page.wait_for_selector(".wb-k-task[data-state=stopped]")
    page.set_input_files(".wb-k-drop input[type=file]", [tmp_path / "small.csv"])
    settled(page, 1)
    assert page.locator(".wb-k-table tbody tr").count() == 1
    stored = [path for path in (tmp_path / "home" / "workbench" / "uploads").rglob("*") if path.is_file()]
    assert sorted(path.stat().st_size for path in stored) == [len("id,what\n" + row), 50 << 20]


def test_files_are_dropped_found_and_read_in_voila(
    voila: Callable[..., Server],
    open_page: Callable[..., Any],
    keep_picture: Callable[[Any, str], Path],
    strayed: list[str],
) -> None:
    page = open_page(voila().address("voila/render/knowledge.ipynb"))
    page.wait_for_selector(".wb-k-drop[data-large]")
    keep_picture(page, "voila-knowledge-empty")
    page.evaluate(WATCH)
    drop(page, {name: (DOCUMENTS / name).read_bytes() for name in (PAPER, NOTES)})
    settled(page, 2)
    assert page.evaluate("() => window.seen")[NOTES][-1] == "ready"
    found(page, "How large is the catchment of the Val Sorda?")
    page.click(f".wb-k-hit .wb-k-open:has-text('{PAPER}')")
    page.wait_for_selector(PASSAGE)
    assert "41.6 square" in " ".join(page.inner_text(PASSAGE).split())
    assert page.evaluate(IN_VIEW)
    keep_picture(page, "voila-knowledge-page")
    # the static twin of the panel must not stand below it
    assert page.locator(".wb-fallback").first.is_hidden()
    assert strayed == []


@pytest.mark.usefixtures("filled")
def test_the_panel_is_led_from_the_keyboard(
    voila: Callable[..., Server], open_page: Callable[..., Any], keep_picture: Callable[[Any, str], Path]
) -> None:
    page = open_page(voila().address("voila/render/knowledge.ipynb"))
    page.wait_for_selector(".wb-k-find:visible")
    page.focus(QUERY)
    page.keyboard.type("snow at the station")
    page.wait_for_selector(".wb-k-hit")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wb-k-count:has-text('recorded as Run')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(PASSAGE)
    page.keyboard.press("Escape")
    page.wait_for_selector(".wb-k-page", state="hidden")
    assert page.evaluate("() => document.activeElement.closest('.wb-k-hit') !== null")
    page.click(".wb-k-why summary >> nth=0")
    assert "cosine" in page.inner_text(".wb-k-why[open]")
    keep_picture(page, "voila-knowledge-why")
    page.focus("[data-tab=find]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".wb-k-files:visible")
    page.click(f"[aria-label^='Take {TABLE} out']")
    page.click(".wb-sure")
    page.wait_for_selector(f".wb-k-table tr:has-text('{TABLE}')", state="detached")


@pytest.mark.usefixtures("filled")
def test_an_answer_s_citation_opens_its_page(
    voila: Callable[..., Server], open_page: Callable[..., Any], keep_picture: Callable[[Any, str], Path]
) -> None:
    page = open_page(voila().address("voila/render/knowledge.ipynb"))
    page.wait_for_selector(".wb-k-find:visible")
    page.click("[data-tab=ask]")
    page.fill(".wb-k-asking textarea", "Which summit is the highest, and how high is it?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wb-k-citation")
    keep_picture(page, "voila-knowledge-answer")
    page.click(".wb-k-answer [data-citation='1'] >> nth=0")
    page.wait_for_selector(PASSAGE)
    assert "3,012 metres" in page.inner_text(PASSAGE)
    assert page.evaluate(IN_VIEW)
    keep_picture(page, "voila-knowledge-cited")


@pytest.mark.usefixtures("filled")
def test_the_panel_reads_well_in_a_narrow_dark_page(
    voila: Callable[..., Server], open_page: Callable[..., Any], keep_picture: Callable[[Any, str], Path]
) -> None:
    page = open_page(
        voila("--theme=dark").address("voila/render/knowledge.ipynb"), width=460, height=860, dark=True
    )
    page.wait_for_selector(".wb-k-find:visible")
    found(page, "soil moisture after snowmelt")
    assert page.evaluate(INSIDE)
    keep_picture(page, "voila-knowledge-dark-narrow")
    page.click(".wb-k-hit .wb-k-open >> nth=0")
    page.wait_for_selector(PASSAGE)
    assert page.evaluate(IN_VIEW)
    keep_picture(page, "voila-knowledge-dark-narrow-page")
    page.click(".wb-k-close")
    page.click("[data-tab=files]")
    keep_picture(page, "voila-knowledge-dark-narrow-files")
