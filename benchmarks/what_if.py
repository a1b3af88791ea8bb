"""What a what-if costs: CPU of preparing, of a scenario, of what is sought; for the sample city and for larger ones.

    python benchmarks/what_if.py [--turns 5] [--scale 5,20]

CPU is user and system time of this process, the least of the turns. The workspace is the current folder, ingested.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from cost import QUARTER, many

import cityanalytics as ca
from cityanalytics.briefing.controls import Moves
from cityanalytics.whatif.answer import Answer
from cityanalytics.whatif.levers import DaysLever, PaceLever, Scenario, ScopeLever, StartLever
from cityanalytics.whatif.model import Model
from cityanalytics.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from cityanalytics.outlook.forecast import Forecast


def main() -> None:
    """Print milliseconds of CPU."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=5, help="how often each is run")
    parser.add_argument("--scale", default="5,20", help="times the sample's projects")
    given = parser.parse_args()
    opened = ca.open_workspace()
    for factor in (1, *map(int, given.scale.split(","))):
        workspace = Workspace(settings=opened.settings, given=many(opened.stored, factor))
        programme = ca.programme(workspace, QUARTER)
        spent = costs(ca.forecast(programme), given.turns, sought=factor == 1)
        print(f"{len(programme.projects)} projects")
        for what, seconds in spent.items():
            print(f"  {what:<34}{seconds * 1e3:>9.1f} ms")


def costs(forecast: Forecast, turns: int, *, sought: bool) -> dict[str, float]:
    """Return CPU seconds of each thing that is asked."""
    _ = forecast.outlook  # made for every forecast
    pace, later = PaceLever(factor=1.2), Model.of(forecast).days[20]
    four = (pace, DaysLever(lost=5), StartLever(on=later), ScopeLever(share=0.1))

    def prepared() -> Model:
        model = Model.of(
            ca.Forecast(programme=forecast.programme, total=forecast.total, made=replace(forecast.outlook))
        )
        _ = model.base
        return model

    model = prepared()

    def answer(*levers: PaceLever | DaysLever | StartLever | ScopeLever) -> Answer:
        found = Answer(model=model, scenario=Scenario(name="asked", lever=levers))
        _ = found.quantiles, found.probability
        return found

    asked: dict[str, Callable[[], object]] = {
        "prepare": prepared,
        "a scenario of one lever": lambda: answer(pace),
        "a scenario of four levers": lambda: answer(*four),
        "the same by unit": lambda: answer(*four).by("unit"),
    }
    if sought:
        found, controls = ca.what_if(forecast), ca.controls(forecast, "en")
        asked |= {
            "a move in the notebook": lambda: controls.told(controls.answer(Moves(pace=1.2, start=later))),
            "what each of four levers brought": lambda: answer(*four).attribution(),
            "goal seek": lambda: found.goal(0.8),
            "tornado": found.tornado,
            "the fewest units": lambda: found.fewest("units", 0.8),
        }
    return {what: min(cpu(act) for _ in range(turns)) for what, act in asked.items()}


def cpu(act: Callable[[], object]) -> float:
    """Return the CPU seconds of an act."""
    start = time.process_time()
    act()
    return time.process_time() - start


if __name__ == "__main__":
    main()
