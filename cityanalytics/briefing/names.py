"""What each figure is called, so that a reader need not guess at its key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cityanalytics.briefing.terms import CAUSES, CLASSES, SCENARIOS

if TYPE_CHECKING:
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.settings import Settings

#: Key of a figure to its name.
NAMES = {
    "investment_to_date": "Investment to date",
    "investment_same_period": "Investment by the same day of last year",
    "investment_on_year_size": "Investment to date against it, up or down",
    "annual_plan": "Annual plan",
    "annual_plan_original": "Annual plan as approved",
    "plan_adjustment": "Adjustment of the annual plan",
    "investment_share_of_plan": "Share of the annual plan",
    "elapsed_share": "Elapsed-time progress",
    "points_behind": "Distance from elapsed-time progress",
    "plan_missing": "Still missing to the annual plan",
    "programme_total_investment": "Total investment of all projects",
    "projects_total": "All projects",
    "projects_started": "Projects started",
    "projects_completed": "Projects completed",
    "projects_under_way": "Projects under way",
    "projects_on_schedule": "Projects on schedule",
    "projects_not_started": "Projects not started",
    "unassessed_projects": "Projects begun since the last report, not assessed",
    "unexplained_projects": "Projects late: started, not completed, not on schedule",
    "below_quota_projects": "Projects under way below elapsed time on their plan",
    "contradicted_projects": "Of these, said to be on schedule",
    "adjusted_projects": "Projects whose plan was adjusted",
    "works_listed": "Works completed and listed one by one",
    "works_bundling": "Projects that these works belong to",
    "demolition_total": "Demolition",
    "demolition_sites": "Demolition sites",
    "pace_achieved": "Achieved pace",
    "pace_required": "Required pace",
    "pace_expected": "Pace from now on at the forecast's median",
    "pace_ratio": "Required pace over achieved pace",
    "pace_achieved_working": "Achieved pace by working days",
    "pace_required_working": "Required pace by working days",
    "pace_best": "Best pace sustained",
    "pace_best_days": "Days over which it was sustained",
    "days_gone": "Calendar days gone",
    "days_left": "Calendar days left",
    "working_days_gone": "Working days gone",
    "working_days_left": "Working days left",
    "closes_at_achieved_pace": "Year's total at the achieved pace",
    "forecast": "Forecast of the year's total",
    "forecast_probability": "Chance of reaching the annual plan",
    "all_start_probability": "Chance that all not started do start",
    "undated_projects": "Projects without planned dates",
    "bottom_up": "Sum of the projects' own forecasts",
    "categories_short": "Categories that end the year short of plan",
    "units_short": "Units that end the year short of plan",
    "parts_without_total": "Projects without total investment",
    "parts_without_dates": "Projects without a planned date",
    "parts_contradicted": "Projects with more done than their total investment, or less than nothing",
    "sites_without_plan": "Demolition sites without planned area",
    "sites_exceeded": "Demolition sites with more done than planned",
    "unit_coverage": "Simulated units inside their 80% range",
    "completed_coverage": "Simulated counts of completed projects inside their 80% range",
    "units_expected": "Units expected to report",
    "units_received": "Units that reported",
    "units_late": "Units that reported late",
    "issues_error": "Errors in the workbooks used",
    "issues_warning": "Warnings in the workbooks used",
    "newly_started": "Projects started since the last quarter's data date",
    "newly_completed": "Projects completed since the last quarter's data date",
    "last_forecast": "Last forecast of the year's total",
    "last_forecast_plan": "Annual plan at the last forecast",
    "forecast_moved": "Change of the forecast since the last one",
    "projects_added": "Projects added since the last forecast",
    "projects_removed": "Projects removed since the last forecast",
    "class_coverage": "Years of the reference class inside its 80% band",
    "record_published": "Forecasts published in time",
    "record_hindcasts": "Hindcasts in the ledger",
    "record_scored": "Published forecasts scored",
    "record_least_scored": "Least forecasts for a verdict on skill",
    "record_inside": "Outcomes inside the 80% band",
    "record_bias_size": "Mean size of the medians' error",
    "record_skill_run_rate": "Skill against the pace so far",
    "record_skill_last_year_shape": "Skill against last year's shape",
    "categories_total": "Categories",
    "categories_behind": "Categories behind elapsed time",
    "units_total": "Units with projects",
    "units_behind": "Units behind elapsed time",
    "held_up_projects": "Projects late or not started",
    "held_up_shown": "Of these, shown on the page",
    "requests_total": "Decisions asked in all",
    "requests_shown": "Decisions asked, shown on the page",
    "revisions_total": "Amounts stated again",
    "revisions_shown": "Amounts stated again, shown on the page",
    "light_yellow": "Rule of the lights: behind from",
    "light_red": "Rule of the lights: far behind from",
    "light_step": "Rule of the lights: moved by",
    "forecast_band": "What the forecast's band is to hold",
    "class_series": "Series of the reference class",
    "inputs_files": "Input files",
    "units_missing": "Units without a workbook",
    "since_added": "Since the last briefing: projects added",
    "since_dropped": "Since the last briefing: projects no longer reported",
    "since_renamed": "Since the last briefing: projects renamed",
    "since_corrected": "Since the last briefing: earlier stages corrected",
    "since_slipped": "Since the last briefing: projects that slipped",
    "since_slip_median": "Since the last briefing: median slip, days",
    "since_slip_longest": "Since the last briefing: longest slip, days",
    "since_slip_longest_projects": "Since the last briefing: projects with the longest slip",
    "since_replanned": "Since the last briefing: planned dates moved",
    "since_adjusted": "Since the last briefing: plans adjusted",
    "since_adjusted_old": "Since the last briefing: plans adjusted, before",
    "since_adjusted_new": "Since the last briefing: plans adjusted, after",
    "since_restated": "Since the last briefing: months restated",
    "since_restated_old": "Since the last briefing: months restated, before",
    "since_restated_new": "Since the last briefing: months restated, after",
    "constraint_none": "No constraint reported",
}

#: Ending of a key to what it says of the figure before it.
ASPECTS = {
    "_planned": "{what}: planned",
    "_part": "{what}: part of all gaps",
    "_projects": "{what}: number of projects",
    "_year_end": "{what}: year's end",
    "_probability": "{what}: chance of the plan",
    "_plan": "{what}: plan",
    "_done": "{what}: done",
    "_share": "{what}: share of the plan",
    "_gap": "{what}: against elapsed time",
    "_p10": "{what}: low by the year's end",
    "_p25": "{what}: lower quartile",
    "_p50": "{what}: median by the year's end",
    "_p75": "{what}: upper quartile",
    "_p90": "{what}: high by the year's end",
}

#: What stands in a list, by its place there.
RANKED = {
    "contradicted": "Said to be on schedule against the figures, number {rank}",
    "stated_total": "Stated total {rank}",
    "summed_total": "Sum of the rows of stated total {rank}",
}

#: What is said of a scenario.
SCENARIO_ASPECTS = {
    "p50": "Scenario “{name}”: median of the year",
    "probability": "Scenario “{name}”: chance of the plan",
    "pace": "Scenario “{name}”: pace against base",
}


def name_of(key: str, settings: Settings, say: Wording) -> str | None:
    """Return the name of a figure; None where it has none, so that the key must do.

    Examples
    --------
    >>> from cityanalytics.briefing.wording import Wording
    >>> from cityanalytics.settings import Settings
    >>> name_of("demolition_total_p90", Settings, Wording(language="en"))
    "Demolition: high by the year's end"
    """
    if key in NAMES:
        return say.plain(NAMES[key])
    kinds = {
        kind.key: kind.label[say.language]
        for kind in (*settings.works, *settings.demolition, *settings.investments)
    }
    kinds |= {f"class_{name}": say.plain(label) for name, label in CLASSES.items()}
    if known := kinds.get(key) or _of_group(key, settings, say):
        return known
    if found := re.fullmatch(r"investment_(vs_)?(\d{4})", key):
        sentence = "Investment to date over that of {year}" if found[1] else "Investment of {year}"
        return say.plain(sentence, year=found[2])
    if (found := re.fullmatch(r"forecast_moved_(\w+)", key)) and found[1] in CAUSES:
        return say.plain("Change of the forecast: {cause}", cause=say.plain(CAUSES[found[1]]))
    if found := re.fullmatch(r"scenario_(\w+)_(p50|probability|pace)", key):
        return say.plain(SCENARIO_ASPECTS[found[2]], name=say.plain(SCENARIOS[found[1]]))
    ending = next((ending for ending in ASPECTS if key.endswith(ending)), None)
    what = None if ending is None else name_of(key.removesuffix(ending), settings, say)
    return None if ending is None or what is None else say.plain(ASPECTS[ending], what=what)


def _of_group(key: str, settings: Settings, say: Wording) -> str | None:
    """Return the name of a figure of a category, unit, constraint or move between stages."""
    whole = not key.endswith(tuple(ASPECTS))
    if whole and (found := re.fullmatch(r"(category|unit|constraint)_(.+)", key)):
        name = settings.term(found[2], say.language)
        return name if found[1] != "constraint" else say.plain("Constraint {name}", name=name)
    if found := re.fullmatch(r"(contradicted|stated_total|summed_total)_(\d+)", key):
        return say.plain(RANKED[found[1]], rank=found[2])
    if whole and (found := re.fullmatch(r"contradicted_(.+)", key)):
        unit = settings.term(found[1], say.language)
        return say.plain("Said to be on schedule against the figures: {unit}", unit=unit)
    if found := re.fullmatch(r"since_(.+)_to_(.+)", key):
        before, after = (say.plain(name.replace("_", " ")) for name in found.groups())
        return say.plain("Since the last briefing: from {before} to {after}", before=before, after=after)
    return None
