"""Keys of the page's own figures: none of them may be that of a kind of works, demolition or investment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Of figures that every briefing has.
ALWAYS = (
    r"investment_(to_date(_share|_gap)?|share_of_plan|behind)|annual_plan(_original)?|plan_(adjustment|missing)"
    r"|elapsed_share|points_behind|programme_total_investment"
    r"|(projects_(total|started|completed|under_way|on_schedule|not_started)|unexplained_projects)"
    r"(_(plan|done|share|gap|p10|p50|p90))?|(below_quota|contradicted|adjusted|held_up|undated)_projects"
    r"|works_(listed|bundling)|categories_(total|behind|short)|largest_category_part|other_categories_share"
    r"|units_(total|behind|far_behind|short|expected|received|missing|late)|(unit|completed)_coverage"
    r"|held_up_shown(_gap)?|requests_\w+|revisions_(total|shown)|light_(yellow|red|step)"
    r"|issues_(error|warning)|pace_\w+|closes_at_achieved_pace|(working_)?days_(gone|left)|all_start_probability"
    r"|completions_(ahead|best|days|due)|bottom_up|parts_(factor|without_total|without_dates|contradicted)"
    r"|class_(coverage|years|series|\w+_(p10|p50|p90|probability))|own_(years|months)|scenario_\w+|inputs_files"
    r"|forecast_(p10|p25|p50|p75|p90|probability|band|inner_band)"
)
#: Of figures that a briefing has only where there is something for them to be of.
AT_TIMES = (
    r"since_\w+|(last_)?forecast(_moved)?_\w+|forecast_moved|projects_(added|removed)|record_\w+|unassessed_projects\w*"
    r"|(missing|left)_(\d+_)?(plan|done)|years_(likely|reaching)|investment_(same_period|on_year_size|(vs_)?\d{4})"
    r"|demolition_(total(_\w+)?|sites)|sites_(without_plan|exceeded)|(stated|summed)_total_\d+|contradicted_.+"
    r"|(category|unit)_.+_(plan|done|share|gap|part|p10|year_end|p90|probability)|constraint_.+_(projects|gap|part)"
)
#: What follows the key of a kind of demolition in those of its further figures.
OF_DEMOLITION = r"_(planned|share|gap|p10|p50|p90)"


def taken(key: str, demolition: Iterable[str]) -> bool:
    """Tell whether a key is that of a figure which a briefing has, or may have, of its own.

    Parameters
    ----------
    key
        Of a kind in the configuration.
    demolition
        Keys of the kinds of demolition, each of which has several figures.

    Examples
    --------
    >>> taken("annual_plan", []), taken("houses_share", ["houses"]), taken("houses", ["houses"])
    (True, True, False)
    """
    return bool(re.fullmatch(f"{ALWAYS}|{AT_TIMES}", key)) or any(
        re.fullmatch(re.escape(kind) + OF_DEMOLITION, key) for kind in demolition
    )


def may_be(key: str, demolition: Iterable[str]) -> bool:
    """Tell whether a briefing of another day or city state could have a figure of this key.

    Parameters
    ----------
    key
        Of a figure that a text names.
    demolition
        Keys of the kinds of demolition.
    """
    return bool(re.fullmatch(AT_TIMES, key)) or any(
        re.fullmatch(f"{re.escape(kind)}({OF_DEMOLITION})?", key) for kind in demolition
    )
