"""What analysts and the command line get: scenarios against base, and the questions that can be put to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.outlook.draws import PATHS
from cityanalytics.outlook.paths import PUBLISHED
from cityanalytics.programme.frames import with_units
from cityanalytics.whatif.answer import Answer
from cityanalytics.whatif.fewest import Fewest, fewest
from cityanalytics.whatif.goal import Goal, seek
from cityanalytics.whatif.levers import CHOICES, KINDS, Lever, Scenario
from cityanalytics.whatif.model import Model
from cityanalytics.whatif.scenariofile import ScenarioText, read_file, scenarios, written
from cityanalytics.whatif.setting import scenario_of
from cityanalytics.whatif.stages import stages
from cityanalytics.whatif.tornado import tornado

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from cityanalytics.issues import Translate
    from cityanalytics.outlook.forecast import Forecast

    Given = str | Path | Mapping[str, Any] | Sequence[str] | Scenario

#: What a document lists groups by.
PARTED = ("unit", "category")
BASE = Scenario(name="base")
AMOUNTS = dict.fromkeys(("p10", "p50", "p90", "delta_p50", "mean_change", "base_p50", "plan", "done"), "yuan")
UNITS = AMOUNTS | {"probability": "fraction of one", "base_probability": "fraction of one"}
#: What is done with each where the fewest are sought, unless something else is asked.
FASTER = 1.5


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Scenarios against base, on the same paths.

    Parameters
    ----------
    model
        Base, prepared.
    scenarios
        What changes in each.

    Examples
    --------
    >>> found = ca.what_if(forecast, "pace=1.2")
    >>> found.table[["scenario", "p50"]].assign(p50=lambda t: (t["p50"] / 1e8).round(1)).values.tolist()
    [['base', 93.6], ['pace=1.2', 96.2]]
    """

    model: Model
    scenarios: tuple[Scenario, ...]
    answers: tuple[Answer, ...] = field(repr=False)

    @cached_property
    def base(self) -> Answer:
        """Base itself."""
        return Answer(model=self.model, scenario=BASE)

    def __getitem__(self, name: str) -> Answer:
        for answer in self.answers:
            if answer.scenario.name == name:
                return answer
        names = ", ".join(answer.scenario.name for answer in self.answers)
        raise UsageError(Message.of("no scenario {name}; there are: {names}", name=name, names=names))

    @property
    def table(self) -> pd.DataFrame:
        """Base and the scenarios.

        Returns
        -------
        pandas.DataFrame
            One row a scenario, base first: ``scenario``, ``p10``, ``p50``, ``p90``, ``delta_p50`` and ``mean_change``
            against base (yuan), ``probability`` of the plan (NaN without one).

        Examples
        --------
        >>> found = ca.what_if(forecast, "pace=1.0")
        >>> bool(found.table.loc[1, "p50"] == found.table.loc[0, "p50"])
        True
        """
        before = self.base.quantiles["p50"]
        rows = [
            {
                "scenario": answer.scenario.name,
                **answer.quantiles,
                "delta_p50": answer.quantiles["p50"] - before,
                "mean_change": answer.mean_change,
                "probability": np.nan if answer.probability is None else answer.probability,
            }
            for answer in (self.base, *self.answers)
        ]
        return with_units(pd.DataFrame(rows), UNITS)

    def by(self, key: str) -> pd.DataFrame:
        """Return where each group ends in each scenario.

        Parameters
        ----------
        key
            ``"unit"``, ``"category"``, ``"constraint"``, ``"stage"``, ``"project"``, or ``"town"`` where workbooks name
            towns.

        Returns
        -------
        pandas.DataFrame
            One row a scenario and group: ``scenario``, `key`, ``plan``, ``done``, ``base_p50``, ``p10``, ``p50``,
            ``p90``, ``mean_change`` (yuan), ``base_probability`` and ``probability`` of the group's plan. Mean changes
            add up to the city's, quantiles do not. What belongs to no group stands under an empty name.

        Raises
        ------
        cityanalytics.errors.UsageError
            There is no such grouping.

        Examples
        --------
        >>> found = ca.what_if(forecast, "pace=1.2")
        >>> bool(abs(found.by("unit")["mean_change"].sum() - found.table.loc[1, "mean_change"]) < 1)
        True
        """
        tables = [answer.by(key).assign(scenario=answer.scenario.name) for answer in self.answers]
        empty = self.base.by(key).iloc[:0].assign(scenario="")
        table = pd.concat(tables, ignore_index=True) if tables else empty
        return with_units(table[["scenario", *(name for name in table if name != "scenario")]], UNITS)

    def attribution(self) -> pd.DataFrame:
        """Return what each lever brought: Shapley values of the mean change, which add up to it exactly.

        Returns
        -------
        pandas.DataFrame
            One row a scenario and lever: ``scenario``, ``lever`` (its place in the scenario), ``kind``, ``projects``
            (how many it chooses), ``mean_change`` (yuan).

        Examples
        --------
        >>> found = ca.what_if(forecast, ["pace=1.2", "days=-5"])
        >>> found.attribution()["kind"].tolist()
        ['pace', 'days']
        """
        tables = [answer.attribution().assign(scenario=answer.scenario.name) for answer in self.answers]
        names = ["scenario", "lever", "kind", "projects", "mean_change"]
        table = pd.concat(tables, ignore_index=True)[names] if tables else pd.DataFrame(columns=names)
        return with_units(table, UNITS | {"projects": "count"})

    @property
    def ineffective(self) -> pd.DataFrame:
        """Levers that leave a project as it is which they choose, and why.

        Returns
        -------
        pandas.DataFrame
            ``scenario``, ``lever`` (its place in the scenario), ``project``, ``reason``.

        Examples
        --------
        >>> ca.what_if(forecast, "pace=1.2").ineffective["project"].is_unique
        True
        """
        rows = [
            (answer.scenario.name, place, project, str(reason))
            for answer in self.answers
            for place, project, reason in answer.ineffective()
        ]
        return pd.DataFrame(rows, columns=["scenario", "lever", "project", "reason"])

    @cached_property
    def stages(self) -> pd.DataFrame:
        """Projects started and completed by the year's end, and areas of demolition.

        Returns
        -------
        pandas.DataFrame
            One row a scenario (base first) and measure: ``scenario``, ``measure`` (``started`` and ``completed`` in
            projects, ``demolition`` in square metres), ``base_p50``, ``p10``, ``p50``, ``p90``.

        Examples
        --------
        >>> found = ca.what_if(forecast, "start=2010-10-15").stages.set_index(["scenario", "measure"])["p50"]
        >>> bool(found["start=2010-10-15", "started"] > found["base", "started"])
        True
        """
        tables = [stages(self.model, one).assign(scenario=one.name) for one in (BASE, *self.scenarios)]
        table = pd.concat(tables, ignore_index=True)
        return table[["scenario", *(name for name in table if name != "scenario")]]

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """The way to the year's end, month by month.

        Returns
        -------
        pandas.DataFrame
            One row a scenario (base first) and day: ``scenario``, ``day``, ``p10``, ``p50``, ``p90`` (yuan, so far).

        Examples
        --------
        >>> ca.what_if(forecast, "pace=1.2").monthly.groupby("scenario").size().to_dict()
        {'base': 5, 'pace=1.2': 5}
        """
        days = self.model.forecast.outlook.parts.days
        rows = []
        for answer in (self.base, *self.answers):
            for day, ends in zip(days, answer.along(days), strict=True):
                ordered = np.sort(ends)
                values = {name: float(ordered[at]) for name, at in PUBLISHED.items()}
                rows.append({"scenario": answer.scenario.name, "day": pd.Timestamp(day), **values})
        return with_units(pd.DataFrame(rows), UNITS)

    def goal(
        self, probability: float, lever: str = "pace", *, scenario: str | None = None, **chosen: Sequence[str]
    ) -> Goal:
        """Return the value of a lever that reaches a chance of the plan.

        Parameters
        ----------
        probability
            A fraction of one.
        lever
            A kind that has a number or a day, or ``"city_pace"``.
        scenario
            The scenario that it is put on top of; base unless one is named.
        **chosen
            ``units``, ``categories``, ``towns``, ``constraints``, ``stages``, ``projects``: lists of names.

        Returns
        -------
        Goal
            ``value`` (None where it is out of reach), ``probability`` and the ``reason``.

        Raises
        ------
        cityanalytics.errors.UsageError
            There is no plan, no such chance, or the lever has no number.

        Examples
        --------
        >>> ca.what_if(forecast).goal(0.7).value
        1.1861
        """
        for key in chosen:
            if key not in CHOICES:
                raise UsageError(
                    Message.of("unknown key {key}; there are: {names}", key=key, names=", ".join(CHOICES))
                )
        choice = {key: tuple(names) for key, names in chosen.items()}
        return seek(self.model, self._on(scenario), probability, lever, choice)

    def tornado(self, *, scenario: str | None = None) -> pd.DataFrame:
        """Return how far each lever moves the median alone, between a low and a high value.

        Parameters
        ----------
        scenario
            The scenario that each is put on top of; base unless one is named.

        Returns
        -------
        pandas.DataFrame
            One row a lever, the widest first: ``lever``, ``low``, ``high`` (its values), ``delta_low``, ``delta_high``
            (yuan, against the median without it).

        Examples
        --------
        >>> bool(ca.what_if(forecast).tornado()["lever"].is_unique)
        True
        """
        table = tornado(self.model, self._on(scenario))
        return with_units(table, {"delta_low": "yuan", "delta_high": "yuan"})

    def fewest(
        self, of: str, probability: float, lever: Lever | str | None = None, *, scenario: str | None = None
    ) -> Fewest:
        """Return the smallest set of projects, units or constraints that reaches a chance of the plan.

        Parameters
        ----------
        of
            ``"projects"``, ``"units"`` or ``"constraints"``.
        probability
            A fraction of one.
        lever
            What is done with each, such as ``"pace=1.5"``; by default that pace, or a constraint lifted at once.
        scenario
            The scenario that it is put on top of; base unless one is named.

        Returns
        -------
        Fewest
            ``chosen``, ``probability``, ``at_least`` and whether it is ``proven``.

        Raises
        ------
        cityanalytics.errors.UsageError
            There is no plan, no such chance, or nothing of the kind.

        Examples
        --------
        >>> len(ca.what_if(forecast).fewest("units", 0.7).chosen)
        3
        """
        if lever is None:
            constraints = of == "constraints" and bool(self.model.days)
            lever = (
                KINDS["lift"].model_validate({"on": self.model.days[0]})
                if constraints
                else KINDS["pace"].model_validate({"factor": FASTER})
            )
        elif isinstance(lever, str):
            lever = scenario_of([lever], self.model).lever[0]
        return fewest(self.model, self._on(scenario), probability, of, lever)

    def _on(self, name: str | None) -> Scenario:
        return BASE if name is None else self[name].scenario

    def to_toml(self) -> str:
        """Return the scenarios as the text of a scenario file, for this city and data date.

        Examples
        --------
        >>> print(ca.what_if(forecast, "pace=1.2").to_toml().splitlines()[0])
        as_of = 2010-09-22
        """
        return written(self.scenarios, self.model)

    def document(self, translate: Translate | None = None) -> dict[str, Any]:
        """Return what ``what-if --json`` prints."""
        base = self.base
        return {
            "as_of": self.model.as_of.isoformat(),
            "seed": self.model.forecast.seed,
            "paths": PATHS,
            "target": base.base.total.target if base.base.total.target > 0 else None,
            "unit": "yuan",
            "factor_p50": self.model.factor,
            "bottom_up": self.model.forecast.total.done + self.model.forecast.outlook.parts.expected,
            "base": {**base.quantiles, "probability": base.probability, **self._beside("base")},
            "scenarios": [self._described(answer, translate) for answer in self.answers],
        }

    def _described(self, answer: Answer, translate: Translate | None) -> dict[str, Any]:
        shown = ["base_p50", "p50", "p10", "p90", "probability", "mean_change"]
        groups = {}
        for key in PARTED:
            table = answer.by(key).rename(columns={key: "name"})[["name", *shown]]
            groups[key] = table.astype(object).where(table.notna(), None).to_dict("records")
        levers = answer.attribution()[["kind", "projects", "mean_change"]].to_dict("records")
        return {
            "name": answer.scenario.name,
            "label": dict(answer.scenario.label),
            **answer.quantiles,
            "probability": answer.probability,
            "delta_p50": answer.quantiles["p50"] - self.base.quantiles["p50"],
            "mean_change": answer.mean_change,
            **self._beside(answer.scenario.name),
            "groups": groups,
            "levers": levers,
            "ineffective": [
                {
                    "lever": place,
                    "project": project,
                    "reason": str(reason) if translate is None else reason.text(translate),
                }
                for place, project, reason in answer.ineffective()
            ],
        }

    def _beside(self, name: str) -> dict[str, list[dict[str, Any]]]:
        """Return the way of a scenario to the year's end, by days, and what it does beside money."""
        monthly, beside = (
            table[table["scenario"] == name].drop(columns="scenario") for table in (self.monthly, self.stages)
        )
        monthly = monthly.assign(day=monthly["day"].dt.strftime("%Y-%m-%d"))
        return {
            key: [{str(column): value for column, value in row.items()} for row in table.to_dict("records")]
            for key, table in (("monthly", monthly), ("stages", beside))
        }

    def to_frame(self) -> pd.DataFrame:
        """Return `table`.

        Examples
        --------
        >>> len(ca.what_if(forecast, "pace=1.2").to_frame())
        2
        """
        return self.table

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the way to the year's end in each scenario beside base (in 亿元, 100 million yuan).

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
        >>> len(ca.what_if(forecast, "pace=1.2").plot().lines)
        3
        """
        if ax is None:
            from matplotlib.figure import Figure

            ax = Figure(figsize=(8, 4), layout="constrained").subplots()
        for number, (name, rows) in enumerate(self.monthly.groupby("scenario", sort=False)):
            color = "gray" if not number else f"C{number - 1}"
            ax.plot(rows["day"], rows["p50"] / 1e8, color=color, label=name)
            ax.fill_between(
                rows["day"], rows["p10"] / 1e8, rows["p90"] / 1e8, alpha=0.15, color=color, linewidth=0
            )
        target = self.model.forecast.total.target
        if target > 0:
            ax.axhline(target / 1e8, color="black", linestyle="--", label="plan")
        ax.set_ylabel("100 million yuan")
        ax.legend(frameon=False)
        return ax

    def _repr_html_(self) -> str:
        shown = self.table
        for name in ("p10", "p50", "p90", "delta_p50", "mean_change"):
            shown[name] = (shown[name] / 1e8).round(2)
        shown["probability"] = shown["probability"].map("{:.1%}".format)
        head = f"What if, as of {self.model.as_of}; 100 million yuan"
        rulers = f"factor on what the projects' own curves add: {self.model.factor:.2f}"
        return f"<p>{head}; {rulers}</p>{shown.to_html(index=False)}"


def what_if(forecast: Forecast, given: Sequence[Given]) -> WhatIf:
    """Return scenarios against a forecast (:func:`cityanalytics.library.what_if`)."""
    return hold(Model.of(forecast), given)


def hold(model: Model, given: Sequence[Given]) -> WhatIf:
    """Return scenarios against a forecast that is prepared."""
    found: list[Scenario] = []
    for one in given:
        if isinstance(one, Scenario):
            own = one.model_dump(by_alias=True, exclude_none=True, exclude={"name"})
            found += scenarios([ScenarioText(name="", document={"scenario": {one.name: own}})], model)
        elif isinstance(one, Mapping):
            found += scenarios([ScenarioText(name="", document=one)], model)
        elif isinstance(one, PurePath) or (isinstance(one, str) and one.endswith(".toml")):
            found += scenarios([read_file(Path(one))], model)
        else:
            words = [one] if isinstance(one, str) else [*one]
            found.append(scenario_of(words, model, name=" ".join(words)))
    return of_scenarios(model, found)


def of_scenarios(model: Model, found: Iterable[Scenario]) -> WhatIf:
    """Return scenarios that were checked against their model; of a name that comes again the number is told."""
    seen: Counter[str] = Counter()
    named: list[Scenario] = []
    for one in found:
        seen[one.name] += 1
        again = f"{one.name} ({seen[one.name]})"
        named.append(one if seen[one.name] == 1 else one.model_copy(update={"name": again}))
    answers = tuple(Answer(model=model, scenario=one) for one in named)
    return WhatIf(model=model, scenarios=tuple(named), answers=answers)
