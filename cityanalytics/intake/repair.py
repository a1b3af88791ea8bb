"""The register made again from what lies filed: no line is lost, and what was written before is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cityanalytics.durable import put
from cityanalytics.intake.register import (
    COLUMNS,
    REGISTER,
    Receipt,
    filed,
    place_of,
    register_bytes,
    register_lines,
    withdrawal_lines,
)
from cityanalytics.issues import Message
from cityanalytics.lock import writing

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Repair:
    """What the register is to be, and how that differs from what it is.

    Parameters
    ----------
    receipts
        Its lines, in order of receipt.
    differences
        What differs, each with the line or the file.
    before
        Where the register is kept as it was; None where nothing was written.
    """

    receipts: tuple[Receipt, ...]
    differences: tuple[Message, ...]
    before: Path | None = None


def proposed(settings: Settings) -> Repair:
    """Hold the register against the filed workbooks, line by line; nothing is written.

    The folder of a workbook says its quarter, day and unit, the tables' manifest the hash and the order that were read
    last; where neither is known, the hash is that of the file as it is now.
    """
    lines = register_lines(settings)
    differences = [*lines.faults, *withdrawal_lines(settings).faults]
    known = _read_before(settings)
    order = {file: number for number, file in enumerate(known)}
    there = filed(settings)
    receipts: list[tuple[dt.date, float, Receipt]] = []
    for position, line in enumerate(lines.lines):
        now = {name: line.values[name] for name in COLUMNS}
        receipt = Receipt(**{**now, "received": dt.date.fromisoformat(now["received"])}, position=position)  # type: ignore[arg-type] # by name
        if (place := place_of(receipt.file)) and place != (receipt.quarter, receipt.received, receipt.unit):
            differences.append(
                Message.of(
                    "line {line}: {file} is filed under {place}; the line says {said}",
                    line=line.number,
                    file=receipt.file,
                    place=", ".join(map(str, place)),
                    said=", ".join(map(str, (receipt.quarter, receipt.received, receipt.unit))),
                )
            )
            receipt = replace(receipt, quarter=place[0], received=place[1], unit=place[2])
        receipts.append((receipt.received, order.get(receipt.file, position), receipt))
    has_line = {receipt.file for *_, receipt in receipts}
    for file, receipt in there.items():
        if file not in has_line:
            differences.append(Message.of("no line for {file}", file=file))
            told = replace(receipt, sha256=known.get(file, receipt.sha256))
            receipts.append((receipt.received, order.get(file, float("inf")), told))
    ordered = [receipt for *_, receipt in sorted(receipts, key=lambda one: one[:2])]
    if not differences:
        ordered = [receipt for *_, receipt in receipts]  # as it stands
    return Repair(
        receipts=tuple(replace(receipt, position=at) for at, receipt in enumerate(ordered)),
        differences=tuple(differences),
    )


def repair(settings: Settings) -> Repair:
    """Write what `proposed` gives; the register as it was is kept beside it, under a name that is not read."""
    with writing(settings.root, "register"):
        found = proposed(settings)
        if not found.differences:
            return found
        path = settings.raw / REGISTER
        before = path.read_bytes() if path.is_file() else b""
        aside = settings.raw / f".register-{hashlib.sha256(before).hexdigest()[:16]}.csv"
        put({aside: before, path: register_bytes(settings, found.receipts)})
        return replace(found, before=aside)


def _read_before(settings: Settings) -> dict[str, str]:
    """Return the hash of each workbook that was read last, in order; nothing where no manifest can be read."""
    try:
        manifest = json.loads((settings.processed / "manifest.json").read_text(encoding="utf-8"))
        return {source["path"]: source["sha256"] for source in manifest["inputs"]}
    except (KeyError, OSError, TypeError, ValueError):
        return {}
