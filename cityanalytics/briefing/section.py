"""A part of a page: written once from values, in every language, and shown by a notebook."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from markupsafe import Markup

from cityanalytics.briefing.wording import Wording

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.figures.figure import Figure

#: MIME types of what a notebook shows for the page, and of the record beside it.
SECTION = "application/vnd.cityanalytics.section+json"
RECORD = "application/vnd.cityanalytics.record+json"


class Written(Mapping[str, str]):
    """Markup by language; each is written when it is first asked for.

    Parameters
    ----------
    languages
        In their order.
    write
        From a language to its markup.
    """

    def __init__(self, languages: Sequence[str], write: Callable[[str], str]) -> None:
        self._languages = tuple(languages)
        self._write = cache(write)

    def __getitem__(self, language: str) -> str:
        if language not in self._languages:
            raise KeyError(language)
        return self._write(language)

    def __iter__(self) -> Iterator[str]:
        return iter(self._languages)

    def __len__(self) -> int:
        return len(self._languages)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page.

    Parameters
    ----------
    id
        The id of its ``section`` element.
    html
        Its markup by language.
    """

    id: str
    html: Mapping[str, str]

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """Return what a notebook shows: the first language to the analyst, all of them to the page."""
        return {
            "text/html": next(iter(self.html.values())),
            SECTION: {"id": self.id, "html": dict(self.html)},
        }


@dataclass(frozen=True, kw_only=True)
class BriefingRecord:
    """The record of a briefing: titles of the pages, what briefing.json says, what briefing.xlsx holds."""

    document: Mapping[str, Any]

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """Return what a notebook keeps for the publishing step: one text, which nothing on its way takes apart."""
        return {
            "text/plain": "briefing.json",
            RECORD: json.dumps(dict(self.document), ensure_ascii=False, allow_nan=False),
        }


#: Quarters of a year.
QUARTERS = {"1": "first quarter", "2": "second quarter", "3": "third quarter", "4": "fourth quarter"}

C = TypeVar("C", bound="Content")


def section(
    name: str,
    languages: Sequence[str],
    write: Callable[[Wording], Markup],
    *,
    figures: Mapping[str, Figure] = MappingProxyType({}),
) -> Section:
    """Return a section with the figures that its words may state; each language is written when it is asked for."""

    def written(language: str) -> str:
        return str(write(Wording(language=language, figures=figures)))

    return Section(id=name, html=Written(languages, written))


def part(name: str) -> Callable[[Callable[[C, Wording], Markup]], Callable[[C], Section]]:
    """Turn a function that writes one language into one that writes a section in all languages."""

    def decorate(write: Callable[[C, Wording], Markup]) -> Callable[[C], Section]:
        @wraps(write)
        def in_all_languages(content: C) -> Section:
            return section(
                name, content.settings.languages, lambda say: write(content, say), figures=content.figures
            )

        return in_all_languages

    return decorate


def paragraph(text: Markup, *, note: bool = False) -> Markup:
    """Return a paragraph; a note is small and grey."""
    opening = Markup("<p class=note>") if note else Markup("<p>")
    return opening + text + Markup("</p>")


def bullets(items: list[Markup]) -> Markup:
    """Return a list."""
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(item) for item in items))


def quarter_name(quarter: str, say: Wording) -> str:
    """Return a quarter such as ``2010Q3`` in words."""
    year, _, number = quarter.partition("Q")
    return say.plain("{quarter} of {year}", quarter=say.plain(QUARTERS[number]), year=year)


def original(text: object) -> Markup | None:
    """Return a unit's own words, marked as Chinese; None where there are none."""
    return Markup("<span lang=zh-CN>{}</span>").format(text) if isinstance(text, str) and text else None
