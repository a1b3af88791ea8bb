"""The register and the withdrawals made again from what was written and lies filed: no line is lost, none unkept."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cityanalytics.durable import put
from cityanalytics.intake.journal import JOURNAL, read_journal
from cityanalytics.intake.register import (
    COLUMNS,
    REGISTER,
    WITHDRAWALS,
    WITHDRAWN,
    Receipt,
    Withdrawal,
    deviating,
    filed,
    list_files,
    place_of,
    register_lines,
    withdrawal_lines,
)
from cityanalytics.issues import Message
from cityanalytics.lock import writing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cityanalytics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Repair:
    """What the register and the withdrawals are to be, and how that differs from what they are.

    Parameters
    ----------
    receipts
        Lines of the register, in order of receipt.
    withdrawals
        Lines of the withdrawals.
    differences
        What differs, each with the line or the file.
    before
        Where the lists are kept as they were; none where nothing was written.
    """

    receipts: tuple[Receipt, ...]
    withdrawals: tuple[Withdrawal, ...]
    differences: tuple[Message, ...]
    before: tuple[Path, ...] = ()


def proposed(settings: Settings) -> Repair:
    """Hold the lists against the journal and the filed workbooks, line by line; nothing is written.

    The folder of a workbook says its quarter, day and unit; what else a line was, the journal. Where that knows none,
    the tables' manifest has the hash and the order that were read last; where that has none either, the hash is that of
    the file as it is now.
    """
    lines, withdrawn = register_lines(settings), withdrawal_lines(settings)
    deviant = deviating(settings)
    differences = [
        *lines.faults,
        *withdrawn.faults,
        *(Message.of("{file}: {what}", file=one.file, what=one.what) for one in deviant),
    ]
    written = read_journal(settings.raw, REGISTER, COLUMNS)
    known = _read_before(settings)
    order = {file: number for number, file in enumerate(written or known)}
    receipts: list[tuple[dt.date, float, Receipt]] = []
    number_of = {line.values["file"]: line.number for line in lines.lines}
    said = {line.values["file"]: line.values for line in lines.lines} | written
    for position, (file, values) in enumerate(said.items()):
        receipt = _receipt(values, position)
        if (place := place_of(file)) and place != (receipt.quarter, receipt.received, receipt.unit):
            differences.append(
                Message.of(
                    "line {line}: {file} is filed under {place}; the line says {said}",
                    line=number_of.get(file, 0),
                    file=file,
                    place=", ".join(map(str, place)),
                    said=", ".join(map(str, (receipt.quarter, receipt.received, receipt.unit))),
                )
            )
            receipt = replace(receipt, quarter=place[0], received=place[1], unit=place[2])
        receipts.append((receipt.received, order.get(file, position), receipt))
    for file, receipt in filed(settings).items():
        if file not in said:
            differences.append(Message.of("no line for {file}", file=file))
            told = replace(receipt, sha256=known.get(file, receipt.sha256))
            receipts.append((receipt.received, order.get(file, float("inf")), told))
    ordered = [receipt for *_, receipt in sorted(receipts, key=lambda one: one[:2])]
    if not differences:
        ordered = [receipt for *_, receipt in receipts]  # as it stands
    return Repair(
        receipts=tuple(replace(receipt, position=at) for at, receipt in enumerate(ordered)),
        withdrawals=tuple(
            Withdrawal(file=file, on=dt.date.fromisoformat(values["on"]), why=values["why"])
            for file, values in (
                {line.values["file"]: line.values for line in withdrawn.lines}
                | read_journal(settings.raw, WITHDRAWALS, WITHDRAWN)
            ).items()
        ),
        differences=tuple(differences),
    )


def _receipt(values: Mapping[str, str], position: int) -> Receipt:
    now = {name: values[name] for name in COLUMNS}
    return Receipt(**{**now, "received": dt.date.fromisoformat(now["received"])}, position=position)  # type: ignore[arg-type] # by name


def repair(settings: Settings) -> Repair:
    """Write what `proposed` gives; the lists as they were are kept beside them, under names that are not read."""
    with writing(settings.root, "register"):
        found = proposed(settings)
        if not found.differences:
            return found
        lost = withdrawal_lines(settings).faults and not read_journal(settings.raw, WITHDRAWALS, WITHDRAWN)
        files = list_files(
            settings,
            receipts=found.receipts,
            withdrawals=None
            if lost or not found.withdrawals
            else found.withdrawals,  # nobody knows what it was
            mended=True,
        )
        aside = {}
        for path in files:
            before = path.read_bytes() if path.is_file() else b""
            if path.name != JOURNAL and before != files[path]:
                name = f".{path.stem}-{hashlib.sha256(before).hexdigest()[:16]}.csv"
                aside[path.with_name(name)] = before
        put({**aside, **files})
        return replace(found, before=tuple(aside))


def _read_before(settings: Settings) -> dict[str, str]:
    """Return the hash of each workbook that was read last, in order; nothing where no manifest can be read."""
    try:
        manifest = json.loads((settings.processed / "manifest.json").read_text(encoding="utf-8"))
        return {source["path"]: source["sha256"] for source in manifest["inputs"]}
    except (KeyError, OSError, TypeError, ValueError):
        return {}
