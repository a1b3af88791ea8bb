"""Learn what steps of projects are like, from simulated years of the kinds that may be learnt from.

    python benchmarks/learn_counts.py cityanalytics/outlook/steps.csv

Of each step (start, finish): the usual rates by piece, how programmes differ (maximum marginal likelihood of whole
years' steps), then how the rates change after a data date (maximum likelihood of what came, the counts taken as
mixtures of normals); at last this change's spread is scaled so that the 80 % interval holds 80 % of these years.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from bureaus import CLOSE, KINDS, LEARNT, YEAR, simulate
from scipy.optimize import brentq, minimize
from scipy.special import gammaln

from cityanalytics.outlook import hazard
from cityanalytics.outlook.counts import poisson_binomial, quantile, step_chances
from cityanalytics.outlook.hazard import STRATA, Hazard, Prior, dated, finish_hazard, start_hazard

STEPS = ("start", "finish")
WHOLE_YEARS, CASES, CHECKED = 40, 25, 60  # of each kind
SEED = 20100331
COMMON = np.linspace(-3.0, 3.0, 61)
#: Weak beliefs that keep a search in bounds: of the log rates, and of the log of the spread between programmes.
USUAL, USUAL_SPREAD, BETWEEN = np.log(0.003), 1.5, -0.7


@dataclass(frozen=True, kw_only=True)
class Case:
    """A programme on a day, and how many steps came after it."""

    table: pd.DataFrame
    left: float
    came: tuple[int, int]


def main(target: Path) -> None:
    """Learn, and write the table."""
    flat = Prior(
        rates=np.full(STRATA, 0.003), common=1.0, own=1.0, drift=0.0, later=0.0, spread=0.0, horizon=0.0
    )
    current = dict.fromkeys(STEPS, flat)
    hazard.prior = lambda step: current[step]  # type: ignore[assignment] # what is being learnt is in force
    years = _whole_years()
    for at, step in enumerate(STEPS):
        current[step] = _rates([found[at] for found in years])
    learnt_on, checked_on = _cases(CASES, salt=1), _cases(CHECKED, salt=2)
    for at, step in enumerate(STEPS):
        current[step] = _change(current, step, at, learnt_on)
        current[step] = _calibrated(current, step, at, checked_on)
        print(step, current[step])
    rows = [
        (step, name, value)
        for step in STEPS
        for name, value in {
            **{f"rate_{piece}": rate for piece, rate in enumerate(current[step].rates)},
            **{name: getattr(current[step], name) for name in Prior.__dataclass_fields__ if name != "rates"},
        }.items()
    ]
    table = pd.DataFrame(rows, columns=["step", "name", "value"])
    table.to_csv(target, index=False, float_format="%.5f", lineterminator="\n")


def _whole_years() -> list[tuple[Hazard, Hazard]]:
    end = dt.date(YEAR, 12, 31)
    drawn = [(kind, year) for kind in LEARNT for year in range(WHOLE_YEARS)]
    tables = [
        dated(simulate(kind, np.random.default_rng([SEED, KINDS.index(kind), year])).projects(end), end)
        for kind, year in drawn
    ]
    return [(start_hazard(table), finish_hazard(table)) for table in tables]


def _rates(years: list[Hazard]) -> Prior:
    """Return the rates and spreads under which the steps of whole years are likeliest."""
    steps, days = (np.array([getattr(year, name) for year in years]) for name in ("steps", "days"))

    def unlikely(logs: np.ndarray) -> float:
        rates, common, own = np.exp(logs[:STRATA]), np.exp(logs[STRATA]), np.exp(logs[STRATA + 1])
        usual = rates * np.exp(COMMON)[:, None, None]
        chance = gammaln(own + steps) - gammaln(own) + own * np.log(own) + steps * np.log(usual)
        chance = (chance - (own + steps) * np.log(own + usual * days)).sum(axis=2)
        chance = chance - (COMMON[:, None] / common) ** 2 / 2 - np.log(common)
        most = chance.max(axis=0)
        belief = (((logs[:STRATA] - USUAL) / USUAL_SPREAD) ** 2).sum() + (logs[STRATA] - BETWEEN) ** 2
        return float(belief / 2 - (most + np.log(np.exp(chance - most).sum(axis=0))).sum())

    begin = np.log((steps.sum(axis=0) + 0.5) / (days.sum(axis=0) + 100.0))
    found = np.exp(minimize(unlikely, np.append(begin, [BETWEEN, 1.0]), method="L-BFGS-B").x)
    return Prior(
        rates=np.maximum(found[:STRATA], 2e-5),
        common=float(found[STRATA]),
        own=float(found[STRATA + 1]),
        drift=0.0,
        later=0.0,
        spread=0.0,
        horizon=0.0,
    )


def _cases(each: int, *, salt: int) -> list[Case]:
    """Draw programmes on days between the middle of February and the end of November."""
    cases = []
    for kind in LEARNT:
        for number in range(each):
            draw = np.random.default_rng([SEED, salt, KINDS.index(kind), number])
            now = int(draw.integers(45, 335))
            year, as_of = simulate(kind, draw), dt.date(YEAR, 1, 1) + dt.timedelta(days=now)
            started, finished = (
                int(((days > now) & (days <= CLOSE)).sum()) for days in (year.start, year.finish)
            )
            cases.append(
                Case(
                    table=dated(year.projects(as_of), as_of),
                    left=float(CLOSE - now),
                    came=(started, finished),
                )
            )
    return cases


def _change(current: dict[str, Prior], step: str, at: int, cases: list[Case]) -> Prior:
    """Return how rates change after a data date, so that what came is likeliest."""
    base = current[step]

    def changed(values: np.ndarray) -> Prior:
        drift, later, spread, horizon = values
        return replace(
            base,
            drift=float(drift),
            later=float(later),
            spread=float(np.exp(spread)),
            horizon=float(np.exp(horizon)),
        )

    def unlikely(values: np.ndarray) -> float:
        current[step] = changed(values)
        total = 0.0
        for case in cases:
            chances = step_chances(case.table, left=case.left)[at]
            mean, variance = chances.sum(axis=1), (chances * (1 - chances)).sum(axis=1) + 0.3
            away = (case.came[at] - mean) ** 2 / variance
            total -= float(np.log((np.exp(-away / 2) / np.sqrt(variance)).mean() + 1e-6))
        belief = 0.001 * ((values[2] + 3) ** 2 + (values[3] + 2) ** 2) + 0.02 * values[1] ** 2
        return float(total / len(cases) + belief)

    begin = np.array([0.0, 0.0, -3.0, -2.0])
    simplex = np.vstack([begin, begin + np.diag([0.15, 0.3, 1.0, 1.0])])
    options = {"maxfev": 45, "initial_simplex": simplex}
    return changed(minimize(unlikely, begin, method="Nelder-Mead", options=options).x)


def _calibrated(current: dict[str, Prior], step: str, at: int, cases: list[Case]) -> Prior:
    """Return the change with its spread scaled so that the 80 % interval holds 80 % of the cases."""
    base = current[step]

    def scaled(log: float) -> Prior:
        factor = float(np.exp(2 * log))
        return replace(base, spread=base.spread * factor, horizon=base.horizon * factor)

    def excess(log: float) -> float:
        current[step] = scaled(log)
        inside = []
        for case in cases:
            mass = poisson_binomial(step_chances(case.table, left=case.left)[at])
            inside.append(quantile(mass, 0.1) <= case.came[at] <= quantile(mass, 0.9))
        return float(np.mean(inside)) - 0.8 + 1e-9

    return scaled(float(brentq(excess, -2.0, 1.5, xtol=0.02)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
