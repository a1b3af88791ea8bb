r"""What a cell shows of its number: formats that divide it, such as ``0\.0,``, or write its unit behind it."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cityanalytics.workbooks.cellunits import carried_amount

if TYPE_CHECKING:
    from collections.abc import Callable

_SECTION = re.compile(r'(?:"[^"]*"|[\\!_*].|\[[^\]]*\]|[^;"\\!_*\[])*')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_BRACKET = re.compile(r"\[[^\]]*\]")
_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)')
_PADDING = re.compile(r"[_*].")
_DIGITS = "0#?"
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}


class _Shown(NamedTuple):
    """A section of a format: when it holds, by what it divides, and what it writes behind the digits."""

    condition: tuple[str, float] | None
    divisor: int
    behind: str


def alters(code: str) -> bool:
    r"""Tell whether a format shows another number than the cell holds, or a unit behind it.

    Examples
    --------
    >>> [alters(code) for code in ("#,##0.00", "0%", r"0\.0,", '0.0"万元"', "#,##0,,", "yyyy-mm-dd", '0"号"')]
    [False, False, True, True, True, False, False]
    """
    return any(section.divisor > 1 or section.behind for section in _sections(code))


def as_displayed(value: float, code: str) -> float | str:
    r"""Return a number as a format displays it, unrounded; with its unit, as text, where the format writes one.

    Examples
    --------
    >>> as_displayed(25331234.0, r"0\.0,"), as_displayed(25330000.0, '0!.0000"万元"'), as_displayed(5.0, "0.00")
    (2533.1234, '2533万元', 5.0)
    >>> as_displayed(12000.0, r'[>=10000]0\.0,"万元";0"元"'), as_displayed(800.0, r'[>=10000]0\.0,"万元";0"元"')
    ('1.2万元', '800元')
    """
    section = _section_for(value, _sections(code))
    if section is None or (section.divisor == 1 and not section.behind):
        return value
    shown = Decimal(repr(float(value))) / section.divisor
    return f"{shown.normalize():f}{section.behind}" if section.behind else float(shown)


def _section_for(value: float, sections: tuple[_Shown, ...]) -> _Shown | None:
    if not sections:
        return None
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None or _COMPARED[section.condition[0]](value, section.condition[1]):
                return section
        return None
    if value < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if value == 0 and len(sections) > 2 else sections[0]  # noqa: PLR2004 - positive; negative; zero


@lru_cache(maxsize=1 << 10)
def _sections(code: str) -> tuple[_Shown, ...]:
    if "%" in code or not any(digit in code for digit in _DIGITS):
        return ()
    return tuple(_shown(part) for part in _SECTION.findall(code) if part)[:4]


def _shown(section: str) -> _Shown:
    condition = _CONDITION.search(section)
    plain = _PADDING.sub("", _BRACKET.sub("", section))
    # a literal point among digits shifts what is shown by as many places as stand behind it
    marked = _LITERAL.sub(
        lambda one: "·" if (one[1] or one[2]) == "." else "" if one[2] else f"\0{one[1]}\0", plain
    )
    head, _, _ = marked.partition("\0")
    last = max((head.rfind(digit) for digit in _DIGITS), default=-1)
    commas = len(head[last + 1 :]) - len(head[last + 1 :].lstrip(","))
    point = head.find("·")
    places = sum(digit in _DIGITS for digit in head[point:]) if point >= 0 else 0
    behind = "".join(
        one[1] or one[2] for one in _LITERAL.finditer(plain) if (one[1] or one[2]) != "."
    ).strip()
    named = behind if carried_amount(f"1{behind}") is not None else ""
    return _Shown(
        condition=(condition[1], float(condition[2])) if condition else None,
        divisor=1000**commas * 10**places,
        behind=named,
    )
