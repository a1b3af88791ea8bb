"""A province as a reader sees it: its figures, tables and chart, declared once; its page, its workbook, its record."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from cityanalytics.briefing import display
from cityanalytics.briefing import fields as of
from cityanalytics.briefing.charts.declared import ShownChart
from cityanalytics.briefing.charts.quantiles import years_chart
from cityanalytics.briefing.declaration import Declaration
from cityanalytics.briefing.fields import Field, on_sheet
from cityanalytics.briefing.figures.figure import Figure, Name
from cityanalytics.briefing.formats import Day, Quantity, Term, Text, Word, amounts
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import NOT_APPLICABLE
from cityanalytics.briefing.section import bullets
from cityanalytics.briefing.shown import bound
from cityanalytics.briefing.tabbed import tabbed
from cityanalytics.briefing.wording import Wording
from cityanalytics.province.joint import TIE
from cityanalytics.province.province import LEVELS, OTHER_YEAR, UNREAD
from cityanalytics.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cityanalytics.briefing.book import Book
    from cityanalytics.briefing.shown import ShownTable
    from cityanalytics.province.province import Province

#: Rows of a list on the page; the workbook has all.
MOST_CITIES, MOST_LISTED = 15, 10
#: Cities that a sentence names.
NAMED = 3
HALF = 0.5


# --- rows


def _by_chance(province: Province) -> pd.DataFrame:
    rows = province.cities.dropna(subset=["probability"])
    return rows.sort_values(["probability", "short"], ascending=[True, False], ignore_index=True)


def _parts(province: Province) -> pd.DataFrame:
    """Return the cities' parts of the province's year, the largest on top, and below them the province."""
    rows = province.cities.sort_values(["parted_p50", "place"], ascending=[False, True], ignore_index=True)
    sums = rows[["done", *(f"parted_{name}" for name in LEVELS)]].sum()
    whole = pd.DataFrame([{"city": next(iter(province.names.values())), **sums}])
    return pd.concat([whole, rows[[*whole.columns]]], ignore_index=True)


def _grouped(province: Province, group: str) -> pd.DataFrame:
    rows = province.groups[group]
    ordered = rows.sort_values(["short", group], ascending=[False, True], ignore_index=True)
    return ordered.assign(**{group: ordered[group].where(ordered[group] != "")})


def _projects(province: Province) -> pd.DataFrame:
    rows = province.projects
    return rows.assign(city=rows["place"].map(dict(province.called)) if len(rows) else [])


# --- columns

CITY = Field("city", "City", Term())
PARTS = tuple(
    Field(f"parted_{name}", label, amounts(places=2))
    for name, label in zip(LEVELS, ("Low", "Median", "High"), strict=True)
)
EXPECTED = Field("short", "Expected shortfall", amounts(places=2), brief="Expected gap")
GROUPED = (of.PROJECTS, of.PLAN, of.DONE, EXPECTED)

# --- tables

BY_GAP: Declaration[Province] = Declaration(
    name="cities", title="Cities by gap in money, largest first", tab="By gap", cards=True, most=MOST_CITIES,
    frame=lambda province: province.cities,
    fields=(
        CITY, of.PLAN.but(applies=""), of.DONE, of.SHARE, Field("gap", "Shortfall", amounts(places=2)), of.PART, of.CHANCE,
        *on_sheet(of.BEHIND, of.YEAR_END_LOW, of.YEAR_END_MEDIAN, of.YEAR_END_HIGH, EXPECTED, of.PROJECTS, of.DATA_DATE,
                  Field("lacks", "Units missing", Quantity()), Field("place", "Folder")),
    ),
)  # fmt: skip
BY_CHANCE: Declaration[Province] = Declaration(
    name="chances", title="Cities by chance of meeting their plan, smallest first", tab="By chance", fits=True,
    frame=_by_chance, most=MOST_LISTED,
    fields=(CITY, of.CHANCE, of.YEAR_END_MEDIAN.but(brief="Median"), EXPECTED, *on_sheet(of.PLAN, of.DONE)),
    empty="No city has a forecast.",
)  # fmt: skip
ADDS_UP: Declaration[Province] = Declaration(
    name="parts", title="Where the year ends, and each city's part of it: the parts add up", tab="Parts", fits=True,
    frame=_parts, most=MOST_LISTED + 1, fields=(CITY, of.DONE, *PARTS),
)  # fmt: skip
DEPENDENCE: Declaration[Province] = Declaration(
    name="dependence", title="How far cities miss together, and what that makes of the range", tab="Dependence", fits=True,
    frame=lambda province: province.dependence,
    fields=(Field("how", "Cities miss", Word()), of.LOW, of.MEDIAN, of.HIGH, of.CHANCE.but(brief="Chance of the plan")),
)  # fmt: skip
BY_CATEGORY: Declaration[Province] = Declaration(
    name="categories", title="Categories of all cities, largest expected shortfall first", tab="Categories", fits=True,
    frame=lambda province: _grouped(province, "category"), most=MOST_LISTED, fields=(of.CATEGORY, *GROUPED),
)  # fmt: skip
BY_CONSTRAINT: Declaration[Province] = Declaration(
    name="constraints", title="What holds projects up, largest expected shortfall first", tab="Constraints", fits=True,
    frame=lambda province: _grouped(province, "constraint"), most=MOST_LISTED,
    fields=(of.CONSTRAINT.but(applies="", absent="none stated"), *GROUPED),
)  # fmt: skip
PROJECTS: Declaration[Province] = Declaration(
    name="projects", title="Projects that weigh most in expected shortfall", tab="Projects", cards=True, most=MOST_LISTED,
    frame=_projects,
    fields=(
        of.PROJECT, CITY, of.UNIT, EXPECTED, of.STAGE, of.CONSTRAINT.but(applies=""), of.PERSON,
        *on_sheet(of.CATEGORY, of.PLAN, of.DONE, of.YEAR_END_MEDIAN),
    ),
    empty="No project has a forecast.",
)  # fmt: skip
LACKING: Declaration[Province] = Declaration(
    name="lacking", title="What is missing or of another day", tab="Missing", cards=True, most=MOST_CITIES,
    frame=lambda province: province.lacking,
    fields=(
        CITY, Field("what", "What is missing", Word()), Field("day", "Data date", Day(long=True)),
        Field("names", "Units", Text(own=True), absent=NOT_APPLICABLE),
        Field("plan", "Plan as last known", amounts(places=2), absent=NOT_APPLICABLE),
        Field("done", "Done as last known", amounts(places=2), absent=NOT_APPLICABLE), *on_sheet(Field("place", "Folder")),
    ),
    empty="All cities are in, whole and of one day.",
)  # fmt: skip
TABLES = {
    one.name: one
    for one in (ADDS_UP, DEPENDENCE, BY_GAP, BY_CHANCE, BY_CATEGORY, BY_CONSTRAINT, PROJECTS, LACKING)
}

# --- figures


def figures(province: Province) -> dict[str, Figure]:
    """Return the numbers of the page's prose, by key."""
    cities, lacking = province.cities, province.lacking
    plan, done, gap = province.plan, province.done, province.gap
    uncounted = lacking["what"].isin([UNREAD, OTHER_YEAR])
    first, years = cities["part"].fillna(0.0).cumsum(), np.array(province.likely)
    of_files = ("cities/*.parquet",)
    found: list[tuple[str, str, str, float | None]] = [
        ("cities_expected", "Cities asked for", "count", len(province.members) + len(province.unread)),
        ("cities_counted", "Cities counted", "count", len(cities)),
        ("cities_missing", "Cities not counted", "count", int(uncounted.sum())),
        ("cities_doubtful", "Cities that lack something or are of another day", "count",
         lacking.loc[~uncounted, "place"].nunique()),
        ("cities_behind", "Cities behind elapsed time", "count", int((cities["gap"] > 0).sum())),
        ("cities_of_half", "Cities that make up half of all gaps", "count", int((first < HALF).sum()) + 1),
        ("projects", "Projects", "count", int(cities["projects"].sum())),
        ("annual_plan", "Annual plan", "yuan", plan),
        ("investment_to_date", "Investment to date", "yuan", done),
        ("investment_share_of_plan", "Share of the plan", "fraction", done / plan if plan > 0 else None),
        ("gap", "Short of elapsed-time progress", "yuan", abs(gap)),
        ("forecast_p10", "Forecast, 10th percentile", "yuan", province.quantile(0.1)),
        ("forecast_p50", "Forecast, median", "yuan", province.quantile(0.5)),
        ("forecast_p90", "Forecast, 90th percentile", "yuan", province.quantile(0.9)),
        ("forecast_probability", "Probability of reaching the plan", "fraction of one", province.forecast.probability),
        ("expected_shortfall", "Plan less the forecast's median", "yuan", abs(plan - province.quantile(0.5))),
        ("years_likely", "Equally likely years", "count", len(years)),
        ("years_reaching", "Of these, years that reach the plan", "count", int((years >= plan).sum())),
        ("tie", "How far cities miss together", "times", TIE),
    ]  # fmt: skip
    return {
        key: Figure(key=key, name=Name(text=name), unit=unit, value=value, sources=of_files)
        for key, name, unit, value in found
    }


# --- chart


def _years(province: Province) -> pd.DataFrame:
    totals = np.array(province.likely)
    return pd.DataFrame({"total": totals, "reached": totals >= province.plan})


YEARS = years_chart(
    _years,
    target=lambda province: province.plan,
    applies=lambda province: province.plan > 0 and bool(province.forecast.totals),
)

# --- page, workbook, record


def tables(province: Province, languages: Sequence[str]) -> Mapping[str, ShownTable]:
    """Return the province's tables by name."""
    return bound(TABLES, province, _settings(province, languages), figures(province))


def _settings(province: Province, languages: Sequence[str]) -> Settings:
    """Return what the renderers ask of a configuration: languages and terms; the cities' own say the rest."""
    return Settings(
        root=Path(),
        city=province.names,
        bureau=province.names,
        statement=province.names,
        languages=tuple(languages),
        terms={next(iter(province.names.values())): province.names, **province.terms},
        reference_class="",
    )


def page(province: Province, language: str, languages: Sequence[str]) -> dict[str, Any]:
    """Return the words of the province's page, as the template of a dispatch takes them.

    Parameters
    ----------
    province
        Its cities.
    language
        Of this page.
    languages
        Of all pages, the first one first.
    """
    found = figures(province)
    say, shown = Wording(language=language, figures=found), tables(province, languages)

    def table(*names: str) -> Markup:
        return Markup("\n").join(shown[name].html(language) for name in names)

    day = display.date_text(province.as_of, language)
    title = say.plain("{name}: urban construction, all cities", name=province.names[language])
    if province.partial:
        running = say.plain("{title}, data to {day} (incomplete)", title=title, day=day)
    else:
        running = say.plain("{title}, data to {day}", title=title, day=day)
    sections = [
        ("headline", "", _headline(province, say)),
        ("final", _ending(province, say), _chart(province, languages, language) + table("parts", "dependence")),
        ("units", _behind(province, say), table("cities", "chances")),
        ("projects", say.plain("What to watch across cities"), table("projects", "categories", "constraints")),
        ("data", say.plain("What is missing"), table("lacking")),
        ("annex", say.plain("How it was made"), _method(say)),
    ]  # fmt: skip
    return {
        "language": language,
        "lang_tag": LANGUAGES[language].tag,
        "title": title,
        "meta_lines": [
            say.plain("Data to {day}", day=day),
            say.plain("Cities {counted} of {expected}", counted=_shown(found, "cities_counted", language),
                      expected=_shown(found, "cities_expected", language)),
            say.plain("Provisional"),
        ],
        "running_head": running,
        "skip_label": say.plain("Skip to the text"),
        "contents_label": say.plain("Contents"),
        "sections": [[name, label, str(html)] for name, label, html in sections],
        "blanks": 0,
    }  # fmt: skip


def _shown(found: Mapping[str, Figure], key: str, language: str) -> str:
    return found[key].shown(language)


def _named(province: Province, rows: pd.DataFrame, say: Wording) -> str:
    settings = _settings(province, [say.language])
    return say.plain(", ").join(settings.term(city, say.language) for city in rows["city"].head(NAMED))


def _headline(province: Province, say: Wording) -> Markup:
    day = display.day_text(province.as_of, say.language)
    if not province.plan > 0:
        text = say.strong(
            "By {day} investment of all cities reached {investment_to_date}; none has a plan.", day=day
        )
    elif province.gap > 0:
        text = say.strong(
            "By {day} investment of all cities reached {investment_to_date}, {investment_share_of_plan} of the plan of {annual_plan}, {gap} short of elapsed-time progress; chance of reaching the plan: {forecast_probability}.",
            day=day,
        )
    else:
        text = say.strong(
            "By {day} investment of all cities reached {investment_to_date}, {investment_share_of_plan} of the plan of {annual_plan}, {gap} ahead of elapsed-time progress; chance of reaching the plan: {forecast_probability}.",
            day=day,
        )
    found, cities = [], province.cities
    if province.partial:
        found.append(_incomplete(say))
    behind = cities[cities["gap"] > 0]
    if len(behind) > NAMED:
        found.append(
            say(
                "Cities behind elapsed time: {cities_behind}. Half of all gaps lies in {cities_of_half} of them, first of all {names}.",
                names=_named(province, behind, say),
            )
        )
    chances = _by_chance(province)
    if len(chances) > NAMED:
        found.append(say("Least likely to meet their plans: {names}.", names=_named(province, chances, say)))
    projects = _projects(province)
    if len(projects):
        first = projects.iloc[0]
        found.append(
            say(
                "The project that weighs most is {project} ({city}), expected to lack {short}.",
                project=first["project"],
                city=_named(province, projects, say) if len(projects) == 1 else _settings(province, [say.language]).term(first["city"], say.language),
                short=display.amount(float(first["short"]), say.language, places=2),
            )
        )  # fmt: skip
    return Markup("<p class=lead>{}</p>").format(text) + (bullets(found) if found else Markup(""))


def _incomplete(say: Wording) -> Markup:
    return say(
        "Incomplete: of {cities_expected} cities {cities_counted} are counted; not counted: {cities_missing}; counted but lacking something or of another day: {cities_doubtful}."
    )


def _ending(province: Province, say: Wording) -> str:
    if not province.plan > 0 or math.isnan(province.plan):
        return say.plain("The year is expected to end at {forecast_p50}")
    if province.quantile(0.5) < province.plan:
        return say.plain("The year is expected to end at {forecast_p50}, {expected_shortfall} below the plan")
    return say.plain("The year is expected to end at {forecast_p50}, {expected_shortfall} above the plan")


def _behind(province: Province, say: Wording) -> str:
    if not (province.cities["gap"] > 0).any():
        return say.plain("No city is behind elapsed time")
    return say.plain("{name} holds the total back most", name=_named(province, province.cities.head(1), say))


def _chart(province: Province, languages: Sequence[str], language: str) -> Markup:
    if not YEARS.applies(province):
        return Markup("")
    chart = ShownChart(declaration=YEARS, source=province, languages=languages, figures=figures(province))
    return chart.html(language)


def _method(say: Wording) -> Markup:
    return bullets(
        [
            say(
                "Each city's forecast is its own, as its own briefing has it; its tables are read as they were ingested there, at its own data date."
            ),
            say(
                "The province's year is the sum of its cities' on each of 1,999 paths, so that all parts add up. Cities miss together with a correlation of {tie}, measured on public monthly series of 23 places; the table shows what none and all would make of it."
            ),
            say(
                "A gap is what a city is short of elapsed-time progress at its data date; a city that is ahead lessens no other city's."
            ),
        ]
    )


def book(province: Province, languages: Sequence[str]) -> Book:
    """Return the workbook beside the pages, in the first language."""
    language = languages[0]
    say = Wording(language=language, figures=figures(province))
    return tabbed(
        tables(province, languages).values(),
        language,
        title=say.plain("{name}: urban construction, all cities", name=province.names[language]),
        lines=(province.names[language], str(_incomplete(say).unescape())) if province.partial else (province.names[language],),
        created=max(one.known_on for one in province.members.values()).isoformat(),
    )  # fmt: skip


def document(province: Province, languages: Sequence[str]) -> dict[str, Any]:
    """Return the province's record: ``cities``, ``total``, what is missing, and every number of the page's prose."""
    cities, lacking = province.cities, province.lacking
    missing = dict(list(lacking.groupby("place")))
    total = {name: province.quantile(level) for name, level in LEVELS.items()}
    return {
        "name": dict(province.names),
        "as_of": province.as_of.isoformat(),
        "known_on": max(one.known_on for one in province.members.values()).isoformat(),
        "language": list(languages),
        "partial": province.partial,
        "cities": [
            {
                "city": row["city"],
                "place": row["place"],
                "as_of": row["as_of"].date().isoformat(),
                **{key: _plain(row[key]) for key in ("plan", "done", "share", "gap", "part", *LEVELS, "probability")},
                "parts": {name: row[f"parted_{name}"] for name in LEVELS},
                "missing": _missing(missing.get(row["place"])),
            }
            for row in cities.to_dict("records")
        ],
        "total": {
            "plan": province.plan,
            "done": province.done,
            "share": province.done / province.plan if province.plan > 0 else None,
            "gap": province.gap,
            **total,
            "probability": province.forecast.probability,
            "tie": TIE,
        },
        "lacking": _missing(lacking),
        "unread": [{"place": one.place, "city": one.called, "why": one.why.text()} for one in province.unread],
        "figures": [
            {
                "key": figure.key,
                "value": figure.value,
                "unit": figure.unit,
                "shown": {language: figure.shown(language) for language in languages},
                "cells": list(figure.places()),
            }
            for figure in figures(province).values()
        ],
    }  # fmt: skip


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _missing(rows: pd.DataFrame | None) -> list[dict[str, Any]]:
    if rows is None:
        return []
    return [
        {
            "city": row["city"],
            "what": row["what"],
            "as_of": None if pd.isna(row["day"]) else row["day"].date().isoformat(),
            "units": row["names"].split("、") if isinstance(row["names"], str) else [],
            "plan": _plain(row["plan"]),
            "done": _plain(row["done"]),
        }
        for row in rows.to_dict("records")
    ]
