"""The command that answers what if: scenarios against base, and the questions put the other way round."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cityanalytics.cli.console import UI, print_json, print_table, say, translate
from cityanalytics.cli.options import as_json, common, dates, workspace_of
from cityanalytics.errors import UsageError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from cityanalytics.whatif.fewest import Fewest
    from cityanalytics.whatif.goal import Goal
    from cityanalytics.whatif.whatif import WhatIf
    from cityanalytics.workspace import Workspace

FOLDER = "scenarios"


@click.command("what-if")
@common
@dates
@click.argument("files", nargs=-1, metavar="[SCENARIO.toml]...", type=click.Path(path_type=Path))
@click.option("--quarter", default="", help="Quarter (default: the last one received).")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="LEVER=VALUE[@NAME,…]",
    help="A lever, on units, categories, constraints or projects; several make one scenario.",
)
@click.option(
    "--goal", type=float, metavar="CHANCE", help="Seek the value of --lever that reaches this chance."
)
@click.option(
    "--lever",
    default="",
    metavar="LEVER[=VALUE][@NAME,…]",
    help="Lever of --goal (default: pace); what --fewest does with each (default: pace=1.5).",
)
@click.option("--tornado", is_flag=True, help="How far each lever alone moves the median.")
@click.option(
    "--fewest",
    type=click.Choice(("projects", "units", "constraints")),
    help="The smallest set that reaches the chance of --goal.",
)
@click.option(
    "--save", type=click.Path(path_type=Path, dir_okay=False), help="Write the scenarios to a file."
)
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw them (SVG, PNG or PDF).")
@click.option("--serve", is_flag=True, help="Show the notebook 04_what_if, with sliders, to a browser here.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port of --serve (default: one that is free)."
)
@as_json
def what_if(
    files: tuple[Path, ...],
    workspace: Path | None,
    *,
    quarter: str,
    as_of: str,
    known_on: str,
    settings: tuple[str, ...],
    goal: float | None,
    lever: str,
    tornado: bool,
    fewest: str | None,
    save: Path | None,
    plot: Path | None,
    serve: bool,
    port: int,
    json_: bool,
) -> None:
    """Hold scenarios against base, on the paths of the forecast.

    Without a file or --set, the scenarios of the workspace's folder scenarios/ are held against it. What is sought is
    put on top of the scenario where there is one alone, else on base.
    """
    opened = workspace_of(workspace)
    if serve:
        _serve(opened, (quarter, as_of, known_on), port)
        return
    if fewest and goal is None:
        raise UsageError(Message.of("--fewest needs the chance that is to be reached: --goal 0.8"))
    asked = goal is not None or tornado
    found = _held(opened, (quarter, as_of, known_on), files, settings, alone=asked)
    on = found.scenarios[0].name if len(found.scenarios) == 1 else None
    document: dict[str, Any] = found.document(translate)
    if goal is not None and fewest:
        smallest = found.fewest(fewest, goal, lever or None, scenario=on)
        document["fewest"] = {
            "chosen": list(smallest.chosen),
            "probability": smallest.probability,
            "at_least": smallest.at_least,
            "proven": smallest.proven,
            "reason": smallest.reason.text(translate),
        }
    elif goal is not None:
        kind, _, names = lever.partition("@")
        sought = found.goal(goal, kind or "pace", scenario=on, **found.model.selection.keys(names))
        document["goal"] = {
            "probability": sought.probability,
            "lever": sought.lever,
            "value": sought.value,
            "reason": sought.reason.text(translate),
        }
    if tornado:
        document["tornado"] = found.tornado(scenario=on).to_dict("records")
    _write(found, save, plot)
    if json_:
        print_json(document)
        return
    _show(found)
    if goal is not None and fewest:
        _show_fewest(smallest, fewest)
    elif goal is not None:
        _show_goal(sought, goal)
    if tornado:
        _show_tornado(document["tornado"])


def _serve(opened: Workspace, times: tuple[str, str, str], port: int) -> None:
    from cityanalytics.publishing.serve import served

    with served(opened.settings, opened.dates(*times), port=port) as (address, process):
        say("open {address}; end it with Ctrl-C", address=address)
        process.wait()


def _held(
    opened: Workspace,
    times: tuple[str, str, str],
    files: tuple[Path, ...],
    settings: tuple[str, ...],
    *,
    alone: bool,
) -> WhatIf:
    """Return the scenarios that are asked for, held against base."""
    from cityanalytics.outlook.forecast import forecast as forecast_programme
    from cityanalytics.whatif.whatif import what_if as hold

    chosen = opened.dates(*times)
    forecast = forecast_programme(opened.snapshot(as_of=chosen.as_of, known_on=chosen.known_on))
    if not files and not settings and not alone:
        files = tuple(sorted((opened.settings.root / FOLDER).glob("*.toml")))
        if not files:
            say("no scenarios in {folder}: name a file, or say --set pace=1.1", folder=FOLDER)
    return hold(forecast, [*files, *([list(settings)] if settings else [])])


def _write(found: WhatIf, save: Path | None, plot: Path | None) -> None:
    if save is not None:
        from cityanalytics.whatif.scenariofile import written

        if save.exists():
            raise UsageError(Message.of("{file} is there already: name another file", file=save))
        named = found.scenarios
        if len(named) == 1:  # said in words: the file gives it a name
            named = (named[0].model_copy(update={"name": save.stem}),)
        save.write_text(written(named, found.model), encoding="utf-8", newline="\n")
        say("written: {file}", file=save)
    if plot is not None:
        import matplotlib as mpl
        from matplotlib.figure import Figure

        from cityanalytics.briefing.charts.typeface import for_matplotlib

        for_matplotlib()
        figure = Figure(figsize=(8, 4.5), layout="constrained")
        found.plot(figure.subplots())
        # the same scenarios give the same bytes
        with mpl.rc_context({"svg.hashsalt": "what-if"}):
            dated = {"Date": None} if plot.suffix.lower() == ".svg" else None
            figure.savefig(plot, metadata=dated)
        say("written: {file}", file=plot)


def _amount(yuan: float) -> str:
    from cityanalytics.briefing.display import amount

    return amount(yuan, UI.get(), places=2)


def _chance(value: float | None) -> str:
    from cityanalytics.briefing.display import applicable, probability

    return probability(applicable(None if value is None or value != value else value), UI.get())  # noqa: PLR0124 - NaN


def _show(found: WhatIf) -> None:
    labels = {"base": translate("Base")} | {
        one.name: one.label.get(UI.get()) or next(iter(one.label.values()), one.name)
        for one in found.scenarios
    }
    rows = [
        (
            labels[row["scenario"]],
            *(_amount(row[name]) for name in ("p10", "p50", "p90", "delta_p50")),
            _chance(row["probability"]),
        )
        for row in found.table.to_dict("records")
    ]
    columns = ("Scenario", "P10", "Median", "P90", "Against base", "Probability of the plan")
    below = Message.of(
        "The projects' own curves lead to {bottom_up}; the city's forecast multiplies what they add by {factor} "
        "(median of the paths), and every lever with it.",
        bottom_up=_amount(found.model.forecast.total.done + found.model.forecast.outlook.parts.expected),
        factor=f"{found.model.factor:.2f}",
    )
    print_table(columns, rows, title="What if", below=below)
    _show_stages(found, labels)
    brought = [
        (
            labels[row["scenario"]],
            f"{row['lever']} {row['kind']}",
            str(row["projects"]),
            _amount(row["mean_change"]),
        )
        for row in found.attribution().to_dict("records")
    ]
    if brought:
        heads = ("Scenario", "Lever", "Projects", "Mean change")
        print_table(heads, brought, title="What each lever brings")
    idle = len(found.ineffective)
    if idle:
        say("levers that leave a project as it is: {count}; --json names them, and why", count=idle)


def _show_stages(found: WhatIf, labels: dict[str, str]) -> None:
    from cityanalytics.briefing.display import area, count

    def ranged(row: dict[Any, Any]) -> tuple[str, str]:
        show = area if row["measure"] == "demolition" else count
        middle, low, high = (show(row[name], UI.get()) for name in ("p50", "p10", "p90"))
        return row["measure"], f"{middle} ({low}–{high})"

    rows = []
    for name, own in found.stages.groupby("scenario", sort=False):
        cells = dict(map(ranged, own.to_dict("records")))
        rows.append((labels[str(name)], *(cells[key] for key in ("started", "completed", "demolition"))))
    columns = ("Scenario", "Started", "Completed", "Demolition")
    print_table(columns, rows, title="Projects and demolition by the year's end: median (eight years in ten)")


def _show_goal(sought: Goal, goal: float) -> None:
    if sought.value is not None:
        value = sought.value if isinstance(sought.value, dt.date) else f"{sought.value:g}"
        say("for a chance of {goal}: {lever} = {value}", goal=_chance(goal), lever=sought.lever, value=value)
    if str(sought.reason):
        say("{message}", message=sought.reason.text(translate))


def _show_fewest(smallest: Fewest, of: str) -> None:
    if smallest.chosen:
        print_table((of,), [(name,) for name in smallest.chosen], title="The fewest that reach it")
        say(
            "chosen: {count}; no fewer than {least} can do it; chance with them: {chance}",
            count=len(smallest.chosen),
            least=smallest.at_least,
            chance=_chance(smallest.probability),
        )
    else:
        say("{message}", message=smallest.reason.text(translate))


def _show_tornado(rows: list[dict[str, Any]]) -> None:
    table = [
        (
            row["lever"],
            str(row["low"]),
            str(row["high"]),
            _amount(row["delta_low"]),
            _amount(row["delta_high"]),
        )
        for row in rows
    ]
    print_table(("Lever", "Low", "High", "Median at low", "Median at high"), table, title="Tornado")
