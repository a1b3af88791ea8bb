"""A programme as open data: a package of OC4IDS 0.9.5, the Open Contracting for Infrastructure Data Standard."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

import pandas as pd

from cityanalytics.briefing.wording import Wording

if TYPE_CHECKING:
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.settings import Settings

VERSION = "0.9"
CURRENCY = "CNY"
#: Our stages, as the standard's closed codelist of project statuses has them: what is built is yet to be handed over.
STATUS = {
    "not started": "preparation",
    "under construction": "implementation",
    "suspended": "implementation",
    "completed": "completion",
}
PERCENT = {"name": "percent", "scheme": "UNCEFACT", "id": "P1"}


def oc4ids(
    programme: Programme, settings: Settings, *, prefix: str = "local", persons: bool = False
) -> dict[str, Any]:
    """Return a project package.

    Parameters
    ----------
    programme
        What is known, as of a day.
    settings
        The workspace's configuration: publisher, terms.
    prefix
        What identifiers of projects begin with: the one that the city has registered with the standard.
    persons
        Whether the names of responsible persons are among it.

    Returns
    -------
    dict
        A JSON document; amounts in yuan (CNY), what is missing is left out. The same programme gives the same document.
    """
    language = settings.languages[0]
    published = f"{programme.known_on.isoformat()}T00:00:00Z"
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.city[language]}/{programme.as_of}/{programme.known_on}")
    rows = [{str(key): value for key, value in row.items()} for row in programme.projects.to_dict("records")]
    return {
        "uri": name.urn,
        "publishedDate": published,
        "version": VERSION,
        "publisher": {"name": settings.bureau[language]},
        "projects": [_project(row, programme, settings, prefix, published, persons=persons) for row in rows],
    }


def _project(
    row: dict[str, Any],
    programme: Programme,
    settings: Settings,
    prefix: str,
    updated: str,
    *,
    persons: bool,
) -> dict[str, Any]:
    year, unit, language = programme.as_of.year, row["unit"], settings.languages[0]
    say = Wording(language=language)
    party: dict[str, Any] = {"id": _id(unit), "name": unit, "roles": ["publicAuthority"]}
    if persons and _there(row["responsible_person"]):
        party["contactPoint"] = {"name": row["responsible_person"]}
    found: dict[str, Any] = {
        "id": f"{prefix}-{_id(row['project'])}",
        "updated": updated,
        "language": language,
        "title": row["project"],
        "additionalClassifications": [
            {
                "scheme": "local",
                "id": row["category"],
                "description": settings.term(row["category"], language),
            }
        ],
        "parties": [party],
        "publicAuthority": {"id": party["id"], "name": unit},
    }
    if _there(row["stage"]):
        found["status"] = STATUS[row["stage"]]
    if period := _dated(startDate=row["planned_start"], endDate=row["planned_finish"]):
        found["period"] = period
    if _there(row["town"]):
        found["locations"] = [{"id": _id(row["town"]), "description": row["town"]}]
    budget: dict[str, Any] = {}
    if _there(row["total_investment"]):
        budget["amount"] = _value(row["total_investment"])
    if row["plan"] > 0:
        this_year = {
            "id": str(year),
            "amount": _value(row["plan"]),
            "period": {"startDate": f"{year}-01-01T00:00:00Z", "endDate": f"{year}-12-31T23:59:59Z"},
        }
        budget["budgetBreakdowns"] = [
            {"id": "annual", "description": say.plain("Annual plan"), "budgetBreakdown": [this_year]}
        ]
    if budget:
        found["budget"] = budget
    if row["stage"] == "completed" and (ended := _dated(endDate=row["actual_finish"])):
        found["completion"] = ended
    until = {
        "startDate": f"{year}-01-01T00:00:00Z",
        "endDate": f"{programme.as_of.isoformat()}T23:59:59Z",
    }
    observed: dict[str, Any] = {"id": "1", "period": until, "value": _value(row["done"])}
    found["metrics"] = [
        {"id": "financialProgress", "title": say.plain("Investment to date"), "observations": [observed]}
    ]
    if _there(row["physical_progress"]):
        share = {
            "id": "1",
            "period": {"endDate": until["endDate"]},
            "measure": round(100 * row["physical_progress"], 2),
            "unit": PERCENT,
        }
        found["metrics"].append(
            {"id": "physicalProgress", "title": say.plain("Physical progress"), "observations": [share]}
        )
    return found


def _there(value: object) -> bool:
    return value is not None and value == value and value != ""  # noqa: PLR0124 - NaN and NaT alone are not themselves


def _id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def _value(yuan: float) -> dict[str, Any]:
    return {"amount": round(yuan, 2), "currency": CURRENCY}


def _dated(**days: Any) -> dict[str, str]:  # noqa: ANN401 - timestamps
    return {name: f"{day.date().isoformat()}T00:00:00Z" for name, day in days.items() if not pd.isna(day)}
