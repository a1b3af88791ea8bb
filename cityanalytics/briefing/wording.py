"""Sentences: English templates, their translations, and figures bound into them by key.

The English sentence is the key of its translation in ``locale/<language>.po``; a language is added by
adding a catalogue. A gap ``{investment_to_date}`` takes the figure of that key as it is shown in the
language; other gaps take the texts that the caller gives, escaped.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from babel.messages.pofile import read_po
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.briefing.quantity import Figure

SOURCE_LANGUAGE = "en"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the translations into `language`, by English sentence; empty for English itself."""
    if language == SOURCE_LANGUAGE:
        return {}
    with files(__package__).joinpath("locale", f"{language}.po").open("rb") as stream:
        messages = read_po(stream, locale=language)
    return {str(message.id): str(message.string) for message in messages if message.id and message.string}


def translate(sentence: str, language: str) -> str:
    """Return the sentence in `language`; where it has no translation, as it is."""
    return catalogue(language).get(sentence, sentence)


def languages() -> tuple[str, ...]:
    """Return the languages that have a catalogue, and English."""
    found = {file.name.removesuffix(".po") for file in files(__package__).joinpath("locale").iterdir()}
    return tuple(sorted({SOURCE_LANGUAGE} | {name for name in found if "." not in name}))


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The words of one language, with the figures that they may state.

    Parameters
    ----------
    language
        Language code such as ``zh``.
    figures
        Figures by key.

    Examples
    --------
    >>> from cityanalytics.briefing.quantity import Figure
    >>> done = Figure(key="investment_to_date", value=6.2e9, unit="yuan")
    >>> say = Wording(language="en", figures={"investment_to_date": done})
    >>> print(say("{investment_to_date} by {day}", day="<22 September>"))
    ¥6.20 bn by &lt;22 September&gt;
    """

    language: str
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def __call__(self, sentence: str, /, **texts: object) -> Markup:
        """Return the sentence, translated, with figures and escaped texts in its gaps."""
        return self._filled(sentence, bold=False, texts=texts)

    def strong(self, sentence: str, /, **texts: object) -> Markup:
        """Return the sentence with its figures in bold."""
        return self._filled(sentence, bold=True, texts=texts)

    def plain(self, sentence: str, /, **texts: object) -> str:
        """Return the sentence as text without markup, for charts and titles."""
        return str(self._filled(sentence, bold=False, texts=texts).unescape())

    def _filled(self, sentence: str, *, bold: bool, texts: Mapping[str, object]) -> Markup:
        template = translate(sentence, self.language)
        gaps = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        shown = {name: escape(self.figures[name].shown(self.language)) for name in gaps - texts.keys()}
        if bold:
            shown = {name: Markup("<b>{}</b>").format(text) for name, text in shown.items()}
        # the catalogue is ours, and what fills its gaps is escaped
        return Markup(template).format(  # noqa: S704
            **shown, **{name: escape(text) for name, text in texts.items()}
        )
