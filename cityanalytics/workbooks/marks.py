"""What a row's label says: a word for totals, an ordinal, 其中, a share; rows that are no plain leaves."""

# ruff: noqa: RUF001, PLR2004 - full-width forms; a row with one or two texts is a label, not a record

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import State, is_serial, squeezed
from cityanalytics.workbooks.cellunits import carried_amount
from cityanalytics.workbooks.dates import read_date
from cityanalytics.workbooks.sidebyside import side_by_side
from cityanalytics.workbooks.statements import units_of_label
from cityanalytics.workbooks.texts import matching, part_of
from cityanalytics.workbooks.units import find_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.columns import Columns
    from cityanalytics.workbooks.face import Face
    from cityanalytics.workbooks.headers import Header

GRAND, CHINESE, BRACKETED, NAMED, DECIMAL, OF_WHICH, RATIO, SPLIT = (
    "grand", "chinese", "bracketed", "named", "decimal", "of which", "ratio", "split",
)  # fmt: skip


_UNITS = "(?:个|项|户|家|处|条|座|宗|人|件|栋|幢|套)(?:项目|工程)?"
_COUNT = rf"(?:[(\[]共?(?P<inside>\d+){_UNITS}?[)\]]|共?(?P<outside>\d+){_UNITS})"
_TOTAL = re.compile(
    rf"^(?P<name>.{{0,40}}?)[(\[【]?(?P<word>总合计|合计数?|总计数?|小计|共计|汇总|累计|总数|总投资|投资总额|总费用|总造价|总额|(?i:(?:grand|sub)?-?total))(?i:/?\(?(?:(?:grand|sub)?-?total|sum)\)?)?[)\]】]?(?:{_COUNT}|[(\[][^()]*[)\]])?[:]?$"
)
#: A word for totals that opens a label: what comes beside it says what is summed.
_OPENING = re.compile(
    r"^(?:(?:合计|小计|共计|总计)[:(—-][^\d]{1,30}|(?i:(?:sub-?total|grandtotal|totals?(?:of|for|all))[a-z,:(].*))$"
)
#: Total X may be a thing, such as a total station: its sum or its place has to say so too.
_WORDED = re.compile(
    r"^(?i:totals?(?=[a-z(:\d])|all(?=[a-z])|overall|combined).{1,60}$|^全部.{1,12}$"
    r"|^(?:合计|小计(?!算|划)|共计|总计(?!划|算|量))[^\d]{1,30}$"
    r"|^(?i:sous-?tota(?:l|ux)|zwischensumme|subtotales|итого|всего|tota(?:le|al|ux)(?![a-z])).{0,60}$"
)
#: The word for a sum in other languages.
_SUMS = (
    "(?:ins)?gesamt|gesamtsumme|summe|summa|totalt|suma(?:total)?|tota(?:le|al|ux)|ensemble|razem|ogółem|celkem|součet|spolu"
    "|(?:mind)?összesen|toplam|всего|итого|разом|усього|всичко|общо|укупно|(?:sve)?ukupno|yhteensä|kokku|kopā|iš_*viso|jumlah"
    "|tổng(?:_*cộng)?|รวม|योग|कुल|المجموع|الإجمالي|σύνολο|합계|총계|вкупно|бүгд|jami|cəmi|shuma|skupaj|gjithsej|i_*alt|pavisam|மொத்தம்|মোট|სულ|барлығы"
)
#: A word for the whole among the names of its parts.
_WHOLE = re.compile(
    r"^(?:全[市省国区县镇乡州盟旗村厂局系统社会行业]{1,2}|全部|总体|本[市省区县级]|(?i:statewide|nationwide|citywide|countywide|province-?wide|district-?wide|national|whole|entire[a-z]+|all|overall|combined|altogether|sum|"
    + _SUMS.replace("_*", "")
    + r"))$|^计$"
)
#: The same as the first or the last word of a label: Příjmy celkem.
_PARTED = _SUMS.replace("_*", r"\s*")
_WHOLE_WORD = re.compile(rf"^(?i:{_PARTED})\s+\S|\S\s+(?i:{_PARTED})\s*$")
#: What stands before a word for totals where the row is a share of them: % of total.
_PORTION = re.compile(r"^[%‰占]|(?i:^(?:percent(?:age)?|share|proportion)(?:of|in))")
#: Words that mean a total only where they stand alone.
_ALONE = frozenset({"累计", "总投资", "投资总额", "总费用", "总造价", "总额", "总数"})
#: Words that a project's name may end with: 管线普查数据汇总 with a number of its own is a project.
_NAMES = frozenset({"汇总", "共计"})
#: Words for the sum of a part.
_PARTIAL = frozenset({"小计", "subtotal"})
_NAMED_COUNT = re.compile(rf"^(?P<name>.+?){_COUNT}$")
_BARE_COUNT = re.compile(rf"^共?(\d+){_UNITS}$")
_RATIO = re.compile(
    r"(?:占比|比重|比例|百分比|[成长到]率|增速|增幅|平均|同比|环比|(?:同|环|上年|去年|同期|上月)[^,;]{0,4}(?:增长|增减|增幅|\+-|±))(?:\(%\)|\(±%?\))?%?$"
)
#: What changed since the row above, where rows are periods or stand below a total: 2021年比2020年增减, Change.
_CHANGED = re.compile(
    r"增减[数额量]?(?:\([^()]*\))?[%‰]?$|^(?:变化|变动|增加|减少|增长)[数额量率]?(?:\([^()]*\))?[%‰]?$"
    r"|(?i:^(?:change|difference|variation|(?:in|de)crease|growth|variance)(?:$|from|since|over|on|in|\(|[%\d])|(?:change|difference|growth)$)"
)
#: What stands beside a total for comparison, and is never added to it.
_COMPARED = re.compile(
    r"^(?:上年|去年|上月|上季)(?:同期|同月)?(?:数|累计|完成|合计)?$|^比(?:上年|去年|上月|同期)"
)
#: What says the same only right below a total: elsewhere it may be a thing, such as change management.
_BELOW = re.compile(
    r"^%|^(?:prior|previous|last)(?:year|month|quarter|period)"
    r"|^(?:average|mean|median|durchschnitt|mittelwert|moyenne|promedio|media|среднее)$|(?:ratio|percent(?:age)?|share)$",
    re.IGNORECASE,
)
#: A part of the row above it, never added to it.
_PART_OF = re.compile(r"#|(?i:ofwhich|ofthese|o/w(?![a-z]))")
#: The same in other languages, where words are parted.
_PART_IN_WORDS = re.compile(
    r"\W*(?:davon|darunter|dont|di cui|de l[oa]s cuales|d[oa]s quais|waarvan|varav|herav|hvoraf|joista|w tym|z toho"
    r"|od toga|ebből|din care|iš jų|bundan|trong đó|di antaranya|including|thereof"
    r"|в том числе|в т\. ?ч\.?|из них|у тому числі|з них|うち)(?<!\w{30})(?:\b|(?<=うち))\W*\w",
    re.IGNORECASE,
)
#: Signs as they were written before, and are in Japan.
_SIMPLE = str.maketrans("計總総額數匯", "计总总额数汇")
_ORDINALS = (
    re.compile(r"^第?[一二三四五六七八九十]{1,3}(?:[、.,:章]|$)"),
    re.compile(r"^\([一二三四五六七八九十]{1,3}\)"),
)
#: Of rows that may be no plain leaves; RE2, where white space has to be spelt out.
TELLING = (
    r"(?m)[合总總総小共累]_*[计計]|^_*[计計]_*$|^_*(?:うち|в_*т|у_*тому|из_*них|з_*них)|(?i:^_*(?:davon|darunter|dont_|di_*cui|de_*l[oa]s_*cuales|d[oa]s_*quais|waarvan|varav|herav|hvoraf|joista|w_*tym|z_*toho|od_*toga|ebből|din_*care|iš_*jų|bundan|trong_*đó|di_*antaranya|including|thereof))|(?i:total|^_*all|overall|wide_*$|^_*national_*$|^_*whole|^_*entire|^_*combined|^_*sum_*$|^_*altogether|^_*итого|^_*всего|^_*zwischensumme|^_*(?:"
    + _SUMS
    + r")(?:_*$|_))|(?i:_(?:"
    + _SUMS
    + r")_*$)"
    r"|^_*全|^_*本[市省区县级]_*$|总体|汇_*总|总_*[数投费造额]|总额|其_*中|(?i:^_*of_*(?:which|these)|^_*o/w)|[%％]_*[)）]?_*$"
    r"|^_*%|增减|^_*(?:变[化动]|增[加长]|减少)|(?i:change|difference|growth_*$|^_*(?:variation|variance|increase|decrease|growth|share|proportion))|(?i:^_*(?:prior|previous|last|average|mean|median|durchschnitt|mittelwert|moyenne|promedio|media|среднее)|(?:ratio|percent|percentage|share)_*$)|占_*比|比_*[重例]|百分比|[率速幅]_*(?:[(（][%％][)）]|[%％])?_*$|平均"
    r"|[(（]_*共?_*[0-9]+_*[^0-9()（）]{0,4}[)）]_*$|[同环]_*比|[去上]年|上[月季]|^_*#"
    r"|^_*(?:第?[一二三四五六七八九十]+_*[、.．,，章]|[（(]_*[一二三四五六七八九十0-9]+_*[)）]|[①-⑳])"
).replace("_", r"[\s\pZ]")
_LISTED = 12
PARENTHESES = re.compile(r"^(?:\(\d{1,3}\)|[①-⑳])")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A row that is no plain leaf: what its label says.

    Parameters
    ----------
    row
        0-based sheet row.
    style
        How it is marked: a word for totals, an ordinal, 其中.
    label
        Its label, without white space.
    cell
        0-based column of the label.
    count
        How many rows the label says that it covers.
    keyword
        Whether a word such as 合计 stands in it.
    worded
        Whether a word stands in it that means a total only where its sum or its place agrees: Total receipts.
    assumed
        Whether its sums alone make it a total, neither its label nor its place.
    indented
        Whether white space stands before its label.
    """

    row: int
    style: str
    label: str
    cell: int
    count: int | None = None
    count_cell: int | None = None
    keyword: bool = False
    worded: bool = False
    assumed: bool = False
    indented: bool = False


def mark_of(face: Face, header: Header, columns: Columns, row: int) -> Mark | None:  # noqa: C901, PLR0911, PLR0912 - one line for each way of marking
    """Return what the label of a row says, None where the row is a plain leaf."""
    texts = [(column, text) for column, text in face.texts(row) if header.left <= column <= header.right]
    if not texts:
        return None
    first_number = min(columns.numbers, default=header.right + 1)
    count, count_cell = None, None
    for column, text in texts:
        if (bare := _BARE_COUNT.match(text)) and column < first_number:
            count, count_cell = int(bare.group(1)), column
    column, label = texts[0]
    ordinal = next(
        (
            style
            for style, pattern in zip((CHINESE, BRACKETED), _ORDINALS, strict=True)
            if pattern.match(label)
        ),
        None,
    )
    if ordinal is None and PARENTHESES.match(label) and column < first_number:
        ordinal = NAMED
    for at, text in texts:
        near = at < first_number or at == texts[0][0]
        if near and (
            "其中" in text[:6] or _PART_OF.match(text) or _PART_IN_WORDS.match(str(face.cells[row, at]))
        ):
            return Mark(row=row, style=OF_WHICH, label=text, cell=at, keyword=True)
        match = _TOTAL.match(text.translate(_SIMPLE))
        if match and _PORTION.match(text):
            match = None
        if match and match["word"] in _ALONE and (match["name"] or _states_unit(texts)):
            continue
        if match and match["word"] in _NAMES and match["name"] and is_serial(face.cells[row, header.left]):
            continue
        if match and (near or not match["name"]):
            if _count(match) is not None:
                count, count_cell = _count(match), at
            alone = not match["name"] and match["word"].lower().replace("-", "") not in _PARTIAL
            style = ordinal or (GRAND if alone else f"{NAMED}{match['word']}")
            return Mark(
                row=row, style=style, label=text, cell=at, count=count, count_cell=count_cell, keyword=True
            )
        if near and _WHOLE.match(text.translate(_SIMPLE)) and not is_serial(face.cells[row, header.left]):
            return Mark(row=row, style=ordinal or GRAND, label=text, cell=at, worded=True)
        if near and _OPENING.match(text) and not is_serial(face.cells[row, header.left]):
            return Mark(row=row, style=ordinal or f"{NAMED}{_word(text)}", label=text, cell=at, keyword=True)
        if (
            near
            and (
                (_WORDED.match(text) and _is_word(face.cells[row, at]))
                or _WHOLE_WORD.search(str(face.cells[row, at]))
            )
            and not is_serial(face.cells[row, header.left])
        ):
            return Mark(row=row, style=ordinal or f"{NAMED}{_word(text)}", label=text, cell=at, worded=True)
        derived = (
            _RATIO.search(text)
            or _COMPARED.search(text)
            or _BELOW.search(text)
            or _CHANGED.search(text)
            or _PORTION.match(text)
            or re.search(r"(?<!\d)[%‰]\)?$", text)
        )
        if at != texts[0][0] and find_unit(text) is not None:
            continue  # in a column of units
        if derived and near and len(texts) <= 2 and not is_serial(face.cells[row, header.left]):
            return Mark(row=row, style=RATIO, label=text, cell=at, keyword=not _states_unit(texts))
    if ordinal is None and column >= first_number:
        return None
    label_cell, last_label = next((text for text in reversed(texts) if text[0] < first_number), texts[0])
    named = _NAMED_COUNT.match(last_label)
    if named and count is None:
        count, count_cell = _count(named), label_cell
    if ordinal is not None:
        return Mark(row=row, style=ordinal, label=label, cell=column, count=count, count_cell=count_cell)
    if is_serial(face.cells[row, header.left]) and any(columns.serial):
        return None
    indented = str(face.cells[row, column])[:1].isspace()
    return Mark(
        row=row, style=NAMED, label=label, cell=column, count=count, count_cell=count_cell, indented=indented
    )


def split_totals(
    face: Face, header: Header, columns: Columns, rows: NDArray[np.intp], marks: list[Mark]
) -> list[Mark]:
    """Mark the rows of a total that is split as its parts are: Total, of the public ones and of the private ones.

    The label runs down over them, merged; or the rows under it have none, and beside it the names that records have.
    """
    known = {mark.row: mark for mark in marks}
    for mark in marks:
        if not mark.keyword or mark.style in {OF_WHICH, RATIO}:
            continue
        beside = next(
            (
                at
                for at, _ in face.texts(mark.row)
                if mark.cell < at <= header.right and at not in columns.numbers
            ),
            None,
        )
        merge = face.merges_from.get((mark.row, mark.cell))
        stop = merge.bottom + 1 if merge is not None else mark.row + 1
        if beside is None and stop == mark.row + 1:
            continue
        beside = mark.cell if beside is None else beside
        if merge is None:
            names = {face.label(int(row), beside) for row in rows[rows < mark.row][:_NAMES_READ]}
            end = int(rows[-1]) + 1
            while (
                stop < end
                and (
                    not face.filled[stop, header.left : beside].any()
                    or face.label(stop, mark.cell) == mark.label
                )
                and face.label(stop - 1, beside) in names
                and face.label(stop, beside) in names
            ):
                stop += 1
        parts = range(mark.row, stop) if stop > mark.row + 1 else ()
        for row in parts:
            known[row] = replace(mark, row=row, style=SPLIT, label=face.label(row, beside))
    return sorted(known.values(), key=lambda mark: mark.row)


_NAMES_READ = 200


def _is_word(cell: object) -> bool:
    """Tell whether the word that opens a label ends there: All sites, not Alldale."""
    match = re.match(r"\s*(?:total|all|overall|combined)[a-z]*", str(cell), re.IGNORECASE)
    return match is None or match.group().strip().lower() in {
        "total",
        "totals",
        "totale",
        "totaux",
        "all",
        "overall",
        "combined",
    }


def _word(text: str) -> str:
    """Return the word for totals that opens a label: those of one word are of one kind."""
    match = re.match(r"(?i:grandtotal|sub-?total|total|all)|[\u4e00-\u9fff]{2}", text)
    return match.group().lower() if match else ""


def _states_unit(texts: Sequence[tuple[int, str]]) -> bool:
    """Tell whether a row says in what unit it is, as an indicator does: 总投资（万元）, or 总投资 beside 3亿元."""
    return bool(units_of_label(texts[0][1])) or any(
        find_unit(text) is not None or carried_amount(text) is not None for _, text in texts[1:]
    )


def compared(face: Face, marks: list[Mark]) -> list[Mark]:
    """Leave out the shares and comparisons that are indicators of their own: no total stands above them."""
    found: list[Mark] = []
    total, below = False, -1
    often = Counter(mark.label for mark in marks if mark.style == RATIO)
    for mark in marks:
        derived = mark.style == RATIO
        worded = _RATIO.search(mark.label) or _COMPARED.search(mark.label)
        # % and no name, or row % again and again: of the row above
        bare = find_unit(mark.label) is not None or (derived and often[mark.label] > 1)
        placed = bare or total if worded or bare else below >= 0 and not face.filled[below : mark.row].any()
        placed |= (
            derived and _CHANGED.search(mark.label) is not None and (total or _after_periods(face, mark))
        )
        if not derived or placed or (mark.keyword and _RATIO.search(mark.label)):
            found.append(replace(mark, keyword=mark.keyword or derived))
            below = mark.row + 1 if mark.keyword or derived else below
        total |= (mark.keyword or mark.worded) and not derived and mark.style != OF_WHICH
        if mark.worded:
            below = mark.row + 1
    return found


def _after_periods(face: Face, mark: Mark) -> bool:
    """Tell whether the two rows above, other changes left out, are called by their periods: 2020, 2021."""
    above = [face.cells[row, mark.cell] for row in range(max(mark.row - _CHANGES, 0), mark.row)]
    rows = [cell for cell in above if not (isinstance(cell, str) and _CHANGED.search(squeezed(cell)))][-2:]
    return len(rows) == 2 and all(
        (isinstance(cell, float) and cell == int(cell) and 1900 <= cell < 2200)
        or (isinstance(cell, str) and read_date(cell, year=2000).state is State.PARSED)
        for cell in rows
    )


#: So many rows above what changed are looked at.
_CHANGES = 6


def with_parents(
    face: Face,
    header: Header,
    rows: NDArray[np.intp],
    depths: NDArray[np.float64],
    marks: list[Mark],
) -> list[Mark]:
    """Mark the rows whose serial number has deeper ones under it: 1 above 1.1."""
    parents = np.flatnonzero((depths[:-1] > 0) & (depths[1:] > depths[:-1]))
    known = {mark.row for mark in marks}
    found = list(marks)
    for position in parents:
        row = int(rows[position])
        if row in known:
            continue
        texts = [(column, text) for column, text in face.texts(row) if column >= header.left]
        column, label = texts[0] if texts else (header.left, "")
        found.append(Mark(row=row, style=DECIMAL, label=label, cell=column))
    return sorted(found, key=lambda mark: mark.row)


def telling(face: Face, header: Header, columns: Columns, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell which rows may be no plain leaves: a word for totals anywhere, an ordinal, or 其中 above them."""
    found = np.zeros(len(rows), dtype=bool)
    after = np.zeros(len(rows), dtype=bool)
    numbers = columns.numbers | columns.counts
    worded = [
        part_of(face.column(column), rows)
        for column in range(header.left, header.right + 1)
        if column not in numbers or numbers[column].unparsed.any()
    ]
    found_in = side_by_side(lambda texts: matching(texts, TELLING), worded, rows=len(rows))
    for texts, holds in zip(worded, found_in, strict=True):
        found |= holds
        if holds.any():
            after |= matching(texts, "其中")
    for position in np.flatnonzero(after):  # the rows that continue 其中：甲 / 乙 / 丙
        found[position : position + _LISTED] = True
    return found


def _count(match: re.Match[str]) -> int | None:
    number = match["inside"] or match["outside"]
    return int(number) if number else None
