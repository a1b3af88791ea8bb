"""Pages printed to PDF by a Chromium that is on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING

from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)


def find_chromium() -> str:
    """Return the path of a Chromium: $CHROMIUM, or one of the usual names.

    Raises
    ------
    CityAnalyticsError
        There is none; the message says how to get it.
    """
    named = [os.environ.get("CHROMIUM", ""), *NAMES]
    found = next((path for name in named if name and (path := shutil.which(name))), None)
    if found is None:
        raise CityAnalyticsError(
            Message.of(
                "no Chromium to print with: `apt-get install chromium fonts-noto-cjk`, "
                "or name one in $CHROMIUM; or print from any browser"
            )
        )
    return found


def print_pages(pages: Sequence[Path]) -> list[Path]:
    """Print each page to a PDF beside it.

    Raises
    ------
    CityAnalyticsError
        There is no Chromium, or it failed.
    """
    chromium = find_chromium()
    written: list[Path] = []
    for page in pages:
        target = page.with_suffix(".pdf")
        with tempfile.TemporaryDirectory(prefix="cityanalytics-") as profile:
            command = [
                chromium,
                *FLAGS,
                f"--user-data-dir={profile}",
                f"--print-to-pdf={target}",
                page.resolve().as_uri(),
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a list, no shell
        if done.returncode or not target.is_file():
            raise CityAnalyticsError(
                Message.of("{page} was not printed: {reason}", page=page, reason=done.stderr[-300:])
            )
        written.append(target)
    return written
