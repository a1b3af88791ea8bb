"""The forecast with promises: at their word, and discounted by each unit's record."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.outlook.draws import PATHS
from cityanalytics.outlook.paths import PUBLISHED
from cityanalytics.whatif.answer import Answer
from cityanalytics.whatif.levers import FinishLever, Scenario, StartLever
from cityanalytics.whatif.model import Model

if TYPE_CHECKING:
    from cityanalytics.outlook.forecast import Forecast


def with_promises(forecast: Forecast, promises: pd.DataFrame) -> pd.DataFrame:
    """Return the year's end without promises, with all of them kept, and with each kept as often as its unit's are.

    Parameters
    ----------
    forecast
        Base.
    promises
        Those whose day is to come: ``order``, ``project``, ``asks``, ``promised_on``, ``rate`` (NaN counts as a half).

    Returns
    -------
    pandas.DataFrame
        ``promises``, ``p10``, ``p50``, ``p90`` (yuan), ``probability``.
    """
    model = Model.of(forecast)
    base = Answer(model=model, scenario=Scenario(name="base"))
    rows = [_row("none", base.ends, base)]
    held = promises[
        promises["asks"].isin(["start", "finish"]) & promises["project"].isin(model.projects["project"])
    ]
    if held.empty:
        return pd.DataFrame(rows)
    levers = [
        StartLever(projects=(one["project"],), on=one["promised_on"].date())
        if one["asks"] == "start"
        else FinishLever(projects=(one["project"],), on=one["promised_on"].date())
        for one in held.to_dict("records")
    ]
    kept = Answer(model=model, scenario=Scenario(name="kept", lever=tuple(levers)))
    changed = kept.changed_projects
    own = held.set_index("project").reindex(model.projects["project"].iloc[changed])
    rates = own["rate"].fillna(0.5).to_numpy(dtype=float)
    # each promise has draws of its own, so that another one changes none of them
    drawn = (
        np.stack([_draws(order, forecast.seed) for order in own["order"]])
        if len(own)
        else np.empty((0, PATHS))
    )
    holds = drawn < rates[:, None]
    ends = base.ends + (kept.by_levers * holds).sum(axis=0)
    rows += [_row("kept", kept.ends, base), _row("discounted", ends, base)]
    return pd.DataFrame(rows)


def _draws(order: object, seed: int) -> np.ndarray:
    key = hashlib.sha256(f"{seed}/{order}".encode()).digest()
    return np.random.default_rng(int.from_bytes(key[:8], "big")).random(PATHS)


def _row(name: str, ends: np.ndarray, base: Answer) -> dict[str, object]:
    ordered = np.sort(ends)
    chance = base.chance(ordered)
    quantiles = {level: float(ordered[at]) for level, at in PUBLISHED.items()}
    return {"promises": name, **quantiles, "probability": np.nan if chance is None else chance}
