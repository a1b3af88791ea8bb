"""A third language is two files beside the others: the package is copied, they are added, and no code is touched."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from html import unescape
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po, write_po

from cityanalytics.briefing.language import LANGUAGES, language
from cityanalytics.briefing.wording import catalogue
from cityanalytics.errors import ConfigurationError
from cityanalytics.settings import load_settings
from tests.test_prose import ANNEX, MAIN, prose

if TYPE_CHECKING:
    from pathlib import Path

#: Set beside each translated sentence, so that what is said without the catalogue is seen.
MARK = "\u00b7"
RULES = """
tag = "fr"
locale = "fr_FR"
group = "\u00a0"
points = { one = "{} point", other = "{} points" }
about = "environ {}"
under = "moins de {}"
over = "plus de {}"
tenths = "{percent} ({count} sur 10)"
hundredths = "{percent} ({count} sur 100)"
missing = "sans donnée"
not_applicable = "sans objet"
figure = "Figure {}"
table = "Tableau {}"
gap = ". "
space = " "
join = " ; "
indent = "\u2003"
note = " ({})"
paces = [{ per = 1e6, unit = "millions de yuans par jour", pattern = "{} M¥ par jour" }]
amounts = [{ per = 1e9, unit = "milliards de yuans", pattern = "{} Md¥", places = 1 }]
areas = [{ per = 1e6, unit = "millions de m²", pattern = "{} millions de m²", places = 2 }]
lengths = [{ per = 1e3, unit = "km", pattern = "{} km" }]
"""
INPUTS = ("Inputs: {inputs_files} file", "Inputs: {inputs_files} files")
HASHES = ", SHA-256 {hash}…; code: SHA-256 {code}…"
REAL = {
    "Not started": "Non commencés",
    "{pace_ratio} times": "{pace_ratio} fois",
    INPUTS[0] + HASHES: "Entrées : {inputs_files} fichier, SHA-256 {hash}… {code}…",
    INPUTS[1] + HASHES: "Entrées : {inputs_files} fichiers, SHA-256 {hash}… {code}…",
    "{count} issue blocks": "{count} doute bloque",
    "{count} issues block": "{count} doutes bloquent",
}


def run(*arguments: str, package: Path, workspace: Path) -> subprocess.CompletedProcess[str]:
    """Run the copied package's command."""
    return subprocess.run(
        [sys.executable, "-m", "cityanalytics", *arguments],
        cwd=workspace, check=False, capture_output=True, text=True, timeout=600,
        env={**os.environ, "PYTHONPATH": str(package.parent)},
    )  # fmt: skip


def translate(template: Path, target: Path) -> None:
    """Make the catalogue as a translator does, from the template: every sentence has a translation."""
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "init", "-i", template, "-l", "fr", "-o", target],
        check=True, capture_output=True,
    )  # fmt: skip
    with target.open("rb") as stream:
        messages = read_po(stream, locale="fr")
    for message in messages:
        if not message.id:
            continue
        forms = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        said = tuple(REAL.get(form, f"{form}{MARK}") for form in forms)
        message.string = said[0] if isinstance(message.id, str) else said
    with target.open("wb") as stream:
        write_po(stream, messages)


@pytest.fixture(scope="module")
def french(repository: Path, processed_workspace: Path, tmp_path_factory) -> tuple[Path, Path]:
    """Give a copy of the package with French beside the others, and a workspace whose pages are French too."""
    folder = tmp_path_factory.mktemp("french")
    package = folder / "code" / "cityanalytics"
    shutil.copytree(repository / "cityanalytics", package, ignore=shutil.ignore_patterns("__pycache__"))
    template = folder / "cityanalytics.pot"
    subprocess.run([sys.executable, repository / ".ci/catalogue.py", template], check=True)
    (package / "briefing/locale/fr.toml").write_text(RULES, encoding="utf-8")
    translate(template, package / "briefing/locale/fr.po")
    workspace = folder / "workspace"
    shutil.copytree(processed_workspace, workspace, ignore=shutil.ignore_patterns("reports"))
    settings = workspace / "cityanalytics.toml"
    text = settings.read_text(encoding="utf-8").replace('["zh", "en"]', '["zh", "en", "fr"]')
    settings.write_text(text, encoding="utf-8")
    return package, workspace


@pytest.fixture(scope="module")
def page(french) -> str:
    """Give the French page, made by the command."""
    package, workspace = french
    done = run("brief", "2010Q3", "--lang", "fr", package=package, workspace=workspace)
    assert done.returncode == 0, done.stderr
    assert "no text in fr for names.city, names.bureau" in done.stderr.replace("\n", " ")
    text: str = (workspace / "reports/2010Q3/briefing.fr.html").read_text(encoding="utf-8")
    return text


def test_a_third_language_has_its_page(page) -> None:
    found = prose(page)
    assert '<html lang="fr">' in page
    assert tuple(name for name in found if name) == (*MAIN, "annex", *ANNEX)
    assert "68,9\u00a0%" in found["headline"][0]
    assert "6,20 Md¥" in found["headline"][0]
    assert "22 septembre 2010" in " ".join(found[""])
    assert any("Entrées : " in text and " fichiers, " in text for text in found["provenance"])
    assert ">Non commencés<" in page
    assert "Tableau 1. " in page
    assert "Sample City" in page  # the workspace names the city in no French


def test_every_sentence_of_the_page_comes_from_the_catalogue(page, french) -> None:
    """What is neither marked nor French has bypassed the catalogue."""
    taken = [
        *REAL.values(),
        "fois",
        "Entrées",
        "environ",
        "moins de",
        "plus de",
        "points",
        "Tableau",
        "Figure",
        "sans objet",
        "sans donnée",
        "sur 10",
    ]
    texts = [text for section in prose(page).values() for text in section]
    texts += re.findall(r"<(?:th|td)\b[^>]*>([^<]+)</t", page)
    texts = [re.sub(r"^\d+ [a-zéû]+\.?$", "", unescape(text)) for text in texts]  # days, by CLDR
    bare = [text for text in texts if re.search("[A-Za-z]{4}", text) and MARK not in text]
    names = {
        "Construction Bureau of Sample City",
        "Sample data: totals from a public speech of 2010, detail synthetic",
    }
    own = [text for text in english_terms(french) if text]
    assert [text for text in bare if not any(word in text for word in (*taken, *names, *own))] == []


def english_terms(french: tuple[Path, Path]) -> list[str]:
    """Return the workspace's own English words, which stand in the place of French ones."""
    written = tomllib.loads((french[1] / "cityanalytics.toml").read_text(encoding="utf-8"))
    kinds = [*written["works"].values(), *written["demolition"].values()]
    return [
        *(kind["label"]["en"] for kind in kinds),
        *(told["en"] for told in written["terms"].values() if "en" in told),
    ]


def test_a_third_language_is_a_language_of_messages(french, page) -> None:
    package, workspace = french
    assert page
    done = run("brief", "--help", "--ui", "fr", package=package, workspace=workspace)
    assert f"Every quarter that was received, with the pages of its dispatch.{MARK}" in " ".join(
        done.stdout.split()
    )
    assert "fr" in run("brief", "--ui", "xx", package=package, workspace=workspace).stderr
    record = json.loads((workspace / "reports/2010Q3/briefing.json").read_text(encoding="utf-8"))
    assert record["language"] == ["fr"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('tag = "fr"\n', ""), ("fr.toml", "tag")),
        (('tag = "fr"\n', 'tag = "fr"\ncolour = "red"\n'), ("fr.toml", "colour")),
        (('locale = "fr_FR"', 'locale = "zz_ZZ"'), ("fr.toml", "zz_ZZ")),
        (('"{} M¥ par jour"', '"M¥ par jour"'), ("fr.toml", "M¥ par jour")),
    ],
)
def test_rules_that_do_not_fit_are_refused_in_a_sentence(change, words, french, tmp_path) -> None:
    package, workspace = french
    copy = tmp_path / "cityanalytics"
    shutil.copytree(package, copy)
    (copy / "briefing/locale/fr.toml").write_text(RULES.replace(*change), encoding="utf-8")
    done = run("brief", "2010Q3", "--lang", "fr", "--force", package=copy, workspace=workspace)
    assert done.returncode in {1, 2, 3}
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_a_language_that_is_not_there_is_refused(workspace: Path, repository: Path) -> None:
    settings = workspace / "cityanalytics.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('["zh", "en"]', '["zh", "eo"]'), encoding="utf-8"
    )
    with pytest.raises(ConfigurationError, match="eo"):
        load_settings(workspace)
    done = run("brief", "2010Q3", package=repository / "cityanalytics", workspace=workspace)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", sorted(LANGUAGES))
def test_the_charts_can_draw_every_sentence_of_a_language(name) -> None:
    from fontTools.ttLib import TTFont

    from cityanalytics.briefing.charts import typeface

    with TTFont(typeface.file()) as font:
        known = set(font.getBestCmap())
    rules = LANGUAGES[name]
    texts = [
        *catalogue(name).values(),
        *catalogue("zh"),
        rules.group,
        rules.decimal,
        rules.minus,
        rules.percent,
    ]
    texts += [scale.unit for scale in (*rules.amounts, *rules.areas, *rules.lengths)]
    assert {
        letter for text in texts for letter in text if letter != "\n" and ord(letter) not in known
    } == set()


def test_signs_are_those_of_the_locale() -> None:
    rules = language({**tomllib.loads(RULES), "group": ""})
    assert (rules.decimal, rules.group, rules.percent) == (",", "\u202f", "{}\u00a0%")  # CLDR, fr
