"""Write the template of all sentences that are said, for translators: ``catalogue.py FILE.pot`` (gettext).

Said is what stands in a call that says it, each help text and command's description, and every other literal that a
catalogue translates: titles and labels that the sources keep in tables.
"""

from __future__ import annotations

import ast
import re
import sys
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A sentence, or its two forms where it counts.
Sentence = str | tuple[str, ...]

PACKAGE = Path(__file__).resolve().parent.parent / "cityanalytics"
#: Calls that say their first literal, and those that count by their first two.
ONE = {"say", "say.plain", "say.strong", "Message.of", "progress", "translate"}
COUNTED = {"say.counted", "say.plain_counted", "Message.counted", "say_count"}
#: What declares its words: which argument, and which named ones, hold them.
DECLARED: dict[str, tuple[int, frozenset[str]]] = {
    "Field": (1, frozenset({"brief"})),
    "Declaration": (0, frozenset({"title", "tab", "caption", "unit", "lines", "empty"})),
}


def main() -> None:
    """Write the template."""
    known = {sentence for po in sorted(PACKAGE.rglob("*.po")) for sentence in translated(po)}
    template = Catalog(project="cityanalytics", charset="utf-8")
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE.parent).as_posix()
        found = dict.fromkeys(said(ast.parse(path.read_text(encoding="utf-8")), known))
        for line, sentence in found:
            template.add(sentence, locations=[(place, line)])
    with Path(sys.argv[1]).open("wb") as stream:
        write_po(stream, template, width=0)


def translated(po: Path) -> set[Sentence]:
    """Return the sentences of a catalogue."""
    with po.open("rb") as stream:
        messages = read_po(stream)
    return {each.id if isinstance(each.id, str) else tuple(each.id) for each in messages if each.id}


def said(tree: ast.Module, known: set[Sentence]) -> Iterator[tuple[int, Sentence]]:
    """Give the lines and sentences of a source."""
    forms: set[str] = set()
    for node in ast.walk(tree):
        for sentence in spoken(node, known):
            forms |= set() if isinstance(sentence, str) else set(sentence)
            yield getattr(node, "lineno", 1), sentence
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in known - forms:
            yield node.lineno, str(node.value)


def spoken(node: ast.AST, known: set[Sentence]) -> Iterator[Sentence]:
    """Give what a call says, a command's help, and two forms that stand together."""
    if isinstance(node, ast.Call):
        texts, called = literals(node.args), ast.unparse(node.func)
        if called in COUNTED and len(texts) > 1:
            yield tuple(texts[:2])
        elif called in ONE and literals(node.args[:1]) and has_words(texts[0]):
            yield texts[0]
        elif called in DECLARED:
            yield from filter(has_words, declared(node, *DECLARED[called]))
        yield from literals([each.value for each in node.keywords if each.arg == "help"])
    elif isinstance(node, ast.FunctionDef):
        decorators = {ast.unparse(each).partition("(")[0] for each in node.decorator_list}
        if decorators & {"click.command", "click.group"}:
            yield cleandoc(ast.get_docstring(node) or "")
    elif isinstance(node, ast.Tuple) and tuple(literals(node.elts)) in known:
        yield tuple(literals(node.elts))


def has_words(text: str) -> bool:
    """Tell whether a text has letters beside its gaps."""
    return bool(re.search("[A-Za-z]", re.sub("{.*?}", "", text)))


def declared(call: ast.Call, place: int, named: frozenset[str]) -> list[str]:
    """Return the sentences that a declaration holds."""
    given = [*call.args[place : place + 1], *(each.value for each in call.keywords if each.arg in named)]
    return literals(
        [part for each in given for part in (each.elts if isinstance(each, ast.Tuple) else [each])]
    )


def literals(nodes: list[ast.expr]) -> list[str]:
    """Return the texts among expressions."""
    return [each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)]


if __name__ == "__main__":
    main()
