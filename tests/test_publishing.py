"""Reports made, refused, made again, traced: through the commands, as a user sees them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.command import run
from tests.conftest import run_cityanalytics
from tests.documents import promised

if TYPE_CHECKING:
    from pathlib import Path


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".html", ".json", ".xlsx"}
    }


@pytest.fixture
def own_briefing(briefing: Path, tmp_path: Path) -> Path:
    """Give a workspace of the test's own, with tables and the briefing in it."""
    target = tmp_path / "workspace"
    shutil.copytree(briefing.parent.parent, target)
    return target


def change_notebook(workspace: Path, source: str) -> None:
    path = workspace / "notebooks" / "02_briefing.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[3]["source"] = source
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_a_report_made_again_has_the_same_bytes_and_verifies(own_briefing: Path) -> None:
    before = hashes(own_briefing / "reports")
    run_cityanalytics("brief", "2010Q3", "--force", workspace=own_briefing)
    assert hashes(own_briefing / "reports") == before
    done = run_cityanalytics("verify", "reports/2010Q3/briefing.zh.html", "--json", workspace=own_briefing)
    verdict = json.loads(done.stdout)
    assert verdict["equal"] is True
    pages = ["briefing.en.html", "briefing.json", "briefing.xlsx", "briefing.zh.html"]
    assert sorted(verdict["same"]) == ["02_briefing.ipynb", *pages]


def test_what_is_up_to_date_is_not_made_again(own_briefing: Path) -> None:
    notebook = own_briefing / "reports" / "2010Q3" / "02_briefing.ipynb"
    made = notebook.stat().st_mtime_ns
    done = run_cityanalytics("brief", "2010Q3", workspace=own_briefing)
    assert notebook.stat().st_mtime_ns == made
    assert "0 made" in done.stderr
    assert "briefing.xlsx" not in done.stderr


def test_a_report_without_its_workbook_is_made_again_and_says_so(own_briefing: Path) -> None:
    workbook = own_briefing / "reports" / "2010Q3" / "briefing.xlsx"
    before = workbook.read_bytes()
    workbook.unlink()
    done = run_cityanalytics("brief", "2010Q3", workspace=own_briefing)
    assert str(workbook) in done.stderr
    assert workbook.read_bytes() == before


def test_verify_says_what_differs_and_why(own_briefing: Path) -> None:
    record = own_briefing / "reports" / "2010Q3" / "briefing.json"
    document = json.loads(record.read_text(encoding="utf-8"))
    figure = next(found for found in document["figures"] if found["key"] == "projects_completed")
    figure["value"] = 55
    document["code"] = "0" * 64
    record.write_text(json.dumps(document), encoding="utf-8")
    done = run("verify", "reports/2010Q3", "--json", workspace=own_briefing)
    verdict = json.loads(done.stdout)
    assert done.returncode == 1
    assert verdict["different"] == ["briefing.json"]
    assert verdict["figures"] == {"projects_completed": [55, 54]}
    assert len(verdict["reasons"]) == 1


def test_later_workbooks_do_not_leak_into_an_old_report(own_briefing: Path, tmp_path: Path) -> None:
    newer_workbook(own_briefing, tmp_path)
    done = run("verify", "reports/2010Q3/briefing.zh.html", workspace=own_briefing)
    assert done.returncode == 0, done.stderr


def test_any_day_has_its_bulletin(own_briefing: Path) -> None:
    run_cityanalytics("brief", "2010Q3", "--as-of", "2010-08-31", workspace=own_briefing)
    folder = own_briefing / "reports" / "2010Q3" / "2010-08-31"
    record = json.loads((folder / "briefing.json").read_text(encoding="utf-8"))
    figures = {figure["key"]: figure["value"] for figure in record["figures"]}
    assert record["as_of"] == "2010-08-31"
    assert figures["investment_to_date"] == pytest.approx(55.2e8)  # January to August of the sample city
    assert figures["days_left"] == 122
    assert "8月31日" in record["headline"]["zh"]
    page = (folder / "briefing.en.html").read_text(encoding="utf-8")
    assert "cityanalytics verify briefing.en.html" in page
    index = (own_briefing / "reports" / "index.html").read_text(encoding="utf-8")
    assert index.index("2010Q3/briefing.zh.html") < index.index("2010Q3/2010-08-31/briefing.zh.html")


def test_a_failing_cell_is_named_and_the_last_good_report_stays(own_briefing: Path) -> None:
    before = hashes(own_briefing / "reports")
    change_notebook(own_briefing, "raise ValueError('a cell that fails')")
    done = run("brief", "2010Q3", workspace=own_briefing)
    assert done.returncode == 3
    for word in ("02_briefing", "cell", "ValueError", "a cell that fails", "02_briefing.failed.ipynb"):
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert (own_briefing / "reports/2010Q3/02_briefing.failed.ipynb").is_file()
    assert hashes(own_briefing / "reports") == before
    assert not list((own_briefing / "reports").rglob(".making-*"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("2010Q4",), ("2010Q4", "2010Q3")),
        (("2010-3",), ("2010-3", "2010Q3")),
        (("2010Q3", "--as-of", "2010-09-30"), ("2010-09-30", "2010-09-22")),
        (("2010Q3", "--as-of", "2010-06-30"), ("2010-06-30", "2010-07-01")),
        (("2010Q3", "--as-of", "soon"), ("--as-of", "soon")),
        (("2010Q3", "--known-on", "2010-09-01"), ("2010-09-01", "2010-09-24")),
        (("2010Q3", "-p", "quater=2010Q3"), ("quater", "quarter")),
        (("2010Q3", "--notebook", "04_what_if", "-p", "pace=fast"), ("pace must be a number", "fast")),
        (("2010Q3", "--notebook", "04_what_if", "-p", "pace=-3"), ("pace must be above 0", "-3")),
        (("2010Q3", "--notebook", "04_what_if", "-p", "pace=nan"), ("pace must be a number", "nan")),
        (("2010Q3", "--notebook", "05_forecast_record", "-p", "series=roads.csv"), ("series: ", "roads.csv")),
        (("2010Q3", "-p", "workspace=nowhere"), ("workspace: ", "nowhere")),
        (("2011Q2",), ("2011Q2", "2010Q3")),
        (("2010Q3", "--notebook", "06_none"), ("06_none", "02_briefing")),
        (("2010Q3", "--lang", "fr"), ("fr", "zh, en")),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused_before_any_kernel(
    arguments, words, processed_workspace
) -> None:
    before = hashes(processed_workspace / "reports")
    done = run("brief", *arguments, workspace=processed_workspace)
    assert done.returncode == 2
    for word in words:
        assert word in done.stderr
    assert not list(processed_workspace.rglob("*.failed.ipynb"))
    assert hashes(processed_workspace / "reports") == before


def test_a_wrong_path_starts_no_kernel_and_a_right_one_does(own_briefing: Path, tmp_path: Path) -> None:
    mark = tmp_path / "started"
    (tmp_path / "ipykernel_launcher.py").write_text(f"open({str(mark)!r}, 'w').close()", encoding="utf-8")
    (own_briefing / "roads.csv").write_text("series_id,year,month,value\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "cityanalytics",
        "brief",
        "2010Q3",
        "--notebook",
        "05_forecast_record",
        "--engine",
        "kernel",
        "-p",
    ]
    for series, code, starts in (("road.csv", 2, False), ("roads.csv", 3, True)):
        done = subprocess.run(
            [*command, f"series={series}"],
            cwd=own_briefing,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            check=False,
            capture_output=True,
            text=True,
        )
        assert (done.returncode, mark.exists()) == (code, starts), done.stderr


@pytest.mark.parametrize(
    "notebook", ["01_data_quality", "03_projects", "04_what_if", "05_forecast_record", "06_dispatch"]
)
def test_each_notebook_runs_through_the_command(notebook, own_briefing: Path) -> None:
    run_cityanalytics("brief", "2010Q3", "--notebook", notebook, workspace=own_briefing)
    executed = json.loads((own_briefing / f"reports/2010Q3/{notebook}.ipynb").read_text(encoding="utf-8"))
    outputs = [output for cell in executed["cells"] for output in cell.get("outputs", ())]
    shown = [output for output in outputs if "text/html" in output.get("data", {})]
    assert len(shown) >= 2
    assert not [output for output in outputs if output["output_type"] in {"error", "stream"}]
    if notebook == "04_what_if":  # run from top to bottom it shows what its controls would
        assert "widget" not in json.dumps(executed)
        assert "61.2%" in json.dumps(outputs)


def test_the_record_tests_series_again_when_given_them(own_briefing: Path) -> None:
    lines = ["series_id,year,month,value"]
    lines += [
        f"roads,{year},{month},{50 + month + year % 4}"
        for year in range(2001, 2010)
        for month in range(1, 13)
    ]
    (own_briefing / "roads.csv").write_text("\n".join(lines), encoding="utf-8")
    arguments = ("brief", "2010Q3", "--notebook", "05_forecast_record", "-p", "series=roads.csv")
    run_cityanalytics(*arguments, workspace=own_briefing)
    executed = (own_briefing / "reports/2010Q3/05_forecast_record.ipynb").read_text(encoding="utf-8")
    assert "所给序列上的检验结果" in executed
    assert "公开序列上的检验结果" not in executed


def test_trace_leads_to_the_cells_that_make_a_figure(briefing: Path) -> None:
    workspace = briefing.parent.parent
    done = run_cityanalytics(
        "trace", "reports/2010Q3/briefing.zh.html", "demolition_urban_village", "--json", workspace=workspace
    )
    found = json.loads(done.stdout)
    assert promised("trace", found) == []
    numbers = [cell["value"] for cell in found["cells"] if isinstance(cell["value"], float | int)]
    assert sum(numbers) * 1e4 == pytest.approx(found["value"]) == pytest.approx(500_000)
    assert all(cell["cell"].startswith("data/raw/2010Q3/") for cell in found["cells"])


def test_trace_of_an_unknown_key_names_the_nearest(briefing: Path) -> None:
    done = run("trace", "reports/2010Q3", "investment_to_dat", workspace=briefing.parent.parent)
    assert done.returncode == 2
    assert "investment_to_date" in done.stderr


def test_trace_of_a_key_like_no_other_says_where_keys_stand(briefing: Path) -> None:
    done = run("trace", "reports/2010Q3", "xx", workspace=briefing.parent.parent)
    assert done.returncode == 2
    assert "reports/2010Q3/briefing.json" in done.stderr
    assert "nearest" not in done.stderr


def test_trace_names_each_workbook_once(briefing: Path) -> None:
    done = run_cityanalytics(
        "trace", "reports/2010Q3", "demolition_urban_village", workspace=briefing.parent.parent
    )
    lines = done.stdout.splitlines()
    workbooks = [line for line in lines if not line.startswith(" ")]
    assert 0 < len(workbooks) == len(set(workbooks)) < len(lines)
    assert all(line.startswith("data/raw/2010Q3/") and line.endswith((".xls", ".xlsx")) for line in workbooks)


def test_the_forecast_is_shown_as_the_page_shows_it(briefing: Path) -> None:
    shown = run_cityanalytics("--ui", "zh", "forecast", "2010Q3", workspace=briefing.parent.parent).stdout
    record = json.loads((briefing / "briefing.json").read_text(encoding="utf-8"))
    figures = {figure["key"]: figure["shown"]["zh"] for figure in record["figures"]}
    amounts = (figures["forecast_p50"], figures["annual_plan"])
    for word in ("2010Q3", "2010年9月22日", "2010年10月8日", "全国建设投资", *amounts):
        assert word in shown
    assert not re.search(r"[a-z]{4}|\d,\d{3},", shown)


def test_the_forecast_is_given_as_numbers(briefing: Path) -> None:
    done = run_cityanalytics("forecast", "2010Q3", "--json", workspace=briefing.parent.parent)
    forecast = json.loads(done.stdout)
    record = json.loads((briefing / "briefing.json").read_text(encoding="utf-8"))
    assert promised("briefing", record) == []
    assert forecast["p50"] == record["forecast"]["p50"]
    assert forecast["done"] == pytest.approx(62e8)


def test_tables_that_are_older_than_the_register_are_refused(own_briefing: Path) -> None:
    register = own_briefing / "data/raw/register.csv"
    register.write_text(
        "\n".join(register.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8"
    )
    done = run("brief", "2010Q3", workspace=own_briefing)
    assert done.returncode == 1
    assert "cityanalytics ingest" in done.stderr


@pytest.mark.parametrize("name", ["briefing.zh.html", "briefing.json", "briefing.xlsx"])
def test_an_altered_file_is_not_up_to_date_and_is_made_again(name: str, own_briefing: Path) -> None:
    before = hashes(own_briefing / "reports")
    file = own_briefing / "reports" / "2010Q3" / name
    file.write_bytes(file.read_bytes().replace(b"62.0", b"63.0") + b"\n")
    assert "to make" in run("brief", "2010Q3", "--dry-run", workspace=own_briefing).stderr
    done = run_cityanalytics("brief", "2010Q3", workspace=own_briefing)
    assert "1 made" in done.stderr
    assert hashes(own_briefing / "reports") == before


def test_what_is_made_is_named_to_be_opened(own_briefing: Path) -> None:
    folder = own_briefing / "reports" / "2010Q3"
    done = run_cityanalytics("brief", "2010Q3", workspace=own_briefing)
    assert f"{folder / 'briefing.zh.html'}, {folder / 'briefing.en.html'}" in done.stderr.splitlines()[-1]
    done = run_cityanalytics("brief", "2010Q3", "--notebook", "04_what_if", workspace=own_briefing)
    assert done.stderr.splitlines()[-1].endswith(str(folder / "04_what_if.ipynb"))


def newer_workbook(workspace: Path, inbox: Path) -> None:
    """Receive the workbook of a unit once more, a month later, and ingest."""
    first = next((workspace / "data/raw/2010Q3").rglob("城建投资公司*.xlsx"))
    again = inbox / "城建投资公司更正.xlsx"
    again.write_bytes(first.read_bytes() + b"\0")  # other bytes, the same tables
    run_cityanalytics(
        "receive", str(again), "--quarter", "2010Q3", "--unit", "城建投资公司", "--on", "2010-11-30",
        workspace=workspace,
    )  # fmt: skip
    run_cityanalytics("ingest", workspace=workspace)


@pytest.mark.drill
def test_a_published_report_is_put_aside_when_newer_workbooks_have_come(
    own_briefing: Path, tmp_path: Path
) -> None:
    place = own_briefing / "reports" / "2010Q3"
    run_cityanalytics("publish", "reports/2010Q3", "--by", "总工办", workspace=own_briefing)
    published = hashes(place)
    newer_workbook(own_briefing, tmp_path)
    done = run_cityanalytics("brief", "2010Q3", workspace=own_briefing)
    aside = place / "known-2010-10-08"
    assert str(aside) in done.stderr
    assert hashes(aside) == published
    assert json.loads((place / "briefing.json").read_text("utf-8"))["known_on"] == "2010-11-30"
    run_cityanalytics("verify", str(aside), workspace=own_briefing)
    run_cityanalytics("verify", "reports/2010Q3", workspace=own_briefing)
    # it is the report of that day as known then
    assert "0 made" in run_cityanalytics("brief", "--known-on", "2010-10-08", workspace=own_briefing).stderr
    listed = (own_briefing / "reports" / "index.en.html").read_text("utf-8")
    assert "2010Q3/known-2010-10-08/briefing.zh.html" in listed
    assert listed.count("ublished on") == 1


@pytest.mark.drill
def test_a_published_report_that_would_come_out_otherwise_stays(own_briefing: Path) -> None:
    place = own_briefing / "reports" / "2010Q3"
    run_cityanalytics("publish", "reports/2010Q3", "--by", "总工办", workspace=own_briefing)
    published = hashes(place)
    (own_briefing / "reports" / "2010Q3" / "briefing.xlsx").unlink()
    run_cityanalytics("brief", "2010Q3", workspace=own_briefing)  # the same bytes: nothing is lost
    assert hashes(place) == published
    settings = own_briefing / "cityanalytics.toml"
    settings.write_text(settings.read_text("utf-8") + "\n", "utf-8")
    done = run("brief", "--all", workspace=own_briefing)
    assert done.returncode == 1
    assert "--known-on" in done.stderr
    assert "总工办" in done.stderr
    assert hashes(place) == published
    assert (own_briefing / "reports/2010Q2/briefing.zh.html").is_file()
    forced = run_cityanalytics("brief", "2010Q3", "--force", workspace=own_briefing)
    assert "it is replaced" in forced.stderr
    assert hashes(place) != published


#: The command as a terminal starts it: a shell lets what it starts in the background ignore an interrupt.
LISTENING = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from cityanalytics.cli import main; main()"
)


@pytest.mark.skipif(os.name == "nt", reason="Windows interrupts a process in another way")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupted_briefing_leaves_no_folder_without_a_report(
    jobs: str, processed_workspace: Path, tmp_path: Path
) -> None:
    workspace = tmp_path / "workspace"
    shutil.copytree(processed_workspace, workspace, ignore=shutil.ignore_patterns("reports"))
    process = subprocess.Popen(
        [sys.executable, "-c", LISTENING, "brief", "--all", "--jobs", jobs],
        cwd=workspace, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    reports = workspace / "reports"
    while process.poll() is None and not list(reports.rglob(".making-*")):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, messages = process.communicate(timeout=120)
    assert process.returncode == 130, messages
    left = [path for path in reports.iterdir() if path.is_dir()]
    assert [path.name for path in left if not (path / "briefing.json").is_file()] == []
    assert not list(reports.rglob(".making-*"))


def test_a_notebook_is_opened_without_the_grammars_of_addresses() -> None:
    code = (
        "import sys; from cityanalytics.publishing.run import address_grammars_left_out as left_out\n"
        "with left_out():\n    import papermill\n"
        "assert 'rfc3987_syntax' not in sys.modules\nimport rfc3987_syntax"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr  # and what is left out here can be imported later
