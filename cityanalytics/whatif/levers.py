"""What a scenario may change: levers on projects, additions, the pace of the city; each a checked value.

A lever says what changes (``kind`` and its own keys), on which projects (``units``, ``categories``, ``towns``,
``constraints``, ``stages``, ``projects``: any inside a key, all across keys; none of them is all open projects) and,
where it has a span, from when to when (``from``, ``to``: both days included).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

#: Keys that choose projects, and the column each looks at.
CHOICES = {
    "units": "unit",
    "categories": "category",
    "towns": "town",
    "constraints": "constraint",
    "stages": "stage",
    "projects": "project",
}

Names = Annotated[tuple[str, ...], Field(strict=False)]
Day = Annotated[dt.date, Field(strict=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, populate_by_name=True
    )


class _Chosen(_Strict):
    """On which projects a lever acts."""

    units: Names = ()
    categories: Names = ()
    towns: Names = ()
    constraints: Names = ()
    stages: Names = ()
    projects: Names = ()


class _Span(_Chosen):
    """From when to when a lever acts: to the year's end, from the day after the data date, unless it says otherwise."""

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None


class PaceLever(_Span):
    """Daily progress times a factor."""

    kind: Literal["pace"] = "pace"
    factor: float = Field(ge=0, le=10)


class ShiftsLever(_Span):
    """Shifts a day, each after the first of which yields so much of the first."""

    kind: Literal["shifts"] = "shifts"
    shifts: int = Field(ge=1, le=3)
    yield_: float = Field(alias="yield", ge=0, le=1)


class DaysLever(_Span):
    """Working days lost in the span, or gained."""

    kind: Literal["days"] = "days"
    lost: float | None = Field(default=None, ge=0)
    gained: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.lost is None) == (self.gained is None):
            message = "lost or gained, one of the two"
            raise ValueError(message)
        return self


class SuspendLever(_Span):
    """Nothing is done in the span."""

    kind: Literal["suspend"] = "suspend"


class FundsArriveLever(_Chosen):
    """Nothing is done before the day."""

    kind: Literal["funds_arrive"] = "funds_arrive"
    on: Day


class FundsShortLever(_Chosen):
    """So much of what would be added is not paid for, and not done."""

    kind: Literal["funds_short"] = "funds_short"
    share: float = Field(ge=0, le=1)


class LiftLever(_Chosen):
    """What holds a project up is gone from a day on."""

    kind: Literal["lift"] = "lift"
    on: Day


class StartLever(_Chosen):
    """Projects that wait begin on a day."""

    kind: Literal["start"] = "start"
    on: Day


class NeverLever(_Chosen):
    """Projects that wait do not begin this year."""

    kind: Literal["never"] = "never"


class FinishLever(_Chosen):
    """Work is hastened, or slowed, so that it is complete by a day."""

    kind: Literal["finish"] = "finish"
    by: Day = Field(alias="on")


class ScopeLever(_Chosen):
    """Total investment grows, or shrinks, by so many yuan or by a share of it."""

    kind: Literal["scope"] = "scope"
    add: float | None = None
    share: float | None = Field(default=None, ge=-1, le=10)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.add is None) == (self.share is None):
            message = "add or share, one of the two"
            raise ValueError(message)
        return self


Lever = (
    PaceLever
    | ShiftsLever
    | DaysLever
    | SuspendLever
    | FundsArriveLever
    | FundsShortLever
    | LiftLever
    | StartLever
    | NeverLever
    | FinishLever
    | ScopeLever
)
KINDS: dict[str, type[Lever]] = {
    "pace": PaceLever,
    "shifts": ShiftsLever,
    "days": DaysLever,
    "suspend": SuspendLever,
    "funds_arrive": FundsArriveLever,
    "funds_short": FundsShortLever,
    "lift": LiftLever,
    "start": StartLever,
    "never": NeverLever,
    "finish": FinishLever,
    "scope": ScopeLever,
}


class Addition(_Strict):
    """A project that the programme does not have."""

    name: str = Field(min_length=1)
    unit: str
    category: str
    total: float = Field(gt=0)
    start: Day
    finish: Day


class Scenario(_Strict):
    """A named change against base.

    Parameters
    ----------
    name
        Short name.
    label
        What a reader sees, by language.
    city_pace
        Factor on the city's pace after the data date, before all levers.
    lever, addition
        What changes, in any order.
    """

    name: str
    label: dict[str, str] = Field(default_factory=dict)
    city_pace: float = Field(default=1.0, gt=0, le=10)
    lever: Annotated[tuple[Annotated[Lever, Field(discriminator="kind")], ...], Field(strict=False)] = ()
    addition: Annotated[tuple[Addition, ...], Field(strict=False)] = ()


def fields_of(kind: str) -> dict[str, Any]:
    """Return the keys that a kind of lever has of its own, without those that choose projects or days.

    Examples
    --------
    >>> list(fields_of("shifts"))
    ['shifts', 'yield']
    """
    shared = {*CHOICES, "from_", "to", "kind"}
    own = {name: field for name, field in KINDS[kind].model_fields.items() if name not in shared}
    return {field.alias or name: field for name, field in own.items()}
