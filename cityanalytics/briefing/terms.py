"""What the programme's own words are called by a reader: English sentences of the catalogue, by key."""

from __future__ import annotations

from cityanalytics.programme.changes import ABSENT, UNKNOWN

#: Reference classes, and what serves in their place.
CLASSES = {
    "own_months": "The city's own months",
    "china_construction_investment": "Chinese construction investment",
    "china_public_spending": "Chinese public spending",
    "us_public_construction": "US public construction",
}

#: Scenarios, and what each changes.
SCENARIOS = {
    "base": "Base",
    "achieved": "Pace so far",
    "required": "Pace needed",
    "best": "Best pace",
    "holiday": "Holidays worked",
    "pace": "The pace given",
}
SCENARIO_SENTENCES = {
    "base": "Nothing is changed: the pace goes on as the reference class has it.",
    "own_months": "Nothing is changed: the pace goes on as the city's own months have it.",
    "achieved": "The daily pace stays at {pace_achieved}, as it was so far.",
    "required": "From the day after the data date the pace is {pace_required}: what the plan needs.",
    "best": "The best pace so far, {pace_best}, is held to the year's end.",
    "holiday": "The public holidays that are left are worked through at the same daily pace.",
}

#: Steps of the bridge between two forecasts.
CAUSES = {
    "method": "Method change",
    "scope": "Scope and plan",
    "revised": "Revised data",
    "actuals": "New actuals",
}

#: Where a project stands.
STANDINGS = {
    "not started": "Not started",
    "under construction": "Under construction",
    "suspended": "Suspended",
    "completed": "Completed",
    UNKNOWN: "No status",
}
#: Where projects stood that are new, and stand that are gone.
ADDED, DROPPED = {ABSENT: "Added"}, {ABSENT: "Dropped"}

MILESTONES = {"start": "Start", "finish": "Finish"}

#: What of a milestone moved: its date as planned, and as it is to be expected.
MOVED_DATES = {
    ("planned", "start"): "Planned start",
    ("planned", "finish"): "Planned finish",
    ("expected", "start"): "Expected start",
    ("expected", "finish"): "Expected finish",
}

#: What a unit may report otherwise of a project.
REPORTED = {
    "written_name": "Written name",
    "category": "Category",
    "unit": "Unit",
    "responsible_person": "Responsible person",
    "constraint": "Constraint",
}
#: Of these, what the configuration may translate.
REPORTED_TERMS = ("category", "unit", "constraint")

#: What is restated.
RESTATED = {
    "investment": "Investment",
    "demolition": "Demolition",
    "earlier year": "Investment of an earlier year",
}

#: Projects by stage: key of the figure, and what it counts.
STAGES = {
    "projects_started": "Started",
    "projects_completed": "of which completed",
    "projects_on_schedule": "of which on schedule",
    "unexplained_projects": "of which late",
    "unassessed_projects": "of which begun since the last report",
    "projects_not_started": "Not started",
    "projects_total": "All projects",
}

#: Measures of physical works.
WORK_MEASURES = {"count": "number", "metres": "metres", "square metres": "square metres"}

#: Units of figures' exact values.
FIGURE_UNITS = {
    "yuan": "yuan",
    "as stated": "unit of its sheet",
    "yuan per day": "yuan a day",
    "square metres": "square metres",
    "metres": "metres",
    "fraction": "fraction of 1",
    "fraction of one": "probability from 0 to 1",
    "points": "fraction of 1; 0.01 is one percentage point",
    "times": "times",
    "count": "number",
    "days": "days",
}
