"""What is missing, in words: for the page's first screen and its annex, the record, and the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cityanalytics.briefing import display
from cityanalytics.briefing.figures.lacking import lacking
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import bullets, original
from cityanalytics.briefing.wording import Wording
from cityanalytics.programme.coverage import SHEETS

if TYPE_CHECKING:
    import datetime as dt

    from cityanalytics.programme.coverage import Coverage, Lack
    from cityanalytics.settings import Settings

#: So much of what is missing stands on the first screen; the annex lists all of it.
MOST_FIRST = 5
#: What is not there, of a unit.
WHAT = {
    "workbook": "{unit} has not reported",
    "withdrawn": "{unit}: not received, its workbook was withdrawn",
    "sheet": "{unit}: the sheet {sheet} is missing from its workbook",
    "project": "{unit}: {name} of the last workbook is no longer reported",
}
#: What stands in its place.
CARRIED = "its figures to {day} stand here (annual plan {plan}, done {done})"
CARRIED_TOGETHER = "their figures to {day} stand here"
CARRIED_WORDS = "what it said for {day} stands here"
LEFT_OUT = "not included; last known, to {day}: annual plan {plan}, done {done}"
LEFT_OUT_WORDS = "not included; last known to {day}"
NEVER = "not included, and nothing was received before"


def notice(coverage: Coverage, say: Wording, settings: Settings) -> Markup:
    """Return what stands first on a page of which something is missing; nothing where all has come."""
    if not coverage.partial:
        return Markup("")
    together = _not_reported(coverage)
    items = [_together(lacks, say, settings) for lacks in together.values()]
    items += [
        item
        for lack, item in zip(coverage.lacks, _items(coverage, say, settings), strict=True)
        if _alike(lack) not in together
    ]
    if len(items) > MOST_FIRST or any(len(lacks) > MOST_FIRST for lacks in together.values()):
        items = [*items[:MOST_FIRST], say("All that is missing stands in the annex.")]
    title, summary = opening(coverage, say)
    return Markup("<div class=partial role=note><p><b>{}</b> {}</p>{}</div>").format(
        title, summary, bullets(items)
    )


def _alike(lack: Lack) -> tuple[bool, dt.date | None] | None:
    """Return what units that have not reported share: whether something stands in its place, and of which day."""
    if lack.kind != "workbook" or lack.name or lack.withdrawn:
        return None
    return lack.carried, lack.last


def _not_reported(coverage: Coverage) -> dict[tuple[bool, dt.date | None], dict[int, Lack]]:
    """Return the units that have not reported, by their rank, where several are alike."""
    found: dict[tuple[bool, dt.date | None], dict[int, Lack]] = {}
    for rank, lack in enumerate(coverage.lacks, start=1):
        if (alike := _alike(lack)) is not None:
            found.setdefault(alike, {})[rank] = lack
    return {alike: lacks for alike, lacks in found.items() if len(lacks) > 1}


def _together(lacks: dict[int, Lack], say: Wording, settings: Settings, *, worth: bool = False) -> Markup:
    """Return units that have not reported in one sentence: the first of them, or all with what they are worth."""
    carried, last = next(iter(lacks.values())).carried, next(iter(lacks.values())).last
    if last is None:
        instead = say(NEVER)
    else:
        instead = say(
            CARRIED_TOGETHER if carried else LEFT_OUT_WORDS, day=display.date_text(last, say.language)
        )
    names: Markup | str = _names(list(lacks.values()), say, settings)
    if worth:
        names = say(", ").join(_worth(rank, lack, say, settings) for rank, lack in lacks.items())
    return say("{what}: {instead}", what=say("Not reported: {names}", names=names), instead=instead)


def _worth(rank: int, lack: Lack, say: Wording, settings: Settings) -> Markup:
    name = settings.term(lack.unit, say.language)
    if lack.plan is None:
        return escape(name)
    plan, done = (say("{" + f"missing_{rank}_{what}" + "}") for what in ("plan", "done"))
    return say("{name} (annual plan {plan}, done {done})", name=name, plan=plan, done=done)


def _names(lacks: list[Lack], say: Wording, settings: Settings) -> str:
    """Return the names of the first of what is missing."""
    first = [lack.name or settings.term(lack.unit, say.language) for lack in lacks[:MOST_FIRST]]
    names = say.plain("{first}, {second}", first="", second="").join(first)
    return names if len(lacks) <= MOST_FIRST else say.plain("{names} and others", names=names)


def opening(coverage: Coverage, say: Wording) -> tuple[Markup, Markup]:
    """Return that something is missing, and how much."""
    sentences = [say("Units reported: {units_received} of {units_expected}.")]
    if say.figures["missing_plan"].value:
        sentences.append(say("Missing, as last known: annual plan {missing_plan}, done {missing_done}."))
    if coverage.left_out:
        sentences.append(say("Totals, shares and forecast leave out what is not included."))
    return say("Incomplete data."), space(say).join(sentences)


def missing(coverage: Coverage, say: Wording, settings: Settings) -> list[Markup]:
    """Return all that is missing, and what a person confirmed to have left, for the annex."""
    together = _not_reported(coverage)
    lost = [say("{what}.", what=_together(lacks, say, settings, worth=True)) for lacks in together.values()]
    lost += [
        say("Missing: {what}.", what=item)
        for lack, item in zip(coverage.lacks, _items(coverage, say, settings), strict=True)
        if _alike(lack) not in together
    ]
    return [*lost, *(_left(rank, coverage, say, settings) for rank in range(1, len(coverage.left) + 1))]


def in_words(coverage: Coverage, language: str, settings: Settings) -> list[str]:
    """Return what is missing as lines without markup, for the record and the terminal; none where all has come."""
    if not coverage.partial:
        return []

    def term(word: str) -> dict[str, str]:
        return {language: settings.term(word, language)}

    say = Wording(language=language, figures={one.key: one for one in lacking(coverage, term)})
    title, summary = (text.striptags() for text in opening(coverage, say))
    return [
        f"{coverage.quarter}: {space(say).join([title, summary])}",
        *(item.striptags() for item in _items(coverage, say, settings)),
    ]


def left_out(coverage: Coverage, say: Wording, settings: Settings) -> Markup:
    """Return what a forecast does not count, or counts as it last was; nothing where all has come."""
    sentences = []
    for sentence, lacks in (
        ("The forecast leaves out {names}: nothing of it has come.", coverage.left_out),
        (
            "The forecast takes {names} as last reported: what was done since is not in it.",
            [lack for lack in coverage.absent if lack.carried],
        ),
    ):
        if lacks:
            sentences.append(say(sentence, names=_names(list(lacks), say, settings)))
    return space(say).join(sentences)


def space(say: Wording) -> Markup:
    """Return what stands between two sentences."""
    return escape(LANGUAGES[say.language].space)


def _items(coverage: Coverage, say: Wording, settings: Settings) -> list[Markup]:
    return [
        _item(lack, f"missing_{rank}", say, settings) for rank, lack in enumerate(coverage.lacks, start=1)
    ]


def _left(rank: int, coverage: Coverage, say: Wording, settings: Settings) -> Markup:
    """Return who confirmed what has left, and what it was last worth."""
    lack, confirmed = coverage.left[rank - 1]
    texts = {
        "unit": settings.term(lack.unit, say.language),
        "name": original(lack.name) or "",
        "who": original(confirmed.confirmed_by) or "",
        "day": display.date_text(confirmed.on, say.language),
        "why": original(confirmed.why) or say("no reason stated"),
        "instead": _instead(lack, f"left_{rank}", say),
    }
    return say(
        "{unit}: {name} has left the programme, confirmed by {who} on {day} ({why}): {instead}.", **texts
    )


def _item(lack: Lack, key: str, say: Wording, settings: Settings) -> Markup:
    kind = "sheet" if lack.kind in SHEETS else "project" if lack.name else "workbook"
    if lack.withdrawn and kind == "workbook":
        kind = "withdrawn"
    texts = {
        "unit": settings.term(lack.unit, say.language),
        "sheet": SHEETS.get(lack.kind, ""),
        "name": original(lack.name) or "",
    }
    item = say("{what}: {instead}", what=say(WHAT[kind], **texts), instead=_instead(lack, key, say))
    if lack.likely:
        item = say(
            "{what}; perhaps it is now {name}, which a person has to confirm",
            what=item,
            name=original(lack.likely) or "",
        )
    return item


def _instead(lack: Lack, key: str, say: Wording) -> Markup:
    if lack.last is None:
        return say(NEVER)
    day = display.date_text(lack.last, say.language)
    if lack.plan is None:
        return say(CARRIED_WORDS if lack.carried else LEFT_OUT_WORDS, day=day)
    worth = {"plan": say("{" + f"{key}_plan" + "}"), "done": say("{" + f"{key}_done" + "}")}
    return say(CARRIED if lack.carried else LEFT_OUT, day=day, **worth)
