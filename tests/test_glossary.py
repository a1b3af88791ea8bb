"""The glossary holds: the catalogue has its words and none that it bars; technical ones wait for the annex."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

if TYPE_CHECKING:
    from pathlib import Path

LATIN = re.compile(r"[A-Za-z]")


@pytest.fixture(scope="module")
def glossary(repository: Path) -> list[list[list[str]]]:
    """Give the rows of each table of the glossary, cells as they stand."""
    found: list[list[list[str]]] = []
    for line in (repository / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("|---"):
            found.append([])
        elif line.startswith("|") and found and not line.startswith("| 中文"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
    return found


@pytest.fixture(scope="module")
def catalogue(repository: Path) -> dict[str, list[str]]:
    """Give all that is said, by language."""
    with (repository / "cityanalytics" / "briefing" / "locale" / "zh.po").open("rb") as stream:
        messages = [each for each in read_po(stream, locale="zh") if each.id]
    return {
        "en": [text for each in messages for text in forms(each.id)],
        "zh": [text for each in messages for text in forms(each.string)],
    }


def forms(said: object) -> tuple[str, ...]:
    """Return a sentence, or its forms where it counts."""
    return (said,) if isinstance(said, str) else tuple(said)  # type: ignore[arg-type] # of several forms


def words(cell: str) -> list[str]:
    return [word for word in re.split(r"[、,]\s*", cell) if word]


def holds(text: str, word: str) -> bool:
    """Tell whether a text has a word: a Chinese one anywhere, an English one whole."""
    if not LATIN.search(word):
        return word in text
    return re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) is not None


def test_every_word_of_the_glossary_is_said(glossary, catalogue) -> None:
    assert len(glossary[0]) > 10
    unsaid = [
        word
        for row in glossary[0]
        for language, cell in zip(("zh", "en"), row[:2], strict=True)
        for word in words(cell)
        if not any(holds(text, word) for text in catalogue[language])
    ]
    assert unsaid == []


def test_no_barred_word_is_said(glossary, catalogue) -> None:
    barred = [word for row in glossary[0] for word in words(row[3])]
    assert len(barred) > len(glossary[0])
    said = [
        (word, text)
        for word in barred
        for text in catalogue["en" if LATIN.search(word) else "zh"]
        if holds(text, word)
    ]
    assert said == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_technical_words_stand_in_the_annex_alone(glossary, briefing, language) -> None:
    page = (briefing / f"briefing.{language}.html").read_text(encoding="utf-8")
    before, annex = page.split('<section id="annex"', 1)
    # what is read: text, and what charts say to those who do not see them
    spoken = " ".join(re.findall(r'aria-label="([^"]*)"', before))
    text = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", " ", before, flags=re.DOTALL) + spoken
    column = {"zh": 0, "en": 1}[language]
    technical = [word for row in glossary[1] for word in words(row[column])]
    assert [word for word in technical if holds(text, word)] == []
    assert any(holds(annex, word) for word in technical)
