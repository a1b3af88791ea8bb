"""A workspace's configuration: read, checked, and every mistake said with the key that has it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import pytest

import cityanalytics as ca
from cityanalytics.briefing import figures
from cityanalytics.briefing.figures.line import Line
from cityanalytics.errors import UsageError
from cityanalytics.figurekeys import taken
from cityanalytics.intake.aliases import read_confirmed
from cityanalytics.settings import Settings, file_sha256, find_workspace, load_settings

if TYPE_CHECKING:
    from pathlib import Path

SMALLEST = """
[names]
city = { zh = "样例市", en = "Sample City" }
bureau = { zh = "建设局", en = "Bureau" }
statement = { zh = "样例数据", en = "Synthetic" }

[forecast]
reference_class = "us_public_construction"
"""


def entry(name: str, project: str) -> str:
    return f'[[alias]]\nname = "{name}"\nproject = "{project}"\nconfirmed_by = "甲"\non = 2010-07-06\n'


def load(root: Path, text: str) -> Settings:
    (root / "cityanalytics.toml").write_text(text, encoding="utf-8")
    return load_settings(root)


def test_the_smallest_configuration_has_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path, SMALLEST)
    assert settings.city["zh"] == "样例市"
    assert settings.languages == ("zh", "en")
    assert settings.due_days == 5
    assert (settings.lights.yellow, settings.lights.red) == (0.0, 0.05)
    assert settings.data_date("2010Q3") == dt.date(2010, 9, 30)
    assert settings.raw == tmp_path.resolve() / "data" / "raw"


def test_the_sample_city_s_configuration_says_what_its_bureau_decided(repository: Path) -> None:
    settings = load_settings(repository)
    assert len(settings.units) == 20
    assert settings.data_date("2010Q3") == dt.date(2010, 9, 22)
    assert settings.data_date("2010Q2") == dt.date(2010, 6, 30)
    must_end = {category for category, rule in settings.obligations.items() if rule in {"complete", "finish"}}
    assert {
        "城市道路及配套",
        "园林绿化",
        "污水管网",
        "燃气管网",
        "集中供热",
        "老旧小区整治",
        "背街小巷改造",
    } <= must_end
    assert settings.term("天气", "en") == "weather"
    assert settings.term("天气", "zh") == "天气"
    assert [kind.kind for kind in settings.demolition] == ["棚户区", "城中村", "农村住房"]
    assert {kind.kind for kind in settings.works if kind.listed} == {
        "城市道路升级配套",
        "桥梁建设",
        "背街小巷改造",
        "城区道路绿化",
        "城区至镇驻地道路绿化",
        "湿地森林公园",
    }


def test_holidays_reach_the_calendar(tmp_path: Path) -> None:
    text = f"{SMALLEST}\n[holidays.2040]\noff = [2040-01-02]\nworked = [2040-01-07]\n"
    calendar = load(tmp_path, text).calendar
    assert calendar.working_days(dt.date(2040, 1, 1), dt.date(2040, 1, 8)) == 5


@pytest.mark.parametrize(
    ("text", "section", "key", "nearest"),
    [
        (f"due_day = 5\n{SMALLEST}", "cityanalytics.toml", "due_day", "due_days"),
        (f"{SMALLEST}\nsead = 1\n", "forecast", "sead", "seed"),
        (f"{SMALLEST}\n[lights]\nyelow = 0.1\n", "lights", "yelow", "yellow"),
        (f"{SMALLEST}\n[light]\nyellow = 0.1\n", "cityanalytics.toml", "light", "lights"),
        (
            f'{SMALLEST}\n[works.parks]\nkind="园"\nlabel={{zh="园",en="Parks"}}\nlist=true\n',
            "works.parks",
            "list",
            "listed",
        ),
        (f"{SMALLEST}\n[holidays.2040]\nof = [2040-01-02]\n", "holidays.2040", "of", "off"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(
    tmp_path: Path, text: str, section: str, key: str, nearest: str
) -> None:
    with pytest.raises(UsageError) as error:
        load(tmp_path, text)
    assert str(error.value) == f"cityanalytics.toml: [{section}] has an unknown key {key}; nearest: {nearest}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'due_days = "5"\n{SMALLEST}', r"due_days \(int\).*'5'"),
        (f'units = "市政工程处"\n{SMALLEST}', r"units \(list\)"),
        (
            SMALLEST.replace('{ zh = "样例市", en = "Sample City" }', '"样例市"'),
            r"\[names\] needs city \(dict\)",
        ),
        (SMALLEST.replace('zh = "样例市"', "zh = 1"), r"zh \(str\)"),
        (f'{SMALLEST}\n[lights]\nred = "much"\n', r"\[lights\] needs red \(float\)"),
        (f"{SMALLEST}\n[lights]\nred = 5\n", r"\[lights\] red is a fraction of the plan .* not 5\.0"),
        (f"{SMALLEST}\n[lights]\nyellow = nan\n", r"\[lights\] yellow is a fraction of the plan .* not nan"),
        (f"{SMALLEST}\n[lights]\nyellow = 0.1\n", r"\[lights\] yellow = 0\.1 lies above red = 0\.05"),
        (f'{SMALLEST}\n[quarters]\n2010Q3 = "2010-09-22"\n', r"\[quarters\] needs 2010Q3 \(date\)"),
        (f'{SMALLEST}\n[obligations]\n"道路" = 1\n', r"\[obligations\] needs 道路 \(str\)"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load(tmp_path, text)


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ('reference_class = "us_public_construction"', "reference_class"),
        ('city = { zh = "样例市", en = "Sample City" }', "city"),
    ],
)
def test_a_missing_key_is_said(tmp_path: Path, cut: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"needs {said}"):
        load(tmp_path, SMALLEST.replace(cut, ""))


def test_a_data_date_of_no_quarter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2010Q5"):
        load(tmp_path, f"{SMALLEST}\n[quarters]\n2010Q5 = 2010-09-22\n")


@pytest.mark.parametrize("content", [b"[names", b"a = \xff\xfe", b"a = 1\na = 2\n"])
def test_what_is_no_toml_is_refused_with_the_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cityanalytics.toml").write_bytes(content)
    with pytest.raises(UsageError, match=r"cityanalytics\.toml cannot be read"):
        load_settings(tmp_path)


def test_the_nearest_workspace_upwards_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "city" / "data" / "raw"
    inner.mkdir(parents=True)
    for root in (tmp_path, tmp_path / "city"):
        (root / "cityanalytics.toml").touch()
    assert find_workspace(inner) == tmp_path / "city"
    assert find_workspace(tmp_path / "city") == tmp_path / "city"
    assert find_workspace(tmp_path) == tmp_path


def test_without_a_workspace_it_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--workspace.*cityanalytics init"):
        find_workspace(tmp_path)


def test_a_folder_of_that_name_is_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "cityanalytics.toml").mkdir()
    with pytest.raises(UsageError, match=r"no cityanalytics\.toml"):
        find_workspace(tmp_path)


def test_a_file_s_hash_is_that_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"content")
    assert file_sha256(path) == hashlib.sha256(b"content").hexdigest()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{SMALLEST}\n[lights]\nred = true\n", r"needs red \(float\); it has 'True'"),
        (f"due_days = true\n{SMALLEST}", r"needs due_days \(int\)"),
        (f"due_days = 1000000000000\n{SMALLEST}", r"due_days lies from 0 to 366"),
        (f"{SMALLEST}seed = -1\n", r"seed lies from 0"),
        (f"{SMALLEST}seed = 99999999999999999999999\n", r"seed lies from 0"),
        (f"{SMALLEST}\n[quarters]\n2010Q3 = 2010-09-22T00:00:00\n", r"needs 2010Q3 \(date\)"),
        (f"{SMALLEST}\n[terms]\n'甲' = 5\n", r"needs 甲 \(dict\)"),
        (f"{SMALLEST}\n[terms]\n'甲' = {{ en = 5 }}\n", r"\[terms\.甲\] needs en \(str\)"),
        (f'languages = ["zh", "english"]\n{SMALLEST}', "languages has 'english'; there are en, zh"),
        (
            SMALLEST.replace("us_public", "us_pubic"),
            r"reference_class has 'us_pubic_construction'; there are .*us_public_construction",
        ),
        (f'units = ["甲处", "甲处"]\n{SMALLEST}', "'甲处' twice"),
        (f'units = ["Roads"]\nsections = ["roads"]\n{SMALLEST}', "twice"),
        (f'units = ["\u00c4 处", "A\u0308 处"]\n{SMALLEST}', "twice"),
        (
            f'{SMALLEST}[works.a]\nkind="甲"\nlabel={{zh="甲"}}\n[demolition.a]\nkind="乙"\nlabel={{zh="乙"}}\n',
            "'a' twice",
        ),
        (
            f'{SMALLEST}[works."../a"]\nkind="甲"\nlabel={{zh="甲"}}\n',
            r"\[works\.\.\./a\] is the key of a figure",
        ),
        *[
            (f'units = ["{name}"]\n{SMALLEST}', "workbooks are filed in a folder of that name")
            for name in (
                "",
                " ",
                ".",
                "..",
                "../../../x",
                "a/b",
                r"a\\b",
                r"a\u0007b",
                r"a\u202eb",
                "甲 ",
                "甲" * 67,
                "a:b",
            )
        ],
    ],
)
def test_what_would_do_harm_later_is_refused_at_once(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load(tmp_path, text)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = f"due_days = true\ndue_day = 1\n{SMALLEST}sead = 1\n[lights]\nred = 7\nyelow = 1\n"
    with pytest.raises(UsageError) as error:
        load(tmp_path, text.replace("reference_class", "reference_clas"))
    said = error.value.text().splitlines()
    for name in (
        "due_days (int)",
        "due_day;",
        "sead;",
        "red is a fraction",
        "yelow;",
        "reference_class (str)",
    ):
        assert len([line for line in said if name in line]) == 1, name
    assert len(said) == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[aliases]]\nname="a"\nproject="b"\nconfirmed_by="c"\n', "unknown key aliases; nearest: alias"),
        (entry("a", "b") + entry("b", "a"), "stand for one another.*: a, b"),
        (entry("a", "a"), "stand for one another"),
        (entry("a", "b") + entry("a", "c"), "'a' stands for 'b' and for 'c'"),
        (entry("a", "b") + "when = 1\n", "unknown key when"),
        (entry("a", "b").replace('"b"', "true"), r"needs project \(str\)"),
        (
            '[[gone]]\nname="a"\nquarter="2010"\nconfirmed_by="c"\non=2010-07-01\n',
            "such as 2026Q2, not '2010'",
        ),
        (2 * '[[gone]]\nname="a"\nquarter="2010Q1"\nconfirmed_by="c"\non=2010-07-01\n', "a stands twice"),
        ('[[gone]]\nname="a"\nquarter="2010Q1"\nconfirmed_by="c"\n', r"needs on \(date\)"),
    ],
)
def test_aliases_that_loop_or_contradict_are_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "aliases.toml").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=said):
        read_confirmed(tmp_path / "aliases.toml")


def test_aliases_lead_to_the_last_name_and_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "aliases.toml").write_text(entry("a", "b") + entry("b", "c"), "utf-8-sig")
    assert read_confirmed(tmp_path / "aliases.toml").aliases == {"a": "c", "b": "c"}


def kind(section: str, key: str) -> str:
    return f'[{section}.{key}]\nkind = "{section}{key}"\nlabel = {{ zh = "甲" }}\n'


def test_keys_that_are_other_figures_are_told_with_all_else(tmp_path: Path) -> None:
    keys = (
        "annual_plan",
        "projects_completed_gap",
        "unit_a_plan",
        "houses_share",
        "demolition_total",
        "since_added",
    )
    text = SMALLEST + kind("demolition", "houses") + "".join(kind("works", key) for key in keys)
    with pytest.raises(UsageError) as error:
        load(tmp_path, f"due_day = 5\n{text}")
    assert str(error.value).splitlines()[1:] == [
        f"cityanalytics.toml: [works.{key}]: {key} is the key of another figure; choose another"
        for key in keys
    ]
    allowed = ("houses_built", "investment_in_parks", "missing_links", "units_built", "demolition_shanty")
    load(tmp_path, text.split("[works")[0] + "".join(kind("works", key) for key in allowed))


def declared(values: Iterable[object]) -> Iterator[Line]:
    """Give each line that stands somewhere in values."""
    for value in values:
        if isinstance(value, Line):
            yield value
        elif isinstance(value, (tuple, Mapping)):
            yield from declared(value.values() if isinstance(value, Mapping) else value)


def test_no_figure_has_a_key_that_the_configuration_may_give(processed_workspace: Path) -> None:
    modules = [import_module(f"{figures.__name__}.{one.name}") for one in iter_modules(figures.__path__)]
    lines = [line for module in (figures, *modules) for line in declared(vars(module).values())]
    single = {line.key.format("1900") for line in lines if line.key and not line.key.startswith("_")}
    assert len(single) > 100
    workspace = ca.open_workspace(processed_workspace)
    found = ca.briefing(ca.programme(workspace, "2010Q3")).figures["key"]
    own = workspace.settings
    given = {kind.key for kind in (*own.works, *own.demolition, *own.investments)}
    demolition = [kind.key for kind in own.demolition]
    assert {key for key in {*single, *found} if not taken(key, demolition)} == given
