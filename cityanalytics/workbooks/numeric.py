"""Columns of cells read as numbers, and with how many decimals they are written."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import State, read_number
from cityanalytics.workbooks.texts import all_floats, by_distinct, floats, matching, part_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from cityanalytics.workbooks.texts import Texts

#: What most texts that are numbers look like: read as `read_number` does, without its many questions.
_PLAIN = r"^-?[0-9]{1,300}(?:\.[0-9]{1,300})?$"
_EXACT = 9.0e18  # what an int64 holds
_MOST_DECIMALS = 10
_PARSED, _UNPARSED = State.PARSED, State.UNPARSED
#: A number of few steps is soon the sum of two others: only one of more is evidence where nothing else is.
TELLING = 100
#: So many columns are compared, where more rows than so few have shares that are so much alike.
_COMPARED, _FEW, _ALIKE = 12, 3, 0.002
_FIRST = 500  # so many values tell soon that there are more decimals


@dataclass(frozen=True, kw_only=True, eq=False)
class Numbers:
    """A column of cells read as numbers; what is neither parsed nor unparsed is missing.

    Parameters
    ----------
    value
        float64; nan unless parsed.
    parsed, unparsed
        bool: there is a value; there is something that is none.
    written
        bool: the number was text.
    carried
        Whether cells of the column carry units themselves.
    things
        Whether they count things, households or trees, which nobody rounds.
    """

    value: NDArray[np.float64]
    parsed: NDArray[np.bool_]
    unparsed: NDArray[np.bool_]
    written: NDArray[np.bool_]
    carried: bool = False
    things: bool = False

    def forget(self, position: int) -> None:
        """Take a cell out that turned out to belong to nothing, before anything is summed."""
        self.value[position], self.parsed[position] = math.nan, False
        self.unparsed[position] = self.written[position] = False
        self.__dict__.pop("exact", None)

    def of(self, places: NDArray[np.intp]) -> Numbers:
        """Return some of the cells."""
        return Numbers(
            value=self.value[places],
            parsed=self.parsed[places],
            unparsed=self.unparsed[places],
            written=self.written[places],
        )

    @cached_property
    def exact(self) -> tuple[int, NDArray[np.int64]] | None:
        """The values as whole numbers of their last decimal, 0 for none; see `in_whole`."""
        return in_whole(np.where(self.parsed, self.value, 0.0))

    @cached_property
    def step(self) -> float:
        """One of the last decimal with which the values are written; 0 where they are not written exactly."""
        return 0.0 if self.exact is None else 10.0 ** -self.exact[0]

    def steps(self, value: float) -> float:
        """Return how many steps a value is from zero: a sum might as well have been one of so many."""
        return abs(value) / self.step if self.step else math.inf

    def is_telling(self, value: float) -> bool:
        """Tell whether a sum that agrees is no chance."""
        return self.steps(value) >= TELLING


def independent(columns: Mapping[int, Numbers]) -> dict[int, Numbers]:
    """Return the columns but those that are another's times a number, such as costs per square metre.

    What adds up in one of them adds up in the other too, and proves nothing more.
    """
    kept: dict[int, Numbers] = {}
    for column, read in columns.items():
        if len(columns) > _COMPARED or not any(_proportional(read, other) for other in kept.values()):
            kept[column] = read
    return kept


def _proportional(one: Numbers, other: Numbers) -> bool:
    both = one.parsed[:_FIRST] & other.parsed[:_FIRST]
    both &= (one.value[:_FIRST] != 0) & (other.value[:_FIRST] != 0)
    shares = one.value[:_FIRST][both] / other.value[:_FIRST][both]
    return len(shares) > _FEW and bool(np.ptp(shares) <= _ALIKE * abs(float(shares[0])))


#: A number with dots between its thousands and a comma before its decimals, and signs that it cannot be another.
_COMMA = r"^[\s]*[-+(]?[0-9]{1,3}(?:[.\s\pZ][0-9]{3})+,[0-9]{1,6}\)?[\s]*$"
_MAYBE_COMMA = r"^[\s]*[-+(]?[0-9]+,(?:[0-9]{1,2}|[0-9]{4,6})\)?[\s]*$"
_POINT = (
    r"^[\s]*[-+(]?(?:[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,6})|[0-9]{1,3}(?:,[0-9]{3}){2,})"
    r"\)?[\s]*$"
)
_EITHER = r"^[\s]*[-+(]?[0-9](?:[0-9.]|[\s\pZ][0-9]{3})*(?:,[0-9]+)?\)?[\s]*$"


def decimal_comma(columns: Iterable[Texts], *, semicolons: bool = False) -> bool:
    """Tell whether the numbers of a sheet prove that a comma stands before its decimals.

    Parameters
    ----------
    columns
        The texts of its columns, or the first of them.
    semicolons
        Whether semicolons part its cells, as where the comma stands before decimals.

    Examples
    --------
    >>> decimal_comma([["1.234,5", "987,25"]]), decimal_comma([["1.234,5"]]), decimal_comma([["1,5", "2,5"]])
    (True, False, False)
    >>> decimal_comma([["1.234,5", "987,25", "1,234.5"]])
    False
    """
    certain = likely = 0
    for texts in columns:
        if isinstance(texts, list):  # few cells have either sign, and only these can tell
            texts = [text for text in texts if text and ("," in text or "." in text)]  # noqa: PLW2901 - the same, fewer
            if not texts:
                continue
        if matching(texts, _POINT).any():
            return False
        certain += int(matching(texts, _COMMA).sum())
        likely += int(matching(texts, _MAYBE_COMMA).sum())
    return (certain > 0 or semicolons) and certain + likely > 1


def with_comma(texts: Sequence[str | None]) -> list[object]:
    """Return texts of a sheet whose decimals follow a comma, with those that are numbers as others write them."""
    found = matching(list(texts), _EITHER).tolist()
    return [
        "".join(text.split()).replace(".", "").replace(",", ".") if text and number else text
        for text, number in zip(texts, found, strict=True)
    ]


def two_readings(text: str) -> tuple[str, str] | None:
    """Return what a number with a comma is where the comma stands before decimals, and where it does not.

    Examples
    --------
    >>> two_readings("1.234,5"), two_readings("12,34"), two_readings("约300")
    (('1234.5', '1.2345'), ('12.34', '1234'), None)
    """
    if not matching([text], _COMMA)[0] and not matching([text], _MAYBE_COMMA)[0]:
        return None
    bare = text.strip().strip("()+")
    return bare.replace(".", "").replace(",", "."), bare.replace(",", "")


def as_shown(read: Numbers, percent: NDArray[np.bool_]) -> Numbers:
    """Return numbers as cells shown as per cent show them: 0.6 is 60."""
    percent = percent & read.parsed
    if not percent.any():
        return read
    value = read.value.copy()
    value[percent] = [
        float(f"{number!r}e2") if "e" not in repr(number) else number * 100
        for number in value[percent].tolist()
    ]
    return replace(read, value=value)


def read_objects(raw: NDArray[np.object_]) -> Numbers:
    """Read cells of any kind as numbers."""
    if set(map(type, raw)) <= {float, type(None)}:  # most columns: no cell needs a look of its own
        value = raw.astype(float)
        parsed, unparsed = np.isfinite(value), np.isinf(value)
        value[unparsed] = math.nan
        return Numbers(value=value, parsed=parsed, unparsed=unparsed, written=np.zeros(len(raw), dtype=bool))
    cells = raw.tolist()
    # numbers are looked at together, and nothing is asked of what is blank
    value = np.array([cell if type(cell) is float else math.nan for cell in cells])
    parsed, unparsed = np.isfinite(value), np.isinf(value)
    value[unparsed] = math.nan
    written = np.zeros(len(cells), dtype=bool)
    others = [at for at, cell in enumerate(cells) if cell is not None and type(cell) is not float]
    found = [read_number(cells[at]) for at in others]
    value[others] = [number.value for number in found]
    parsed[others] = [number.state is _PARSED for number in found]
    unparsed[others] = [number.state is _UNPARSED for number in found]
    written[others] = [number.written for number in found]
    return Numbers(value=value, parsed=parsed, unparsed=unparsed, written=written)


def read_texts(texts: pa.ChunkedArray) -> Numbers:
    """Read texts as numbers, plain ones all at once.

    Examples
    --------
    >>> import pyarrow as pa
    >>> read_texts(pa.chunked_array([["5", "1,250", "待定", None]])).value.tolist()
    [5.0, 1250.0, nan, nan]
    """
    quick = all_floats(texts)
    if (
        quick is not None
    ):  # most columns; what Arrow takes for a number is what `read_number` takes for the same
        finite = np.isfinite(quick)
        return Numbers(value=quick, parsed=finite, unparsed=np.zeros(len(texts), dtype=bool), written=finite)
    written = matching(texts, _PLAIN)
    value = floats(texts, written)
    parsed, unparsed = written.copy(), np.zeros(len(texts), dtype=bool)
    rest = np.flatnonzero(~written)
    positions, numbers = by_distinct(part_of(texts, rest), read_number)
    rest, positions = rest[positions >= 0], positions[positions >= 0]
    if len(rest):
        value[rest] = np.array([number.value for number in numbers])[positions]
        for state, found in ((State.PARSED, parsed), (State.UNPARSED, unparsed)):
            found[rest] = np.array([number.state is state for number in numbers])[positions]
        written[rest] = parsed[rest]
    return Numbers(value=value, parsed=parsed, unparsed=unparsed, written=written)


def in_whole(values: NDArray[np.float64]) -> tuple[int, NDArray[np.int64]] | None:
    """Return with how many decimals all values are written, and each as a whole number of the last.

    Noise in the last bit of a float, as spreadsheets leave it, is no decimal. None where there are too many
    decimals, or too large values, to be summed exactly.

    Examples
    --------
    >>> places, whole = in_whole(np.array([1.0, 2.5, 35281.714400000004]))
    >>> places, whole.tolist(), in_whole(np.array([1 / 3]))
    (4, [10000, 25000, 352817144], None)
    """
    largest = float(np.abs(values).max(initial=0.0))
    for places in range(_MOST_DECIMALS + 1):
        unit = 10.0**places
        if largest * unit * max(len(values), 1) > _EXACT:
            return None
        if _same(values[:_FIRST], np.rint(values[:_FIRST] * unit) / unit):
            whole = np.rint(values * unit)
            if _same(values, whole / unit):
                return places, whole.astype(np.int64)
    return None


def _same(values: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    off = values != others
    if not off.any():
        return True
    values, others = values[off], others[off]
    return bool((np.abs(others - values) <= 4 * np.spacing(np.abs(values))).all())
