"""A bureau's first day as its document tells it: every command there, word by word, in an empty folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.made_city import MadeCity

QUARTER = "2026Q2"


def blocks(repository: Path) -> list[tuple[str, str]]:
    """Give what the document shows to copy, in its order: the language and the text."""
    document = (repository / "docs/first-day.md").read_text("utf-8")
    return re.findall(r"^```(sh|toml)\n(.*?)^```", document, re.DOTALL | re.MULTILINE)


def filled(settings: str, told: str) -> str:
    """Write what the document tells into the file that `init` made: each line in the place of its key's."""
    section, lines = "", settings.splitlines()
    for line in told.splitlines():
        if line.startswith("["):
            section = line
        elif line.strip():
            begin = lines.index(section) + 1 if section else 0
            key = line.partition("=")[0]
            end = next((at for at in range(begin, len(lines)) if lines[at].startswith("[")), len(lines))
            there = [at for at in range(begin, end) if lines[at].startswith(key)]
            lines[there[0] if there else begin : there[0] + 1 if there else begin] = [line]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def walked(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MadeCity, list[str]]:
    """Give the folder where the day was walked, the city whose workbooks came, and what was printed."""
    folder = tmp_path_factory.mktemp("first day")
    told = blocks(repository)
    units = next(tomllib.loads(text)["units"] for kind, text in told if kind == "toml")
    city = MadeCity(1, units=units)
    for unit, book in city.write(folder / "sent", QUARTER).items():
        shutil.move(book, folder / f"{unit}.xlsx")
    (folder / "sent").rmdir()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    place, said = folder, []
    for kind, text in told:
        if kind == "toml":
            file = place / "cityanalytics.toml"
            file.write_text(filled(file.read_text("utf-8"), text), "utf-8")
            continue
        done = subprocess.run(
            ["sh", "-euc", f"{text}\npwd -P"],
            cwd=place,
            env={**os.environ, "PATH": path},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{text}{done.stdout}{done.stderr}"
        place = Path(done.stdout.splitlines()[-1])
        said.append(done.stdout + done.stderr)
    return place, city, said


def test_every_command_of_the_first_day_does_what_the_document_says(
    walked: tuple[Path, MadeCity, list[str]],
) -> None:
    place, city, _ = walked
    assert place.name == "briefings"
    assert {path.name[: len("水务集团")] for path in (place / f"data/handouts/{QUARTER}").glob("*.xlsx")} == {
        unit[: len("水务集团")] for unit in city.units
    }
    report = place / f"reports/{QUARTER}"
    assert {path.name for path in report.iterdir()} >= {
        "briefing.zh.html",
        "briefing.en.html",
        "briefing.xlsx",
    }
    record = json.loads((report / "briefing.json").read_text("utf-8"))
    figures = {figure["key"]: figure["value"] for figure in record["figures"]}
    assert not record["partial"]
    assert figures["investment_to_date"] == pytest.approx(city.done(QUARTER), rel=1e-12)
    assert figures["annual_plan"] == pytest.approx(city.plan(), rel=1e-12)
