"""A notebook as analysts meet it: a real JupyterLab, opened by the command, in a browser."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.conftest import copy_workspace, run_cityanalytics

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

KEY = "for-this-test"
MINUTE = 60_000  # what hangs ends; nothing is timed


@contextmanager
def jupyterlab(workspace: Path) -> Iterator[str]:
    """Open JupyterLab by the command on a port of its own; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "cityanalytics", "lab", "--no-browser", "--allow-root",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", f"--IdentityProvider.token={KEY}",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=workspace, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    ) as server:
        try:
            assert server.stderr is not None
            for line in server.stderr:
                if b"is running at" in line:
                    break
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGKILL)


def test_the_first_notebook_runs_from_top_to_bottom_in_the_browser(
    repository: Path, tmp_path: Path, chromium: str
) -> None:
    workspace = copy_workspace(repository, tmp_path / "workspace")
    run_cityanalytics("ingest", workspace=workspace)
    name = "00_start_here.ipynb"
    stored = json.loads((workspace / "notebooks" / name).read_text("utf-8"))
    codes = sum(cell["cell_type"] == "code" for cell in stored["cells"])
    with jupyterlab(workspace) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(5 * MINUTE)
        page.goto(f"{address}/lab/tree/notebooks/{name}?token={KEY}")
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        # a cell that has run shows its number; the last one to run is the last one of code
        expect(page.get_by_text(f"[{codes}]:").first).to_be_visible(timeout=5 * MINUTE)
        assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
        expect(page.get_by_text("62.0").first).to_be_visible()
        browser.close()
        sessions = f"{address}/api/sessions?token={KEY}"
        with urllib.request.urlopen(sessions) as answer:  # noqa: S310 - our own server
            (session,) = json.load(answer)
    assert session["path"].endswith(name)
