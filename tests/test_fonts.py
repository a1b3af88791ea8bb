"""The charts' font: free, outlined into the page and asked for nothing; a glyph that it lacks stops the drawing."""

from __future__ import annotations

import re
import shutil
from importlib.metadata import files as files_of
from importlib.metadata import metadata
from typing import TYPE_CHECKING

import pytest

from cityanalytics.briefing.charts.typeface import MissingGlyphError
from cityanalytics.briefing.sections import SECTIONS
from cityanalytics.intake.store import read_tables
from cityanalytics.publishing.assemble import assemble, compose
from cityanalytics.publishing.glyphs import check_glyphs
from cityanalytics.settings import load_settings
from cityanalytics.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from cityanalytics.briefing.composed import Composed

PACKAGE = "pylopdf-fonts-zh-cn"


def test_the_font_comes_with_a_free_licence() -> None:
    licences = [file for file in files_of(PACKAGE) or () if file.name == "LICENSE"]
    text = licences[0].read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "OFL-1.1" in " ".join(metadata(PACKAGE).get_all("Classifier") or ())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_charts_carry_the_outlines_they_use_and_no_font(briefing: Path, language) -> None:
    page = (briefing / f"briefing.{language}.html").read_text(encoding="utf-8")
    charts = assemble(str(briefing.parent.parent), "2010Q3").charts
    drawings = [str(chart.svg(language)) for chart in charts.values()]
    assert len(drawings) >= 6
    assert not re.search(r"@font-face|font/|\.(?:woff|ttf|otf)", page)
    for drawing in drawings:
        assert "<text" not in drawing
        outlines = set(re.findall(r'<path id="([^"]+)"', drawing))
        used = set(re.findall(r'<use [^>]*href="#([^"]+)"', drawing))
        assert len(outlines) > 10
        assert used <= set(re.findall(r'id="([^"]+)"', drawing))
        assert len(drawing) < 100_000  # a subset: the font is eighty times that


@pytest.mark.parametrize(("sign", "code"), [("\U0001f327", "U+1F327"), ("\U00031350", "U+31350")])
def test_a_glyph_that_the_font_lacks_stops_the_drawing_and_is_named(
    sign, code, processed_workspace: Path, tmp_path
) -> None:
    """An emoji, and a rare character of CJK Extension H such as names of places hold."""
    workspace = tmp_path / "workspace"
    shutil.copytree(processed_workspace, workspace, ignore=shutil.ignore_patterns("reports"))
    settings = workspace / "cityanalytics.toml"
    text = settings.read_text(encoding="utf-8")
    named = re.sub(r'("天气" = \{ )', rf'\1zh = "天气{sign}", ', text)
    assert named != text
    settings.write_text(named, encoding="utf-8")
    content = assemble(str(workspace), "2010Q3")
    with pytest.raises(MissingGlyphError, match=re.escape(code)):
        content.charts["constraints"].svg("zh")
    with pytest.raises(MissingGlyphError, match=re.escape(f"cannot draw {code}")) as refused:
        check_glyphs(content)
    line = str(refused.value)
    assert f"天气{sign} (cityanalytics.toml)" in line
    assert "[terms]" in line


RARE = {
    "\U0002a6d6": "U+2A6D6 CJK UNIFIED IDEOGRAPH-2A6D6",
    "\U0001f600": "U+1F600 GRINNING FACE",
    "\ue000": "U+E000",
}


def composed(workspace: Path, change: Callable[[dict[str, pd.DataFrame]], None]) -> Composed:
    settings = load_settings(workspace)
    tables = dict(read_tables(settings))
    change(tables)
    opened = Workspace(settings=settings, given=tables)
    return compose(opened, opened.dates("2010Q3"))


def marked(table: pd.DataFrame, column: str, word: str, sign: str) -> pd.DataFrame:
    return table.assign(**{column: table[column].replace(word, word + sign)})


@pytest.mark.parametrize("sign", RARE)
def test_a_word_of_a_workbook_is_named_with_its_signs_and_its_cell(sign, processed_workspace: Path) -> None:
    """All of them at once: a category of several projects, a constraint, a unit, a kind of demolition."""
    settings = load_settings(processed_workspace)
    plain = read_tables(settings)
    status = plain["status"].query("quarter == '2010Q3' and constraint.notna()").iloc[0]

    def spoil(tables: dict[str, pd.DataFrame]) -> None:
        rows = tables["status"]["constraint_cell"] == status["constraint_cell"]
        words = tables["status"]["constraint"].mask(rows, f"缺{sign}料")
        tables["status"] = tables["status"].assign(constraint=words)
        tables["projects"] = marked(tables["projects"], "category", "集中供热", sign)
        tables["demolition"] = marked(tables["demolition"], "kind", "城中村", sign)
        for name in tables.keys() - {"issues"}:
            tables[name] = marked(tables[name], "unit", "市政工程处", sign)

    with pytest.raises(MissingGlyphError) as stopped:
        check_glyphs(composed(processed_workspace, spoil))
    assert stopped.value.exit_code == 1
    said = str(stopped.value)
    assert said.count(f"{RARE[sign]}: ") == 4
    assert f"缺{sign}料 ({status['constraint_cell']})" in said
    heating = plain["projects"].query("quarter == '2010Q3' and category == '集中供热'")["project_cell"]
    assert any(f"集中供热{sign} ({cell} +{len(heating) - 1})" in said for cell in heating)
    units = plain["projects"].query("quarter == '2010Q3' and unit == '市政工程处'")["file"]
    assert any(f"市政工程处{sign} ({file})" in said for file in units)
    villages = plain["demolition"].query("quarter == '2010Q3' and kind == '城中村'")["planned_area_cell"]
    assert any(f"城中村{sign} ({cell} +" in said for cell in villages)


@pytest.mark.parametrize("sign", RARE)
def test_a_project_s_name_is_shown_in_the_reader_s_own_fonts(sign, processed_workspace: Path) -> None:
    def spoil(tables: dict[str, pd.DataFrame]) -> None:
        for name, table in tables.items():
            if "project" in table:
                tables[name] = table.assign(project=table["project"] + sign)

    content = composed(processed_workspace, spoil)
    check_glyphs(content)
    parts = [write(content) for write in SECTIONS.values()]
    for language in content.settings.languages:
        assert sign in "".join(part.html[language] for part in parts)
