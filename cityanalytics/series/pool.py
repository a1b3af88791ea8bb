"""Reference classes: how much faster or slower public works go after a date than before it.

``pool.csv`` is learnt from public monthly series by ``benchmarks/learn_pool.py``: for each class and
month-end the mean and standard deviation of ``log(pace after / pace so far)``.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from cityanalytics.calendar import elapsed_share, month_end
from cityanalytics.errors import UsageError
from cityanalytics.issues import Message

#: Days of the shortest history that the classes are learnt from: January's.
SHORTEST = 31


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A reference class at a date.

    Parameters
    ----------
    name
        Name of the class.
    mean, sd
        Of the log of the ratio of the pace after the date to the pace up to it.
    series, years
        Count of series that the class rests on, and of their years.
    coverage
        Share of the years of series left out that fell inside the 80 % interval.
    """

    name: str
    mean: float
    sd: float
    series: int
    years: int
    coverage: float


@cache
def _pool() -> pd.DataFrame:
    with files(__package__).joinpath("pool.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream)


def classes() -> tuple[str, ...]:
    """Return the names of the reference classes."""
    return tuple(_pool()["class"].unique())


def reference(name: str, as_of: dt.date) -> Reference:
    """Return the reference class `name` at a date, between month-ends by elapsed time.

    Before the end of January and after the end of November the nearest month-end holds; before it a pace of d days
    stands for January's, so its variance is taken to be 31/d times as large.

    Raises
    ------
    UsageError
        There is no class of that name.

    Examples
    --------
    >>> reference("us_public_construction", dt.date(2010, 9, 30)).series
    8
    """
    table = _pool()[_pool()["class"] == name]
    if table.empty:
        raise UsageError(
            Message.of("no reference class {name}: there are {names}", name=name, names=", ".join(classes()))
        )
    ends = [elapsed_share(month_end(dt.date(as_of.year, month, 1))) for month in table["month"]]
    mean, sd, coverage = (
        float(np.interp(elapsed_share(as_of), ends, table[column])) for column in ("mean", "sd", "coverage80")
    )
    sd *= math.sqrt(max(SHORTEST / as_of.timetuple().tm_yday, 1.0))
    return Reference(
        name=name,
        mean=mean,
        sd=sd,
        series=int(table["series"].iloc[0]),
        years=int(table["cells"].min()),
        coverage=coverage,
    )
