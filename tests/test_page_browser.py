"""The pages as readers meet them: an offline Chromium on a desk, on a phone, in the dark and on A4."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from cityanalytics.publishing.index import write_index
from cityanalytics.settings import load_settings
from tests.conftest import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize

pytestmark = pytest.mark.browser

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BRIEFINGS = {"zh": "briefing.zh.html", "en": "briefing.en.html"}
LISTS = {"index": "../index.html", "index.en": "../index.en.html"}
PAGES = {**BRIEFINGS, **LISTS}
LANGUAGES = {"zh": "zh-CN", "en": "en", "index": "zh-CN", "index.en": "en"}
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 375, "height": 812}
MARK = "https://mark.invalid/"
MOST_BYTES = 600_000
MOST_SCREENS, MOST_SHEETS = 8, 4
MOST_COVERED = 0.1  # of a label: what its lines leave blank may touch

every_page = pytest.mark.parametrize("name", PAGES)
every_list = pytest.mark.parametrize("name", LISTS)
every_briefing = pytest.mark.parametrize("name", BRIEFINGS)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A page that was opened, what it asked the network for, and what it complained of."""

    page: Page
    requests: list[str]
    errors: list[str]


@pytest.fixture(scope="module")
def lists(briefing: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give lists of reports of two years, made from the sample's record with other dates and units."""
    root = tmp_path_factory.mktemp("lists")
    shutil.copy(briefing.parent.parent / "cityanalytics.toml", root)
    record = json.loads((briefing / "briefing.json").read_text(encoding="utf-8"))
    for year, month, day in ((2009, 12, 31), (2010, 3, 31), (2010, 6, 30), (2010, 9, 22)):
        quarter = f"{year}Q{(month + 2) // 3}"
        unit = {"name": f"第{month}处", "shown": {"zh": f"第{month}处", "en": f"Office{month}"}}
        said = {"zh": f"要点{month}", "en": f"Point{month}"}
        own = {"quarter": quarter, "as_of": f"{year}-{month:02}-{day}", "known_on": f"{year + 1}-01-05"}
        lights = {**record["lights"], "unit": [{**unit, "light": "far behind"}]}
        folder = root / "reports" / quarter
        folder.mkdir(parents=True)
        (folder / "briefing.json").write_text(
            json.dumps({**record, **own, "title": said, "headline": said, "lights": lights}), "utf-8"
        )
        (folder / "briefing.zh.html").touch()
    write_index(load_settings(root))
    return root / "reports"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> BrowserContext:
    return browser.new_context(offline=True, viewport=DESK)


@pytest.fixture(scope="module")
def afresh(context: BrowserContext, briefing: Path) -> Callable[[str], Visit]:
    """Give what opens a page that the test may change, and sees what it asks and complains of."""

    def opened(name: str) -> Visit:
        page = context.new_page()
        page.set_default_timeout(120_000)  # against a hang alone
        address = (briefing / PAGES[name]).resolve().as_uri()
        asked: list[str] = []
        errors: list[str] = []

        def note(request: Request) -> None:
            if request.url != address and not request.url.startswith("data:"):
                asked.append(request.url)

        page.on("request", note)
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address, wait_until="load")
        page.wait_for_timeout(100)  # a late request or error would come now
        return Visit(page=page, requests=asked, errors=errors)

    return opened


@pytest.fixture(scope="module")
def opened(afresh: Callable[[str], Visit]) -> Callable[[str], Visit]:
    return cache(afresh)


@pytest.fixture
def visit(opened: Callable[[str], Visit]) -> Callable[[str], Visit]:
    """Give what shows a page at a desk, opened once for all tests that only look at it."""

    def looked_at(name: str) -> Visit:
        seen = opened(name)
        seen.page.emulate_media(media="null", color_scheme="null")
        seen.page.set_viewport_size(DESK)
        return seen

    return looked_at


def violations(page: Page, rule: str | None = None) -> list[str]:
    """Say which accessibility rules are broken badly, or whether one of them is, and by what."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rule:
        options["runOnly"] = {"type": "rule", "values": [rule]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{violation['id']}: {violation['nodes'][0]['target']}"
        for violation in found
        if violation["impact"] in {"serious", "critical"}
    ]


@every_page
def test_nothing_leaves_the_file_and_nothing_complains(name: str, afresh: Callable[[str], Visit]) -> None:
    seen = afresh(name)
    assert seen.requests == []
    assert seen.errors == []


@every_page
def test_nothing_bars_a_reader_at_a_desk(name: str, visit: Callable[[str], Visit]) -> None:
    assert violations(visit(name).page) == []


@every_page
def test_nothing_bars_a_reader_on_a_phone(name: str, visit: Callable[[str], Visit]) -> None:
    page = visit(name).page
    page.set_viewport_size(PHONE)
    assert violations(page) == []


@every_page
def test_contrast_holds_in_the_dark(name: str, visit: Callable[[str], Visit]) -> None:
    page = visit(name).page
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast") == []


@every_page
def test_a_phone_needs_no_sideways_scroll(name: str, visit: Callable[[str], Visit]) -> None:
    page = visit(name).page
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@every_page
def test_the_page_says_its_language(name: str, visit: Callable[[str], Visit]) -> None:
    assert visit(name).page.evaluate("document.documentElement.lang") == LANGUAGES[name]


@every_page
def test_headings_are_in_order_under_one(name: str, visit: Callable[[str], Visit]) -> None:
    levels = visit(name).page.eval_on_selector_all(
        "h1, h2, h3, h4, h5, h6", "headings => headings.map(heading => Number(heading.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []


@every_page
def test_a_policy_forbids_what_the_page_does_not_need(name: str, visit: Callable[[str], Visit]) -> None:
    page = visit(name).page
    policy = page.get_attribute('meta[http-equiv="Content-Security-Policy"]', "content") or ""
    scripts: list[str] = page.eval_on_selector_all(
        "script:not([type])", "scripts => scripts.map(script => script.text)"
    )
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert len(scripts) == 1  # the list's search, or the panel of a briefing
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


@every_list
def test_no_other_script_runs_on_a_list(name: str, afresh: Callable[[str], Visit]) -> None:
    page = afresh(name).page
    ran: bool = page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script);
            const image = document.createElement('div');
            image.setAttribute('onclick', 'window.ran = true');
            document.body.append(image);
            image.click();
            return window.ran === true;
        }"""
    )
    assert ran is False


def shown_reports(page: Page) -> list[str]:
    """Give the links of the reports that a reader sees."""
    links: list[str] = page.eval_on_selector_all(
        "h3 a", "links => links.filter(link => link.offsetParent).map(link => link.getAttribute('href'))"
    )
    return [link.split("/")[0] for link in links]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("2010Q2", ["2010Q2"]),
        ("２０１０Q２", ["2010Q2"]),
        ("2010年三季度", ["2010Q3"]),
        ("third quarter of 2010", ["2010Q3"]),
        ("2009-12-31", ["2009Q4"]),
        ("12月31日 第12处", ["2009Q4"]),
        ("OFFICE6", ["2010Q2"]),
        ("point9", ["2010Q3"]),
        ("样例市", ["2010Q3", "2010Q2", "2010Q1", "2009Q4"]),
        ("sample city 2010年", ["2010Q3", "2010Q2", "2010Q1"]),
        ("没有的词", []),
    ],
)
def test_a_search_finds_reports_of_all_years_and_says_how_many(wanted, found, lists, context) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((lists / "index.html").as_uri())
    assert shown_reports(page) == ["2010Q3", "2009Q4"]  # the newest of each year
    status = page.get_by_role("status")
    assert status.get_attribute("aria-live") == "polite"
    assert status.inner_text() == ""
    page.get_by_role("searchbox", name="检索简报").fill(wanted)
    assert shown_reports(page) == found
    assert (f"检索到{len(found)}份" if found else "没有") in status.inner_text()
    page.get_by_role("searchbox").fill("")
    assert shown_reports(page) == ["2010Q3", "2009Q4"]
    assert status.inner_text() == ""
    assert asked == [(lists / "index.html").as_uri()]
    page.close()


def test_without_script_every_report_is_listed_and_no_search_is_offered(
    lists: Path, browser: Browser
) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto((lists / "index.html").as_uri())
    assert not page.get_by_role("searchbox").is_visible()
    listed = []
    for year in ("2010", "2009"):
        page.goto((lists / "index.html").as_uri())
        page.get_by_role("link", name=year).last.click()
        assert not page.get_by_role("searchbox").is_visible()
        listed += [link.get_attribute("href") for link in page.locator("h3 a").all() if link.is_visible()]
    assert [str(link).split("/")[0] for link in listed] == ["2010Q3", "2010Q2", "2010Q1", "2009Q4"]
    context.close()


@every_briefing
def test_the_headline_stands_on_the_first_screen_and_all_that_matters_most_with_what_is_asked_on_two(
    name: str, visit: Callable[[str], Visit]
) -> None:
    page = visit(name).page
    page.set_viewport_size(PHONE)
    for chosen, screens in (
        ("#headline .lead", 1),
        ("#headline li >> nth=-1", 2),
        ("#decisions tbody tr >> nth=0", 2),
    ):
        box = page.locator(chosen).bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= screens * PHONE["height"], chosen


@every_briefing
def test_a_leader_has_eight_screens_of_a_phone_to_read(name: str, visit: Callable[[str], Visit]) -> None:
    page = visit(name).page
    page.set_viewport_size(PHONE)
    box = page.locator("#annex").bounding_box()
    assert box is not None
    assert box["y"] / PHONE["height"] <= MOST_SCREENS


@every_briefing
def test_the_first_table_fits_a_phone(name: str, visit: Callable[[str], Visit]) -> None:
    page = visit(name).page
    page.set_viewport_size(PHONE)
    box = page.locator("table").first.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]


@every_briefing
def test_no_column_before_the_annex_needs_scrolling_on_a_phone(
    name: str, visit: Callable[[str], Visit]
) -> None:
    page = visit(name).page
    page.set_viewport_size(PHONE)
    widths = page.eval_on_selector_all(
        "section .sheet",
        "boxes => boxes.filter(b => !b.closest('#annex')).map(b => [b.scrollWidth, b.clientWidth])",
    )
    assert len(widths) > 4
    assert [pair for pair in widths if pair[0] > pair[1]] == []


@every_briefing
def test_on_a_phone_every_number_of_every_table_is_in_view_or_its_box_shows_that_it_scrolls(
    name: str, visit: Callable[[str], Visit]
) -> None:
    """A box shows it by a shade at its side that leaves as its end comes into view; keys reach and move such a box."""
    page = visit(name).page
    page.set_viewport_size(PHONE)
    cells: list[dict[str, Any]] = page.evaluate(
        """() => Array.from(document.querySelectorAll('table td, table th'))
            .filter(cell => cell.getClientRects().length)
            .map(cell => {
                const box = cell.closest('.sheet'), side = box.getBoundingClientRect();
                const style = getComputedStyle(box);
                const parts = Array.from(cell.getClientRects());
                return {
                    text: cell.innerText,
                    within: parts.every(part => part.left >= side.left - 1 && part.right <= side.right + 1
                        && part.left >= -1 && part.right <= innerWidth + 1),
                    scrolls: box.scrollWidth > box.clientWidth && style.overflowX === 'auto' && box.tabIndex === 0
                        && style.backgroundAttachment.includes('local') && style.backgroundImage.includes('gradient'),
                    annex: !!cell.closest('#annex'),
                };
            })"""
    )
    numbers = [cell for cell in cells if re.search(r"\d", cell["text"])]
    assert len(numbers) > 200
    assert [cell["text"] for cell in numbers if not cell["within"] and not cell["scrolls"]] == []
    assert [cell["text"] for cell in cells if not cell["within"] and not cell["annex"]] == []


@every_briefing
def test_on_paper_no_text_is_under_eight_and_a_half_points_and_none_of_the_annex_under_seven_and_a_half(
    name: str, visit: Callable[[str], Visit]
) -> None:
    page = visit(name).page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round(186 / 25.4 * 96), "height": 1000})  # A4 between its margins
    sizes: list[tuple[bool, float]] = page.evaluate(
        """() => Array.from(document.querySelectorAll('body *'))
            .filter(each => each.getClientRects().length && !each.closest('svg')
                && Array.from(each.childNodes).some(node => node.nodeType === 3 && node.data.trim()))
            .map(each => [!!each.closest('#annex'), parseFloat(getComputedStyle(each).fontSize) * 0.75])"""
    )
    for within, least in ((False, 8.5), (True, 7.5)):
        found = [size for where, size in sizes if where is within]
        assert len(found) > 100
        assert min(found) > least - 0.01  # the browser counts in 1/64 px
    scales = page.evaluate(
        """() => Array.from(document.querySelectorAll('figure svg')).filter(svg => svg.getClientRects().length)
            .map(svg => svg.getBoundingClientRect().width * 0.75 / svg.viewBox.baseVal.width)"""
    )
    svgs = page.eval_on_selector_all(
        "figure svg",
        "drawings => drawings.filter(each => each.getClientRects().length).map(each => each.innerHTML)",
    )
    for scale, svg in zip(scales, svgs, strict=True):
        assert min(float(size) * 100 for size in re.findall(r"scale\((0\.\d+) -0", svg)) * scale > 8.49


@every_briefing
def test_on_paper_it_is_four_pages_of_a4_and_no_figure_is_cut(
    name: str, afresh: Callable[[str], Visit]
) -> None:
    page = afresh(name).page
    page.emulate_media(media="print")
    # Each figure is covered by a link; the PDF then says on which pages the pieces of a figure lie.
    figures = page.evaluate(
        """mark => Array.from(document.querySelectorAll('figure'))
            .filter(each => each.getClientRects().length).map((figure, place) => {
            const link = document.createElement('a');
            link.href = mark + place;
            link.style.cssText = 'position: absolute; inset: 0';
            figure.style.position = 'relative';
            figure.append(link);
            return figure.innerText.trim();
        })""",
        MARK,
    )
    pdf = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    assert len(pdf.pages) <= MOST_SHEETS
    lies_on: dict[str, set[int]] = {}
    for number, sheet in enumerate(pdf.pages, start=1):
        assert [round(float(side)) for side in sheet.mediabox[2:]] == [595, 842]
        for note in sheet.get("/Annots") or ():
            link = note.get_object()
            address = str(link.get("/A", {}).get("/URI", ""))
            height = float(link["/Rect"][3]) - float(link["/Rect"][1])
            if address.startswith(MARK) and height > 2:
                lies_on.setdefault(address.removeprefix(MARK), set()).add(number)
    assert figures
    assert len(lies_on) == len(figures)
    assert [figures[int(place)] for place, pages in lies_on.items() if len(pages) > 1] == []


@every_page
def test_a_page_is_small_and_has_a_title_of_its_own(
    name: str, visit: Callable[[str], Visit], briefing: Path
) -> None:
    page = visit(name).page
    assert (briefing / PAGES[name]).stat().st_size <= MOST_BYTES
    assert len(page.title()) >= 6
    assert page.title() not in {name, PAGES[name]}
    assert "width=device-width" in (page.get_attribute('meta[name="viewport"]', "content") or "")


@every_page
def test_no_code_and_no_debris_is_shown(name: str, visit: Callable[[str], Visit]) -> None:
    text = re.sub(r"SHA-256 [0-9a-f]+…", "", visit(name).page.inner_text("body"))  # digits may look like 1e34
    assert re.findall(r"Traceback|\w+(?:Error|Warning): |\b(?:In|Out) ?\[|<[a-z]+\.|\bdtype: ", text) == []
    assert re.findall(r"\b(?:nan|NaN|NaT|None|inf)\b|\ufffd|\d[eE][+-]?\d\d|\.\d{7,}|\*\*|\$\\\\", text) == []


@every_briefing
def test_charts_are_named_and_described_each_in_its_own_words(
    name: str, visit: Callable[[str], Visit]
) -> None:
    charts = visit(name).page.eval_on_selector_all(
        "svg[role=img]",
        """charts => charts.map(chart => [
            chart.getAttribute('aria-label') || (chart.getAttribute('aria-labelledby') || '').split(' ')
                .map(id => document.getElementById(id)?.textContent || '').join(' ').trim(),
            chart.closest('figure')?.querySelector('figcaption')?.innerText.trim() || ''])""",
    )
    assert charts
    described = [words for words, _ in charts]
    assert [words for words in described if len(words) < 20] == []
    assert len(set(described)) == len(described)
    assert all(caption for _, caption in charts)


@every_briefing
@pytest.mark.parametrize("width", [1280, PHONE["width"]])
def test_labels_of_a_chart_lie_inside_it_and_apart(
    name: str, width: int, visit: Callable[[str], Visit]
) -> None:
    page = visit(name).page
    page.set_viewport_size({"width": width, "height": 900})
    charts: list[list[dict[str, float]]] = page.eval_on_selector_all(
        "svg[role=img]",
        """charts => charts.map(chart => [chart, ...chart.querySelectorAll('g[id*=text_]')]
            .map(part => part.getBoundingClientRect().toJSON())
            .filter(box => box.width && box.height))""",
    )
    assert sum(map(len, charts)) > 2 * len(charts)
    for chart, *labels in charts:
        assert [
            label
            for label in labels
            if label["left"] < chart["left"] - 1
            or label["right"] > chart["right"] + 1
            or label["top"] < chart["top"] - 1
            or label["bottom"] > chart["bottom"] + 1
        ] == []
        assert [pair for pair in combinations(labels, 2) if covered(*pair) > MOST_COVERED] == []


def covered(one: dict[str, float], other: dict[str, float]) -> float:
    """Give how much of the smaller box the other one covers."""
    wide = min(one["right"], other["right"]) - max(one["left"], other["left"])
    high = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    smaller = min(box["width"] * box["height"] for box in (one, other))
    return max(wide, 0.0) * max(high, 0.0) / smaller


@every_briefing
def test_every_sign_of_a_chart_has_one_outline(name: str, visit: Callable[[str], Visit]) -> None:
    used, outlines = visit(name).page.evaluate(
        """() => [
            Array.from(document.querySelectorAll('figure svg use'), use => use.getAttribute('href').slice(1)),
            Array.from(document.querySelectorAll('figure svg defs path'), path => [
                path.closest('g[id*=text_]') ? 'sign' : 'mark', path.id, path.getAttribute('d')])]"""
    )
    signs = {(sign, drawn) for kind, sign, drawn in outlines if kind == "sign"}
    assert signs
    assert len({sign for sign, _ in signs}) == len(signs)  # ids are the page's, not the chart's
    assert [sign for sign in used if sign.endswith("-g0")] == []  # the font's sign for what it lacks
    assert set(used) <= {sign for _, sign, _ in outlines}


@every_page
def test_no_sign_of_the_text_is_shown_as_a_box(name: str, visit: Callable[[str], Visit]) -> None:
    boxes: list[str] = visit(name).page.evaluate(
        """() => {
            const ink = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
            const drawn = (sign, font) => {
                ink.clearRect(0, 0, 60, 60);
                ink.font = font;
                ink.fillText(sign, 10, 40);
                return ink.getImageData(0, 0, 60, 60).data.join();
            };
            const found = new Set(), missing = {};
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                const parent = texts.currentNode.parentElement;
                if (parent.closest('script, style, svg')) continue;
                const font = '24px ' + getComputedStyle(parent).fontFamily;
                missing[font] ??= drawn(String.fromCodePoint(0x10fffe), font);  // no character, and never one
                for (const sign of texts.currentNode.data)
                    if (sign > '~' && sign.trim() && !found.has(sign) && drawn(sign, font) === missing[font])
                        found.add(sign);
            }
            return Array.from(found);
        }"""
    )
    assert boxes == []


@every_briefing
def test_tables_have_a_caption_and_heads_with_scope(name: str, visit: Callable[[str], Visit]) -> None:
    page = visit(name).page
    tables = page.eval_on_selector_all(
        "table:not([role=presentation])",
        """tables => tables.map(table => [
            table.caption?.innerText.trim() || '',
            table.querySelectorAll('th[scope]').length,
            Array.from(table.querySelectorAll('th')).filter(
                head => !head.scope || !head.textContent.trim() || head.colSpan > 1 || head.rowSpan > 1).length])""",
    )
    assert tables
    assert [caption for caption, heads, faults in tables if not caption or not heads or faults] == []


@every_briefing
def test_who_tabs_through_a_page_sees_where(name: str, afresh: Callable[[str], Visit]) -> None:
    page = afresh(name).page
    page.keyboard.press("Tab")
    outline: str = page.evaluate(
        "getComputedStyle(document.activeElement).outlineStyle + document.activeElement.tagName"
    )
    assert not outline.startswith("none")
    assert not outline.endswith("BODY")


def test_the_independent_check_of_briefings_passes(briefing: Path, chromium: str) -> None:
    checker = beside("tools/check_briefing.py")
    pages = [str(briefing / page) for page in PAGES.values()]
    command = [
        sys.executable,
        str(checker),
        "--chromium",
        chromium,
        "--max-mb",
        "0.6",
        "--max-pages",
        "6",
        *pages,
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
