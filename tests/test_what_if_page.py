"""The page's panel: the same numbers as Python's, from a file, without network; without script the table stands."""

from __future__ import annotations

import datetime as dt
import json
import math
import random
import re
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

import cityanalytics as ca
from cityanalytics.briefing.display import number
from cityanalytics.errors import BlockingIssuesError
from cityanalytics.whatif.levers import KINDS
from cityanalytics.whatif.model import Model
from cityanalytics.whatif.panel import panel
from tests.conftest import run_cityanalytics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

DATES = ("2010-03-31", "2010-05-20", "2010-06-30", "2010-09-22")
SCRIPT = "cityanalytics/briefing/template/briefing/whatif.js"
MOST_SCRIPT, MOST_DATA = 30_000, 120_000
CLOSE = 1e-9
#: What the script is asked: a model and scenarios in, numbers out.
ASK = """
(engine, given) => {
  const model = engine.prepare(given.data);
  return given.scenarios.map(scenario => {
    const found = engine.answer(model, scenario);
    const groups = {};
    for (const key of ["unit", "category"]) groups[key] = engine.groups(model, found, key);
    return {p10: found.p10, p50: found.p50, p90: found.p90, probability: found.probability, groups};
  });
}
"""
IN_NODE = f"""
const [script, file] = process.argv.slice(1);
const ask = {ASK};
console.log(JSON.stringify(ask(require(script), JSON.parse(require("fs").readFileSync(file)))));
"""


@pytest.fixture(scope="module")
def workspace(processed_workspace: Path) -> ca.Workspace:
    return ca.open_workspace(processed_workspace)


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("no Node: the script is tried in Chromium alone")
    return found


def drawn(model: Model, dice: random.Random) -> dict[str, Any]:
    """Draw a scenario as the page's panel may hold it, and more: every kind of lever."""
    levers = []
    for _ in range(dice.randint(1, 4)):
        lever: dict[str, Any] = {"kind": dice.choice(sorted(KINDS))}
        match lever["kind"]:
            case "pace":
                lever["factor"] = dice.uniform(0, 3)
            case "shifts":
                lever |= {"shifts": dice.randint(1, 3), "yield": dice.random()}
            case "days":
                lever[dice.choice(["lost", "gained"])] = float(dice.randint(0, 5))
            case "funds_short":
                lever["share"] = dice.random()
            case "scope":
                lever["share"] = dice.uniform(-0.3, 1)
            case "funds_arrive" | "lift" | "start" | "finish":
                lever["on"] = dice.choice(model.days)
        if lever["kind"] in {"pace", "shifts", "suspend"}:
            lever["from"], lever["to"] = sorted(dice.choices(model.days, k=2))
        if key := dice.choice(["", "units", "categories", "constraints", "stages", "projects"]):
            lever[key] = dice.sample(model.selection.names[key], min(3, len(model.selection.names[key])))
        levers.append(lever)
    return {"city_pace": dice.choice([1.0, dice.uniform(0.5, 2)]), "lever": levers}


def close(one: float | None, other: float | None) -> bool:
    if one is None or other is None or math.isnan(other):
        return one is None and (other is None or math.isnan(other))
    return abs(one - other) <= CLOSE * max(abs(other), 1.0)


@pytest.fixture(scope="module")
def asked_of_both(workspace: ca.Workspace) -> Callable[[str], tuple[dict[str, Any], list[ca.WhatIf]]]:
    """Give what draws fifty random scenarios of a day, once: as the script is asked them, and Python's answers."""

    @cache
    def scenarios_of(day: str) -> tuple[dict[str, Any], list[ca.WhatIf]]:
        forecast = ca.forecast(ca.programme(workspace, as_of=day))
        model, dice = Model.of(forecast), random.Random(day)  # noqa: S311 - scenarios, no secrets
        asked: list[dict[str, Any]] = []
        answers = []
        while len(asked) < 50:
            scenario = drawn(model, dice)
            try:
                answers.append(ca.what_if(forecast, {"scenario": {"drawn": scenario}}))
            except BlockingIssuesError:
                continue  # two starts, or nothing chosen
            asked.append(scenario)
        return json.loads(json.dumps({"data": panel(model), "scenarios": asked}, default=str)), answers

    return scenarios_of


def assert_equal(told: list[dict[str, Any]], answers: list[ca.WhatIf]) -> None:
    assert len(told) == len(answers) == 50
    for said, found in zip(told, answers, strict=True):
        row = found.table.iloc[1]
        for name in ("p10", "p50", "p90", "probability"):
            assert close(said[name], float(row[name])), name
        for key in ("unit", "category"):
            ours = found.by(key).set_index(key)
            for group in said["groups"][key]:
                for name in ("p50", "probability"):
                    assert close(group[name], float(ours.loc[group["name"], name])), (key, group["name"])


@pytest.mark.parametrize("day", DATES)
def test_script_and_python_agree_on_random_scenarios(
    asked_of_both, repository: Path, tmp_path: Path, node: str, day: str
) -> None:
    asked, answers = asked_of_both(day)
    file = tmp_path / "asked.json"
    file.write_text(json.dumps(asked), encoding="utf-8")
    command = [node, "-e", IN_NODE, str(repository / SCRIPT), str(file)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert_equal(told, answers)


@pytest.mark.browser
def test_the_browser_and_python_agree_on_random_scenarios(
    page: Page, asked_of_both, repository: Path
) -> None:
    # a page of its own: the briefing's policy admits no script but its own
    blank = page.context.new_page()
    blank.evaluate("() => { window.module = {}; }")
    blank.add_script_tag(path=repository / SCRIPT)
    asked, answers = asked_of_both(DATES[-1])  # Node answers on all days
    assert_equal(blank.evaluate(f"given => ({ASK})(module.exports, given)", asked), answers)
    blank.close()


@pytest.mark.parametrize("day", DATES)
def test_script_and_data_stay_small(workspace: ca.Workspace, repository: Path, day: str) -> None:
    data = json.dumps(panel(Model.of(ca.forecast(ca.programme(workspace, as_of=day)))), ensure_ascii=False)
    assert len(data.encode()) <= MOST_DATA
    script = (repository / SCRIPT).read_text(encoding="utf-8")
    assert len(script.encode()) <= MOST_SCRIPT
    assert not re.search(
        r"\beval\b|innerHTML|outerHTML|insertAdjacent|document\.write|new Function|https?://(?!www\.w3\.org/2000/svg)",
        script,
    )


@pytest.fixture(scope="module")
def page(briefing: Path, chromium: str) -> Iterator[Page]:
    """Give the Chinese page as a browser has it that is offline, and fails the test where it complains."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--headless", "--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        opened = browser.new_context(offline=True).new_page()
        faults: list[str] = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on("console", lambda message: faults.append(message.text))
        opened.goto((briefing / "briefing.zh.html").as_uri())
        opened.locator("#whatif").scroll_into_view_if_needed()
        opened.wait_for_function("document.getElementById('w-median').textContent !== ''")
        opened.click("#whatif summary")  # the levers beyond the first two
        yield opened
        assert faults == []
        browser.close()


def shown(page: Page) -> tuple[str, str]:
    """Give the median and the chance that the panel shows, once the next frame is drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.inner_text("#w-median"), page.inner_text("#w-chance")


def expected(found: Any) -> tuple[str, str]:
    row = found.table.iloc[-1]
    return f"{number(row['p50'], 'zh', places=2, per=1e8)}亿元", f"{row['probability']:.1%}"


def move(page: Page, name: str, value: str) -> None:
    page.fill(f"#w-{name}", value)
    page.dispatch_event(f"#w-{name}", "input")


@pytest.mark.browser
def test_levers_move_number_and_chart_and_the_file_gives_the_same_answer(
    page: Page, workspace: ca.Workspace, tmp_path: Path
) -> None:
    forecast = ca.forecast(ca.programme(workspace, "2010Q3"))
    assert shown(page) == expected(ca.what_if(forecast))
    dots = page.get_attribute("#w-dots", "aria-label")
    move(page, "pace", "1.25")
    assert shown(page) == expected(ca.what_if(forecast, "pace=1.25"))
    assert page.get_attribute("#w-dots", "aria-label") != dots
    page.fill("#w-find", "新城")
    page.dispatch_event("#w-find", "input")
    page.locator("#w-found button").first.click()
    page.locator("#w-lift input").first.check()
    move(page, "start", "20")
    both = shown(page)
    page.click("#w-copy")
    file = tmp_path / "page.toml"
    file.write_text(page.input_value("#w-file"), encoding="utf-8")
    assert both == expected(ca.what_if(forecast, file))
    told = json.loads(
        run_cityanalytics("what-if", str(file), "--json", workspace=workspace.settings.root).stdout
    )["scenarios"][0]
    assert both[0] == f"{number(told['p50'], 'zh', places=2, per=1e8)}亿元"
    # the worked example's two levers
    page.click("#w-reset")
    move(page, "pace", "1.2")
    move(page, "start", str((dt.date(2010, 10, 15) - dt.date(2010, 9, 23)).days))
    example = ca.what_if(forecast, ["pace=1.2", "start=2010-10-15"])
    assert shown(page) == expected(example) == ("101.50亿元", "80.6%")
    page.click("#w-copy")
    file.write_text(page.input_value("#w-file"), encoding="utf-8")
    assert expected(ca.what_if(forecast, file)) == expected(example)
    both = shown(page)
    # the link holds it
    page.click("#w-link")
    again = page.context.new_page()
    again.goto(page.url)
    again.wait_for_function("document.getElementById('w-median').textContent !== ''")
    assert shown(again) == both
    again.close()
    page.click("#w-reset")
    assert shown(page) == expected(ca.what_if(forecast))


@pytest.mark.browser
def test_a_goal_and_the_fewest_are_those_of_python(page: Page, workspace: ca.Workspace) -> None:
    found = ca.what_if(ca.forecast(ca.programme(workspace, "2010Q3")))
    page.select_option("#w-wanted", "0.7")
    page.click("#w-seek")
    assert f"{found.goal(0.7).value:.4f}倍" in page.inner_text("#w-said")
    page.click("#w-fewest")
    few = found.fewest("units", 0.7)
    assert f"需{len(few.chosen)}个责任单位" in page.inner_text("#w-said")
    assert f"至少需要{few.at_least}个" in page.inner_text("#w-said")


@pytest.mark.browser
def test_a_link_that_holds_nonsense_leaves_base(page: Page, workspace: ca.Workspace) -> None:
    base = expected(ca.what_if(ca.forecast(ca.programme(workspace, "2010Q3"))))
    for text in ("{", "null", '{"pace": 99, "units": {"<b>": 2}, "projects": {"x": "stop"}, "lift": ["y"]}'):
        other = page.context.new_page()
        other.goto(page.url.partition("#")[0] + "#w=" + text.replace("<", "%3C"))
        other.wait_for_function("document.getElementById('w-median').textContent !== ''")
        assert shown(other) == base
        other.close()


@pytest.mark.browser
def test_without_script_the_table_of_scenarios_stands(page: Page) -> None:
    context = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr] # it was launched
    plain = context.new_page()
    plain.goto(page.url.partition("#")[0])
    assert plain.locator("#what-if table").first.is_visible()
    assert not plain.locator("#whatif").is_visible()
    context.close()
