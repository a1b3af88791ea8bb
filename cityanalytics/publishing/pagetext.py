"""What a page says, piece by piece and in order: so that two pages can be held against each other in words."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Attributes whose texts a reader meets.
READ = ("alt", "aria-label", "title")
VOID = {"meta", "link", "br", "hr", "img", "input", "wbr", "col"}


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A text of a page and where it stands: the id of its section, and in a table the head of its row."""

    place: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A place where two pages do not say the same.

    Parameters
    ----------
    place
        Section, and in a table the head of the row; ``style``, ``script`` (its data too), ``drawing`` or ``markup``
        where no text differs.
    recorded, now
        What the one page says, and what the other; empty where it says nothing.
    """

    place: str
    recorded: str
    now: str


def pieces(page: str) -> tuple[Piece, ...]:
    """Return the texts of a page, drawings left out.

    Examples
    --------
    >>> [(piece.place, piece.text) for piece in pieces("<section id=key><p>a <b>62.0</b></p></section>")]
    [('key', 'a'), ('key', '62.0')]
    """
    reader = _read(page)
    return tuple(reader.found)


def language_of(page: str) -> str:
    """Return what a page says its language is, such as ``zh-CN``; empty where it does not.

    Examples
    --------
    >>> language_of("<!doctype html><html lang=en><p>x")
    'en'
    """
    return _read(page).language


def differences(recorded: str, now: str) -> list[Difference]:
    """Return where two pages differ, in order; where every text is the same, what else does.

    Examples
    --------
    >>> differences("<p>a <b>62.1</b>", "<p>a <b>62.0</b>")
    [Difference(place='page', recorded='62.1', now='62.0')]
    >>> differences("<p>a</p>", "<p >a</p>")
    [Difference(place='markup', recorded='', now='')]
    """
    if recorded == now:
        return []
    before, after = _read(recorded), _read(now)
    found = list(_texts(before.found, after.found))
    if len(before.found) == len(
        after.found
    ):  # an edit keeps the count; texts that repeat lead the matcher astray
        found = min(list(_one_by_one(before.found, after.found)), found, key=len)
    if found:
        return found
    return [
        Difference(place=name, recorded="", now="")
        for name in ("style", "script", "drawing")
        if before.unseen[name] != after.unseen[name]
    ] or [Difference(place="markup", recorded="", now="")]


def _texts(before: Sequence[Piece], after: Sequence[Piece]) -> Iterator[Difference]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            continue
        if i2 - i1 == j2 - j1:  # as many pieces: one against one
            yield from _one_by_one(before[i1:i2], after[j1:j2])
            continue
        place = (after[j1:j2] or before[i1:i2])[0].place
        yield Difference(place=place, recorded=_joined(before[i1:i2]), now=_joined(after[j1:j2]))


def _one_by_one(before: Sequence[Piece], after: Sequence[Piece]) -> Iterator[Difference]:
    for one, other in zip(before, after, strict=True):
        if one != other:
            yield Difference(place=other.place, recorded=one.text, now=other.text)


def _joined(found: Sequence[Piece]) -> str:
    return " ".join(piece.text for piece in found)


class _PageReader(HTMLParser):
    """Collects a page's texts by place, and what of it is no text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Piece] = []
        self.unseen: dict[str, list[str]] = {"style": [], "script": [], "drawing": []}
        self.language = ""
        self._sections: list[str] = []
        self._inside: list[str] = []
        self._row = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag == "section":
            self._sections.append(given.get("id") or "")
        if tag == "tr":
            self._row = ""
        for name in READ:
            if given.get(name):
                self._add(str(given[name]))
        if tag == "svg" or "svg" in self._inside:
            self.unseen["drawing"].append(self.get_starttag_text() or "")
        if tag not in VOID:
            self._inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "section" and self._sections:
            self._sections.pop()
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text:
            return
        if kind := next((kind for kind in ("style", "script") if kind in self._inside), ""):
            self.unseen[kind].append(text)
        elif "svg" in self._inside:
            self.unseen["drawing"].append(text)
        else:
            self._add(text)
            if "th" in self._inside and "tbody" in self._inside:
                self._row = text

    def _add(self, text: str) -> None:
        section = next((name for name in reversed(self._sections) if name), "page")
        row = f", {self._row}" if self._row and "tr" in self._inside else ""
        self.found.append(Piece(place=section + row, text=text))


def _read(page: str) -> _PageReader:
    reader = _PageReader()
    reader.feed(page)
    reader.close()
    return reader
