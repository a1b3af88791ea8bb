"""The ledger: a forecast is frozen once, by whom, and any later change of it is seen."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cityanalytics.durable import put
from cityanalytics.errors import CityAnalyticsError, UsageError
from cityanalytics.outlook.record import LEVELS, hindcast_reasons
from cityanalytics.publishing.ledger import appended, check_head, path_of, read_ledger
from cityanalytics.publishing.publish import publish
from cityanalytics.settings import Settings, load_settings
from tests.command import run
from tests.conftest import run_cityanalytics

NEXT_DAY = dt.date(2010, 10, 9)


@pytest.fixture
def own(briefing: Path, tmp_path: Path) -> Path:
    """Give a workspace of the test's own, with tables and the briefing of 2010 Q3, and no ledger."""
    target = tmp_path / "workspace"
    shutil.copytree(briefing.parent.parent, target)
    path_of(load_settings(target)).unlink(missing_ok=True)
    return target


def append(found: Settings, fields: dict[str, Any]) -> None:
    put({path_of(found): appended(found, fields)[1]})


def entry(number: int = 0, **other: Any) -> dict[str, Any]:
    return {
        "as_of": "2010-09-22",
        "known_on": "2010-10-08",
        "published_on": (NEXT_DAY + dt.timedelta(days=number)).isoformat(),
        "by": f"总工办{number}",
        "hindcast": [],
        "done": 62e8,
        "target": 90e8,
        "quantiles": {name: 80e8 + 1e8 * at for at, name in enumerate(LEVELS)},
        "probability": 0.6,
        "rules": {"run_rate": 85.4e8, "last_year_shape": None},
        "method": "m",
        "reference_class": "c",
        "code_sha256": "0",
        "inputs_sha256": f"{number}",
        **other,
    }


def workspace_of(folder: Path, entries: int) -> Settings:
    folder.mkdir(exist_ok=True)
    shutil.copy(Path(__file__).parent.parent / "cityanalytics.toml", folder)
    found = load_settings(folder)
    for number in range(entries):
        append(found, entry(number))
    return found


def test_publishing_writes_what_the_page_says_and_the_page_stays_the_same(own: Path) -> None:
    before = (own / "reports/2010Q3/briefing.zh.html").read_bytes()
    done = run_cityanalytics(
        "publish", "reports/2010Q3/briefing.zh.html", "--by", " 总工办  王 ", "--json", workspace=own
    )
    record = json.loads((own / "reports/2010Q3/briefing.json").read_text("utf-8"))
    (found,) = read_ledger(load_settings(own)).entries
    assert json.loads(done.stdout)["sha256"] == found.sha256
    assert found.by == "总工办 王"
    assert {name: record["forecast"][name] for name in LEVELS} == dict(found.quantiles)
    assert (found.as_of.isoformat(), found.known_on.isoformat()) == (record["as_of"], record["known_on"])
    assert (found.code_sha256, found.inputs_sha256) == (record["code"], record["inputs_sha256"])
    # the sample's year is long over, so what is published today is a hindcast, and is called one
    assert "late" in found.hindcast
    assert "hindcast" in done.stderr
    assert run("verify", "reports/2010Q3", workspace=own).returncode == 0
    assert (own / "reports/2010Q3/briefing.zh.html").read_bytes() == before

    again = run("publish", "reports/2010Q3", "--by", "another", workspace=own)
    assert again.returncode == 1
    assert "published once" in again.stderr
    assert len(read_ledger(load_settings(own)).entries) == 1


def test_brief_never_writes_the_ledger(own: Path) -> None:
    run_cityanalytics("brief", "2010Q3", "--force", workspace=own)
    assert not path_of(load_settings(own)).exists()


def test_one_byte_changed_fails_the_check_and_is_placed(own: Path) -> None:
    found = load_settings(own)
    for number in range(3):
        append(found, entry(number))
    path = path_of(found)
    good = run("verify", str(path), "--json", workspace=own)
    assert good.returncode == 0
    assert json.loads(good.stdout)["entries"] == 3
    text = path.read_text("utf-8")
    path.write_text(text.replace("总工办1", "总工办7"), "utf-8")
    for command in (("verify", str(path)), ("verify", "reports/2010Q3"), ("brief", "2010Q3", "--force")):
        done = run(*command, workspace=own)
        assert done.returncode == 1, command
        assert "ledger.jsonl, line 2" in done.stderr
    refused = run("publish", "reports/2010Q3", "--by", "x", workspace=own)
    assert refused.returncode == 1
    assert path.read_text("utf-8") == text.replace("总工办1", "总工办7")


def test_a_report_that_no_longer_verifies_is_not_published(own: Path) -> None:
    page = own / "reports/2010Q3/briefing.en.html"
    page.write_text(page.read_text("utf-8") + "<!-- -->", "utf-8")
    done = run("publish", "reports/2010Q3", "--by", "x", workspace=own)
    assert done.returncode == 1
    assert "cityanalytics verify" in done.stderr
    assert not path_of(load_settings(own)).exists()


def test_a_raw_workbook_changed_after_the_report_is_refused(own: Path) -> None:
    workbook = next((own / "data/raw/2010Q3").rglob("*.xlsx"))
    workbook.write_bytes(workbook.read_bytes() + b"\0")
    assert run("publish", "reports/2010Q3", "--by", "x", workspace=own).returncode == 1
    assert not path_of(load_settings(own)).exists()


def test_somebody_publishes(own: Path, tmp_path: Path) -> None:
    report = own / "reports/2010Q3"
    with pytest.raises(UsageError):
        publish(load_settings(own), report, by=" \n", on=NEXT_DAY, scratch=tmp_path)
    assert run("publish", "reports/2010Q3", workspace=own).returncode == 2


def test_a_clock_that_went_back_is_refused(own: Path, tmp_path: Path) -> None:
    with pytest.raises(CityAnalyticsError, match="clock"):
        publish(load_settings(own), own / "reports/2010Q3", by="x", on=dt.date(2010, 10, 1), scratch=tmp_path)


def test_what_is_published_in_time_is_the_next_quarters_last_forecast(own: Path, tmp_path: Path) -> None:
    run_cityanalytics("brief", "2010Q2", "--known-on", "2010-07-08", workspace=own)
    folder = own / "reports/2010Q2/known-2010-07-08"
    found = load_settings(own)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    published = publish(found, folder, by="总工办", on=dt.date(2010, 7, 9), scratch=scratch)
    assert published.hindcast == ()
    run_cityanalytics("brief", "2010Q3", workspace=own)
    record = json.loads((own / "reports/2010Q3/briefing.json").read_text("utf-8"))
    assert record["ledger"] == {"entries": 1, "head": published.sha256}
    assert record["bridge"]["from"]["published_on"] == "2010-07-09"
    assert record["bridge"]["from"]["p50"] == round(published.quantiles["p50"])
    assert record["bridge"]["steps"][0] == {"cause": "method", "p50": 0, "probability_points": 0}
    page = (own / "reports/2010Q3/briefing.zh.html").read_text("utf-8")
    assert "上期预测于2010年7月9日发布" in page
    assert "所预测年度均未结束" in page
    # what is published from now on is not on that page: it stays as it is
    later = tmp_path / "later"
    later.mkdir()
    assert publish(found, own / "reports/2010Q3", by="总工办", on=NEXT_DAY, scratch=later).hindcast == ()
    assert run("verify", "reports/2010Q3", workspace=own).returncode == 0
    # but without the entry that it knows it fails, and says so
    path_of(found).unlink()
    gone = run("verify", "reports/2010Q3", workspace=own)
    assert gone.returncode == 1
    assert "ledger" in gone.stderr


@pytest.mark.parametrize(
    ("published_on", "newest_receipt", "later_reported", "reasons"),
    [
        (dt.date(2010, 10, 23), True, False, ()),
        (dt.date(2010, 10, 24), True, False, ("late",)),
        (dt.date(2010, 10, 1), False, True, ("left_out", "later_reported")),
    ],
)
def test_a_hindcast_says_why(published_on, newest_receipt, later_reported, reasons) -> None:
    found = hindcast_reasons(
        as_of=dt.date(2010, 9, 22),
        published_on=published_on,
        newest_receipt=newest_receipt,
        later_reported=later_reported,
    )
    assert found == reasons


@given(place=st.integers(0), value=st.integers(1, 255))
@settings(max_examples=60)
def test_no_byte_can_be_changed_unseen(tmp_path_factory, place: int, value: int) -> None:
    found = workspace_of(tmp_path_factory.mktemp("ledger"), 3)
    path = path_of(found)
    content = bytearray(path.read_bytes())
    at = place % len(content)
    content[at] ^= value
    path.write_bytes(content)
    line = path.read_bytes()[:at].count(b"\n") + 1
    with pytest.raises(CityAnalyticsError, match=rf"ledger\.jsonl, line ({line}|{line + 1}):"):
        read_ledger(found)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines[1:],
        lambda lines: lines[:1] + lines[2:],
        lambda lines: lines[:-2] + lines[-1:],
        lambda lines: lines[:-1],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines[:2], *lines[1:]],
        lambda lines: lines[:0],
    ],
    ids=["first gone", "middle gone", "last gone", "seal gone", "moved", "twice", "emptied"],
)
def test_no_entry_can_be_removed_moved_or_added(tmp_path: Path, spoil) -> None:
    found = workspace_of(tmp_path / "w", 3)
    path = path_of(found)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(spoil(lines)), "utf-8")
    with pytest.raises(CityAnalyticsError, match="line"):
        read_ledger(found)


def test_appending_leaves_earlier_entries_as_they_are(tmp_path: Path) -> None:
    found = workspace_of(tmp_path / "w", 2)
    before, ledger = path_of(found).read_text("utf-8").splitlines(), read_ledger(found)
    append(found, entry(2))
    assert path_of(found).read_text("utf-8").splitlines()[:2] == before[:2]
    now = read_ledger(found)
    assert now.entries[:2] == ledger.entries
    assert not check_head(now, {"entries": 2, "head": ledger.head})
    assert check_head(ledger, {"entries": 3, "head": now.head})
    assert not list(path_of(found).parent.glob(".*.new"))
