"""The charts' typeface: how wide a text is, where its signs stand, and what their outlines are."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from matplotlib.ft2font import FT2Font, LoadFlags

from cityanalytics.briefing.palette import REGULAR
from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

_EM = 100.0  # points at which signs are measured; a text's size scales it
_UNIT = 64.0  # of the font's measures in a point
_CURVES = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "z"}
_POINTS = {3: 2, 4: 3}  # corners of a curve; the others have one
_ELLIPSIS = "…"
_APART = ("-liga", "-clig", "-ccmp")  # no letters are joined


class MissingGlyphError(CityAnalyticsError):
    """A chart's text holds characters that the font cannot draw."""


@dataclass(frozen=True, kw_only=True)
class TextLine:
    """A line of text as it is set at 100 points.

    Parameters
    ----------
    signs
        Each sign with its place from the left.
    width, ascent, descent
        Of its ink and its advance, over and under the baseline.
    """

    signs: tuple[tuple[str, float], ...]
    width: float
    ascent: float
    descent: float


def file() -> str:
    """Return the path of the font's file."""
    with resources.as_file(resources.files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as path:
        return str(path)


@cache
def _font() -> FT2Font:
    font = FT2Font(file())
    font.set_size(_EM, 72.0)
    return font


@cache
def extents() -> tuple[float, float]:
    """Return how far a line reaches over and under its baseline, by its size."""
    font = _font()
    table = font.get_sfnt_table("OS/2")
    rise, fall = (
        (font.ascender, font.descender)
        if table is None
        else (table["sTypoAscender"], table["sTypoDescender"])
    )
    return rise / font.units_per_EM, -fall / font.units_per_EM


@cache
def line(text: str) -> TextLine:
    """Return a line of text, set.

    Raises
    ------
    MissingGlyphError
        The font lacks a sign of it.
    """
    if missing := glyphs_missing(text):
        codes = " ".join(f"U+{ord(sign):04X}" for sign in missing)
        raise MissingGlyphError(
            Message.of("the charts' font has no glyph for {codes} in {text}", codes=codes, text=ascii(text))
        )
    font = _font()
    places = font.set_text(text, flags=LoadFlags.NO_HINTING)[:, 0]
    if len(places) != len(text):  # letters were joined: each sign stands for itself
        places = font.set_text(text, flags=LoadFlags.NO_HINTING, features=_APART)[:, 0]  # type: ignore[arg-type] # typed as one feature, takes any number
    width, height = (extent / _UNIT for extent in font.get_width_height())
    descent = font.get_descent() / _UNIT
    signs = zip(text, (places / _UNIT).tolist(), strict=False)
    return TextLine(signs=tuple(signs), width=width, ascent=height - descent, descent=descent)


@cache
def glyph(sign: str) -> tuple[str, str]:
    """Return a sign's id among outlines, and its outline as path data, 64 units to the point of 100."""
    font = _font()
    index = font.get_char_index(ord(sign))
    font.load_glyph(index, LoadFlags.NO_HINTING)
    corners, codes = font.get_path()
    return f"g{index:x}", "".join(_path((corners * _UNIT).tolist(), codes.tolist()))


def _path(corners: list[list[float]], codes: list[int]) -> Iterator[str]:
    at = 0
    while at < len(codes):
        letter, length = _CURVES[codes[at]], _POINTS.get(codes[at], 1)
        if letter == "z":
            yield letter
        else:
            numbers = " ".join(f"{value:g}" for corner in corners[at : at + length] for value in corner)
            yield letter + numbers.replace(" -", "-")
        at += length


def text_width(text: str, size: float = REGULAR) -> float:
    """Return the width of the widest line of `text`, in points.

    Examples
    --------
    >>> text_width("计划")
    20.0
    """
    return max((line(one).width for one in text.split("\n")), default=0.0) * size / _EM


def fitted(text: str, most: float, size: float = REGULAR) -> str:
    r"""Fit a label into two lines of `most` points: break it where it is wider, shorten it where two are too few.

    Parameters
    ----------
    text
        One line. What is cut off has to stand elsewhere, such as in the chart's alternative text.
    most, size
        In points.

    Examples
    --------
    >>> fitted("Shanty towns", 40.0), fitted("棚户区改造", 30.0), fitted("棚户区", 30.0)
    ('Shanty\ntowns', '棚户区\n改造', '棚户区')
    >>> fitted("棚户区改造办公室", 30.0)
    '棚户区\n改造…'
    """
    text = " ".join(text.split())
    if text_width(text, size) <= most:
        return text
    spaces = [at for at, sign in enumerate(text) if sign == " "]
    for breaks in (spaces, range(1, len(text))):
        halves = [(text[:at], text[at:].lstrip()) for at in breaks if _breakable(text, at)]
        if halves:
            widths = [max(text_width(half, size) for half in pair) for pair in halves]
            best = min(range(len(halves)), key=lambda at: (widths[at], -at))
            if widths[best] <= most:
                return "\n".join(halves[best])
    first = _longest(text, most, size)
    if any(most / 3 <= text_width(text[:at], size) <= most for at in spaces):
        first = max(at for at in spaces if text_width(text[:at], size) <= most)
    rest = text[first:].lstrip()
    second = rest[: _longest(rest, most - text_width(_ELLIPSIS, size), size)]
    return f"{text[:first].rstrip()}\n{second.rstrip()}{_ELLIPSIS}"


def _longest(text: str, most: float, size: float) -> int:
    """Return how many signs of a text stand in `most` points, at least one; no mark is parted from its letter."""
    low, high = 1, max(len(text), 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if text_width(text[:middle], size) <= most else (low, middle - 1)
    while low > 1 and not _breakable(text, low):
        low -= 1
    return low


def _breakable(text: str, at: int) -> bool:
    return at >= len(text) or not unicodedata.combining(text[at])


def glyphs_missing(text: str) -> list[str]:
    """Return the characters of a text that the charts' font cannot draw, in order of code point.

    Examples
    --------
    >>> glyphs_missing("天气"), [hex(ord(sign)) for sign in glyphs_missing(chr(0x1F327))]
    ([], ['0x1f327'])
    """
    return sorted(sign for sign in set(text) if sign != "\n" and not _drawn(sign))


@cache
def _drawn(sign: str) -> bool:
    return bool(_font().get_char_index(ord(sign)))


def for_matplotlib() -> None:
    """Let matplotlib draw with this font, in the whole session."""
    import matplotlib as mpl
    from matplotlib import font_manager

    font_manager.fontManager.addfont(file())
    mpl.rcParams["font.family"] = [font_manager.FontProperties(fname=file()).get_name()]
    mpl.rcParams["axes.unicode_minus"] = False
