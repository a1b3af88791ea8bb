"""A briefing for analysts: its figures, tables, charts, sections and pages as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing.figures import frame
from cityanalytics.briefing.page import page, record_of
from cityanalytics.briefing.section import Section
from cityanalytics.briefing.sections import SECTIONS
from cityanalytics.errors import UsageError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from cityanalytics.briefing.charts import ShownChart
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.section import BriefingRecord
    from cityanalytics.briefing.shown import ShownTable


@dataclass(frozen=True, kw_only=True)
class Briefing:
    """What a briefing says, before it is a page.

    Parameters
    ----------
    content
        Its values.

    Examples
    --------
    >>> briefing = ca.briefing(programme)
    >>> "62.0亿元" in briefing.page("zh")
    True
    """

    content: Composed

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it is written in, the first one first.

        Examples
        --------
        >>> briefing.languages
        ('zh', 'en')
        """
        return self.content.settings.languages

    @property
    def figures(self) -> pd.DataFrame:
        """Every number of the page.

        Returns
        -------
        pandas.DataFrame
            One row a figure: ``key``, ``value`` (in ``unit``; missing where it cannot be known), ``unit``,
            ``shown``, as a reader of the first language sees it, and ``shown_en`` and so on for each further one.

        Examples
        --------
        >>> figures = briefing.figures.set_index("key")
        >>> print(*figures.loc["investment_to_date", ["value", "unit", "shown"]])
        6200000000.0 yuan 62.0亿元
        """
        return frame(self.content.figures, self.languages)

    @property
    def tables(self) -> Mapping[str, ShownTable]:
        """The tables by name, each with its ``frame``: the page's rows, order and numbers.

        Examples
        --------
        >>> bool(abs(briefing.tables["units"].frame["done"].sum() - 6.2e9) < 1)
        True
        >>> print(*list(briefing.tables)[:6])
        asks rulers units categories held_up scenarios
        """
        return self.content.tables

    @property
    def charts(self) -> Mapping[str, ShownChart]:
        """The charts by name, each with its ``frame``, ``figure(language)``, ``svg(language)`` and ``alt(language)``.

        What the programme has nothing of, such as demolition, has no chart.

        Examples
        --------
        >>> print(*briefing.charts)
        likely_years s_curve paces categories demolition units projects constraints
        >>> print(briefing.charts["s_curve"].title("en"))
        The year is expected to close at ¥9.36 bn; the plan of ¥9.00 bn lies inside the 80% band
        """
        return self.content.charts

    def section(self, name: str, language: str | None = None) -> Section:
        """Return a section of the page, as it is written in a language.

        Parameters
        ----------
        name
            ``headline``, ``decisions``, ``final``, ``units``, ``projects``, ``what-if`` or ``data``; of the annex
            ``key``, ``method``, ``lights``, ``requests``, ``corrections``, ``changes``, ``record`` or ``provenance``.
        language
            Such as ``"en"``; all of the briefing's languages unless one is named, and the first is shown.

        Raises
        ------
        UsageError
            There is no such section, or the briefing is not written in the language.

        Examples
        --------
        >>> "¥6.20 bn" in briefing.section("headline", "en").html["en"]
        True
        """
        if name not in SECTIONS:
            raise UsageError(
                Message.of("no section {name}; there are: {names}", name=name, names=", ".join(SECTIONS))
            )
        found = self._section(name)
        if language is None:
            return found
        chosen = self._language(language)
        return Section(id=name, html={chosen: found.html[chosen]})

    @property
    def record(self) -> BriefingRecord:
        """What briefing.json and briefing.xlsx hold, for the step that writes them.

        Examples
        --------
        >>> briefing.record.document["briefing"]["quarter"]
        '2010Q3'
        """
        return record_of(self.content)

    def page(self, language: str | None = None) -> str:
        """Return the page that leaders read, whole.

        Parameters
        ----------
        language
            Such as ``"en"``; the briefing's first unless another is named.

        Returns
        -------
        str
            HTML that requests nothing.

        Raises
        ------
        UsageError
            The briefing is not written in the language.

        Examples
        --------
        >>> briefing.page("en").startswith("<!doctype html>")
        True
        """
        chosen = self._language(language)
        # nbconvert takes 0.5 s to import: only where a page is made
        import nbformat

        from cityanalytics.briefing.template import report

        cells: list[dict[str, Any]] = [
            {
                "cell_type": "code",
                "id": name,
                "source": "",
                "metadata": {},
                "execution_count": None,
                "outputs": [
                    {
                        "output_type": "display_data",
                        "metadata": {},
                        "data": self.section(name, chosen)._repr_mimebundle_(),
                    }
                ],
            }
            for name in SECTIONS
        ]
        document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        node = nbformat.from_dict(document)  # type: ignore[no-untyped-call] # nbformat types it not
        return report(node, page(self.content, chosen))

    def to_frame(self) -> pd.DataFrame:
        """Return the figures.

        Examples
        --------
        >>> briefing.to_frame().equals(briefing.figures)
        True
        """
        return self.figures

    def _section(self, name: str) -> Section:
        return Section(id=name, html=SECTIONS[name](self.content).html)

    def _language(self, name: str | None) -> str:
        chosen = name or self.languages[0]
        if chosen not in self.languages:
            raise UsageError(
                Message.of(
                    "no language {name}; there are: {names}", name=chosen, names=", ".join(self.languages)
                )
            )
        return chosen

    def _repr_html_(self) -> str:
        return self._section("headline").html[self.languages[0]] + self.figures.head(20).to_html(index=False)
