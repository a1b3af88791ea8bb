"""A notebook as analysts meet it: a real JupyterLab, opened by the command, in a browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

TOKEN = "for-this-test"  # noqa: S105 - of a server that this test starts and ends
#: What hangs ends; nothing is timed.
MOST_SECONDS = 120
NOTEBOOK = "00_start_here.ipynb"


def until(found: Callable[[], Any], what: str) -> Any:
    """Ask again until something is found; what never comes fails."""
    for _ in range(MOST_SECONDS * 2):
        if value := found():
            return value
        time.sleep(0.5)
    return pytest.fail(f"{what} did not come")


#: What a reader's own JupyterLab would have chosen already: every cell stands in the page, nothing asks outside.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A JupyterLab that listens."""

    address: str

    def ask(self, path: str, method: str = "GET") -> Any:
        """Give what the server answers, None while it does not."""
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.address}{path}", method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=MOST_SECONDS) as answer:  # noqa: S310 - as above
                return json.load(answer) if method == "GET" else True
        except urllib.error.URLError:
            return None

    def has_kernel(self) -> bool:
        """Tell whether a page is connected to a kernel that waits."""
        kernels = [session["kernel"] for session in self.ask("api/sessions") or []]
        return any(kernel["connections"] and kernel["execution_state"] == "idle" for kernel in kernels)


def listening(folder: Path) -> str:
    """Give the address that a server has written down; empty while it has not."""
    written = [file.read_text("utf-8") for file in folder.glob("jpserver-*.json")]
    return str(json.loads(written[0])["url"]) if written and written[0].endswith("}") else ""


@contextmanager
def jupyterlab(workspace: Path, home: Path) -> Iterator[Server]:
    """Open JupyterLab by the command, with settings of its own; at the end it ends with its kernels."""
    for name, settings in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings), encoding="utf-8")
    command = [
        sys.executable, "-m", "cityanalytics", "lab", "--no-browser", "--allow-root",
        "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--IdentityProvider.token={TOKEN}",
    ]  # fmt: skip
    own = {
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    with (home / "server.log").open("wb") as log:  # a pipe that nobody reads would stop the server
        process = subprocess.Popen(
            command, cwd=workspace, env={**os.environ, **own}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            # a port that the server took itself is nobody else's; where it listens it writes down
            server = Server(address=until(lambda: listening(home / "runtime"), "the server"))
            until(lambda: server.ask("api/status"), "its answer")
            yield server
            assert server.ask("api/shutdown", "POST")
            assert process.wait(timeout=MOST_SECONDS) == 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def test_a_notebook_runs_from_top_to_bottom_in_the_browser(
    processed_workspace: Path, tmp_path: Path, chromium: str
) -> None:
    workspace = tmp_path / "workspace"
    shutil.copytree(processed_workspace, workspace, ignore=shutil.ignore_patterns("reports"))
    file = workspace / "notebooks" / NOTEBOOK

    def codes() -> list[dict[str, Any]]:
        cells = json.loads(file.read_text("utf-8"))["cells"]
        return [cell for cell in cells if cell["cell_type"] == "code"]

    with jupyterlab(workspace, tmp_path) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(MOST_SECONDS * 1000)
        page.goto(f"{server.address}lab/tree/notebooks/{NOTEBOOK}?token={TOKEN}")
        until(server.has_kernel, "the kernel")  # what is run without one is asked about
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        last = page.locator(".jp-InputPrompt", has_text=f"[{len(codes())}]:")
        last.or_(page.locator(".jp-OutputArea-output[data-mime-type*=error]")).first.wait_for()
        shown = page.locator(".jp-Notebook").inner_text()
        assert last.count() == 1, shown
        page.keyboard.press("Control+s")
        cells = until(lambda: codes() if codes()[-1]["execution_count"] else [], "the saved notebook")
        browser.close()
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} == {"execute_result"}
    assert "62.0亿元" in shown
    assert "data/raw/" in "".join(cells[-1]["outputs"][0]["data"]["text/html"])
