"""Looks of cells: the style that a cell has with a fill of ours, and back."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from cityanalytics.workbooks.marking.bytexml import UnusualError, appended, edited, markup, retagged, scan
from cityanalytics.workbooks.marking.issuelist import COLOURS

if TYPE_CHECKING:
    from cityanalytics.issues import Severity
    from cityanalytics.workbooks.marking.package import Package

_FONT = '<{0}font>{1}<{0}sz val="11"/>{2}<{0}name val="宋体"/></{0}font>'
_FILL = (
    '<{0}fill><{0}patternFill patternType="solid"><{0}fgColor rgb="FF{1}"/><{0}bgColor indexed="64"/>'
    "</{0}patternFill></{0}fill>"
)
_SOLID = re.compile(rb"patternType\s*=\s*[\"']solid[\"']")
_COLOUR = re.compile(rb"fgColor\s[^>]*rgb=[\"'](\w+)")


class Looks:
    """The fonts, fills and styles of a package, with those that marks add; `write` puts them back."""

    def __init__(self, package: Package) -> None:
        self.part = package.styles()
        self.xml = package.parts[self.part]
        self.root = scan(self.xml)
        self.lists = {name: self.root.child(name) for name in ("fonts", "fills", "cellXfs")}
        self.held = {
            name: [self.xml[one.start : one.end] for one in element.children]
            for name, element in self.lists.items()
        }
        if not self.held["cellXfs"]:
            raise UnusualError(self.part)
        self.numbers = {
            name: {entry: at for at, entry in reversed([*enumerate(held)])}
            for name, held in self.held.items()
        }

    def filled(self, style: int, severity: Severity) -> int:
        """Return the number of a style with the fill of a severity."""
        return self._style(style if style < len(self.held["cellXfs"]) else 0, self._fill(COLOURS[severity]))

    @cached_property
    def marked(self) -> frozenset[int]:
        """The styles that have a fill of ours."""
        colours = {f"FF{colour}" for colour in COLOURS.values()}
        ours = set()
        for number, fill in enumerate(self.held["fills"]):
            colour = _COLOUR.search(fill)
            if colour and colour[1].decode("ascii", "replace").upper() in colours and _SOLID.search(fill):
                ours.add(str(number))
        styles = self.lists["cellXfs"].children
        return frozenset(at for at, one in enumerate(styles) if one.attributes.get("fillId") in ours)

    def unfilled(self, style: int) -> int:
        """Return the number of a marked style without its fill; the one before the marks is not known any more."""
        return self._style(style, 0)

    def text(self, *, bold: bool = False, link: bool = False, severity: Severity | None = None) -> int:
        """Return the number of a style for text that is wrapped."""
        prefix = self.root.prefix
        strong = f"<{prefix}b/>" * bold + f"<{prefix}u/>" * link
        colour = f'<{prefix}color rgb="FF0563C1"/>' * link
        font = self._number("fonts", markup(_FONT.format(prefix, strong, colour)))
        fill = 0 if severity is None else self._fill(COLOURS[severity])
        style = (
            f'<{prefix}xf numFmtId="0" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" applyFont="1" '
            f'applyFill="1" applyAlignment="1"><{prefix}alignment vertical="top" wrapText="1"/></{prefix}xf>'
        )
        return self._number("cellXfs", markup(style))

    def write(self, package: Package) -> None:
        """Add what marks have asked for to the package."""
        edits = []
        for name, element in self.lists.items():
            new = self.held[name][len(element.children) :]
            if new:
                edits += appended(self.xml, element, b"".join(new), count=len(self.held[name]))
        package.parts[self.part] = edited(self.xml, edits)

    def _fill(self, colour: str) -> int:
        return self._number("fills", markup(_FILL.format(self.root.prefix, colour)))

    def _style(self, style: int, fill: int) -> int:
        """Return the number of a style with another fill."""
        entry = self.held["cellXfs"][style]
        opening = entry[: entry.index(b">") + 1]
        tag = retagged(opening, fillId=fill, applyFill=1 if fill else None)
        return self._number("cellXfs", tag + entry[len(opening) :])

    def _number(self, name: str, entry: bytes) -> int:
        number = self.numbers[name].setdefault(entry, len(self.held[name]))
        if number == len(self.held[name]):
            self.held[name].append(entry)
        return number
