"""Sentences: every one is translated, with the same gaps."""

from __future__ import annotations

import ast
import re
import string

import pytest

from cityanalytics.briefing.wording import catalogue, languages, translate

SPOKEN = {"say", "progress"}


def sentences(repository) -> dict[str, str]:
    """Collect the literals that are said: the argument of say(…), say.plain(…), Message.of(…)."""
    found = {}
    for path in sorted((repository / "cityanalytics").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            owner = getattr(called.value, "id", "") if isinstance(called, ast.Attribute) else ""
            said = (name in SPOKEN and owner == "") or owner == "say" or (owner, name) == ("Message", "of")
            first = node.args[0]
            if said and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found[first.value] = path.name
    return found


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_sentence_is_said_in_chinese(repository) -> None:
    said = {
        text: place
        for text, place in sentences(repository).items()
        if re.search("[A-Za-z]{3}", re.sub(r"\{.*?\}", "", text))
    }
    assert len(said) > 200
    missing = {text: place for text, place in said.items() if text not in catalogue("zh")}
    assert not missing


@pytest.mark.parametrize("sentence", sorted(catalogue("zh")))
def test_a_translation_has_the_gaps_of_its_sentence(sentence) -> None:
    assert gaps(catalogue("zh")[sentence]) == gaps(sentence)


def test_the_chinese_page_speaks_chinese_alone(briefing) -> None:
    page = (briefing / "briefing.zh.html").read_text(encoding="utf-8")
    body = re.sub(r"<style.*?</style>|<svg.*?</svg>|<code>.*?</code>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert not re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", body)


def test_english_is_its_own_translation() -> None:
    assert translate("Not started", "en") == "Not started"
    assert languages() == ("en", "zh")
