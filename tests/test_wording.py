"""Sentences: every one that is said is translated, with the same gaps, in each language that has a catalogue."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.wording import SOURCE_LANGUAGE, Wording, spoken, translate
from cityanalytics.errors import BlockingIssuesError
from cityanalytics.issues import Issue, Message, Severity

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

TRANSLATED = sorted(set(LANGUAGES) - {SOURCE_LANGUAGE})
LOCALE = files("cityanalytics") / "briefing" / "locale"


def read(language: str) -> Catalog:
    with (LOCALE / f"{language}.po").open("rb") as stream:
        return read_po(stream, locale=language)


def keys(messages: Catalog) -> set[str | tuple[str, ...]]:
    return {each.id if isinstance(each.id, str) else tuple(each.id) for each in messages if each.id}


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.fixture(scope="session")
def template(repository, tmp_path_factory) -> Catalog:
    """Give the template that translators get."""
    path = tmp_path_factory.mktemp("template") / "cityanalytics.pot"
    subprocess.run([sys.executable, repository / ".ci/catalogue.py", path], check=True)
    with path.open("rb") as stream:
        return read_po(stream)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_that_is_said_is_translated(template, language) -> None:
    assert len(keys(template)) > 500
    assert keys(template) - keys(read(language)) == set()
    untold = [each.id for each in read(language) if each.id and (not each.string or each.fuzzy)]
    assert untold == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_outlives_its_sentence(template, language) -> None:
    assert keys(read(language)) - keys(template) == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_gaps_of_its_sentence(language) -> None:
    for message in read(language):
        forms = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        said = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        wanted = gaps(forms[-1])
        assert [text for text in (*forms, *said) if gaps(text) != wanted] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_has_as_many_forms_as_its_plural_rule(language) -> None:
    messages = read(language)
    counted = [each for each in messages if not isinstance(each.id, str)]
    assert len(counted) > 10
    assert {len(each.string or ()) for each in counted} == {messages.num_plurals}


def test_what_has_no_translation_is_said_in_english() -> None:
    assert translate("no such sentence", "zh") == "no such sentence"
    assert translate("{n} such sentence", "zh", "{n} such sentences", 3) == "{n} such sentences"


@pytest.mark.parametrize(
    ("count", "english", "chinese"),
    [(1, "1 issue blocks", "有1处错误须先解决"), (2, "2 issues block", "有2处错误须先解决")],
)
def test_one_and_many_are_told_apart(count, english, chinese) -> None:
    error = BlockingIssuesError([Issue(severity=Severity.ERROR, code="X", where="f")] * count)
    assert error.text() == english
    assert error.text(spoken("zh")) == chinese


@pytest.mark.parametrize("language", ["en", *TRANSLATED])
@pytest.mark.parametrize("number", [0, 1, 2, 11, 1268])
def test_a_count_fills_its_sentence(language, number) -> None:
    say = Wording(language=language)
    said = say.plain_counted(
        "{amount}, {count} project", "{amount}, {count} projects", "count", amount="x", count=number
    )
    assert str(number) in said
    if language == "en":
        assert said.endswith("project" if number == 1 else "projects")


def test_nothing_is_counted_by_a_bare_plural(template) -> None:
    """A sentence with a noun in the plural after a gap needs its form for one."""
    nouns = (
        "projects|units|categories|sites|files|workbooks|forecasts|errors|warnings|issues|cells|days|entries"
    )
    bare = [
        each.id
        for each in template
        if isinstance(each.id, str) and re.search(rf"\{{\w+\}} (?:\w+ )?(?:{nouns})\b", each.id)
    ]
    # constants of many, and counts of calendar days that a reader takes as a span
    many = {
        "it has more than {count} columns",
        "the used range has more than {count} cells",
        "a hindcast: published more than {days} days after its data date",
    }
    assert [text for text in bare if text not in many] == [], (
        "say.counted, Message.counted, or a count after its noun"
    )


def test_the_chinese_page_speaks_chinese_alone(briefing) -> None:
    page = (briefing / "briefing.zh.html").read_text(encoding="utf-8")
    body = re.sub(
        r"<script.*?</script>|<style.*?</style>|<svg.*?</svg>|<code>.*?</code>|<[^>]+>",
        " ",
        page,
        flags=re.DOTALL,
    )
    assert not re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", body)


def test_english_is_its_own_translation() -> None:
    assert translate("Not started", "en") == "Not started"
    assert str(Message.counted("{count} cell", "{count} cells", count=1)) == "1 cell"
    assert tuple(LANGUAGES) == ("en", "zh")
