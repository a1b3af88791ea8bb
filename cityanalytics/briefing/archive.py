"""The list of reports as a reader sees it: every report with its headline and light, by year where they are many."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from babel import Locale

from cityanalytics.briefing import display
from cityanalytics.briefing.course import Point, by_quarter
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.lights import Light
from cityanalytics.briefing.section import quarter_name
from cityanalytics.briefing.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cityanalytics.settings import Settings

#: So many reports of one year stand in one list; more, or more years, are listed by year.
MOST_REPORTS = 24


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What the ledger says of a report: the day it was published, whether as a hindcast, and whether as it is now."""

    day: dt.date
    hindcast: bool
    unchanged: bool


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report of the list.

    Parameters
    ----------
    place
        Its folder below reports/, with forward slashes.
    files
        Names of the files that lie in it.
    record
        Its briefing.json.
    publication
        What the ledger says of it; None where it was not published.
    """

    place: str
    files: frozenset[str]
    record: Mapping[str, Any]
    publication: Publication | None = None

    @property
    def as_of(self) -> dt.date:
        """The day that its figures describe."""
        return dt.date.fromisoformat(self.record["as_of"])

    @property
    def order(self) -> tuple[str, str, str]:
        """What reports are ordered by: data date, known-on day, place."""
        return self.record["as_of"], self.record["known_on"], self.place


def file_name(settings: Settings, language: str, year: int | None = None) -> str:
    """Return the name of a list: ``index.html`` in the first language, ``index.2010.en.html`` of a year in English."""
    other = () if language == settings.languages[0] else (language,)
    return ".".join(("index", *(() if year is None else (str(year),)), *other, "html"))


def lists(settings: Settings, reports: Iterable[Report]) -> dict[str, dict[str, Any]]:
    """Return the pages of the list by file name, each as the template takes it.

    Parameters
    ----------
    settings
        The workspace's configuration.
    reports
        In any order; the lists have the newest first.
    """
    newest = sorted(reports, key=lambda report: report.order, reverse=True)
    years = {year: list(found) for year, found in groupby(newest, key=lambda report: report.as_of.year)}
    split = len(years) > 1 or len(newest) > MOST_REPORTS
    pages = {}
    for language in settings.languages:
        say = Wording(language=language)
        entries = {report.place: _entry(settings, say, report) for report in newest}
        front = _page(settings, say, newest, entries, year=None, split=split)
        front["years"] = [
            {
                "href": file_name(settings, language, year),
                "label": say.plain("{year}: all reports ({count})", year=year, count=len(found)),
                "newest": entries[found[0].place],
            }
            for year, found in years.items()
            if split
        ]
        pages[file_name(settings, language)] = front
        if split:
            for year, found in years.items():
                pages[file_name(settings, language, year)] = _page(
                    settings, say, found, entries, year=year, split=split
                )
    return pages


def _page(
    settings: Settings,
    say: Wording,
    reports: Sequence[Report],
    entries: Mapping[str, dict[str, Any]],
    *,
    year: int | None,
    split: bool,
) -> dict[str, Any]:
    city = settings.city[say.language]
    title = (
        say.plain("{city}: urban construction briefings", city=city)
        if year is None
        else say.plain("{city}: urban construction briefings of {year}", city=city, year=year)
    )
    points = _points(reports)
    return {
        "lang_tag": LANGUAGES[say.language].tag,
        "title": title,
        "running_head": title,
        "meta_lines": [settings.bureau[say.language], settings.statement[say.language]],
        "links": [
            *([] if year is None else [_link(file_name(settings, say.language), say.plain("All years"))]),
            *([_link("#trend", say.plain("The forecast from quarter to quarter"))] if points else []),
            *(
                _link(file_name(settings, language, year), _own_name(language), language)
                for language in settings.languages
                if language != say.language
            ),
        ],
        "links_label": say.plain("Other lists"),
        "search_label": say.plain("Search the reports"),
        "search_hint": say.plain("Words of the headline, a quarter, a day, or a unit that is far behind"),
        "found": say.plain("Reports found: {found} of {total}", found="#", total=len(reports)),
        "none": say.plain("No report has all these words."),
        "reports_label": say.plain("Reports, newest first"),
        "no_reports": say.plain("No report has been made yet: `cityanalytics brief` makes one."),
        "trend_label": say.plain("The forecast from quarter to quarter"),
        "trend": _trend(points, settings, say.language) if points else "",
        "years": [],
        "count": len(reports),
        "reports": [] if split and year is None else [entries[report.place] for report in reports],
        "searched": _searched([entries[report.place] for report in reports])
        if split and year is None
        else "",
    }


def _searched(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return what the search of many reports looks in, as JSON for the page: markup is made of what is found alone.

    A row a report: link, label, light and its word, facts, headline and its language, other words.
    """
    rows = []
    for entry in entries:
        facts = " ".join(entry["facts"])
        shown = _folded(f"{entry['label']}\n{entry['headline']}")
        more = "\n".join(line for line in entry["words"].split("\n") if line not in shown)
        named = [entry[key] for key in ("href", "label", "light", "word")]
        rows.append([*named, facts, entry["headline"], entry["headline_tag"], more])
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _link(href: str, label: str, language: str = "") -> dict[str, str]:
    return {
        "href": quote(href, safe="/#"),
        "label": label,
        "tag": LANGUAGES[language].tag if language else "",
    }


def _own_name(language: str) -> str:
    """Return what a language calls itself, for links to it."""
    return str(Locale.parse(LANGUAGES[language].locale).get_language_name())


def _trend(points: Sequence[Point], settings: Settings, language: str) -> str:
    # drawing libraries take 0.5 s to import: only where there is something to draw
    from cityanalytics.briefing.charts.declared import ShownChart
    from cityanalytics.briefing.charts.trend import TREND
    from cityanalytics.briefing.tables import of_trend

    chart = ShownChart(declaration=TREND, source=points, languages=settings.languages)
    return chart.html(language) + of_trend(by_quarter(points), settings).html(language)


def _points(reports: Sequence[Report]) -> list[Point]:
    """Return the forecasts of the newest report's year: of each data date the one known last, in order.

    A single one has no course: none then.
    """
    found = {}
    for report in reversed(reports):
        if report.as_of.year == reports[0].as_of.year:
            forecast = report.record["forecast"]
            found[report.as_of] = Point(
                as_of=report.as_of,
                quarter=report.record["quarter"],
                plan=forecast["target"],
                **{name: forecast[name] for name in ("p10", "p50", "p90")},
            )
    return list(found.values()) if len(found) > 1 else []


def _entry(settings: Settings, say: Wording, report: Report) -> dict[str, Any]:
    record, language = report.record, say.language
    shown = [one for one in (language, *record["language"]) if f"briefing.{one}.html" in report.files]
    city = next((row["light"] for row in record.get("lights", {}).get("city", ())), None)
    far = _far_behind(record)
    issues = record["issues"]
    return {
        "href": quote(f"{report.place}/briefing.{shown[0]}.html") if shown else "",
        "label": _label(settings, say, report),
        "light": (city or "unknown").replace(" ", "-"),
        "word": say.plain(Light(city)) if city else LANGUAGES[language].missing,
        "headline": _in_language(record["headline"], language),
        "headline_tag": LANGUAGES[
            language if language in record["headline"] else next(iter(record["headline"]))
        ].tag,
        "far_behind": say.plain("Units far behind: {count}", count=len(far)) if far else "",
        "units": [_in_language(unit["shown"], language) for unit in far],
        "facts": [
            say.plain("Data to {day}", day=display.date_text(report.as_of, language)),
            say.plain(
                "Workbooks received to {day}",
                day=display.date_text(dt.date.fromisoformat(record["known_on"]), language),
            ),
            _published(report.publication, say),
            say.plain(
                "errors {errors}, warnings {warnings}", errors=issues["error"], warnings=issues["warning"]
            ),
        ],
        "files": _files(report, say),
        "words": "\n".join(dict.fromkeys([*_names(settings, report), *map(_folded, _sentences(record))])),
    }


def _label(settings: Settings, say: Wording, report: Report) -> str:
    """Return the quarter's name, or the day of a bulletin; before it the city, where that is not the workspace's."""
    city = report.record["city"]
    name = _day_or_quarter(settings, say, report)
    return name if city in settings.city.values() else f"{city} {name}"


def _day_or_quarter(settings: Settings, say: Wording, report: Report) -> str:
    quarter = report.record["quarter"]
    if report.as_of == settings.data_date(quarter):
        name = quarter_name(quarter, say)
        name = name[:1].upper() + name[1:]
        if "/known-" not in report.place:
            return name
        known_on = dt.date.fromisoformat(report.record["known_on"])
        return say.plain(
            "{quarter}, workbooks received to {day}",
            quarter=name,
            day=display.day_text(known_on, say.language),
        )
    return display.date_text(report.as_of, say.language)


def _published(publication: Publication | None, say: Wording) -> str:
    if publication is None:
        return say.plain("Not published")
    day = display.date_text(publication.day, say.language)
    if publication.hindcast:
        return say.plain("Hindcast, published on {day}", day=day)
    if not publication.unchanged:
        return say.plain("Published on {day}, made again since", day=day)
    return say.plain("Published on {day}", day=day)


def _files(report: Report, say: Wording) -> list[dict[str, str]]:
    """Return links to what there is: pages in their languages, PDFs, the workbook."""
    pages = [
        (f"briefing.{language}.{ending}", pattern.format(_own_name(language)), language)
        for ending, pattern in (("html", "{}"), ("pdf", "PDF {}"))
        for language in report.record["language"]
    ]
    found = [*pages, ("briefing.xlsx", say.plain("Workbook"), "")]
    return [
        _link(f"{report.place}/{name}", label, language)
        for name, label, language in found
        if name in report.files
    ]


def _sentences(record: Mapping[str, Any]) -> list[str]:
    """Return titles and headlines in all languages."""
    return [*record["title"].values(), *record["headline"].values()]


def _names(settings: Settings, report: Report) -> list[str]:
    """Return what a search looks in beside them: quarter, data date, city and units far behind, in all languages."""
    record, words = report.record, [report.record["quarter"], report.record["as_of"]]
    for language in settings.languages:
        say = Wording(language=language)
        words += [
            settings.city[language],
            quarter_name(record["quarter"], say),
            display.date_text(report.as_of, language),
        ]
    words.append(record["city"])
    for unit in _far_behind(record):
        words += [unit["name"], *unit["shown"].values()]
    return list(dict.fromkeys(map(_folded, words)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _far_behind(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the units whose light is the worst."""
    return [row for row in record.get("lights", {}).get("unit", ()) if row["light"] == Light.FAR_BEHIND]


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language, next(iter(texts.values())))
