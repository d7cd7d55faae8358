"""The dashboards as web pages: a click changes the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Server
from tests.standin.behaviours import ok
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.slow]

INPUT = ".wb-chat .wb-composer textarea"
ANSWER = """Both measure *spread*, in different units.

```python
def spread(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)
```

| Measure | Unit |
|---|---|
| variance | squared |
| standard deviation | the data's own |
"""


@pytest.fixture
def recorded(standin: StandIn, tmp_path: Path) -> list[str]:
    """Runs in the home that the servers of this test use; their ids, oldest first."""
    settings = load_settings(
        workbench_home=tmp_path / "home" / "workbench", workbench_retries=0, **standin.settings("openai")
    )
    studio = Studio(settings)
    standin.script("openai", [ok(ANSWER)])
    questions = ["Variance or standard deviation?", "What is entropy?", "And free energy?"]
    answers = [
        studio.ai.chat_completion([{"role": "user", "content": question}], "openai", "gpt-4o")
        for question in questions
    ]
    studio.close()
    return [answer["run_id"] for answer in answers]


def test_runs_are_found_opened_and_compared(
    voila: Callable[..., Server],
    open_page: Callable[..., Any],
    keep_picture: Callable[[Any, str], Path],
    recorded: list[str],
    strayed: list[str],
) -> None:
    page = open_page(voila().address("voila/render/runs.ipynb"))
    page.wait_for_selector(f".wb-run[data-run='{recorded[0]}']")
    assert page.locator(".wb-run").count() == 3
    keep_picture(page, "voila-runs")
    page.click(f".wb-run[data-run='{recorded[0]}']")
    page.wait_for_selector(".wb-detail:has-text('the record matches its digest')")
    assert "def spread" in page.inner_text(".wb-detail")
    keep_picture(page, "voila-runs-detail")
    page.click(f".wb-run[data-run='{recorded[0]}']")
    page.wait_for_selector(".wb-detail", state="detached")
    page.fill(".wb-filters input[type=search]", "entropy")
    page.wait_for_function("() => document.querySelectorAll('.wb-run').length === 1")
    page.click("text=Clear")
    page.wait_for_function("() => document.querySelectorAll('.wb-run').length === 3")
    for run in recorded[:2]:
        page.check(f".wb-run[data-run='{run}'] input")
    page.click("button:has-text('Compare two')")
    page.wait_for_selector(".wb-comparison:has-text('inputs.messages[0].content')")
    page.click("th[data-column=cost] button")
    page.wait_for_selector("th[data-column=cost][aria-sort=descending]")
    # the static twin of the panel must not stand below it
    assert page.locator(".wb-fallback").first.is_hidden()
    assert strayed == []


def test_runs_read_well_in_a_narrow_dark_page(
    voila: Callable[..., Server],
    open_page: Callable[..., Any],
    keep_picture: Callable[[Any, str], Path],
    recorded: list[str],
) -> None:
    page = open_page(voila("--theme=dark").address("voila/render/runs.ipynb"), width=800, dark=True)
    page.wait_for_selector(f".wb-run[data-run='{recorded[-1]}']")
    inside = "() => document.querySelector('.wb-runs').scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(inside)
    keep_picture(page, "voila-runs-dark-narrow")


def test_a_chat_is_led_from_the_keyboard_and_the_mouse(
    voila: Callable[..., Server],
    open_page: Callable[..., Any],
    keep_picture: Callable[[Any, str], Path],
    standin: StandIn,
) -> None:
    standin.script("openai", [ok(ANSWER, pace=0.01)])
    page = open_page(voila(**standin.environment("openai")).address("voila/render/chat.ipynb"))
    page.wait_for_selector(INPUT)
    page.fill(INPUT, "Variance or\nstandard deviation?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wb-note:has-text('openai:')")
    assert page.locator(".wb-message .wb-table td").first.inner_text() == "variance"
    page.click("[aria-label='Good answer']")
    page.wait_for_selector("[aria-label='Good answer'][aria-pressed=true]")
    keep_picture(page, "voila-chat")
    page.click("[aria-label='Answer again']")
    page.wait_for_selector(".wb-prose:has-text('Answer 2')")
    page.hover(".wb-message[data-role=user]")
    page.click("[aria-label='Edit and ask again']")
    page.fill(".wb-edit textarea", "Which one?")
    page.click(".wb-edit >> text=Ask again")
    page.wait_for_selector(".wb-prose:has-text('Answer 3')")
    page.click("text=New conversation")
    page.wait_for_selector(".wb-welcome:visible")
    page.click(".wb-session")
    page.wait_for_selector(".wb-prose:has-text('Which one?')")
    page.hover(".wb-side li")
    page.click(".wb-side [aria-label^='Delete']")
    page.click(".wb-sure")
    page.wait_for_selector(".wb-side li", state="detached")


def test_the_index_leads_to_the_dashboards(
    voila: Callable[..., Server], open_page: Callable[..., Any], keep_picture: Callable[[Any, str], Path]
) -> None:
    page = open_page(voila().address("voila/render/index.ipynb"))
    page.wait_for_selector("a:visible:has-text('Runs')")
    keep_picture(page, "voila-index")
    page.click("a:has-text('Runs')")
    page.wait_for_selector(".wb-runs")
    assert page.locator(".wb-none").inner_text().startswith("No Runs yet")
