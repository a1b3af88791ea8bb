"""Simulated years of bureaus of many kinds: programmes whose every start and end is known.

A kind is a mechanism, not a fit: how plans are written, why projects wait, how work proceeds over the year. Each year
draws its own bureau of the kind. `LEARNT` kinds may be learnt from; `HELD_OUT` ones are for scoring alone.

========= ==========================================================================================================
steady    plans are kept within days or weeks, few projects are stuck, work is even
stuck     starts slip a little or a lot; all speed up or slow down together on one day, and hurry at the year's end
batches   starts are approved on a few days of the year; some projects never start; winter slows work; what is
          nearly done on 31 December is accepted
rush      work slackens in winter and doubles towards the year's end; plans end on quarters' ends; what is nearly done
          is brought forward
slip      the whole bureau underestimates durations; land, funds and demolition hold projects up for months
crews     a fixed number of crews takes projects one after the other; nobody works in deep winter
funds     money comes a few times a year: projects start when it has come, and work slackens until it comes again
permits   a project waits for permits one after the other, then goes through stages of random length; plans know little
========= ==========================================================================================================
"""

from __future__ import annotations

import datetime as dt
import heapq
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

LEARNT = ("steady", "stuck", "batches", "rush")
HELD_OUT = ("slip", "crews", "funds", "permits")
KINDS = LEARNT + HELD_OUT
YEAR = 2010
#: Days are counted from 1 January of the year; a simulation begins and ends so many days from it.
BEFORE, AFTER = -800, 1600
CLOSE = 364
NEVER = 5000.0
#: Share of projects whose planned dates are not stated.
UNSAID = 0.02
#: Winter ends and begins on these days of the year.
THAW, FROST = 75, 355


@dataclass(frozen=True, kw_only=True)
class SimulatedYear:
    """What was planned and what happened, in days from 1 January (float64; NaN where no date is stated)."""

    planned_start: np.ndarray
    planned_finish: np.ndarray
    start: np.ndarray
    finish: np.ndarray
    pace: np.ndarray

    def projects(self, as_of: dt.date) -> pd.DataFrame:
        """Return the programme's rows as they stand on a day."""
        now = (as_of - dt.date(YEAR, 1, 1)).days
        begun, ended = self.start <= now, self.finish <= now
        return pd.DataFrame(
            {
                "planned_start": _dates(self.planned_start),
                "planned_finish": _dates(self.planned_finish),
                "actual_start": _dates(self.start).where(begun),
                "actual_finish": _dates(self.finish).where(ended),
                "stage": np.select([ended, begun], ["completed", "under construction"], "not started"),
            }
        )

    def sites(self, draw: np.random.Generator, as_of: dt.date) -> tuple[pd.DataFrame, float]:
        """Return demolition as it stands on a day, and the whole area done by 31 December (square metres)."""
        now = (as_of - dt.date(YEAR, 1, 1)).days
        planned = np.exp(draw.normal(10, 0.8, len(self.start)))
        worked = np.concatenate([[0.0], np.cumsum(self.pace)])

        def reached(day: int) -> np.ndarray:
            begin, end = (
                np.clip(days, BEFORE, AFTER - 1).astype(int) - BEFORE for days in (self.start, self.finish)
            )
            whole = np.maximum(worked[end] - worked[begin], 1e-9)
            return np.asarray(planned * np.clip((worked[day + 1 - BEFORE] - worked[begin]) / whole, 0.0, 1.0))

        before = reached(-1)
        due = self.planned_finish <= CLOSE  # the year's list
        frame = pd.DataFrame(
            {
                "site": [f"s{number:03d}" for number in range(len(self.start))],
                "kind": "k",
                "unit": "u",
                "planned_area": planned - before,
                "done": reached(now) - before,
                "started": _dates(self.start).where(self.start <= now),
                "planned_finish": _dates(self.planned_finish),
            }
        )
        return frame[due].reset_index(drop=True), float((reached(CLOSE) - before)[due].sum())


def simulate(kind: str, draw: np.random.Generator) -> SimulatedYear:
    """Draw a bureau of a kind and its year.

    Parameters
    ----------
    kind
        One of `KINDS`.
    draw
        Source of randomness.
    """
    count = int(draw.integers(60, 400))
    planned = draw.uniform(BEFORE / 2, 330, count)
    length = np.exp(draw.normal(5.4, 0.6, count)).clip(40, 700)
    made = _MECHANISMS[kind](draw, planned, length)
    in_year = (made.finish >= 0) & (np.nan_to_num(made.planned_start) <= CLOSE)
    unsaid = draw.random(count) < UNSAID
    return SimulatedYear(
        planned_start=np.where(unsaid, np.nan, made.planned_start)[in_year],
        planned_finish=np.where(unsaid, np.nan, made.planned_finish)[in_year],
        start=made.start[in_year],
        finish=made.finish[in_year],
        pace=made.pace,
    )


def _steady(draw: np.random.Generator, planned: np.ndarray, length: np.ndarray) -> SimulatedYear:
    count, few = len(planned), draw.uniform(0.0, 0.08)
    late = draw.normal(draw.uniform(-5, 10), draw.uniform(3, 20), count)
    start = planned + np.where(draw.random(count) < few, draw.uniform(60, 300, count), late)
    own = np.exp(draw.normal(draw.uniform(-0.1, 0.1), draw.uniform(0.05, 0.2), count))
    return _worked(
        planned,
        length,
        start,
        own,
        _months(draw, draw.uniform(0.0, 0.1)) * _season(winter=draw.uniform(0.5, 1.0)),
    )


def _stuck(draw: np.random.Generator, planned: np.ndarray, length: np.ndarray) -> SimulatedYear:
    count = len(planned)
    change = int(draw.integers(30, 330))
    stuck = draw.random(count) < draw.uniform(0.05, 0.25)
    late = draw.exponential(draw.uniform(8, 40), count)
    start = planned + np.where(stuck, draw.uniform(60, 400, count), late)
    pace = _months(draw, 0.05) * _season(winter=1.0, last=draw.uniform(1.0, 1.8), days=90)
    speed = float(np.exp(draw.normal(0.05, 0.3)))
    pace[change - BEFORE :] *= speed
    start = np.where(start > change, change + (start - change) / speed, start)
    own = np.exp(draw.normal(draw.uniform(0.0, 0.25), draw.uniform(0.1, 0.35), count))
    return _worked(planned, length, start, own, pace)


def _batches(draw: np.random.Generator, planned: np.ndarray, length: np.ndarray) -> SimulatedYear:
    count = len(planned)
    days = np.cumsum(draw.exponential(draw.uniform(20, 60), 200) + 5) + BEFORE
    ready = planned + draw.exponential(draw.uniform(10, 50), count) - draw.uniform(0, 30)
    held = draw.random(count) < draw.uniform(0.1, 0.3)
    ready = np.where(held, ready + draw.exponential(draw.uniform(150, 500), count), ready)
    start = days[np.clip(np.searchsorted(days, ready), 0, len(days) - 1)]
    start = np.where(draw.random(count) < draw.uniform(0.0, 0.08), NEVER, start)
    pace = _months(draw, draw.uniform(0.1, 0.3)) * _season(winter=draw.uniform(0.3, 1.0))
    own = np.exp(draw.normal(draw.uniform(-0.1, 0.3), draw.uniform(0.2, 0.4), count))
    made = _worked(planned, length, start, own, pace)
    nearly = (made.finish > CLOSE) & (made.finish < CLOSE + draw.uniform(0, 60)) & (made.start < CLOSE - 60)
    accepted = nearly & (draw.random(count) < draw.uniform(0.0, 0.8))
    return replace(made, finish=np.where(accepted, CLOSE - draw.integers(0, 10, count), made.finish))


def _rush(draw: np.random.Generator, planned: np.ndarray, length: np.ndarray) -> SimulatedYear:
    count = len(planned)
    quarters = np.array([-276, -185, -93, -1, 89, 180, 272, 364, 454, 545, 637, 729])
    ends = quarters[np.clip(np.searchsorted(quarters, planned + length), 0, len(quarters) - 1)]
    snapped = draw.random(count) < draw.uniform(0.4, 0.9)
    length = np.where(snapped, np.maximum(ends - planned, 40), length)
    late = draw.gamma(1.0, draw.uniform(10, 45), count)
    pace = _months(draw, draw.uniform(0.05, 0.2))
    pace *= _season(winter=draw.uniform(0.2, 0.7), last=draw.uniform(1.2, 2.5), days=60)
    own = np.exp(draw.normal(draw.uniform(0.0, 0.3), draw.uniform(0.1, 0.3), count))
    made = _worked(planned, length, planned + late, own, pace)
    near = (made.finish > CLOSE) & (made.finish < CLOSE + 60) & (made.start < CLOSE - 30)
    pulled = near & (draw.random(count) < draw.uniform(0.2, 0.8))
    finish = np.where(pulled, CLOSE - np.floor(draw.exponential(6, count)).clip(0, 25), made.finish)
    return SimulatedYear(
        planned_start=planned, planned_finish=planned + length, start=made.start, finish=finish, pace=pace
    )


def _slip(draw: np.random.Generator, planned: np.ndarray, length: np.ndarray) -> SimulatedYear:
    count = len(planned)
    wait = draw.gamma(1.5, draw.uniform(5, 40), count)
    held = draw.random(count) < draw.uniform(0.1, 0.4)
    start = planned + wait + np.where(held, draw.uniform(30, 400, count), 0.0)
    own = np.exp(draw.normal(draw.uniform(0.1, 0.6), draw.uniform(0.1, 0.35), count))
    # what stops work half way
    own *= np.where(draw.random(count) < draw.uniform(0.0, 0.2), draw.uniform(1.3, 2.5, count), 1.0)
    pace = _months(draw, draw.uniform(0.1, 0.25)) * _season(winter=draw.uniform(0.6, 1.0))
    return _worked(planned, length, start, own, pace)


def _crews(draw: np.random.Generator, planned: np.ndarray, length: np.ndarray) -> SimulatedYear:
    count = len(planned)
    pace = _months(draw, draw.uniform(0.0, 0.15)) * _season(winter=draw.uniform(0.05, 0.5))
    pace *= 365 / pace[-BEFORE : 365 - BEFORE].sum()
    busy = float(length.sum()) / (330 - BEFORE / 2)
    free = [float(BEFORE)] * max(2, int(busy * draw.uniform(0.95, 1.6)))
    work = length * np.exp(draw.normal(draw.uniform(-0.15, 0.15), draw.uniform(0.1, 0.3), count))
    worked = np.cumsum(pace)
    start, finish = np.full(count, NEVER), np.full(count, NEVER)
    for at in np.argsort(planned + draw.normal(0, 25, count)):
        begin = max(heapq.heappop(free), float(planned[at] + draw.exponential(5)))
        day = int(np.clip(begin, BEFORE, AFTER - 1)) - BEFORE
        begin = float(np.searchsorted(worked, worked[day])) + BEFORE
        start[at], finish[at] = begin, np.searchsorted(worked, worked[day] + work[at]) + BEFORE
        heapq.heappush(free, finish[at])
    return SimulatedYear(
        planned_start=planned, planned_finish=planned + length, start=start, finish=finish, pace=pace
    )


def _funds(draw: np.random.Generator, planned: np.ndarray, length: np.ndarray) -> SimulatedYear:
    count, many = len(planned), int(draw.integers(2, 6))
    days = np.sort(draw.uniform(0, 365, many))
    came = np.concatenate([days + 365 * year for year in range(-3, 5)])
    ready = planned + draw.exponential(draw.uniform(5, 20), count)
    short = draw.random(count) < draw.uniform(0.0, 0.3)  # who gets none of the next money gets some later
    at = np.searchsorted(came, ready) + np.where(short, draw.integers(1, 4, count), 0)
    paid = draw.random(count) < draw.uniform(0.3, 0.9)
    start = np.where(paid, np.maximum(came[np.clip(at, 0, len(came) - 1)], ready), ready)
    every = np.arange(BEFORE, AFTER)
    since = every - came[np.clip(np.searchsorted(came, every, side="right") - 1, 0, None)]
    pace = 0.4 + draw.uniform(0.6, 1.2) * np.exp(-np.abs(since) / draw.uniform(40, 120))
    own = np.exp(draw.normal(draw.uniform(-0.1, 0.3), draw.uniform(0.1, 0.3), count))
    return _worked(planned, length, start, own, pace / pace.mean())


def _permits(draw: np.random.Generator, planned: np.ndarray, length: np.ndarray) -> SimulatedYear:
    count, many = len(planned), int(draw.integers(2, 6))
    asked = planned - many * draw.uniform(15, 30)
    wait = draw.gamma(many, draw.uniform(15, 40), count)
    start = np.maximum(asked + wait, planned - 15)
    stages = draw.integers(2, 6, count)
    own = draw.gamma(stages * draw.uniform(1.0, 4.0)) / stages
    own /= own.mean() / draw.uniform(0.9, 1.25)
    start = np.where(draw.random(count) < draw.uniform(0.0, 0.1), NEVER, start)
    return _worked(planned, length, start, own, _months(draw, 0.1))


_MECHANISMS: dict[str, Callable[[np.random.Generator, np.ndarray, np.ndarray], SimulatedYear]] = {
    "steady": _steady,
    "stuck": _stuck,
    "batches": _batches,
    "rush": _rush,
    "slip": _slip,
    "crews": _crews,
    "funds": _funds,
    "permits": _permits,
}


def _worked(
    planned: np.ndarray, length: np.ndarray, start: np.ndarray, own: np.ndarray, pace: np.ndarray
) -> SimulatedYear:
    """Return when each has done the work that its planned length takes, times its own factor, at a daily pace."""
    worked = np.cumsum(pace)
    day = np.clip(start, BEFORE, AFTER - 1).astype(int) - BEFORE
    finish = np.searchsorted(worked, worked[day] + length * own) + BEFORE
    return SimulatedYear(
        planned_start=planned,
        planned_finish=planned + length,
        start=np.floor(start),
        finish=np.where(start >= AFTER, NEVER, finish.astype(float)),
        pace=pace,
    )


def _months(draw: np.random.Generator, spread: float) -> np.ndarray:
    """Return the daily pace: about 1, its log a first-order autoregression by month."""
    count = (AFTER - BEFORE) // 30 + 1
    level, logs = 0.0, []
    for shock in draw.normal(0, spread, count):
        level = 0.7 * level + shock
        logs.append(level)
    return np.asarray(np.exp(np.repeat(logs, 30))[: AFTER - BEFORE])


def _season(*, winter: float, last: float = 1.0, days: int = 60) -> np.ndarray:
    """Return the pace by day of the year: `winter` to the middle of March and after 20 December, `last` before."""
    day = np.arange(BEFORE, AFTER) % 365
    cold = (day < THAW) | (day >= FROST)
    if last > 1.0:
        return np.where(day < THAW, winter, np.where(day >= 365 - days, last, 1.0))
    return np.where(cold, winter, 1.0)


def _dates(days: np.ndarray) -> pd.Series:
    floor = pd.Series(np.floor(days))
    return pd.Timestamp(YEAR, 1, 1) + pd.to_timedelta(floor.where(floor < NEVER), unit="D")
