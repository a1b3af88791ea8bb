"""Notices counted within the year, and the step that the rules propose; a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from cityanalytics.dispatch.rulepack import RulePack
    from cityanalytics.programme.snapshot import Programme


def counting_notices(notices: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the notices of the year so far: of one that was sent again, as with its decision, the last row counts."""
    as_of, known = pd.Timestamp(programme.as_of), pd.Timestamp(programme.known_on)
    own: pd.DataFrame = notices[
        (notices["issued_on"].dt.year == as_of.year) & (notices["issued_on"] <= max(as_of, known))
    ]
    same = ["issued_on", "addressee", "matter", "project"]
    return own.drop_duplicates(same, keep="last").sort_values(
        ["addressee", "issued_on"], kind="stable", ignore_index=True
    )


def ladder(
    notices: pd.DataFrame, status: pd.DataFrame, programme: Programme, pack: RulePack, in_a_row: pd.Series
) -> list[dict[str, Any]]:
    """Return each unit or section that has notices, or whose run of lights asks for a step.

    Parameters
    ----------
    notices
        As of :func:`counting_notices`.
    status
        Canonical statuses known on the day: what units had reported of constraints, and when.
    programme
        The programme.
    pack
        The rules: the step that so many notices, or so many months in a row, lead to.
    in_a_row
        For so many months each project has not been green, in the order of the programme's projects.

    Returns
    -------
    list of dict
        ``unit``, ``notices`` (count), ``proposed`` (step by language, None where the rules have none), ``decided`` (the
        decisions that came back), ``rests_on`` (the notices: day, matter, project, source, cell),
        ``projects`` (whose run it rests on), ``constraints_reported`` (before the notice), ``cells``.
    """
    found: list[dict[str, Any]] = []
    for addressee, own in notices.groupby("addressee", sort=False):
        rows = own.to_dict("records")
        step = next((step for count, step in reversed(pack.ladder) if len(rows) >= count), None)
        found.append(
            {
                "unit": addressee,
                "notices": len(rows),
                "proposed": None if step is None else dict(step),
                "decided": [
                    {
                        "decision": row["decision"],
                        "by": _there(row["decided_by"]),
                        "on": _day(row["decided_on"]),
                        "cell": row["decision_cell"],
                    }
                    for row in rows
                    if _there(row["decision"])
                ],
                "rests_on": [
                    {
                        "on": _day(row["issued_on"]),
                        "matter": row["matter"],
                        "project": _there(row["project"]),
                        "source": _there(row["source"]),
                        "cell": row["addressee_cell"],
                    }
                    for row in rows
                ],
                "projects": [],
                "constraints_reported": _reported(status, str(addressee), own),
                "cells": [row["addressee_cell"] for row in rows],
            }
        )
    if pack.run_months:
        projects = programme.projects
        run = projects[
            (in_a_row >= pack.run_months).to_numpy() & (projects["stage"] != "completed").to_numpy()
        ]
        cells = programme.projects_cells["done"]
        for unit, own in run.groupby("unit", sort=False):
            found.append(
                {
                    "unit": unit,
                    "notices": 0,
                    "proposed": dict(pack.run_step),
                    "decided": [],
                    "rests_on": [],
                    "projects": own["project"].tolist(),
                    "constraints_reported": _reported(status, str(unit), own),
                    "cells": cells.reindex(own.index).dropna().tolist(),
                }
            )
    return found


def _reported(status: pd.DataFrame, unit: str, of: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the constraints that a unit had reported by the last of its notices, of the projects these name if any."""
    named = set(of["project"].dropna())
    told = status[(status["unit"] == unit) & status["constraint"].notna()]
    if "issued_on" in of:
        told = told[told["received"] <= of["issued_on"].max()]
    if named:
        told = told[told["project"].isin(named)]
    first = told.drop_duplicates(["project", "constraint"], keep="first")
    return [
        {
            "project": row["project"],
            "constraint": row["constraint"],
            "received": _day(row["received"]),
            "cell": row["constraint_cell"],
        }
        for row in first.to_dict("records")
    ]


def _there(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _day(value: object) -> str | None:
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else None
