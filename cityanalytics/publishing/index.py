"""The list of all reports, newest first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cityanalytics.briefing.display import Table, date_text
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.wording import Wording

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.settings import Settings

import datetime as dt


def write_index(settings: Settings) -> Path:
    """Write reports/index.html from the records under reports/.

    Returns
    -------
    pathlib.Path
        The page.
    """
    # nbconvert comes with the template: only where a page is written
    from cityanalytics.briefing.template import report_list

    language = settings.languages[0]
    say = Wording(language=language)
    records = sorted(
        _records(settings), key=lambda found: (found[1]["as_of"], found[1]["known_on"]), reverse=True
    )
    columns = [say(label) for label in ("Report", "Data date", "Checks")]
    table = Table.of(
        columns=columns, rows=[_row(settings, say, folder, record) for folder, record in records]
    )
    page = report_list(
        {
            "lang_tag": LANGUAGES[language].tag,
            "title": say.plain("{city}: urban construction briefings", city=settings.city[language]),
            "meta_lines": [settings.bureau[language], settings.statement[language]],
            "running_head": settings.bureau[language],
            "table": table.caption(say("Reports, newest first"), unit=say("checks: number of issues")).html(
                1, language
            ),
        }
    )
    path = settings.reports / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".html.new")
    draft.write_text(page, encoding="utf-8", newline="\n")
    draft.replace(path)
    return path


def _records(settings: Settings) -> list[tuple[Path, dict[str, Any]]]:
    return [
        (path.parent, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(settings.reports.rglob("briefing.json"))
        if not any(folder.name.startswith(".") for folder in path.relative_to(settings.reports).parents)
    ]


def _row(
    settings: Settings, say: Wording, folder: Path, record: dict[str, Any]
) -> tuple[Markup, str, Markup]:
    place = folder.relative_to(settings.reports).as_posix()
    links = Markup("").join(
        Markup('<div><a href="{}/briefing.{}.html" lang="{}">{}</a></div>').format(
            place, language, LANGUAGES[language].tag, record["title"][language]
        )
        for language in record["language"]
    )
    headline = record["headline"].get(say.language, next(iter(record["headline"].values())))
    known_on = date_text(dt.date.fromisoformat(record["known_on"]), say.language)
    report = links + Markup("<p>{}</p><p class=note>{}</p>").format(
        headline, say("Known on {day}", day=known_on)
    )
    issues = record["issues"]
    checks = say("errors {errors}, warnings {warnings}", errors=issues["error"], warnings=issues["warning"])
    return report, date_text(dt.date.fromisoformat(record["as_of"]), say.language), checks
