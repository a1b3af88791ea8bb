"""Charts: what is drawn is true to the values, the same every time, safe, and readable on a phone."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import matplotlib as mpl
import pandas as pd
import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape
from nbformat import reads

from cityanalytics.briefing import palette, template
from cityanalytics.briefing.blocks import (
    side_by_side,
)
from cityanalytics.briefing.charts.bars import amounts as areas
from cityanalytics.briefing.charts.bars import bullets, panels, ranked
from cityanalytics.briefing.charts.curve import Curve, YearEnd, s_curve
from cityanalytics.briefing.charts.declared import figure_html
from cityanalytics.briefing.charts.drawing import WIDTH, Dots, Drawing, TextMark, round_ticks, spread
from cityanalytics.briefing.charts.quantiles import likely_years
from cityanalytics.briefing.charts.rows import Bar, Progress
from cityanalytics.briefing.charts.strip import Stage, packed, projects_a_dot, strip
from cityanalytics.briefing.charts.typeface import MissingGlyphError, fitted, text_width
from cityanalytics.briefing.declaration import Declaration
from cityanalytics.briefing.fields import Field
from cityanalytics.briefing.formats import Share, amounts
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.shown import ShownTable
from tests.conftest import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cityanalytics.settings import Settings

PHONE_COLUMN = 375 - 2 * 16  # CSS pixels between a phone's margins
SMALLEST_TEXT = 9
MOST_INCHES = 4.7
MOST_HEIGHT = 470  # points: with its words it stays on a page of A4

# Every number here is invented (synthetic).
SAY = {
    "zh": {"behind": "滞后", "elapsed": "序时进度 72.6%", "name": "合成项目", "note": "合成数据，亿元"},
    "en": {
        "behind": "behind",
        "elapsed": "Elapsed 72.6%",
        "name": "Synthetic",
        "note": "Synthetic, million yuan",
    },
}


def in_page(drawn: Drawing, language: str, position: int) -> Markup:
    say = SAY[language]
    return figure_html(
        drawn.svg(),
        title=f"{say['name']} {position}",
        subtitle=say["note"],
        alt=f"{position} {say['name']} {say['note']} 62.0 90.0",
        position=position,
        language=language,
    )


def cumulative(
    language: str,
    *,
    label: str = "62.0",
    until: dt.date = dt.date(2010, 9, 22),
    done: float = 6.2e9,
    band: tuple[float, float] = (8.2e9, 9.1e9),
) -> Drawing:
    return s_curve(
        actual=Curve(days=[dt.date(2010, 1, 1), until], values=[0.0, done], label=label),
        plan=Curve(
            days=[dt.date(2010, 1, 1), dt.date(2010, 6, 30), dt.date(2010, 12, 31)],
            values=[0.0, 4e9, 9e9],
            label=SAY[language]["name"],
        ),
        year_end=YearEnd(
            day=dt.date(2010, 12, 31),
            target=9e9,
            p10=band[0],
            p25=(band[0] + 8.7e9) / 2,
            p50=8.7e9,
            p75=(band[1] + 8.7e9) / 2,
            p90=band[1],
            target_label="90.0",
            median_label="87.0",
            low_label="82.0",
            high_label="91.0",
        ),
        ticks=[dt.date(2010, 1, 1), dt.date(2010, 7, 1), dt.date(2010, 12, 31)],
        scale=LANGUAGES[language].amounts[0],
        language=language,
    )


def paces(language: str) -> Drawing:
    bars = [
        Bar(label="A", value=2.34e7, note="0.234", look=palette.ACTUAL),
        Bar(label="B", value=2.8e7, note="0.280", look=palette.REQUIRED),
    ]
    return panels([(SAY[language]["name"], bars), (SAY[language]["note"], bars)])


ITEMS = tuple(
    Progress(
        label=f"{at}号",
        done=(20 - at) * 1e7,
        plan=2e8,
        expected=(2.1e8 - at * 1e7, 2.2e8, 2.5e8 + at * 1e7),
        note="滞后" if at > 5 else "正常",
        look=palette.BEHIND if at > 5 else palette.ACTUAL,
    )
    for at in range(20)
)


def progresses(
    language: str, items: Sequence[Progress] = ITEMS, *, elapsed_share: float = 265 / 365
) -> Drawing:
    return bullets(
        items,
        elapsed_share=elapsed_share,
        elapsed_label=SAY[language]["elapsed"],
        language=language,
    )


STAGES = (
    Stage(label="竣工", shares=[1.0] * 54, look=palette.ACTUAL),
    Stage(
        label="按计划",
        shares=[0.73 + at / 400 for at in range(125)],
        look=palette.PAST,
        doubted=[0.4 + at / 100 for at in range(15)],
        doubted_label="15",
    ),
    Stage(label="滞后", shares=[at / 50 for at in range(30)], look=palette.BEHIND),
    Stage(label="未开工", shares=[0.0] * 44, look=palette.WAITING),
)


def projects_strip(language: str, stages: Sequence[Stage] = STAGES) -> Drawing:
    return strip(
        stages,
        elapsed_share=265 / 365,
        elapsed_label=SAY[language]["elapsed"],
        language=language,
    )


def demolition(_language: str) -> Drawing:
    kinds = [
        Progress(label="棚户区", done=1.58e6, plan=1.9e6, expected=(1.7e6, 1.8e6, 1.9e6), note="158"),
        Progress(label="城中村", done=5e5, plan=None, note="50"),
    ]
    return areas(kinds, elapsed_share=265 / 365)


def constraints(_language: str, values: Sequence[float] = (1e8, 2e8)) -> Drawing:
    bars = [Bar(label=f"{at}", value=value, note="n", look=palette.PAST) for at, value in enumerate(values)]
    return ranked(bars)


def years(_language: str, target: float = 9e9) -> Drawing:
    totals = [8e9 + 6e7 * at for at in range(50)]
    return likely_years(totals, target, label="90.0", scale=LANGUAGES["zh"].amounts[0])


ALL: tuple[Callable[[str], Drawing], ...] = (
    cumulative,
    years,
    paces,
    progresses,
    projects_strip,
    demolition,
    constraints,
)
every_chart = pytest.mark.parametrize("draw", ALL)


def rectangles(chart: Drawing, colour: str) -> list[tuple[float, float, float]]:
    """Return left, right and top of the filled rectangles of a colour, in points."""
    found = re.findall(rf'<path d="M([\d.]+) ([\d.]+)L([\d.]+) [^"]*" fill="{colour}"', chart.svg())
    return [
        (min(float(left), float(right)), max(float(left), float(right)), float(top))
        for left, top, right in found
    ]


# --- the same every time, safe, readable


@every_chart
def test_a_chart_is_the_same_whatever_was_set_elsewhere(draw: Callable[[str], Drawing]) -> None:
    with mpl.rc_context({"font.size": 20, "axes.grid": True, "svg.hashsalt": None, "figure.dpi": 200}):
        foreign = draw("zh")
    assert foreign.svg() == draw("zh").svg()


def test_a_chart_is_the_same_in_another_process(repository: Path) -> None:
    code = "from test_charts import *; print(progresses('zh').svg() == sys.stdin.read())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=repository,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": f"{repository}:{repository / 'tests'}"},
        input=progresses("zh").svg(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "True"


@every_chart
def test_a_chart_is_one_element_without_anything_that_a_page_forbids(draw: Callable[[str], Drawing]) -> None:
    chart = draw("zh")
    root = fromstring(chart.svg())
    assert root.tag == "svg"
    assert not {each.tag for each in root.iter()} & {"script", "style", "metadata", "text", "image", "a"}
    assert not {
        name for each in root.iter() for name in each.attrib if name == "style" or name.startswith("on")
    }
    assert not re.search(r"https?:|url\((?!#)|<!--|\d{4}-\d\d-\d\d", chart.svg())


@every_chart
@pytest.mark.parametrize("language", ["zh", "en"])
def test_ids_of_two_figures_differ_and_lead_somewhere(draw: Callable[[str], Drawing], language: str) -> None:
    html = in_page(draw(language), language, 1) + in_page(draw(language), language, 2)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', html)) <= set(ids)


@every_chart
def test_text_is_readable_on_a_phone(draw: Callable[[str], Drawing]) -> None:
    svg = draw("zh").svg()
    root = fromstring(svg)
    width = float(root.attrib["viewBox"].split()[2])
    sizes = [float(size) * 100 for size in re.findall(r"scale\((0\.\d+) -0", svg)]
    assert sizes
    assert width <= MOST_INCHES * 72
    assert min(sizes) * PHONE_COLUMN / width >= SMALLEST_TEXT


def test_words_around_a_chart_stay_words() -> None:
    hostile = '</svg><script>alert("x")</script>'
    svg = '<svg viewBox="0 0 1 1"/>'
    html = figure_html(svg, title=hostile, subtitle=hostile, alt=hostile, position=1, language="zh")
    assert "<script" not in html
    assert html.count(str(escape(hostile))) == 3
    assert "<b>图1\u3000" in html


def test_words_in_a_chart_are_outlines() -> None:
    hostile = '</svg><script>"x"</script>$x^2$'
    svg = cumulative("zh", label=hostile).svg()
    assert "script" not in svg
    assert fromstring(svg).tag == "svg"


def test_a_sign_that_the_font_lacks_is_an_error() -> None:
    with pytest.raises(MissingGlyphError, match=r"U\+1F600"):
        cumulative("zh", label="进度\U0001f600")


# --- true to the values


def test_bars_start_at_zero_and_are_as_long_as_their_values() -> None:
    bars = rectangles(constraints("zh", values=(1e8, 4e8, 2e8)), palette.PAST.fill)
    assert len({left for left, _, _ in bars}) == 1
    lengths = [right - left for left, right, _ in sorted(bars, key=lambda bar: bar[2])]
    assert lengths == pytest.approx([4 * lengths[2], 2 * lengths[2], lengths[2]], rel=1e-3)


def test_what_is_done_lies_inside_the_outline_of_the_plan() -> None:
    items = [Progress(label="甲", done=5e8, plan=1e9), Progress(label="乙", done=5e6, plan=1e7)]
    bars, outlines = (
        rectangles(progresses("zh", items), look) for look in (palette.ACTUAL.fill, palette.PAPER)
    )
    assert len(bars) == len(outlines) == 2
    for done, plan in zip(bars, outlines, strict=True):  # small plans are read as well as large ones
        assert done[0] == plan[0]
        assert (done[1] - done[0]) * 2 == pytest.approx(plan[1] - plan[0], abs=0.02)


def dotted(chart: Drawing) -> list[tuple[float, float]]:
    """Return left and right of the dotted lines, in points."""
    found = re.findall(r'<path d="M([\d.]+) [\d.]+L([\d.]+) [\d.]+"[^>]*stroke-dasharray', chart.svg())
    return [(float(left), float(right)) for left, right in found]


def test_the_forecast_s_range_is_dotted_on_the_scale_of_the_bar() -> None:
    item = Progress(label="甲", done=5e8, plan=1e9, expected=(7.5e8, 1e9, 1.25e9))
    chart = progresses("zh", [item])
    ((zero, half, _),) = rectangles(chart, palette.ACTUAL.fill)
    ((low, high),) = dotted(chart)
    assert (low - zero) / (half - zero) == pytest.approx(1.5, abs=0.01)
    assert (high - zero) / (half - zero) == pytest.approx(2.5, abs=0.01)


def test_a_range_far_beyond_the_plan_does_not_squeeze_the_rest() -> None:
    wide = Progress(label="甲", done=5e8, plan=1e9, expected=(6e8, 2e9, 9e9))
    ((zero, half, _),) = rectangles(progresses("zh", [wide]), palette.ACTUAL.fill)
    ((low, high),) = dotted(progresses("zh", [wide]))
    assert (low - zero) / (half - zero) == pytest.approx(1.2, abs=0.01)
    assert (high - zero) / (half - zero) == pytest.approx(3.0, abs=0.01)


def test_without_a_forecast_there_is_no_range() -> None:
    assert dotted(progresses("zh", [Progress(label="甲", done=5e8, plan=1e9)])) == []


def test_bullets_stand_by_their_gap_whatever_their_order() -> None:
    assert progresses("zh", ITEMS[::-1]).svg() == progresses("zh", ITEMS).svg()
    late = rectangles(progresses("zh"), palette.BEHIND.fill)
    lengths = [right - left for left, right, _ in sorted(late, key=lambda bar: bar[2])]
    assert all(shorter < longer for shorter, longer in pairwise(lengths))


def test_every_row_of_bullets_has_its_words() -> None:
    colours = re.findall(r'<g id="text_\d+"><g [^>]*fill="(#\w+)"', progresses("zh").svg())
    late = [item for item in ITEMS if item.look == palette.BEHIND]
    assert colours.count(palette.BEHIND.text) == len(late)
    assert colours.count(palette.ACTUAL.text) == len(ITEMS) - len(late)


def test_what_has_no_plan_has_no_share_and_stands_last() -> None:
    chart = progresses(
        "zh", [Progress(label="甲", done=1e8, plan=None), Progress(label="乙", done=9e7, plan=1e8)]
    )
    assert len(rectangles(chart, palette.ACTUAL.fill)) == len(rectangles(chart, palette.PAPER)) == 1
    alone = progresses("zh", [Progress(label="乙", done=9e7, plan=1e8)])
    assert rectangles(chart, palette.ACTUAL.fill)[0][2] == rectangles(alone, palette.ACTUAL.fill)[0][2]


@pytest.mark.parametrize("count", [0, 21])
def test_bullets_are_one_to_twenty(count: int) -> None:
    with pytest.raises(ValueError, match="one to 20"):
        progresses("zh", [Progress(label="甲", done=1.0, plan=2.0)] * count)


def test_every_project_is_a_dot() -> None:
    assert len(dots(projects_strip("zh"))) == 268


@pytest.mark.parametrize("count", [44, 162, 220])
def test_many_projects_at_one_place_keep_clear_of_their_label(count: int) -> None:
    waiting = Stage(label="未开工", shares=[0.0] * count, look=palette.WAITING)
    svg = projects_strip("zh", (*STAGES[:3], waiting)).svg()
    uses = re.findall(r'<use x="([\d.]+)"[^>]*href="#(m\w+)"', svg)
    found = Counter(name for _, name in uses)
    places = [float(x) for x, name in uses if found[name] == count]
    assert len(places) == count
    assert min(places) - 2 > text_width(f"未开工 {count}")


def test_projects_that_the_figures_contradict_are_marked_by_shape() -> None:
    svg = projects_strip("zh").svg()
    shapes = dict(re.findall(r'<path id="(m\w+)" d="([^"]+)"', svg))
    marks = Counter(re.findall(r'fill="(#\w+)" href="#(m\w+)"', svg))
    doubted = [mark for mark, count in marks.items() if count == len(STAGES[1].doubted)]
    on_schedule = [mark for mark, count in marks.items() if count == len(STAGES[1].shares)]
    assert len(doubted) == len(on_schedule) == 1
    assert shapes[doubted[0][1]] != shapes[on_schedule[0][1]]
    assert doubted[0][0] == palette.PAPER


# --- placing


@given(
    places=st.lists(st.floats(0, 240), min_size=1, max_size=60),
    height=st.integers(1, 12),
)
def test_dots_never_lie_on_each_other(places: list[float], height: int) -> None:
    placed = packed(places, 4.0, height)
    assert len(set(placed)) == len(places)
    assert all(abs(rank) <= height / 2 for _, rank in placed)


@given(places=st.lists(st.integers(0, 20), max_size=60), height=st.integers(1, 5))
def test_a_dot_stands_in_the_nearest_column_with_room(places: list[int], height: int) -> None:
    filled: Counter[int] = Counter()
    for place, (placed, _) in zip(places, packed([4.0 * each for each in places], 4.0, height), strict=True):
        column = round(placed / 4.0)
        nearer = range(place - abs(column - place) + 1, place + abs(column - place))
        assert all(filled[each] == height for each in nearer)
        filled[column] += 1
    assert all(count <= height for count in filled.values())


def dots(drawn: Drawing) -> list[tuple[float, float]]:
    return [spot for mark in drawn.marks if isinstance(mark, Dots) for spot in mark.spots]


def evenly(count: int) -> list[Stage]:
    """Share projects out over the stages, spread over the whole axis and beyond."""
    part = count // 5
    everywhere = [1.5 * at / part - 0.1 for at in range(part)]
    return [
        Stage(label="竣工", shares=[1.0] * part, look=palette.ACTUAL),
        Stage(label="按计划", shares=everywhere, look=palette.PAST, doubted=[0.3] * part, doubted_label="15"),
        Stage(label="滞后", shares=everywhere, look=palette.BEHIND),
        Stage(label="未开工", shares=[0.0] * (count - 4 * part), look=palette.WAITING),
    ]


def waiting(count: int) -> list[Stage]:
    """Let all but a few projects wait, all of them at one place."""
    return [STAGES[0], Stage(label="未开工", shares=[0.0] * count, look=palette.WAITING)]


@pytest.mark.parametrize("count", [268, 2680, 13400, 100_000])
@pytest.mark.parametrize("arranged", [evenly, waiting])
def test_the_strip_stays_on_one_page_however_many_projects_there_are(
    count: int, arranged: Callable[[int], list[Stage]]
) -> None:
    stages = arranged(count)
    drawn = projects_strip("zh", stages)
    found = dots(drawn)
    assert drawn.height <= MOST_HEIGHT
    assert all(0 <= x <= WIDTH and 0 <= y <= drawn.height for x, y in found)
    places = sorted((round(y, 3), x) for x, y in found)
    assert all(here[0] != there[0] or there[1] - here[1] > 3.9 for here, there in pairwise(places))
    lines = sorted({y for y, _ in places})
    assert all(below - above > 3.9 for above, below in pairwise(lines))
    many = projects_a_dot(stages)
    parts = [len(each) for stage in stages for each in (stage.shares, stage.doubted)]
    assert len(found) == sum(-(-size // many) for size in parts)


@given(labels=st.lists(st.tuples(st.floats(0, 200), st.floats(5, 30)), min_size=1, max_size=6))
def test_labels_never_lie_on_each_other_and_keep_their_order(labels: list[tuple[float, float]]) -> None:
    wanted, sizes = [place for place, _ in labels], [size for _, size in labels]
    placed = spread(wanted, sizes)
    order = sorted(range(len(labels)), key=lambda at: placed[at])
    for below, above in pairwise(order):
        assert placed[above] - placed[below] >= (sizes[above] + sizes[below]) / 2 - 1e-6
        assert wanted[below] <= wanted[above]


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([10.0, 50.0, 100.0], [20.0, 20.0, 20.0]) == [10.0, 50.0, 100.0]


SCRIPTS = (
    "市政公用事业管理局",
    "Städtische Behörde für Straßen ",
    "управление строительства ",
    "δημοσια εργα ",
    "カタカナ",
    "travaux publics été ",
)
names = st.sampled_from(SCRIPTS).flatmap(lambda signs: st.text(signs, min_size=1, max_size=120))


@given(text=names, most=st.floats(30, 126))
def test_a_label_fits_two_lines_and_is_cut_only_at_its_end(text: str, most: float) -> None:
    lines = fitted(text, most).split("\n")
    assert len(lines) <= 2
    assert max(map(text_width, lines)) <= most + 1e-6
    shown, whole = "".join(lines).replace(" ", ""), "".join(text.split())
    assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]))


@given(labels=st.lists(names, min_size=1, max_size=20))
def test_labels_of_any_length_leave_room_for_bars_and_stay_on_the_sheet(labels: list[str]) -> None:
    items = [Progress(label=label, done=5e8, plan=1e9, note="80.5% ▼ far behind") for label in labels]
    note = "21%, ¥0.237 bn, 16 projects"
    bars = [Bar(label=label, value=1e8, note=note, look=palette.PAST) for label in labels]
    for drawn in (
        progresses("zh", items),
        areas(items, elapsed_share=0.7),
        ranked(bars),
        panels([("", bars)]),
    ):
        assert drawn.width >= 30
        words = [mark for mark in drawn.marks if isinstance(mark, TextMark)]
        assert all(mark.spot[0] >= -0.5 for mark in words)
        assert all(mark.spot[0] + text_width(mark.text) <= WIDTH + 0.5 for mark in words)


@given(low=st.floats(-1e6, 1e6), size=st.floats(1e-3, 1e7), most=st.integers(2, 8))
def test_ticks_are_few_and_lie_inside(low: float, size: float, most: int) -> None:
    ticks = round_ticks(low, low + size, most)
    assert len(ticks) <= most + 1
    assert all(low - 1e-6 * size <= tick <= low + size * (1 + 1e-6) for tick in ticks)


# --- for analysts: the same marks as a matplotlib figure


@every_chart
def test_a_figure_shows_the_same_words_and_is_as_large(draw: Callable[[str], Drawing]) -> None:
    drawn = draw("en")
    figure = drawn.figure()
    assert tuple(figure.get_size_inches() * 72) == pytest.approx((WIDTH, drawn.height))
    words = sorted(mark.text for mark in drawn.marks if isinstance(mark, TextMark))
    assert sorted(text.get_text() for text in figure.axes[0].texts) == words
    with BytesIO() as file:
        figure.savefig(file, format="png")
        assert file.getvalue().startswith(b"\x89PNG")


# --- the page: all charts through the template, opened in a browser by the bureau's checker


def demo(language: str) -> str:
    say = SAY[language]
    late = cumulative(language, until=dt.date(2010, 12, 31))
    early = cumulative(language, until=dt.date(2010, 3, 31))
    begun = cumulative(language, until=dt.date(2010, 2, 10), done=4e8)
    first = cumulative(language, until=dt.date(2010, 1, 2), done=2e7, band=(4e8, 1.79e10))
    drawings = [*(draw(language) for draw in ALL), early, late, begun, first]
    figures = [in_page(drawn, language, at) for at, drawn in enumerate(drawings, start=1)]
    rows = pd.DataFrame({"name": [say["name"], say["behind"]], "done": [6.2e9, 1e9], "share": [0.689, None]})
    fields = (Field("name", say["name"]), Field("done", "62", amounts()), Field("share", "%", Share()))
    table = ShownTable(
        declaration=Declaration(
            name="t", title=say["name"], unit="{unit}", frame=lambda _: rows, fields=fields, fits=True
        ),
        source=None,
        settings=cast("Settings", None),
    )
    lead = Markup("<p class=lead>{} <b>62.0</b></p>").format(say["note"])
    sections = {
        "headline": lead,
        "key": table.html(language),
        "units": side_by_side(*figures),
        "what-if": replace(table, position=2).html(language),
        "data": replace(table, position=3).html(language),
    }
    outputs = [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {template.SECTION: {"id": each, "html": {language: html}}},
        }
        for each, html in sections.items()
    ]
    cell: dict[str, object] = {
        "cell_type": "code",
        "source": "",
        "metadata": {},
        "outputs": outputs,
        "execution_count": None,
    }
    document = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    return template.report(
        reads(document, as_version=4),
        {
            "language": language,
            "lang_tag": LANGUAGES[language].tag,
            "title": f"{say['name']} {say['note']}",
            "meta_lines": [say["note"], "2010-09-22"],
            "nav": [[each, f"{say['name']} {each}"] for each in sections if each != "headline"],
            "annex": [],
            "annex_label": say["note"],
            "running_head": say["name"],
            "skip_label": say["name"],
            "contents_label": say["note"],
            "headline_label": say["name"],
        },
    )


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_with_every_chart_passes_the_checker(language: str, chromium: str, tmp_path: Path) -> None:
    checker = beside("tools/check_briefing.py")
    page = tmp_path / f"briefing.{language}.html"
    page.write_text(demo(language), encoding="utf-8")
    options = ["--max-mb", "0.6", "--max-pages", "6", "--chromium", chromium]
    done = subprocess.run(
        [sys.executable, str(checker), *options, str(page)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
