"""Where the year ends, forecast by us and by well-kept tools on the same cells, in the same run.

    python benchmarks/forecasting.py SERIES.csv --cells 60

SERIES.csv has columns series_id, group, year, month, value. A cell is a series and a year at the end of a month.
Every tool gets what came before (the others the last twelve years of it) and gives quantiles of the year's total:
AutoARIMA and AutoETS of statsforecast, Prophet, and chainladder's Mack. They are no dependency of the project; one that
is absent is named and left out:

    pip install statsforecast prophet chainladder

Pinball loss is the mean over the seven quantiles relative to the previous year's total; ratios are to AutoARIMA's on
the same cells, group by group, their geometric mean. Times are seconds a cell on this machine; ours is measured twice,
all series at once and a series at a time.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING

import click
import numpy as np
import pandas as pd

from cityanalytics.series.methods import QUANTILES
from cityanalytics.series.series import Numbers, arrange
from cityanalytics.series.yearend import year_ends

if TYPE_CHECKING:
    from collections.abc import Callable

    from cityanalytics.series.series import Panel

LEVELS = np.array(QUANTILES)
MONTHS = (3, 6, 9)
#: What the other tools are shown: longer histories slow them and do not help.
YEARS = 12
#: A cell needs so many complete years before it.
LEAST_YEARS = 3
PATHS = 1000
Cell = tuple[int, int, int]


def autoarima(history: Numbers, left: int) -> Numbers:
    """Sum simulated paths of statsforecast's AutoARIMA."""
    from statsforecast.models import AutoARIMA

    paths = AutoARIMA(season_length=12).fit(history).simulate(h=left, n_paths=PATHS, seed=1)
    return np.asarray(np.quantile(np.asarray(paths).reshape(PATHS, left).sum(axis=1), LEVELS))


def autoets(history: Numbers, left: int) -> Numbers:
    """Sum simulated paths of statsforecast's AutoETS."""
    from statsforecast.models import AutoETS

    paths = AutoETS(season_length=12).fit(history).simulate(h=left, n_paths=PATHS, seed=1)
    return np.asarray(np.quantile(np.asarray(paths).reshape(PATHS, left).sum(axis=1), LEVELS))


def prophet(history: Numbers, left: int) -> Numbers:
    """Sum predictive samples of Prophet, with its yearly season."""
    from prophet import Prophet

    logging.getLogger("cmdstanpy").disabled = True
    days = pd.date_range("2000-01-01", periods=len(history) + left, freq="MS")
    model = Prophet(
        yearly_seasonality=True, weekly_seasonality=False, daily_seasonality=False, uncertainty_samples=PATHS
    )
    model.fit(pd.DataFrame({"ds": days[: len(history)], "y": history}), seed=1)
    samples = model.predictive_samples(pd.DataFrame({"ds": days[len(history) :]}))["yhat"]
    return np.asarray(np.quantile(samples.sum(axis=0), LEVELS))


def mack(history: Numbers, left: int) -> Numbers:  # noqa: ARG001 - the triangle knows its last month
    """Develop the year like a claims triangle: chainladder's Mack (1993), its error taken as lognormal."""
    import chainladder

    count = len(history) // 12 + 1
    month = np.arange(len(history))
    years = []
    for year in range(count):
        # a year that is over stays what it was: every year reaches the same last month, as a triangle's must
        known = np.cumsum(np.where(month // 12 == year, history, 0.0)[year * 12 :])
        days = pd.date_range(f"{2000 + year}-01-01", periods=len(known), freq="MS")
        years.append(pd.DataFrame({"origin": 2000 + year, "month": days, "value": known}))
    triangle = chainladder.Triangle(
        pd.concat(years), origin="origin", development="month", columns="value", cumulative=True
    )
    found = chainladder.MackChainladder().fit(triangle).summary_.to_frame().iloc[-1]
    rest, error = float(found["IBNR"]), float(found["Mack Std Err"])
    spread = np.sqrt(np.log1p((error / rest) ** 2))
    normal = np.array([NormalDist().inv_cdf(level) for level in QUANTILES])
    return np.asarray(rest * np.exp(spread * normal - spread**2 / 2))


#: Name, the package that must be there, and the forecast of what is still to come.
TOOLS: tuple[tuple[str, str, Callable[[Numbers, int], Numbers]], ...] = (
    ("AutoARIMA", "statsforecast", autoarima),
    ("AutoETS", "statsforecast", autoets),
    ("Prophet", "prophet", prophet),
    ("Mack", "chainladder", mack),
)


@click.command(help=__doc__)
@click.argument("series", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--cells", default=60, show_default=True, type=click.IntRange(5), help="Drawn, groups alike.")
@click.option("--seed", default=1, show_default=True)
def main(series: Path, cells: int, seed: int) -> None:
    """Measure, and say how each tool did."""
    warnings.simplefilter("ignore")  # the other tools' own
    panel = arrange(pd.read_csv(series))
    drawn = draw(panel, cells, np.random.default_rng(seed))
    made: dict[str, Numbers] = {}
    seconds: dict[str, float] = {}
    made["ours"], seconds["ours"] = ours(panel, drawn, together=True)
    _, alone = ours(panel, drawn, together=False)
    for name, package, tool in TOOLS:
        if find_spec(package) is None:
            print(f"{name}: left out, {package} is not installed (pip install {package})")
            continue
        began = time.perf_counter()
        made[name] = np.array(
            [run(tool, panel, cell, f"{name} {done}/{cells}") for done, cell in enumerate(drawn)]
        )
        seconds[name] = (time.perf_counter() - began) / len(drawn)
        print(file=sys.stderr)
    show(panel, drawn, made, seconds)
    print(f"ours, a series at a time (all its years at once): {alone:.5f} s a cell")


def draw(panel: Panel, count: int, rng: np.random.Generator) -> list[Cell]:
    """Return cells (row, year, month) that every tool can answer, as many of each group as there are."""
    complete = panel.observed.reshape(panel.yearly.shape).all(axis=2)
    before = np.stack([np.roll(complete, years, axis=1) for years in range(1, LEAST_YEARS + 1)])
    before[:, :, :LEAST_YEARS] = False  # what was rolled round
    row, year = np.nonzero(complete & before.all(axis=0))
    groups = np.array(panel.groups)[row]
    drawn: list[Cell] = []
    names = sorted(set(groups))
    for number, name in enumerate(names):
        own = np.flatnonzero(groups == name)
        share = count // len(names) + (number < count % len(names))
        drawn += [
            (int(row[place]), int(year[place]), MONTHS[turn % len(MONTHS)])
            for turn, place in enumerate(rng.choice(own, share, replace=share > len(own)))
        ]
    return drawn


def ours(panel: Panel, drawn: list[Cell], *, together: bool) -> tuple[Numbers, float]:
    """Return our quantiles of the cells, and seconds a forecast; every year of a series is forecast on the way."""
    made = np.empty((len(drawn), len(QUANTILES)))
    began, cells = time.perf_counter(), 0
    rows = sorted({row for row, _, _ in drawn})
    blocks = [(0, len(panel.ids))] if together else [(row, row + 1) for row in rows]
    for month in MONTHS:
        for first, last in blocks:
            found = year_ends(panel.part(first, last), month)
            cells += int(np.isfinite(found.quantiles[..., 0]).sum())
            for place, (row, year, own) in enumerate(drawn):
                if own == month and first <= row < last:
                    made[place] = found.quantiles[row - first, year]
    return made, (time.perf_counter() - began) / cells


def run(tool: Callable[[Numbers, int], Numbers], panel: Panel, cell: Cell, label: str) -> Numbers:
    """Return a tool's quantiles of the year's total; NaN where it fails, which is counted."""
    row, year, month = cell
    print(f"\r{label}", end="", file=sys.stderr, flush=True)
    end = year * 12 + month
    known = panel.amounts[row, max(0, (year - YEARS) * 12) : end]
    known = known[np.isfinite(known)]
    done = panel.amounts[row, year * 12 : end].sum()
    with suppress(Exception):  # a tool that gives up on a cell is scored on the others
        return np.asarray(done + tool(known, 12 - month))
    return np.full(len(QUANTILES), np.nan)


def show(panel: Panel, drawn: list[Cell], made: dict[str, Numbers], seconds: dict[str, float]) -> None:
    """Print a line for each tool."""
    rows, years, _ = (np.array(each) for each in zip(*drawn, strict=True))
    totals = panel.yearly.sum(axis=2)
    total, previous = totals[rows, years], totals[rows, years - 1]
    groups = np.array(panel.groups)[rows]
    loss = {name: pinball(found, total) / previous for name, found in made.items()}
    whole = np.isfinite(np.array(list(loss.values()))).all(axis=0)
    print(f"{whole.sum()} of {len(drawn)} cells answered by every tool; scored on these")
    print(f"{'tool':<10}{'failed':>8}{'MdAPE %':>9}{'pinball':>9}{'80 % holds':>12}{'s a cell':>10}")
    for name, found in made.items():
        base = loss.get("AutoARIMA")
        ratio = "–"
        if base is not None:
            logs = [
                np.log(loss[name][whole & (groups == group)].mean() / base[whole & (groups == group)].mean())
                for group in sorted(set(groups[whole]))
            ]
            ratio = f"{np.exp(np.mean(logs)):.3f}"
        inside = (total >= found[:, 1]) & (total <= found[:, -2])
        error = np.abs(found[:, QUANTILES.index(0.5)] / total - 1)
        failed = int((~np.isfinite(loss[name])).sum())
        print(
            f"{name:<10}{failed:>8}{100 * np.median(error[whole]):>9.2f}{ratio:>9}"
            f"{100 * inside[whole].mean():>11.0f}%{seconds[name]:>10.5f}"
        )


def pinball(found: Numbers, total: Numbers) -> Numbers:
    """Return the mean pinball loss over the quantiles, shape (cells,)."""
    missed = total[:, None] - found
    return np.asarray(np.maximum(LEVELS * missed, (LEVELS - 1) * missed).mean(axis=1))


if __name__ == "__main__":
    main()
