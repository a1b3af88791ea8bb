"""Hold the forecasts of parts, counts and demolition against years whose end is known, and write a table.

    python benchmarks/backtest_parts.py cityanalytics/outlook/parts.csv

*simulated*: programmes drawn by a seeded generator that knows nothing of the methods: spending follows Beta curves
of many shapes, some projects are stuck, all speed up or slow down together after the data date.
*sample*: the sample city's own earlier data dates (workspace in the current folder, ingested), forecast to its last.

Columns: source, as_of, measure, cases, coverage80 (share inside the 80 % range; empty where there is none), bias
(sum of median less actual, over the sum of actual year-ends), error (mean absolute difference over the mean actual;
for ``project`` the root mean square deviation in parts of the expected addition, which the package reads).
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from cityanalytics.calendar import year_end
from cityanalytics.outlook.bounded import forecast_bounded
from cityanalytics.outlook.counts import forecast_counts
from cityanalytics.outlook.curves import expect
from cityanalytics.outlook.parts import share_out, split
from cityanalytics.outlook.paths import Paths
from cityanalytics.outlook.spread import Factor
from cityanalytics.series.methods import PaceOfClass, YearTotal
from cityanalytics.series.pool import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASS = "china_construction_investment"
DATES = (dt.date(2010, 3, 31), dt.date(2010, 6, 30), dt.date(2010, 9, 22))
YEARS, PROJECTS, SITES = 60, 150, 40
STUCK = 0.15  # share of projects that start long after their plan
SEED = 20100922

Case = tuple[str, float, float | None, float, float]  # measure, median, low, high, actual


def main(target: Path) -> None:
    """Write the table."""
    rows = []
    for as_of in DATES:
        years = [_year(np.random.default_rng([SEED, as_of.month, year]), as_of) for year in range(YEARS)]
        strays = float(np.sqrt(np.mean([_strays(*year[:3]) ** 2 for year in years])))
        rows.append(_row("simulated", as_of, "project", YEARS, None, None, strays))
        rows += _summed("simulated", as_of, [case for year in years for case in _cases(*year, strays)])
    rows += _sample()
    columns = ["source", "as_of", "measure", "cases", "coverage80", "bias", "error"]
    pd.DataFrame(rows, columns=columns).to_csv(target, index=False, float_format="%.3f", lineterminator="\n")
    print(pd.DataFrame(rows, columns=columns).to_string())


def _year(
    draw: np.random.Generator, as_of: dt.date
) -> tuple[pd.DataFrame, np.ndarray, YearTotal, pd.DataFrame, np.ndarray]:
    """Draw a programme as it stands on a day, and where it ended."""
    count, now, close = PROJECTS, (as_of - dt.date(as_of.year, 1, 1)).days, 364
    speed = float(np.exp(draw.normal(0.15, 0.35)))  # common to all after the data date
    planned = draw.uniform(-300, 290, count)
    length = draw.uniform(60, 500, count)
    total = np.exp(draw.normal(17.5, 1.0, count))
    stuck = draw.random(count) < STUCK
    start = planned + np.where(stuck, draw.uniform(60, 400, count), draw.exponential(20, count))
    real = length * np.exp(draw.normal(0.1, 0.25, count))
    shape = draw.uniform(1.3, 3.0, (2, count))
    spent = total * draw.uniform(0.9, 1.0, count)

    def reached(day: float) -> np.ndarray:
        clock = day if day <= now else now + speed * (day - now)
        place = np.clip((clock - start) / real, 0, 1)
        return np.asarray(spent * stats.beta.cdf(place, shape[0], shape[1]))

    before = reached(-1)
    done, ended = reached(now) - before, reached(close) - before
    in_year = np.clip((close - planned) / length, 0, 1) - np.clip((-1 - planned) / length, 0, 1)
    origin = np.datetime64(as_of.replace(month=1, day=1))

    def dates(days: np.ndarray) -> pd.Series:
        return pd.Series(origin + np.floor(days).astype("timedelta64[D]")).astype("datetime64[ns]")

    stage = np.where(
        start + real <= now, "completed", np.where(start <= now, "under construction", "not started")
    )
    known = before < 0.97 * spent  # a project that ended before the year is not in its programme
    frame = pd.DataFrame(
        {
            "project": [f"p{number:03d}" for number in range(count)],
            "category": draw.integers(0, 10, count).astype(str),
            "unit": draw.integers(0, 15, count).astype(str),
            "plan": total * in_year * draw.uniform(0.9, 1.1, count),
            "done": done,
            "total_investment": total,
            "planned_start": dates(planned),
            "planned_finish": dates(planned + length),
            "actual_start": dates(start).where(start <= now),
            "actual_finish": dates(start + real).where(start + real <= now),
            "stage": stage,
            "physical_progress": np.clip(
                done / np.maximum(spent - before, 1) * draw.uniform(0.9, 1.1, count), 0, 1
            ),
        }
    )
    after = pd.DataFrame(
        {"ended": ended, "starts": start, "ends": start + real, "clock": now + speed * (close - now)}
    )
    frame, after = frame[known].reset_index(drop=True), after[known].reset_index(drop=True)
    sites, area = _sites(draw, now, speed, dates)
    return frame, after.to_numpy(), _city(frame, as_of), sites, area


def _sites(
    draw: np.random.Generator, now: int, speed: float, dates: object
) -> tuple[pd.DataFrame, np.ndarray]:
    planned = np.exp(draw.normal(11, 0.7, SITES))
    start = draw.uniform(0, 200, SITES)
    pace = planned / (draw.uniform(120, 400, SITES))

    def reached(day: float) -> np.ndarray:
        clock = day if day <= now else now + speed * (day - now)
        return np.asarray(np.minimum(planned, pace * np.maximum(clock - start, 0)))

    frame = pd.DataFrame(
        {
            "site": [f"s{number:02d}" for number in range(SITES)],
            "kind": draw.integers(0, 3, SITES).astype(str),
            "unit": "u",
            "planned_area": planned,
            "done": reached(now),
            "started": dates(start).where(start <= now),  # type: ignore[operator] # a function that _year made
            "planned_finish": dates(draw.uniform(300, 364, SITES)),  # type: ignore[operator] # as above
        }
    )
    return frame, reached(364)


def _city(projects: pd.DataFrame, as_of: dt.date) -> YearTotal:
    axis = pd.date_range(as_of.replace(month=1, day=1), as_of)
    curve = pd.Series(np.linspace(0, projects["done"].sum(), len(axis)), index=axis)
    return PaceOfClass(reference=reference(CLASS, as_of))(curve, target=float(projects["plan"].sum()))


def _strays(projects: pd.DataFrame, after: np.ndarray, forecast: YearTotal) -> float:
    """Return the dispersion of projects around their shares of what was really added."""
    added = after[:, 0] - projects["done"].to_numpy()
    left = float((year_end(forecast.as_of) - forecast.as_of).days)
    return _dispersion(projects, added, forecast.as_of, left)


def _dispersion(projects: pd.DataFrame, added: np.ndarray, as_of: dt.date, left: float) -> float:
    found = expect(projects, as_of=as_of)
    share = share_out(found.at(np.array([left]))[:, 0], found.cap, float(added.sum()))
    return float(np.sqrt(((added - share) ** 2).sum() / (share**2).sum()))


def _cases(  # noqa: PLR0917 - a drawn year is handed on whole
    projects: pd.DataFrame,
    after: np.ndarray,
    forecast: YearTotal,
    sites: pd.DataFrame,
    area: np.ndarray,
    strays: float,
) -> Iterator[Case]:
    parts = split(projects, forecast, strays=strays)
    paths = Paths.of(parts, forecast)
    ended = after[:, 0]
    low, middle, high = (forecast.quantile(level) for level in (0.1, 0.5, 0.9))
    yield "city, top down", middle, low, high, float(ended.sum())
    yield "city, bottom up", forecast.done + parts.expected, None, 0.0, float(ended.sum())
    for by in ("category", "unit"):
        actual = pd.Series(ended).groupby(projects[by]).sum()
        for row in paths.table(parts.projects, by).to_dict("records"):
            yield by, row["p50"], row["p10"], row["p90"], float(actual[row[by]])
    factor = Factor.of(forecast)
    counts = forecast_counts(projects, as_of=forecast.as_of)
    clock = after[:, 3]
    truth = {"started": int((after[:, 1] <= clock).sum()), "completed": int((after[:, 2] <= clock).sum())}
    ends = [counts.path(level) for level in (0.1, 0.5, 0.9)]
    for name, actual_count in truth.items():
        few, usual, many = (float(getattr(stages, name)) for stages in ends)
        yield name, usual, few, many, float(actual_count)
    bounded = forecast_bounded(sites, as_of=forecast.as_of, factor=factor)
    yield "demolition", *(bounded.total(level) for level in (0.5, 0.1, 0.9)), float(area.sum())  # type: ignore[misc] # three levels make three numbers


def _summed(source: str, as_of: dt.date, cases: list[Case]) -> list[tuple[object, ...]]:
    table = pd.DataFrame(cases, columns=["measure", "median", "low", "high", "actual"])
    rows = []
    for measure, own in table.groupby("measure", sort=False):
        inside = (
            None if own["low"].isna().any() else float(own["actual"].between(own["low"], own["high"]).mean())
        )
        away = own["median"] - own["actual"]
        rows.append(
            _row(
                source,
                as_of,
                str(measure),
                len(own),
                inside,
                away.sum() / own["actual"].sum(),
                away.abs().mean() / own["actual"].mean(),
            )
        )
    return rows


def _row(  # noqa: PLR0917 - one argument a column
    source: str,
    as_of: dt.date,
    measure: str,
    cases: int,
    coverage: float | None,
    bias: float | None,
    error: float | None,
) -> tuple[object, ...]:
    return source, as_of.isoformat(), measure, cases, coverage, bias, error


def _sample() -> list[tuple[object, ...]]:
    """Forecast the sample city's last data date from its earlier ones."""
    from cityanalytics.intake.store import read_tables
    from cityanalytics.programme.progress import curve
    from cityanalytics.programme.snapshot import last_known, take_snapshot
    from cityanalytics.settings import find_workspace, load_settings

    settings = load_settings(find_workspace(Path.cwd()))
    tables = read_tables(settings)
    known_on = last_known(tables)
    end = take_snapshot(tables, as_of=DATES[-1], known_on=known_on)
    rows: list[tuple[object, ...]] = []
    for as_of in DATES[:-1]:
        then = take_snapshot(tables, as_of=as_of, known_on=known_on)
        forecast = PaceOfClass(reference=reference(CLASS, as_of))(curve(then), target=then.plan)
        projects, factor = then.traced, Factor.of(forecast)
        ended = projects["project"].map(end.traced.set_index("project")["done"]).fillna(projects["done"])
        left = float((DATES[-1] - as_of).days)
        added = (ended - projects["done"]).to_numpy()
        rows.append(
            _row("sample", as_of, "project", 1, None, None, _dispersion(projects, added, as_of, left))
        )
        part = left / (year_end(as_of) - as_of).days
        low, middle, high = (
            then.done + part * (forecast.quantile(level) - then.done) for level in (0.1, 0.5, 0.9)
        )
        up = then.done + expect(projects, as_of=as_of).at(np.array([left])).sum()
        counts = forecast_counts(projects, as_of=as_of, until=DATES[-1])
        same = end.traced[end.traced["project"].isin(projects["project"])]
        bounded = forecast_bounded(then.demolition, as_of=as_of, factor=factor, until=DATES[-1])
        few, usual, many = (counts.path(level) for level in (0.1, 0.5, 0.9))
        completed = float((same["stage"] == "completed").sum())
        started = float((same["stage"] != "not started").sum())
        cases: list[Case] = [
            ("city, top down", middle, low, high, float(ended.sum())),
            ("city, bottom up", up, None, 0.0, float(ended.sum())),
            ("started", usual.started, few.started, many.started, started),
            ("completed", usual.completed, few.completed, many.completed, completed),
            (
                "demolition",
                bounded.total(0.5),
                bounded.total(0.1),
                bounded.total(0.9),
                float(end.demolition["done"].sum()),
            ),
        ]
        rows += _summed("sample", as_of, cases)
    return rows


if __name__ == "__main__":
    main(Path(sys.argv[1]))
