"""Pages printed to PDF by a Chromium that is on the machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cityanalytics.bound import bound
from cityanalytics.durable import put
from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message
from cityanalytics.publishing.folder import NOTEBOOK, noted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    "--export-tagged-pdf",  # with the language of the page; newer ones do so unasked
    "--generate-pdf-document-outline",
)
#: The first Chromium that prints what a page's style puts into its margins: running head and page numbers.
FIRST_WITH_MARGINS = 131
MOST_SECONDS = 120


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
                "no Chromium to print with, so nothing was made: `apt-get install chromium fonts-noto-cjk`, or name "
                "one in $CHROMIUM; without --pdf the pages are made, and any browser prints them"
            )
        )
    return found


def print_pages(
    chromium: str, pages: Sequence[Path], *, on_page: Callable[[], None] = lambda: None
) -> list[Path]:
    """Print each page to a PDF beside it: all of them, or none.

    Parameters
    ----------
    chromium
        Path of the program.
    pages
        HTML files.
    on_page
        Called as each page has been printed.

    Returns
    -------
    list of pathlib.Path
        The PDFs, with the title and the language of their pages.

    Raises
    ------
    CityAnalyticsError
        It failed; PDFs of an earlier time are left as they were.
    """
    with tempfile.TemporaryDirectory(prefix="cityanalytics-") as scratch:
        drafts = []
        for number, page in enumerate(pages):
            drafts.append(Path(scratch) / f"{number}.pdf")
            _print(chromium, page, drafts[-1], profile=Path(scratch) / "profile")
            on_page()
        printed = {
            page.with_suffix(".pdf"): draft.read_bytes() for draft, page in zip(drafts, pages, strict=True)
        }
    folders = {page.parent for page in pages}
    notes = {
        folder / NOTEBOOK: noted(folder, [page for page in pages if page.parent == folder], printed)
        for folder in folders
    }
    put({**printed, **{path: note for path, note in notes.items() if note is not None}})
    return [*printed]


def prints_margins(chromium: str) -> bool:
    """Tell whether a Chromium prints running head and page numbers; one that does not say its version is believed."""
    try:
        output = subprocess.run(  # noqa: S603 - a list, no shell
            [chromium, "--version"], capture_output=True, text=True, check=False, timeout=MOST_SECONDS
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return True
    version = re.search(r"\b(\d+)\.\d+\.\d+", output)
    return version is None or int(version[1]) >= FIRST_WITH_MARGINS


def _print(chromium: str, page: Path, target: Path, *, profile: Path) -> None:
    command = [
        chromium,
        *FLAGS,
        f"--user-data-dir={profile}",
        f"--print-to-pdf={target}",
        page.resolve().as_uri(),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - a list, no shell
            bound(command),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=MOST_SECONDS,
        )
        failed, reason = bool(done.returncode), done.stderr.strip()[-300:]
    except (OSError, subprocess.SubprocessError) as error:
        failed, reason = True, str(error)
    if failed or not target.is_file() or not target.read_bytes().startswith(b"%PDF-"):
        raise CityAnalyticsError(
            Message.of(
                "{page} was not printed, and no PDF was changed: {reason}",
                page=page,
                reason=reason or chromium,
            )
        )
