"""The charts' font: free, outlined into the page and asked for nothing; a glyph that it lacks stops the build."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.metadata import files as files_of
from importlib.metadata import metadata
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "pylopdf-fonts-zh-cn"


def test_the_font_comes_with_a_free_licence() -> None:
    licences = [file for file in files_of(PACKAGE) or () if file.name == "LICENSE"]
    text = licences[0].read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "OFL-1.1" in " ".join(metadata(PACKAGE).get_all("Classifier") or ())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_charts_carry_the_outlines_they_use_and_no_font(briefing: Path, language) -> None:
    page = (briefing / f"briefing.{language}.html").read_text(encoding="utf-8")
    drawings = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
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
def test_a_glyph_that_the_font_lacks_stops_the_build(sign, code, processed_workspace: Path, tmp_path) -> None:
    """An emoji, and a rare character of CJK Extension H such as names of places hold."""
    workspace = tmp_path / "workspace"
    shutil.copytree(processed_workspace, workspace, ignore=shutil.ignore_patterns("reports"))
    settings = workspace / "cityanalytics.toml"
    text = settings.read_text(encoding="utf-8")
    named = re.sub(r'("天气" = \{ )', rf'\1zh = "天气{sign}", ', text)
    assert named != text
    settings.write_text(named, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "cityanalytics", "brief", "2010Q3"],
        cwd=workspace, check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 3
    assert f"no glyph for {code}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(workspace.rglob("briefing.*.html"))
