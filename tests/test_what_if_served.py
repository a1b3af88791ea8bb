"""What if in a notebook: sliders that Python answers, served to a browser of this machine behind a token."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

import cityanalytics as ca
from cityanalytics.briefing.controls import Moves
from tests.command import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

#: What hangs ends; nothing is timed.
MOST_SECONDS = 60


@pytest.fixture(scope="module")
def forecast(processed_workspace: Path) -> ca.Forecast:
    return ca.forecast(ca.programme(ca.open_workspace(processed_workspace), "2010Q3"))


@contextmanager
def serving(workspace: Path, log: Path, *arguments: str) -> Iterator[str]:
    """Give the address that the command prints; it ends as by Ctrl-C."""
    command = [sys.executable, "-m", "cityanalytics", "what-if", "--serve", "--ui", "en", *arguments]
    with (
        log.open("wb") as told,
        subprocess.Popen(
            command, cwd=workspace, stdout=told, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as process,
    ):
        try:
            assert process.stderr is not None
            lines = iter(process.stderr.readline, "")
            found = next((line for line in lines if "http://" in line), "")
            address = re.search(r"http://\S+?(?=;|\s)", found)
            assert address, found
            yield address[0]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=MOST_SECONDS)


def numbers(page: Page) -> str:
    """Give the first of the numbers: the chance."""
    return page.locator(".widget-html b").first.inner_text()


def moved_from(page: Page, before: str) -> str:
    page.wait_for_function(
        "before => document.querySelector('.widget-html b').innerText !== before", arg=before
    )
    return numbers(page)


@pytest.mark.browser
def test_it_answers_in_a_browser_and_asks_nothing_outside(
    processed_workspace: Path, forecast: ca.Forecast, tmp_path: Path, chromium: str
) -> None:
    from playwright.sync_api import sync_playwright

    workspace = tmp_path / "workspace"
    shutil.copytree(processed_workspace, workspace, ignore=shutil.ignore_patterns("reports"))
    with (
        serving(workspace, tmp_path / "log", "--quarter", "2010Q3") as address,
        sync_playwright() as playwright,
    ):
        assert address.startswith("http://127.0.0.1:")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(MOST_SECONDS * 1000)
        outside: list[str] = []
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith(("http://127.0.0.1:", "data:", "blob:"))
                else outside.append(asked.url)
            ),
        )
        page.goto(address)
        page.locator(".widget-slider").first.wait_for()
        chart = page.locator(".widget-html svg").first
        base, drawn = numbers(page), chart.inner_html()
        assert base == f"{ca.what_if(forecast).table['probability'][0]:.1%}"
        handle = page.locator(".noUi-handle").first
        handle.focus()
        for _ in range(20):
            handle.press("ArrowRight")
        page.wait_for_function(
            "wanted => document.querySelector('.widget-html b').innerText === wanted",
            arg=f"{ca.what_if(forecast, 'pace=1.2').table['probability'][1]:.1%}",
        )
        assert chart.inner_html() != drawn
        faster, drawn = numbers(page), chart.inner_html()
        page.locator(".widget-text input").fill("新城")
        page.locator(".widget-toggle-buttons button").nth(1).click()
        moved_from(page, faster)
        assert chart.inner_html() != drawn
        assert outside == []
        browser.close()


@pytest.mark.browser
def test_what_comes_without_the_token_is_sent_to_log_in(processed_workspace: Path, tmp_path: Path) -> None:
    with (
        serving(processed_workspace, tmp_path / "log") as address,
        urllib.request.urlopen(address.partition("?")[0], timeout=MOST_SECONDS) as answer,  # noqa: S310 - our own
    ):
        assert "/login" in answer.url
        assert "亿元" not in answer.read().decode()


def test_controls_say_what_the_command_says(forecast: ca.Forecast) -> None:
    controls = ca.controls(forecast)
    for moves, levers in (
        (Moves(pace=1.2), ["pace=1.2"]),
        (Moves(city_pace=1.2), ["city_pace=1.2"]),
        (Moves(pace=1.2, start=controls.model.days[22]), ["pace=1.2", "start=2010-10-15"]),
    ):
        found = ca.what_if(forecast, levers)[" ".join(levers)]
        assert controls.answer(moves).quantiles == found.quantiles
        assert f"{found.probability:.1%}" in controls.told(controls.answer(moves))


def test_a_widget_moves_what_it_shows(forecast: ca.Forecast) -> None:
    shown, pace, *_ = ca.controls(forecast, "en").widget.children
    assert "61.2%" in shown.value
    pace.value = 1.2
    assert "70.6%" in shown.value
    pace.value = 1.0
    assert "61.2%" in shown.value


def test_a_port_that_is_none_is_refused(processed_workspace: Path) -> None:
    done = run("what-if", "--serve", "--port", "99999", workspace=processed_workspace)
    assert done.returncode == 2
    assert "99999" in done.stderr
