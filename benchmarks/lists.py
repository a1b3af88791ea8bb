"""How a list of many reports opens and searches in a browser: milliseconds of its main thread, and of the clock.

    python benchmarks/lists.py RECORD [--reports 10000] [--turns 5] [--chromium PROGRAM]

RECORD is the briefing.json of any report: the others are its copies with other days, one a day backwards. A search is
counted from the last letter to the next frame that is painted. Needs playwright (`make setup` has it) and a Chromium.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from cityanalytics.publishing.index import write_index
from cityanalytics.publishing.pdf import find_chromium
from cityanalytics.settings import find_workspace, load_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession

#: Fills the search box and waits until what it finds has been painted.
SEARCH = """wanted => new Promise(done => {
  const field = document.getElementById("wanted"), began = performance.now();
  field.value = wanted;
  field.dispatchEvent(new Event("input"));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began), 0));
})"""


def main() -> None:
    """Print a line for the opening and each search."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("record", type=Path, help="briefing.json of a report")
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--chromium", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lists-") as scratch:
        root = Path(scratch)
        searched = make(given.record, root, given.reports)
        front = root / "reports" / "index.html"
        print(f"{given.reports:,} reports, {front.stat().st_size / 1e6:.1f} MB")
        print(
            f"{'':<24}{'main thread, ms':>18}{'clock, ms':>12}   of {given.turns} turns: median (least to most)"
        )
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=given.chromium or find_chromium(), args=["--no-sandbox"]
            )
            runs = [visit(browser, front, searched) for _ in range(given.turns)]
            browser.close()
    for name in runs[0]:
        print(
            f"{name:<24}{shown([run[name][0] for run in runs]):>18}{shown([run[name][1] for run in runs]):>20}"
        )


def make(record: Path, root: Path, count: int) -> dict[str, str]:
    """Make so many reports and their lists; return what is searched for, by what it is."""
    settings = load_settings(find_workspace(record.resolve().parent))
    shutil.copy(settings.root / "cityanalytics.toml", root)
    document = json.loads(record.read_text(encoding="utf-8"))
    last = dt.date.fromisoformat(document["as_of"])
    days = [last - dt.timedelta(days=back) for back in range(count)]
    for day in days:
        quarter = f"{day.year}Q{(day.month + 2) // 3}"
        known_on = (day + dt.timedelta(days=8)).isoformat()
        folder = root / "reports" / quarter / day.isoformat()
        folder.mkdir(parents=True)
        changed = {**document, "quarter": quarter, "as_of": day.isoformat(), "known_on": known_on}
        (folder / "briefing.json").write_text(json.dumps(changed, ensure_ascii=False), encoding="utf-8")
        for language in document["language"]:
            (folder / f"briefing.{language}.html").touch()
    began = time.process_time()
    write_index(load_settings(root))
    print(f"made in {time.process_time() - began:.1f} s of CPU")
    some = days[count // 2]
    return {
        "a quarter": f"{some.year}Q{(some.month + 2) // 3}",
        "a day": some.isoformat(),
        "a city and a quarter": f"{document['city']} {some.year}Q{(some.month + 2) // 3}",
        "words of the headline": document["headline"][document["language"][0]][:6],
    }


def visit(browser: Browser, front: Path, searched: dict[str, str]) -> dict[str, tuple[float, float]]:
    """Open the list and search; return milliseconds of the main thread and of the clock."""
    page = browser.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    began = time.perf_counter()
    page.goto(front.as_uri(), wait_until="load")
    found = {"opening": (busy(session), (time.perf_counter() - began) * 1e3)}
    for name, wanted in searched.items():
        before = busy(session)
        clock = page.evaluate(SEARCH, wanted)
        found[name] = (busy(session) - before, clock)
        if not page.locator("#found li").count():
            sys.exit(f"{wanted!r} finds nothing")
    page.close()
    return found


def busy(session: CDPSession) -> float:
    """Return the milliseconds that the page's main thread has been at work."""
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    return 1e3 * next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


def shown(values: list[float]) -> str:
    """Return a median with its spread."""
    return f"{median(values):.0f} ({min(values):.0f} to {max(values):.0f})"


if __name__ == "__main__":
    main()
