"""What a dispatch leaves on the disk beside the register of orders: its pages, its workbook, the units' pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.publishing.ordersheets import live_orders
from cityanalytics.publishing.run import report_folder

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.dispatch.dispatch import Dispatch
    from cityanalytics.programme.dates import Dates
    from cityanalytics.settings import Settings


def dispatch_files(settings: Settings, found: Dispatch, dates: Dates, kind: str) -> dict[Path, bytes]:
    """Return the pages and the workbook of a dispatch, and each unit's printable page, by their paths.

    Parameters
    ----------
    settings
        The workspace's configuration.
    found
        The dispatch.
    dates
        Of its programme.
    kind
        ``weekly`` or ``monthly``: which short page goes with the lists.
    """
    from cityanalytics.briefing.dispatching import book, pages, unit_page
    from cityanalytics.briefing.template import dispatch_page
    from cityanalytics.publishing.workbook import write_workbook

    folder = report_folder(settings, dates) / "dispatch"
    live = live_orders(found)
    made: dict[Path, bytes] = {}
    for language in settings.languages:
        for name, page in pages(found, settings, language, kind).items():
            made[folder / f"{name}.{language}.html"] = dispatch_page(page).encode()
        for unit, own in live.groupby("unit", sort=True):
            page = unit_page(found, settings, language, str(unit), own)
            made[settings.root / "dispatch" / f"{unit}.{language}.html"] = dispatch_page(page).encode()
    made[folder / "dispatch.xlsx"] = write_workbook(book(found, settings))
    return made
