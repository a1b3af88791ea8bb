"""Tables are declared once: page, sheet, notebook and terminal show the same rows, order and numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from cityanalytics.briefing import tables
from cityanalytics.briefing.companion import companion
from cityanalytics.briefing.fields import Field
from cityanalytics.briefing.formats import amounts
from cityanalytics.briefing.number import number
from cityanalytics.briefing.sections import SECTIONS
from cityanalytics.cli import main
from cityanalytics.publishing.assemble import assemble

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.briefing.composed import Composed

#: What a column is called that no table shows yet.
LABEL = {"en": "Still missing to the annual plan", "zh": "距年度计划尚差"}


@pytest.fixture(scope="module")
def content(briefing: Path) -> Composed:
    return assemble(str(briefing.parent.parent), "2010Q3")


@pytest.fixture
def widened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a column to the table of units, as docs/architecture.md says: one field, and its name in the table."""
    field = Field("short", LABEL["en"], amounts(places=2))
    units = replace(tables.UNITS, fields=(*tables.UNITS.fields, field))
    monkeypatch.setattr(tables, "TABLES", MappingProxyType({**tables.TABLES, "units": units}))


@pytest.mark.usefixtures("widened")
def test_a_column_is_added_in_all_places_and_languages(
    content: Composed, briefing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wider = replace(content)
    table = wider.tables["units"]
    short = table.frame["short"]
    for language, label in LABEL.items():
        page = SECTIONS["units"](wider).html[language]
        scale = {"zh": (1e8, 2), "en": (1e9, 3)}[language]
        told = number(float(short[0]), language, places=scale[1], per=scale[0])
        assert f"<th scope=col class=n>{label}</th>" in page  # the caption states the unit
        assert f"<td class=n>{told}</td>" in page
        with pytest.raises(SystemExit) as ended:
            main(["forecast", "2010Q3", "--workspace", str(briefing.parent.parent), "--ui", language])
        assert not ended.value.code
        out = "".join(capsys.readouterr().out.split())
        assert told in out
        assert re.search(".*?".join(label.replace(" ", "")), out)
    (sheet,) = (sheet for sheet in companion(wider).sheets if sheet.id == "units")
    assert sheet.columns[-1].label == LABEL["zh"]
    assert [row[-1] for row in sheet.rows] == pytest.approx([value / 1e8 for value in short], rel=1e-15)
    assert LABEL["zh"] in table._repr_html_()


def test_every_table_is_drawn_in_four_ways_and_two_languages(content: Composed) -> None:
    for name, table in content.tables.items():
        for language in content.settings.languages:
            html, text = table.html(language), table.text(language, width=100)
            assert table.title(language)[:20] in text, name
            assert len(table.columns(language)) >= len(table.fields(wide=False)) - 2, name
            assert "{" not in re.sub("<[^>]*>", "", html), name
            assert "\nnan" not in text, name
        assert table._repr_html_().count("<th ") == (len(table.fields(wide=False)) if len(table.rows) else 0)


def test_the_frame_of_units_is_the_pages_table(content: Composed) -> None:
    table = content.tables["units"]
    frame = table.frame
    assert frame.attrs["units"]["done"] == "yuan"
    assert frame["done"].sum() == pytest.approx(content.programme.done)
    late = frame[frame["gap"] > 0]
    names = re.findall(r"<th scope=row>(.*?)</th>", table.html("zh"))
    late = late.head(len(names))
    assert len(names) == 10  # the page shows the first ones, and says how many there are
    assert names == late["unit"].tolist()
    gaps = re.findall(r"</th><td>[^<]*</td><td class=n>([\d.]+)</td>", table.html("zh"))
    assert gaps == [number(value, "zh", places=2, per=1e8) for value in late["gap"]]


def test_nothing_is_computed_before_it_is_asked_for(content: Composed) -> None:
    def never(_: object) -> None:
        raise AssertionError

    broken = replace(tables.UNITS, frame=never)  # type: ignore[arg-type]
    assert replace(content.tables["units"], declaration=broken).title("en")
