"""Sentences: English templates, their translations, and figures bound into them by key.

The English sentence is the key of its translation in ``locale/<language>.po``, a gettext catalogue; what has no
translation is said in English. A gap ``{investment_to_date}`` takes the figure of that key as it is shown in the
language; other gaps take the texts that the caller gives, escaped.
"""

from __future__ import annotations

import difflib
import string
from dataclasses import dataclass, field
from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message, untranslated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from babel.messages.catalog import Catalog

    from cityanalytics.briefing.figures.figure import Figure
    from cityanalytics.issues import Translate

#: The language that sentences are written in; it needs no catalogue.
SOURCE_LANGUAGE = "en"


@cache
def _messages(language: str) -> Catalog:
    # read as translators leave it: no compiled file that could lag behind it
    from babel.messages.pofile import read_po

    with (files(__package__) / "locale" / f"{language}.po").open("rb") as stream:
        return read_po(stream, locale=language)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the translations into `language`, by English sentence (for one, where it counts); none for English."""
    if language == SOURCE_LANGUAGE:
        return {}
    forms = {_first(message.id): _first(message.string) for message in _messages(language) if message.id}
    return {sentence: translated for sentence, translated in forms.items() if translated}


@cache
def _compiled(language: str) -> GNUTranslations:
    from babel.messages.mofile import write_mo

    compiled = BytesIO()
    write_mo(compiled, _messages(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _first(forms: object) -> str:
    return str(forms[0] if isinstance(forms, list | tuple) else forms)


def translate(sentence: str, language: str, plural: str = "", number: float = 1) -> str:
    """Return the sentence in `language`; where it has no translation, in English.

    Parameters
    ----------
    sentence
        English, for one where there is a plural.
    language
        Language code such as ``zh``.
    plural
        English for any other number; empty where the sentence counts nothing.
    number
        What the form depends on, a whole number.

    Examples
    --------
    >>> translate("{count} issue blocks", "en", "{count} issues block", 2)
    '{count} issues block'
    """
    translated = catalogue(language).get(sentence)
    if translated is None:
        return untranslated(sentence, plural, number)
    return _compiled(language).ngettext(sentence, plural, int(number)) if plural else translated


def spoken(language: str) -> Translate:
    """Return what turns sentences into a language."""

    def say(sentence: str, plural: str = "", number: float = 1, /) -> str:
        return translate(sentence, language, plural, number)

    return say


def configured_gaps(text: str) -> tuple[str, ...]:
    """Return the keys of the figures in a text of the configuration.

    Raises
    ------
    UsageError
        A brace stands alone.

    Examples
    --------
    >>> configured_gaps("{done} of {planned}")
    ('done', 'planned')
    """
    try:
        return tuple(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    except ValueError as error:
        raise UsageError(
            Message.of("cityanalytics.toml: [remarks] {text!r}: {reason}", text=text, reason=error)
        ) from error


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
    >>> from cityanalytics.briefing.figures.figure import Figure
    >>> done = Figure(key="investment_to_date", value=6.2e9, unit="yuan")
    >>> say = Wording(language="en", figures={"investment_to_date": done})
    >>> print(say("{investment_to_date} by {day}", day="<22 September>"))
    ¥6.20 bn by &lt;22 September&gt;
    """

    language: str
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def __call__(self, sentence: str, /, **texts: object) -> Markup:
        """Return the sentence, translated, with figures and escaped texts in its gaps."""
        return self._filled(translate(sentence, self.language), bold=False, texts=texts)

    def strong(self, sentence: str, /, **texts: object) -> Markup:
        """Return the sentence with its figures in bold."""
        return self._filled(translate(sentence, self.language), bold=True, texts=texts)

    def plain(self, sentence: str, /, **texts: object) -> str:
        """Return the sentence as text without markup, for charts and titles."""
        return str(self(sentence, **texts).unescape())

    def configured(self, text: str) -> Markup:
        """Return a text of the configuration, escaped, with figures in its gaps.

        Raises
        ------
        UsageError
            A gap names no figure, or a brace stands alone.

        Examples
        --------
        >>> from cityanalytics.briefing.figures.figure import Figure
        >>> done = Figure(key="investment_to_date", value=6.2e9, unit="yuan")
        >>> say = Wording(language="en", figures={"investment_to_date": done})
        >>> print(say.configured("<b>{investment_to_date}"))
        &lt;b&gt;¥6.20 bn
        """
        gaps = configured_gaps(text)
        for gap in gaps:
            if gap not in self.figures:
                raise UsageError(
                    Message.of(
                        "cityanalytics.toml: [remarks] {text!r} names the figure {key}, which is not there; "
                        "nearest: {near}",
                        text=text,
                        key=gap,
                        near=", ".join(difflib.get_close_matches(gap, self.figures, n=3)) or "none",
                    )
                )
        shown = {gap: escape(self.figures[gap].shown(self.language)) for gap in gaps}
        return Markup("").join(
            piece
            for literal, gap, _, _ in string.Formatter().parse(text)
            for piece in (escape(literal), *([shown[gap]] if gap is not None else []))
        )

    def counted(self, one: str, many: str, by: str, /, **texts: object) -> Markup:
        """Return the sentence in the form that a number asks for.

        Parameters
        ----------
        one, many
            The sentence for one, and for any other number.
        by
            The gap that holds the number: a figure's key, or one of `texts`.
        texts
            What fills the gaps that are no figures.

        Examples
        --------
        >>> say = Wording(language="en")
        >>> print(*(say.counted("{n} file", "{n} files", "n", n=count) for count in (0, 1, 2)))
        0 files 1 file 2 files
        """
        value = texts[by] if by in texts else self.figures[by].value
        number = value if isinstance(value, int | float) else 0
        return self._filled(translate(one, self.language, many, number), bold=False, texts=texts)

    def plain_counted(self, one: str, many: str, by: str, /, **texts: object) -> str:
        """Return the sentence in the form that a number asks for, as text without markup."""
        return str(self.counted(one, many, by, **texts).unescape())

    def _filled(self, template: str, *, bold: bool, texts: Mapping[str, object]) -> Markup:
        gaps = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        shown = {name: escape(self.figures[name].shown(self.language)) for name in gaps - texts.keys()}
        if bold:
            shown = {name: Markup("<b>{}</b>").format(text) for name, text in shown.items()}
        # the catalogue is ours, and what fills its gaps is escaped
        return Markup(template).format(  # noqa: S704
            **shown, **{name: escape(text) for name, text in texts.items()}
        )
