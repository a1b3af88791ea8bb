"""The record: published forecasts held against what the year came to. Values in, scores out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from cityanalytics.calendar import elapsed_share
from cityanalytics.series.methods import QUANTILES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from cityanalytics.series.methods import YearTotal

#: A forecast published more days than this after its data date is a hindcast.
IN_TIME_DAYS = 31
#: With fewer scored forecasts nothing is said of skill but that there is none yet.
LEAST_SCORED = 8
#: Names of the quantiles, as the ledger and briefing.json hold them.
LEVELS: Mapping[str, float] = {f"p{round(level * 100):02d}": level for level in QUANTILES}
#: What a forecast must beat to have skill.
RULES = ("run_rate", "last_year_shape")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What two simple rules say of the year's total (yuan).

    Parameters
    ----------
    run_rate
        The pace so far, kept.
    last_year_shape
        Done over the share of last year's total that was done by the same day; None where that is not known.
    """

    run_rate: float
    last_year_shape: float | None


def simple_rules(forecast: YearTotal, *, share_last_year: float | None) -> Rules:
    """Return what the simple rules say on a forecast's data date.

    Examples
    --------
    >>> import datetime as dt
    >>> from cityanalytics.series.methods import YearTotal
    >>> made = YearTotal(as_of=dt.date(2010, 9, 22), done=62.0, target=90.0, remainder=31.6, spread=0.4,
    ...                 freedom=12, method="", reference_class="")
    >>> rules = simple_rules(made, share_last_year=0.64)
    >>> round(rules.run_rate, 1), round(rules.last_year_shape, 1)
    (85.4, 96.9)
    """
    return Rules(
        run_rate=forecast.done / elapsed_share(forecast.as_of),
        last_year_shape=forecast.done / share_last_year if share_last_year else None,
    )


@dataclass(frozen=True, kw_only=True)
class Published:
    """A forecast as it was published.

    Parameters
    ----------
    as_of, known_on
        The day that it stood on; the day by which its workbooks had been received.
    published_on, by
        When, and by whom.
    hindcast
        Why it is one (事后回测): words of `hindcast_reasons`; empty where it was published in time.
    done, target
        Investment to the data date, and the annual plan (yuan).
    quantiles
        The year's total (yuan) by the names of `LEVELS`.
    probability
        Of reaching the plan; None where there was none.
    rules
        What the simple rules said.
    method, reference_class, code_sha256, inputs_sha256
        What made it, and from what.
    sha256
        The entry's hash in the ledger.
    """

    as_of: dt.date
    known_on: dt.date
    published_on: dt.date
    by: str
    hindcast: tuple[str, ...]
    done: float
    target: float
    quantiles: Mapping[str, float]
    probability: float | None
    rules: Rules
    method: str
    reference_class: str
    code_sha256: str
    inputs_sha256: str
    sha256: str


def hindcast_reasons(
    *, as_of: dt.date, published_on: dt.date, newest_receipt: bool, later_reported: bool
) -> tuple[str, ...]:
    """Say why a forecast is a hindcast; nothing where it is published in time.

    Parameters
    ----------
    as_of, published_on
        Data date, and day of publishing.
    newest_receipt
        Whether it uses all that had been received.
    later_reported
        Whether workbooks with a later data date had been received.

    Examples
    --------
    >>> import datetime as dt
    >>> hindcast_reasons(as_of=dt.date(2010, 9, 22), published_on=dt.date(2010, 10, 9), newest_receipt=True,
    ...                  later_reported=False)
    ()
    """
    found = {
        "late": (published_on - as_of).days > IN_TIME_DAYS,
        "left_out": not newest_receipt,
        "later_reported": later_reported,
    }
    return tuple(name for name, holds in found.items() if holds)


@dataclass(frozen=True, kw_only=True)
class Score:
    """A published forecast beside what happened.

    Parameters
    ----------
    forecast
        As published.
    outcome
        What the year came to (yuan); None while it has not closed.
    """

    forecast: Published
    outcome: float | None

    @property
    def inside(self) -> bool | None:
        """Whether the outcome fell inside the 80 % band, its ends included."""
        if self.outcome is None:
            return None
        return self.forecast.quantiles["p10"] <= self.outcome <= self.forecast.quantiles["p90"]

    @property
    def error(self) -> float | None:
        """Median over outcome, less one: above 0 where too much was forecast."""
        return self.forecast.quantiles["p50"] / self.outcome - 1 if self.outcome else None

    @property
    def loss(self) -> float | None:
        """Mean pinball loss of the quantiles, as a fraction of the outcome."""
        if not self.outcome:
            return None
        quantiles = [self.forecast.quantiles[name] for name in LEVELS]
        return pinball(list(LEVELS.values()), quantiles, self.outcome) / self.outcome

    def loss_of(self, rule: str) -> float | None:
        """Return the same loss of a rule of `RULES`, one number for every quantile; None where it says nothing."""
        total: float | None = getattr(self.forecast.rules, rule)
        if total is None or not self.outcome:
            return None
        return pinball(list(LEVELS.values()), [total] * len(LEVELS), self.outcome) / self.outcome


def pinball(levels: Sequence[float], quantiles: Sequence[float], outcome: float) -> float:
    """Return the mean pinball loss of quantiles (Koenker and Bassett 1978), in the unit of the outcome.

    Parameters
    ----------
    levels, quantiles
        Levels between 0 and 1, and the quantiles, one each.
    outcome
        What happened.

    Examples
    --------
    A median that is 4 too low costs 2; an upper decile that is 10 too high costs 1.

    >>> pinball([0.5], [96], 100), round(pinball([0.9], [110], 100), 9)
    (2.0, 1.0)
    """
    missed = ((level, outcome - said) for level, said in zip(levels, quantiles, strict=True))
    return fmean(max(level * miss, (level - 1) * miss) for level, miss in missed)


@dataclass(frozen=True, kw_only=True)
class Record:
    """Published forecasts beside what happened.

    Parameters
    ----------
    scores
        One a forecast that was published in time, in the ledger's order.
    hindcasts
        The same for those that were not; they never count.
    """

    scores: tuple[Score, ...]
    hindcasts: tuple[Score, ...]

    @property
    def closed(self) -> tuple[Score, ...]:
        """Those whose year has closed."""
        return tuple(score for score in self.scores if score.outcome)

    @property
    def inside(self) -> int:
        """How many outcomes fell inside the 80 % band."""
        return sum(bool(score.inside) for score in self.closed)

    @property
    def bias(self) -> float | None:
        """Mean error; None where no year has closed."""
        errors = [score.error for score in self.closed if score.error is not None]
        return fmean(errors) if errors else None

    def skill(self, rule: str) -> float | None:
        """Return 1 − mean loss ÷ mean loss of a rule, over the forecasts for which the rule said something.

        Above 0 the forecast was better than the rule; a rule that never missed leaves −∞, or 0 to a forecast that never
        missed either. None where there is nothing to compare.
        """
        losses = [(score.loss, score.loss_of(rule)) for score in self.closed]
        pairs = [(own, other) for own, other in losses if own is not None and other is not None]
        if not pairs:
            return None
        own, other = (sum(losses) for losses in zip(*pairs, strict=True))
        return 1 - own / other if other else (-math.inf if own else 0.0)

    @property
    def has_skill(self) -> bool:
        """Whether enough forecasts are scored, and they did better than every rule that can be compared."""
        known = [skill for rule in RULES if (skill := self.skill(rule)) is not None]
        return len(self.closed) >= LEAST_SCORED and bool(known) and min(known) > 0


def hold_against(published: Sequence[Published], outcomes: Mapping[int, float | None]) -> Record:
    """Hold forecasts against what their years came to.

    Parameters
    ----------
    published
        In the ledger's order.
    outcomes
        Year to its total (yuan); None, or no entry, while it has not closed.
    """
    scores = [Score(forecast=one, outcome=outcomes.get(one.as_of.year)) for one in published]
    return Record(
        scores=tuple(score for score in scores if not score.forecast.hindcast),
        hindcasts=tuple(score for score in scores if score.forecast.hindcast),
    )
