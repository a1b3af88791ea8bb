"""Rules of the lights as data: each pack a TOML file with its source; to take another changes no code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cityanalytics.errors import ConfigurationError, UsageError
from cityanalytics.issues import Message
from cityanalytics.settings import Lights
from cityanalytics.tomlfile import TomlTable

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = ("zh", "en")
MEASURES = ("points", "share")
USUAL = "bureau"


@dataclass(frozen=True, kw_only=True)
class RulePack:
    """Rules by which lights are set.

    Parameters
    ----------
    name
        Of the file, without its ending.
    title, source
        What they are, and who has made them, by language.
    by
        ``points``: behind elapsed time by so much of the plan; ``share``: by so much of what is due by elapsed time.
    yellow, red
        Behind by more than this (fraction) is yellow, red.
    yellow_included
        Whether exactly `yellow` behind is yellow.
    start_months
        So many month-ends in a row after the planned start without a start are red; fewer are yellow.
    still_reports
        Physical progress that is the same in so many reports in a row stands still.
    run_months, run_step
        So many months in a row not green lead to this step; 0 where there is none.
    ladder
        What so many notices in a year lead to: number, step by language.
    """

    name: str
    title: Mapping[str, str]
    source: Mapping[str, str]
    by: str
    yellow: float
    red: float
    yellow_included: bool = False
    start_months: int = 1
    still_reports: int = 2
    run_months: int = 0
    run_step: Mapping[str, str] = field(default_factory=dict)
    ladder: tuple[tuple[int, Mapping[str, str]], ...] = ()


def worded(texts: Mapping[str, str], language: str) -> str:
    """Return a text of a pack in a language; in English where it has none.

    Examples
    --------
    >>> worded({"zh": "通报", "en": "notice"}, "fr")
    'notice'
    """
    return texts.get(language, texts["en"])


def limits(pack: RulePack, own: Lights, elapsed: float) -> Lights:
    """Return how far behind elapsed time the page's lights change, as fractions of the plan.

    Parameters
    ----------
    pack
        The rules; the bureau's own have the limits that its configuration sets.
    own
        Those limits.
    elapsed
        Elapsed-time progress: what is due by it, where a pack goes by shares of that.
    """
    if pack.name == USUAL:
        return own
    whole = elapsed if pack.by == "share" else 1.0
    return Lights(yellow=pack.yellow * whole, red=pack.red * whole)


def packs() -> tuple[str, ...]:
    """Return the names of the packs that there are.

    Examples
    --------
    >>> packs()
    ('bureau', 'points', 'share')
    """
    found = files(__package__).joinpath("rules").iterdir()
    return tuple(sorted(each.name.removesuffix(".toml") for each in found if each.name.endswith(".toml")))


def load_pack(name: str) -> RulePack:
    """Read a pack.

    Raises
    ------
    UsageError
        There is none of that name.
    ConfigurationError
        It does not hold.

    Examples
    --------
    >>> load_pack("share").red
    0.5
    """
    if name not in packs():
        raise UsageError(
            Message.of("no rules {name}; there are: {names}", name=name, names=", ".join(packs()))
        )
    text = files(__package__).joinpath("rules", f"{name}.toml").read_text(encoding="utf-8")
    return parsed(name, tomllib.loads(text))


def parsed(name: str, document: dict[str, Any]) -> RulePack:
    """Return the pack that a document holds."""
    take = TomlTable(name=name, values=document, file=f"rules/{name}.toml")
    progress, start, still, run = (take.section(key) for key in ("progress", "start", "still", "run"))
    steps = [
        take.within(f"ladder.{at}", step) for at, step in enumerate(take.list_of("ladder", dict), start=1)
    ]
    pack = RulePack(
        name=name,
        title=take.texts("title", LANGUAGES),
        source=take.texts("source", LANGUAGES),
        by=progress.get("by", str),
        yellow=progress.get("yellow", float),
        red=progress.get("red", float),
        yellow_included=progress.get("yellow_included", bool, False),
        start_months=start.get("red_months", int, 1, within=(1, 12)),
        still_reports=still.get("reports", int, 2, within=(2, 52)),
        run_months=run.get("months", int, 0, within=(0, 12)),
        run_step=run.texts("step", LANGUAGES) if run.values else {},
        ladder=tuple((step.get("notices", int), step.texts("step", LANGUAGES)) for step in steps),
    )
    if pack.by not in MEASURES or pack.yellow > pack.red:
        take.faults.append(
            Message.of(
                "{file}: [progress] by is one of {known}, and yellow is at most red",
                file=take.file,
                known=", ".join(MEASURES),
            )
        )
    for section in (take, progress, start, still, run, *steps):
        section.finish()
    if take.faults:
        raise ConfigurationError(take.faults)
    return pack
