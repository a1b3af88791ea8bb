"""What analysts call: each function is one step of the road, from a workspace to a briefing.

``import cityanalytics as ca`` names all of them; nothing is loaded before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from os import PathLike

    import pandas as pd

    from cityanalytics.briefing.briefing import Briefing
    from cityanalytics.briefing.controls import Controls
    from cityanalytics.dispatch.dispatch import Dispatch
    from cityanalytics.intake.ingestion import Ingestion
    from cityanalytics.outlook.forecast import Forecast
    from cityanalytics.programme.changes import Changes
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.whatif.whatif import Given, WhatIf
    from cityanalytics.workspace import Workspace


def open_workspace(path: str | PathLike[str] = ".") -> Workspace:
    """Open the workspace that a folder belongs to.

    Parameters
    ----------
    path
        A folder; the nearest one upwards with a cityanalytics.toml is opened.

    Returns
    -------
    Workspace
        Its settings, what was received, and its tables. Nothing is read before it is asked for, and nothing twice:
        open it again to see what came later.

    Raises
    ------
    cityanalytics.errors.UsageError
        There is no workspace, or its configuration does not hold.

    Examples
    --------
    >>> workspace = ca.open_workspace(folder)
    >>> workspace.quarters
    ('2010Q1', '2010Q2', '2010Q3')
    """
    from cityanalytics.workspace import Workspace

    return Workspace.at(path)


def ingest(workspace: Workspace, quarters: Sequence[str] | str | None = None) -> Ingestion:
    """Read what the units sent into the canonical tables, and write them: all, or none where an issue blocks.

    Parameters
    ----------
    workspace
        Whose workbooks. Open it again afterwards to see the new tables.
    quarters
        Of these alone the warnings are listed; every quarter is read, and every error listed.

    Returns
    -------
    Ingestion
        ``tables``, the rows that corrections have ``replaced``, ``issues``, and the files ``written``: none where an
        issue is an error.

    Raises
    ------
    cityanalytics.errors.UsageError
        Nothing was received, or nothing of a quarter.

    Examples
    --------
    >>> read = ca.ingest(workspace, "2010Q3")
    >>> len(read.tables["projects"]), len(read.replaced["projects"])
    (796, 32)
    """
    from cityanalytics.intake.ingestion import ingest_and_write

    named = [quarters] if isinstance(quarters, str) else list(quarters or ())
    return ingest_and_write(workspace.settings, named)


def programme(
    workspace: Workspace,
    quarter: str | None = None,
    *,
    as_of: str | dt.date | None = None,
    known_on: str | dt.date | None = None,
) -> Programme:
    """Return the programme at a data date, as known on a day.

    Parameters
    ----------
    workspace
        Whose programme.
    quarter
        Such as ``"2010Q3"``; the last one received unless one is named, or that of `as_of`.
    as_of
        The day that figures describe; the quarter's data date unless another is named.
    known_on
        The day by which they had been received; everything received counts unless one is named.

    Returns
    -------
    Programme
        The same one each time it is asked for.

    Raises
    ------
    cityanalytics.errors.CityAnalyticsError
        A quarter or date does not fit what was received; the message names the nearest that would do.

    Examples
    --------
    >>> programme = ca.programme(workspace, "2010Q3")
    >>> print(programme.as_of, f"{programme.done / 1e8:.1f}")
    2010-09-22 62.0
    """
    dates = workspace.dates(quarter or "", str(as_of or ""), str(known_on or ""))
    return workspace.snapshot(as_of=dates.as_of, known_on=dates.known_on)


def changes(old: Programme, new: Programme) -> Changes:
    """Return what changed from one day of a programme to another.

    Both days are looked at as known on the later one's known-on day, so that a difference is one of the programme and
    not of what is known. What had been said of the first day by then (as `old` knows it, or in its quarter's time) and
    is said otherwise since, is ``restated``.

    Parameters
    ----------
    old, new
        Programmes of one workspace, the earlier day first.

    Returns
    -------
    Changes
        Frames ``projects``, ``stages``, ``restated`` and ``slips``.

    Raises
    ------
    cityanalytics.errors.UsageError
        `new` does not lie after `old`, or they are of different workspaces.

    Examples
    --------
    >>> changes = ca.changes(ca.programme(workspace, "2010Q2"), programme)
    >>> changes.projects["change"].value_counts().to_dict()
    {'kept': 266, 'added': 2}
    """
    from cityanalytics.publishing.comparison import changes_from

    return changes_from(old, new)


def what_if(forecast: Forecast, *scenarios: Given) -> WhatIf:
    """Hold scenarios against a forecast, on the same paths.

    Parameters
    ----------
    forecast
        Base.
    *scenarios
        Each a scenario file (a path that ends in ``.toml``; it may hold several), a setting such as ``"pace=1.2"`` or
        ``"start=2010-10-15@UNIT"``, a list of settings that make one scenario together, or what a scenario file holds
        as a dictionary.

    Returns
    -------
    WhatIf
        ``table``, ``by()``, ``attribution()``, ``ineffective``, ``monthly``, ``stages``, ``plot()``, ``to_toml()``, and
        the questions ``goal()``, ``tornado()`` and ``fewest()``.

    Raises
    ------
    cityanalytics.errors.BlockingIssuesError
        With every fault of every scenario: where it stands, what it is, the nearest name.
    cityanalytics.errors.UsageError
        A file cannot be read.

    Examples
    --------
    >>> found = ca.what_if(forecast, "pace=1.1", "city_pace=1.1")
    >>> found.table["probability"].round(3).tolist()
    [0.612, 0.662, 0.694]
    """
    from cityanalytics.whatif.whatif import what_if as hold

    return hold(forecast, scenarios)


def controls(forecast: Forecast, language: str = "") -> Controls:
    """Return sliders, dates, units and projects to move in a notebook, with what the year then comes to.

    Where nobody can move them (a notebook run from the command line) or ipywidgets is missing, base stands instead.

    Parameters
    ----------
    forecast
        Base.
    language
        ``"zh"`` or ``"en"``; the workspace's first unless it is named.

    Returns
    -------
    Controls
        To be shown; ``widget`` to be placed among others.

    Examples
    --------
    >>> "61.2%" in ca.controls(forecast)._repr_html_()
    True
    """
    from cityanalytics.briefing.controls import Controls
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.whatif.model import Model

    source = forecast.programme.source
    spoken = language or ("en" if source is None else source.settings.languages[0])
    return Controls(model=Model.of(forecast), say=Wording(language=spoken))


def dispatch(
    programme: Programme,
    forecast: Forecast | None = None,
    since: Programme | None = None,
    *,
    rules: str | None = None,
) -> Dispatch:
    """Return the lists that a bureau dispatches by.

    Parameters
    ----------
    programme
        The programme at a data date.
    forecast
        Its forecast, by whose paths the lists are ordered; the programme's own unless one is given.
    since
        The programme at an earlier day, from which on changes are told.
    rules
        Name of the rules that lights are set by: ``bureau``, ``points``, ``share``; the configuration's unless named.

    Returns
    -------
    Dispatch
        ``must_finish``, ``not_started``, ``schedule``, ``dual``, ``earned()``, ``lights``, ``flips`` and ``changes``.

    Raises
    ------
    cityanalytics.errors.InsufficientDataError
        Nothing has been done yet, so there is no forecast.
    cityanalytics.errors.UsageError
        `since` does not lie before, or is of another workspace; there are no such rules.

    Examples
    --------
    >>> dispatch = ca.dispatch(programme, forecast)
    >>> len(dispatch.not_started)
    44
    """
    from cityanalytics.dispatch.dispatch import dispatch_programme

    changed = None if since is None else changes(since, programme)
    return dispatch_programme(programme, forecast, changes=changed, rules=rules or "")


def forecast_series(frame: pd.DataFrame, month: int, *, years: Sequence[int] = ()) -> pd.DataFrame:
    """Say where each year of monthly series ends, as seen from the end of a month.

    Nothing later is used, of no series.

    Parameters
    ----------
    frame
        ``series_id``, ``year``, ``month``, ``value`` (the month's own amount) and, if wanted, ``group``, in any order.
    month
        The month at whose end it stands, 1 to 12.
    years
        Only these; all that have the months unless some are named.

    Returns
    -------
    pandas.DataFrame
        One row a series and year: ``series_id``, ``year``, ``month``, ``method``, ``p05`` to ``p95`` (in the unit of
        the values), ``issue`` (why an answer is thin).

    Raises
    ------
    cityanalytics.errors.CityAnalyticsError
        A column is missing, a row is no month of a series, or no series has the months.

    Examples
    --------
    >>> months = pd.MultiIndex.from_product([["a"], range(2001, 2006), range(1, 13)])
    >>> frame = pd.DataFrame(months.to_list(), columns=["series_id", "year", "month"]).assign(value=10.0)
    >>> found = ca.forecast_series(frame, 9, years=[2005])
    >>> bool(found.loc[0, "p05"] <= found.loc[0, "p50"] <= found.loc[0, "p95"])
    True
    """
    from cityanalytics.series.answers import answers
    from cityanalytics.series.series import arrange
    from cityanalytics.series.seriesfile import check_series
    from cityanalytics.series.yearend import year_ends

    panel = arrange(check_series(frame))
    return answers(panel, year_ends(panel, month), month=month, years=tuple(years))


def briefing(programme: Programme) -> Briefing:
    """Return the briefing of a programme as values: figures, tables, charts, sections and pages.

    Parameters
    ----------
    programme
        The programme at a data date, of a workspace.

    Returns
    -------
    Briefing
        ``figures``, ``tables[name]``, ``charts[name]``, ``section(name, language)`` and ``page(language)``.

    Raises
    ------
    cityanalytics.errors.CityAnalyticsError
        Too little is known for a briefing.

    Examples
    --------
    >>> briefing = ca.briefing(programme)
    >>> briefing.figures.set_index("key").loc["investment_to_date", ["shown", "shown_en"]].tolist()
    ['62.0亿元', '¥6.20 bn']
    """
    from cityanalytics.publishing.assemble import briefing_of

    return briefing_of(programme)


def trace(briefing: Briefing, key: str) -> pd.DataFrame:
    """Return the cells that a figure of a briefing was computed from.

    Parameters
    ----------
    briefing
        The briefing.
    key
        A key of its ``figures``.

    Returns
    -------
    pandas.DataFrame
        One row a cell: ``cell`` (``file!sheet!cell``) and ``value``, as it stands in the workbook. A figure without
        cells names in ``cell`` what it rests on.

    Raises
    ------
    cityanalytics.errors.UsageError
        The briefing has no figure of that key; the message names the nearest.

    Examples
    --------
    >>> ca.trace(briefing, "investment_2009").shape
    (1, 2)
    """
    from cityanalytics.publishing.trace import trace_briefing

    return trace_briefing(briefing, key)


def chart_style() -> None:
    """Let matplotlib and seaborn draw Chinese, in the font of the page's charts; it holds for the whole session.

    Examples
    --------
    >>> ca.chart_style()
    >>> import matplotlib
    >>> matplotlib.rcParams["font.family"]
    ['Noto Sans SC']
    """
    from cityanalytics.briefing.charts.typeface import for_matplotlib

    for_matplotlib()
