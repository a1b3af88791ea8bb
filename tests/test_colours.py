"""Charts without colour: printed in grey, and seen by readers who are blind to some colours.

Each chart's marks are read back from its drawing. Where two marks differ in colour, they must stay apart in grey and
in every simulated vision, or differ in form too: filled, outlined, hatched, dashed, or another shape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring

from cityanalytics.briefing import palette
from cityanalytics.publishing.assemble import assemble
from tests.test_charts import ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from cityanalytics.briefing.charts.drawing import Drawing

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency", IEEE
# Transactions on Visualization and Computer Graphics 15 (2009), the authors' matrices for severity 1, on linear RGB.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# IEC 61966-2-1: linear sRGB to XYZ; the white of D65.
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
# A difference is just noticed from 2.3 in CIELAB (Mahy, Van Eycken and Oosterlinck, Color Research and Application
# 19, 1994), between large fields side by side. Marks are small and lie apart: eight times as much is asked for.
APART = 8 * 2.3
# In grey only lightness is left. Ten of CIE L* is a whole step of Munsell's value scale.
STEP = 10.0
# Web Content Accessibility Guidelines 2.1, 1.4.11 and 1.4.3: contrast of what must be seen, and of text.
SEEN, READ = 3.0, 4.5
FURNITURE = {palette.RULE, palette.AXIS}  # grid and axes carry no meaning

every_chart = pytest.mark.parametrize("draw", ALL)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something drawn: the colour that is seen, and the form it has beside its colour."""

    colour: str
    form: tuple[str, ...]


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    found: np.ndarray = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return found


def seen(colour: str, vision: str) -> np.ndarray:
    """Return linear RGB as the vision has it."""
    return np.asarray(np.clip(VISIONS[vision] @ linear(colour), 0, 1))


def lab(rgb: np.ndarray) -> np.ndarray:
    ratio = XYZ @ rgb / (XYZ @ np.ones(3))
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def distance(first: str, second: str, vision: str) -> float:
    return float(np.linalg.norm(lab(seen(first, vision)) - lab(seen(second, vision))))


def lightness(colour: str) -> float:
    return float(lab(linear(colour))[0])


def contrast(colour: str, paper: str = palette.PAPER, vision: str = "usual") -> float:
    light, dark = sorted((float(XYZ[1] @ seen(each, vision)) for each in (colour, paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def drawn(element: ET.Element) -> Iterator[ET.Element]:
    """Give the elements that draw, without texts and without what only is referred to."""
    for child in element:
        if child.tag == "defs" or "text_" in child.get("id", ""):
            continue
        if child.tag in {"path", "use"}:
            yield child
        yield from drawn(child)


def marks(svg: str) -> set[Mark]:
    """Return what carries meaning in a chart."""
    root = fromstring(svg)
    shapes = {each.get("id"): each for each in root.iter("path") if each.get("id")}
    found = set()
    for each in drawn(root):
        shape = shapes.get(each.get("href", "").removeprefix("#"))
        fill = each.get("fill", "#000000")
        stroke = each.get("stroke") or (shape.get("stroke") if shape is not None else None) or "none"
        outline = "" if shape is None else re.sub(r"[\d. -]+", "", shape.get("d", ""))
        dashes = each.get("stroke-dasharray", "")
        if fill.startswith("url("):
            found.add(Mark(colour=stroke, form=("hatched",)))
        elif fill not in {"none", palette.PAPER} and outline != "ML":
            found.add(Mark(colour=fill, form=("filled", outline)))
        elif stroke not in {"none", palette.PAPER}:
            kind = "outlined" if fill == palette.PAPER else "line"
            found.add(Mark(colour=stroke, form=(kind, outline, dashes)))
    return {mark for mark in found if mark.colour not in FURNITURE}


def texts(svg: str) -> set[str]:
    """Return the colours of a chart's texts."""
    found = set()
    for each in fromstring(svg).iter("g"):
        if "text_" in each.get("id", ""):
            found |= {part.get("fill", "#000000") for part in each.iter("g") if part.get("fill")}
    return found


def alike(svg: str) -> list[str]:
    """Say which marks of one form come too near to each other, in grey or for a vision."""
    found = []
    for first, second in combinations(sorted(marks(svg), key=str), 2):
        if first.form == second.form:
            pair = f"{first.colour} {second.colour} {first.form}"
            if abs(lightness(first.colour) - lightness(second.colour)) < STEP:
                found.append(f"{pair} in grey")
            found += [
                f"{pair} {vision}"
                for vision in VISIONS
                if distance(first.colour, second.colour, vision) < APART
            ]
    return found


def faint(svg: str) -> list[str]:
    """Say which marks do not stand out from the paper, and which texts cannot be read."""
    return [
        f"{colour} {vision}"
        for colours, least in (({mark.colour for mark in marks(svg)}, SEEN), (texts(svg), READ))
        for colour in colours
        for vision in VISIONS
        if contrast(colour, vision=vision) < least
    ]


@every_chart
def test_a_chart_shows_marks_and_texts_of_the_palette(draw: Callable[[str], Drawing]) -> None:
    known = {value for value in vars(palette).values() if isinstance(value, str) and value.startswith("#")}
    svg = draw("zh").svg()
    assert marks(svg)
    assert {mark.colour for mark in marks(svg)} <= known
    assert texts(svg)
    assert texts(svg) <= known


@every_chart
def test_marks_stay_apart_without_colour(draw: Callable[[str], Drawing]) -> None:
    assert alike(draw("zh").svg()) == []


@every_chart
def test_marks_and_texts_stand_out_from_the_paper(draw: Callable[[str], Drawing]) -> None:
    assert faint(draw("zh").svg()) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_charts_of_a_briefing_do_too(briefing: Path, language: str) -> None:
    charts = assemble(str(briefing.parent.parent), "2010Q3").charts
    drawings = [str(chart.svg(language)) for chart in charts.values()]
    assert len(drawings) == 8
    assert [alike(each) + faint(each) for each in drawings] == [[]] * 8


def test_behind_and_on_time_never_differ_by_colour_alone() -> None:
    late, fine = palette.BEHIND, palette.ACTUAL
    assert late.marker != fine.marker  # as a dot
    assert min(distance(late.fill, fine.fill, vision) for vision in VISIONS) >= APART
    assert abs(lightness(late.fill) - lightness(fine.fill)) >= STEP


# --- the simulation itself


@pytest.mark.parametrize("vision", VISIONS)
def test_grey_is_grey_for_everyone(vision: str) -> None:
    # The model keeps the achromatic axis: each matrix's rows sum to one.
    assert VISIONS[vision].sum(axis=1) == pytest.approx(np.ones(3), abs=2e-6)


def test_a_red_and_a_green_that_are_confused_are_found_to_be_close() -> None:
    red, green = "#b35806", "#6b7a00"
    assert distance(red, green, "usual") > 2 * distance(red, green, "deuteranopia")


@pytest.mark.parametrize(("colour", "value"), [("#ffffff", 100.0), ("#000000", 0.0), ("#777777", 50.03)])
def test_lightness_is_that_of_cie(colour: str, value: float) -> None:
    assert lightness(colour) == pytest.approx(value, abs=0.05)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000") == pytest.approx(21.0, abs=1e-4)
    assert contrast("#767676") == pytest.approx(4.54, abs=0.005)  # the lightest grey that passes 4.5 on white


def test_the_check_sees_marks_that_only_colour_tells_apart() -> None:
    square = '<path d="M0 0L1 0L1 1L0 1z" fill="{}"/>'
    svg = f"<svg>{square.format('#c00000')}{square.format('#007d00')}</svg>"
    assert [each.rpartition(" ")[2] for each in alike(svg)] == ["grey", "deuteranopia"]
    pale = f"<svg>{square.format('#f0e0a0')}</svg>"
    assert len(faint(pale)) == len(VISIONS)
