"""An SVG made small and safe: nothing that draws nothing, no inline style, no link out of itself."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring

_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+")
_SHIFT = re.compile(r"translate\([^)]*\)")
_LENGTHS = {"d", "x", "y", "width", "height"}
_DROPPED = ("metadata", "style")


def small(text: str, glyphs: str) -> str:
    """Return matplotlib's SVG as one element for a page.

    What draws nothing goes, styles become attributes (so a page may forbid inline styles), lengths are
    rounded to 1/100 pt, and glyphs named ``glyphs-12`` become ``g12``. Ids stay on texts and on what is
    referred to.
    """
    root: ET.Element = fromstring(text)
    linked = set(re.findall(r"#([\w-]+)", text))
    for parent in list(root.iter()):
        for child in list(parent):
            _flatten(child, linked)
            if child.tag in _DROPPED or (child.tag == "defs" and not len(child)):
                parent.remove(child)
    root.tag, root.text = "svg", None
    root.attrib = {"viewBox": root.attrib["viewBox"], "stroke-linejoin": "round", "stroke-linecap": "butt"}
    return ET.tostring(root, encoding="unicode").replace(" />", "/>").replace(f"{glyphs}-", "g")


def _flatten(element: ET.Element, linked: set[str]) -> None:
    element.tag = element.tag.rpartition("}")[2]
    element.text = element.tail = None
    given = element.attrib
    for rule in given.pop("style", "").split(";"):
        name, _, value = rule.partition(":")
        if value:
            given[name.strip()] = value.strip()
    if given.get("id") not in linked and not given.get("id", "").startswith("text_"):
        given.pop("id", None)
    if element.tag == "use":
        _shorten_use(given)
    for name in _LENGTHS & given.keys():
        given[name] = " ".join(_NUMBER.sub(_rounded, given[name]).split())
    if "d" in given:
        given["d"] = re.sub(r" ?([A-Za-z]) ?| (?=-)", r"\1", given["d"])
    if "transform" in given:  # scales keep their digits
        given["transform"] = _SHIFT.sub(lambda found: _NUMBER.sub(_rounded, found[0]), given["transform"])


def _shorten_use(given: dict[str, str]) -> None:
    given["href"] = given.pop(_HREF)
    for name in [name for name in given if name.startswith("stroke")]:
        del given[name]  # what is used has its own
    if sideways := re.fullmatch(r"translate\((\S+) 0\)", given.get("transform", "")):
        given["x"] = sideways[1]
        del given["transform"]


def _rounded(found: re.Match[str]) -> str:
    return f"{round(float(found[0]), 2) + 0.0:g}"
