"""The command that joins many cities into one province."""

from __future__ import annotations

from pathlib import Path

import click

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.cli.console import UI, print_json, print_shown, progress, say, translate
from cityanalytics.cli.options import as_json, common, dates
from cityanalytics.errors import UsageError
from cityanalytics.issues import Message

#: So many cities fit a screen; the page and --json have more.
MOST_SHOWN = 15


@click.command()
@common
@dates
@click.argument("places", nargs=-1, required=True, metavar="WORKSPACE...", type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the province: its pages, and what is kept of each city.",
)
@click.option("--name", default="", help="What the province is called on its pages.")
@click.option("--lang", default="zh,en", show_default=True, metavar="zh,en", help="Languages of the pages.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Cities read at once.")
@as_json
def rollup(
    places: tuple[Path, ...],
    workspace: Path | None,
    as_of: str,
    known_on: str,
    *,
    out: Path,
    name: str,
    lang: str,
    jobs: int,
    json_: bool,
) -> None:
    """Join many cities into one province's briefing: who drags the total, where its year ends, what is missing.

    WORKSPACE is a city's folder, or a file with one folder a line. Each city stands as its own tables have it, at its
    own data date; what is kept of it in --out is made again only where something that it rests on has changed.
    """
    from cityanalytics.briefing.provincial import tables
    from cityanalytics.briefing.wording import translate as in_language
    from cityanalytics.programme.dates import iso_date
    from cityanalytics.publishing.provincial import join, named_places, record_of, write_rollup

    del workspace  # many, and none of them is the one
    languages = [word.strip() for word in lang.split(",") if word.strip()]
    for language in languages or [""]:
        if language not in LANGUAGES:
            raise UsageError(
                Message.of(
                    "no language {name}; there are: {names}", name=language, names=", ".join(LANGUAGES)
                )
            )
    named = named_places(places)
    names = {language: name or in_language("All cities", language) for language in languages}
    with progress("reading cities", total=len(named)) as advance:
        joined = join(
            named,
            out,
            names=names,
            as_of=iso_date("--as-of", as_of),
            known_on=iso_date("--known-on", known_on),
            jobs=jobs,
            on_city=advance,
        )
    province = joined.province
    written = write_rollup(joined, out, languages)
    for one in province.unread:
        say("{city} is not counted: {why}", city=one.place, why=one.why.text(translate))
    if json_:
        print_json(record_of(joined, languages))
        return
    shown = tables(province, [UI.get(), *languages])
    print_shown(shown["cities"], most=MOST_SHOWN)
    if province.partial:
        print_shown(shown["lacking"], most=MOST_SHOWN)
    say("cities counted: {count}, read again: {made}", count=len(province.counted), made=joined.made)
    for path in written:
        say("written: {file}", file=path)
