"""Make the sample city's workbooks: `python data/make_sample.py [--out DIR [--weekly]]`, the same bytes each time.

Without --out the repository's own sample is made anew; any other folder must not hold workbooks yet. With --weekly the
third quarter is reported week by week (`[dispatch] weekly = true`), and only from July on in place of its end.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from sample import history, receipts, weekly


def main() -> None:
    """Write data/raw and aliases.toml below a folder, by default the repository."""
    parser = argparse.ArgumentParser(description="Make the workbooks of the sample city (synthetic).")
    parser.add_argument("--out", type=Path, help="the workspace to write to (default: the repository)")
    repository = Path(__file__).parent.parent
    parser.add_argument("--weekly", action="store_true", help="the third quarter week by week")
    given = parser.parse_args()
    out: Path = given.out or repository
    if given.weekly and out == repository:
        parser.error("--weekly needs a workspace of its own: name it with --out")
    if out != repository and (out / "data" / "raw").exists():
        parser.error(f"{out} holds workbooks already")
    city = history.build()
    history.check(city)
    received = receipts.receipts(city)
    if given.weekly:
        received = [one for one in received if one.quarter != weekly.QUARTER] + weekly.receipts(city)
    for quarter in {receipt.quarter for receipt in received}:
        shutil.rmtree(out / "data" / "raw" / quarter, ignore_errors=True)
    for receipt in received:
        path = out / receipt.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(receipt.content)
    (out / "data" / "raw" / "register.csv").write_bytes(receipts.register(received))
    (out / "aliases.toml").write_bytes(receipts.aliases(city))


if __name__ == "__main__":
    main()
