"""What a chart of groups finds, as its title: on the page and in the workbook beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cityanalytics.briefing.wording import Wording


def finding(say: Wording, group: str, *, late: bool, first: str) -> str:
    """Say how many categories or units are behind elapsed time, and which has the largest gap.

    Parameters
    ----------
    say
        Words with the figures ``annual_plan``, ``categories_behind``, ``categories_total``, ``units_behind`` and
        ``units_total``.
    group
        ``category`` or ``unit``.
    late
        Whether any is behind.
    first
        The one with the largest gap.
    """
    if not say.figures["annual_plan"].value:
        return (
            say.plain("There is no annual plan to hold the categories against")
            if group == "category"
            else say.plain("There is no annual plan to hold the units against")
        )
    if group == "category" and late:
        return say.plain_counted(
            "Behind elapsed time: {categories_behind} of {categories_total} category; largest gap: {first}",
            "Behind elapsed time: {categories_behind} of {categories_total} categories; largest gap: {first}",
            "categories_total",
            first=first,
        )
    if group == "category":
        return say.plain_counted(
            "{categories_total} category, on time by elapsed time",
            "{categories_total} categories, all on time by elapsed time",
            "categories_total",
        )
    if late:
        return say.plain_counted(
            "Behind elapsed time: {units_behind} of {units_total} unit; largest gap: {first}",
            "Behind elapsed time: {units_behind} of {units_total} units; largest gap: {first}",
            "units_total",
            first=first,
        )
    return say.plain_counted(
        "{units_total} unit, on time by elapsed time",
        "{units_total} units, all on time by elapsed time",
        "units_total",
    )


def demolished(say: Wording) -> str:
    """Say how much has been demolished, and what share of the plan that is."""
    return say.plain_counted(
        "{demolition_total} demolished at {demolition_sites} site, {demolition_total_share} of what is planned",
        "{demolition_total} demolished at {demolition_sites} sites, {demolition_total_share} of what is planned",
        "demolition_sites",
    )
