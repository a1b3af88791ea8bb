"""Where the year ends: the city's distribution, its parts, and paths of projects that add up to it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.outlook.outlook import look_ahead
from cityanalytics.outlook.parts import GROUPS
from cityanalytics.programme import progress
from cityanalytics.programme.frames import with_units
from cityanalytics.series.methods import QUANTILES, PaceOfClass, YearTotal
from cityanalytics.series.ownmonths import OWN_MONTHS, OwnMonths
from cityanalytics.series.pool import reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

    from cityanalytics.outlook.outlook import Outlook
    from cityanalytics.outlook.paths import Paths
    from cityanalytics.programme.snapshot import Programme

#: Units of a forecast's columns.
UNITS = dict.fromkeys(("plan", "done", "p10", "p50", "p90", "short"), "yuan") | {
    "probability": "fraction of one"
}


def forecast_year(
    reference_class: str,
    so_far: pd.Series,
    target: float,
    ceiling: float,
    *,
    own_months: pd.DataFrame | None = None,
) -> YearTotal:
    """Return the year's forecast.

    Parameters
    ----------
    reference_class
        Whose changes of pace are taken where own months do not serve.
    so_far
        Cumulative curve to the data date (yuan).
    target, ceiling
        The plan, and what the year cannot exceed (yuan).
    own_months
        The city's own earlier months: ``year``, ``month``, ``amount`` (yuan).
    """
    as_of = so_far.index[-1].date()
    if own_months is not None and (own := OwnMonths(months=own_months)).serves(as_of.year):
        return own(so_far, target=target, ceiling=ceiling)
    return PaceOfClass(reference=reference(reference_class, as_of))(so_far, target=target, ceiling=ceiling)


def evidence_of(programme: Programme, total: YearTotal) -> dict[str, Any]:
    """Return what a programme's forecast rests on, as :attr:`Forecast.evidence` has it, without the rulers."""
    own = total.reference_class == OWN_MONTHS
    months = programme.history_months
    years = {*programme.history["year"].tolist(), *(months["year"].tolist() if own else [])}
    used = None if own else reference(total.reference_class, total.as_of)
    return {
        "own_years": len(years),
        "own_months": total.as_of.month + (len(months) if own else 0),
        "class": used and used.name,
        "class_series": used and used.series,
        "class_coverage": used and used.coverage,
        "plan": total.target if total.target > 0 else None,
        "method": total.method,
    }


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Where the year ends, as seen on the programme's data date.

    Parameters
    ----------
    programme
        What it stands on.
    total
        The city's total as a distribution.
    seed
        Of the paths' draws.
    made
        The outlook, where it is made already, with the same seed.

    Examples
    --------
    >>> forecast = ca.forecast(programme)
    >>> (forecast.quantiles / 1e8).round(1).to_dict()[0.5]
    93.6
    >>> bool(forecast.quantiles.is_monotonic_increasing)
    True
    """

    programme: Programme
    total: YearTotal
    seed: int = 0
    made: Outlook | None = field(default=None, repr=False, compare=False)

    @cached_property
    def outlook(self) -> Outlook:
        """Parts, stages and demolition by the year's end, of the same forecast."""
        return self.made or look_ahead(self.programme, self.total, seed=self.seed)

    @property
    def quantiles(self) -> pd.Series:
        """The year's total by level of probability: it is not exceeded with that probability.

        Returns
        -------
        pandas.Series
            Yuan; index ``level`` 0.05 to 0.95.
        """
        import pandas as pd

        values = [self.total.quantile(level) for level in QUANTILES]
        found = pd.Series(values, index=pd.Index(QUANTILES, name="level"), name="total")
        found.attrs["units"] = {"total": "yuan"}
        return found

    def probability(self, target: float | None = None) -> float | None:
        """Return the probability that the year comes to a target.

        Parameters
        ----------
        target
            Yuan; the plan in force unless another is given.

        Returns
        -------
        float or None
            A fraction of one; None without a plan.

        Examples
        --------
        >>> forecast.probability(1) == 1.0
        True
        """
        total = self.total if target is None else replace(self.total, target=float(target))
        return total.probability

    @cached_property
    def paths(self) -> pd.DataFrame:
        """What each project comes to on 1999 paths of the year that add up to the city's distribution.

        Returns
        -------
        pandas.DataFrame
            Yuan at the year's end, done so far included: a row a path, by the level of the city's total; a column a
            project. A last column of an empty name holds what is beyond all projects' totals, where anything is.

        Examples
        --------
        >>> city = forecast.paths.sum(axis=1)
        >>> bool(abs(city.loc[0.5] - forecast.quantiles[0.5]) < 1)
        True
        """
        return self.drawn.to_frame()

    @property
    def drawn(self) -> Paths:
        """The same paths as arrays, with the factor that leads from the projects' own curves to the city's forecast."""
        return self.outlook.paths

    def by(self, key: str) -> pd.DataFrame:
        """Return where each group ends.

        Ranges and chances are those of the group's paths. On each path groups add up to the city; medians and ranges
        do not.

        Parameters
        ----------
        key
            ``"unit"``, ``"category"``, ``"constraint"``, ``"stage"``, ``"project"``, or ``"town"`` where workbooks
            name towns.

        Returns
        -------
        pandas.DataFrame
            One row a group, furthest from its plan first; projects without one in the row of a missing name: `key`,
            ``plan``, ``done``, ``p10``, ``p50``, ``p90``, ``short`` (plan less median; yuan), ``probability`` of the
            plan.

        Raises
        ------
        UsageError
            There is no such grouping; the message names those that there are.

        Examples
        --------
        >>> bool(abs(forecast.by("unit")["plan"].sum() - programme.plan) < 1)
        True
        """
        projects = self.outlook.parts.projects
        there = [name for name in GROUPS if name in projects and projects[name].notna().any()]
        if key not in there:
            raise UsageError(
                Message.of("no forecast by {name}; there are: {names}", name=key, names=", ".join(there))
            )
        return with_units(self.outlook.by(key), UNITS)

    @property
    def evidence(self) -> Mapping[str, Any]:
        """What the forecast rests on.

        Returns
        -------
        dict
            ``own_years`` (earlier years known), ``own_months`` (months of this year, the last maybe in part, and those
            of earlier years where they serve), ``class`` (reference class; None, as are the next two, where own months
            serve), ``class_series`` (how many series it was learnt from), ``class_coverage`` (of left-out years inside
            the 80 % range), ``plan`` (yuan; None without one), ``method``; and the two rulers:
            ``bottom_up`` (where the projects' own curves lead, yuan) and ``factor`` (on what these expect, the median
            of all paths).

        Examples
        --------
        >>> forecast.evidence["own_months"]
        9
        """
        return {
            **evidence_of(self.programme, self.total),
            "bottom_up": self.total.done + self.outlook.parts.expected,
            "factor": float(np.median(self.drawn.factor)),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the quantiles as a frame: ``level`` and ``total`` (yuan).

        Examples
        --------
        >>> len(forecast.to_frame())
        7
        """
        return with_units(self.quantiles.reset_index(), {"total": "yuan"})

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the year so far, the plan, and the range to the year's end (in 亿元, 100 million yuan).

        Parameters
        ----------
        ax
            Where it is drawn; new axes unless some are given.

        Returns
        -------
        matplotlib.axes.Axes
            The axes, to be changed further.

        Examples
        --------
        >>> len(forecast.plot().lines)
        3
        """
        if ax is None:
            from matplotlib.figure import Figure

            ax = Figure(figsize=(8, 4), layout="constrained").subplots()
        unit = 1e8
        so_far = progress.curve(self.programme) / unit
        ax.plot(so_far.index, so_far.to_numpy(), color="black", label="done")
        for low, high, shade in ((0.1, 0.9, 0.2), (0.25, 0.75, 0.35)):
            (start, done), (end, least) = self.total.path(low)
            most = self.total.quantile(high)
            band = [done / unit, least / unit], [done / unit, most / unit]
            ax.fill_between([start, end], *band, alpha=shade, color="tab:blue", linewidth=0)  # type: ignore[arg-type] # dates are drawn
        (start, done), (end, median) = self.total.path(0.5)
        ax.plot([start, end], [done / unit, median / unit], color="tab:blue", label="median")  # type: ignore[arg-type] # dates are drawn
        if self.total.target > 0:
            plan = progress.plan_curve(self.programme) / unit
            ax.plot(plan.index, plan.to_numpy(), color="gray", linestyle="--", label="plan")
        ax.set_ylabel("100 million yuan")
        ax.legend(frameon=False)
        return ax

    def _repr_html_(self) -> str:
        chance = self.total.probability
        shown = "no plan" if chance is None else f"{chance:.1%} that the plan is reached"
        found = self.to_frame()
        found["total"] = (found["total"] / 1e8).round(2)
        table = found.rename(columns={"total": "100 million yuan"}).to_html(index=False)
        return f"<p>Forecast as of {self.total.as_of}: {shown}</p>{table}"


def forecast(
    programme: Programme,
    *,
    reference_class: str | None = None,
    target: float | None = None,
    seed: int | None = None,
    pace: float = 1.0,
) -> Forecast:
    """Return where the programme's year ends.

    Parameters
    ----------
    programme
        The programme at a data date.
    reference_class
        Whose changes of pace are taken; unless one is named the city's own months, and the configuration's class where
        these do not serve.
    target
        What the year is to come to (yuan); the plan in force unless another is given.
    seed
        Of the draws of ``paths``; the configuration's unless another is given.
    pace
        Factor on the daily pace after the data date, above 0; its spread stays.

    Returns
    -------
    Forecast
        ``quantiles``, ``probability()``, ``paths``, ``by()``, ``evidence`` and ``plot()``.

    Raises
    ------
    cityanalytics.errors.InsufficientDataError
        Nothing has been done yet, so there is no pace.
    cityanalytics.errors.UsageError
        There is no such class, or the programme was made of tables alone and none is named.

    Examples
    --------
    >>> forecast = ca.forecast(programme)
    >>> print(f"{forecast.probability():.3f}")
    0.612
    """
    settings = None if programme.source is None else programme.source.settings
    name = reference_class or ("" if settings is None else settings.reference_class)
    so_far = progress.curve(programme)
    plan = programme.plan if target is None else float(target)
    if not math.isfinite(plan):
        raise UsageError(Message.of("a target is a number of yuan, not {target}", target=target))
    if not (math.isfinite(pace) and pace > 0):
        raise UsageError(Message.of("a pace is a factor above 0, not {pace}", pace=pace))
    return Forecast(
        programme=programme,
        total=forecast_year(
            name,
            so_far,
            plan,
            progress.ceiling(programme),
            own_months=None if reference_class else programme.history_months,
        ).at_pace(pace),
        seed=seed if seed is not None else 0 if settings is None else settings.seed,
    )
