"""The net: every product of the sample city, made by an earlier commit and by this tree, compared byte by byte.

Hashes of the package's sources, of notebooks and of lists that hold them change with any line of code, so they are
masked. What differs is printed a file a line, with the first place that differs. Exit 1 when anything does.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What a workspace is made of.
WORKSPACE = ("cityanalytics.toml", "aliases.toml", "data/raw", "data/handouts", "notebooks")
QUARTERS = ("2010Q1", "2010Q2", "2010Q3")
DAYS = ("2010-01-31", "2010-02-28", "2010-05-31", "2010-06-15", "2010-07-31", "2010-08-31")
TRACED = (
    "investment_to_date",
    "unexplained_projects",
    "demolition_shanty",
    "forecast_p50",
    "unit_市政工程处_gap",
)
#: Commands whose standard output is a product: name of the file, arguments.
COMMANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ingest", ("ingest", "--json")),
    *((f"forecast-{quarter}", ("forecast", quarter, "--json")) for quarter in QUARTERS),
    *((f"forecast-{day}", ("forecast", "--as-of", day, "--json")) for day in DAYS),
    ("forecast-known", ("forecast", "2010Q3", "--known-on", "2010-09-27", "--json")),
    ("diff-quarters", ("diff", "2010Q2", "2010Q3", "--json")),
    ("diff-days", ("diff", "2010-08-31", "2010-09-22", "--json")),
    ("diff-known", ("diff", "2010Q2", "2010Q3", "--known-on", "2010-09-30", "--json")),
    *((f"trace-{key}", ("trace", "reports/2010Q3", key, "--json")) for key in TRACED),
    ("verify", ("verify", "reports/2010Q3/briefing.zh.html", "--json")),
    ("verify-index", ("verify", "reports/index.html", "--json")),
    ("inspect", ("inspect", "--json", "{workbooks}")),
    (
        "series-json",
        ("forecast-series", "series.csv", "--month", "9", "--out", "series-forecasts.csv", "--json"),
    ),
    ("publish", ("publish", "reports/2010Q2/briefing.zh.html", "--by", "net", "--json")),
    ("verify-ledger", ("verify", "reports/ledger.jsonl", "--json")),
    ("help-brief", ("brief", "--dry-run", "--all", "--json")),
)


def main() -> int:
    """Compare the products of two trees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", nargs="?", default="HEAD", help="the commit that is compared with (HEAD)")
    parser.add_argument(
        "--cache", type=Path, default=ROOT / ".net", help="where the products of commits are kept"
    )
    parser.add_argument("--show", type=int, default=3, help="differing lines shown for each file")
    parser.add_argument("--quick", action="store_true", help="one quarter and one day alone")
    given = parser.parse_args()
    commit = git("rev-parse", given.base)
    kept = given.cache / commit[:12]
    if not (kept / "done").is_file():
        say(f"products of {commit[:12]}")
        record(checkout(given.cache, commit), kept)
    now = given.cache / f"now-{os.getpid()}"
    say("products of this tree")
    try:
        record(ROOT, now, quick=given.quick)
        return compare(kept, now, show=given.show, quick=given.quick)
    finally:
        shutil.rmtree(now, ignore_errors=True)


def checkout(cache: Path, commit: str) -> Path:
    """Return a working tree of a commit with an environment of its own."""
    tree = cache.resolve() / f"tree-{commit[:12]}"
    if not tree.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        git("worktree", "add", "--detach", str(tree), commit)
    subprocess.run(["make", "--silent", "setup"], cwd=tree, check=True, stdout=sys.stderr)
    return tree


def record(tree: Path, kept: Path, *, quick: bool = False) -> None:
    """Make every product of the sample city with the package of a tree."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="net-") as scratch:
        place = Path(scratch) / "workspace"
        place.mkdir()
        for name in WORKSPACE:
            source = tree / name
            if source.is_dir():
                shutil.copytree(source, place / name)
            elif source.is_file():
                shutil.copy(source, place / name)
        (place / "series.csv").write_text(series(), encoding="utf-8")
        for folder in ("data/processed", "reports"):
            (place / folder).mkdir(parents=True, exist_ok=True)
        run(tree, place, "ingest", "--returns", "returns")
        quarters, days = (QUARTERS[-1:], DAYS[2:3]) if quick else (QUARTERS, DAYS)
        jobs: list[tuple[str, ...]] = [("brief", quarter) for quarter in quarters]
        jobs += [("brief", "--as-of", day) for day in days]
        jobs += [] if quick else [("brief", "2010Q3", "--known-on", "2010-09-27")]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(lambda job: run(tree, place, *job), jobs))
        run(tree, place, "brief", quarters[0])  # up to date: the list of reports is written once more, alone
        for name, arguments in COMMANDS[:1] + COMMANDS[3:4] if quick else COMMANDS:
            print(f"\r{name:<40}", end="", file=sys.stderr, flush=True)
            (place / "reports" / f"command-{name}.json").write_bytes(
                run(tree, place, *filled(arguments, place))
            )
        print(file=sys.stderr)
        masked = masks(place)
        for folder in ("reports", "returns", "data/processed", "series-forecasts.csv"):
            source = place / folder
            for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
                if path.is_file() and path.suffix != ".ipynb":
                    target = kept / path.relative_to(place)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(mask(path.read_bytes(), masked))
    (kept / "done").touch()


def filled(arguments: tuple[str, ...], place: Path) -> list[str]:
    """Put the sample's workbooks where a command takes some."""
    books = [str(path.relative_to(place)) for path in sorted((place / "data/raw").rglob("*.xls*"))[::7]]
    return [word for one in arguments for word in (books if one == "{workbooks}" else [one])]


def run(tree: Path, place: Path, *arguments: str) -> bytes:
    """Run a command of a tree's package in the workspace; give its standard output."""
    command = [str(tree / ".venv/bin/cityanalytics"), *arguments]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, check=False)
    if done.returncode not in {0, 1}:
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}\n{done.stderr.decode()}")
    return done.stdout + f"\nexit {done.returncode}\n".encode()


def masks(place: Path) -> dict[bytes, bytes]:
    """Return what changes with any line of code or with the place, and what stands for it."""
    found = {str(place).encode(): b"WORKSPACE", datetime.now(tz=UTC).date().isoformat().encode(): b"TODAY"}
    for record in place.glob("reports/**/briefing.json"):
        document = json.loads(record.read_text(encoding="utf-8"))
        found[document["code"].encode()] = b"CODE"
        for entry in document["inputs"]:
            if entry["path"].startswith("notebooks/"):
                found[entry["sha256"].encode()] = b"NOTEBOOK"
        lines = "".join(f"{entry['sha256']}  {entry['path']}\n" for entry in document["inputs"])
        found[hashlib.sha256(lines.encode()).hexdigest().encode()] = b"INPUTS"
    ledger = place / "reports/ledger.jsonl"
    if ledger.is_file():
        for sealed in re.findall(rb"[0-9a-f]{64}", ledger.read_bytes()):
            found.setdefault(sealed, b"SEALED")
    manifest = place / "data/processed/manifest.json"
    for key, value in json.loads(manifest.read_text(encoding="utf-8")).items():
        if isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value):
            found[value.encode()] = key.encode()
    return found


def mask(content: bytes, masked: dict[bytes, bytes]) -> bytes:
    """Replace what changes with any line of code, inside of packages too."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as package:
            parts = [
                b"== " + name.encode() + b"\n" + package.read(name) + b"\n" for name in package.namelist()
            ]
        content = b"".join(parts).replace(b"><", b">\n<")
    for value, name in masked.items():
        content = content.replace(value, name).replace(value[:16] + "…".encode(), name)
    return content


def compare(before: Path, after: Path, *, show: int, quick: bool) -> int:
    """Print what differs; give 1 when anything does."""
    names = sorted(
        {
            path.relative_to(folder)
            for folder in (before, after)
            for path in folder.rglob("*")
            if path.is_file()
        }
    )
    differing = 0
    for name in names:
        texts = [
            (folder / name).read_bytes() if (folder / name).is_file() else None for folder in (before, after)
        ]
        if texts[0] == texts[1] or (quick and (texts[1] is None or name.name.startswith("index"))):
            continue
        differing += 1
        print(f"{name}: {'made no more' if texts[1] is None else 'new' if texts[0] is None else 'differs'}")
        if None not in texts:
            lines = [(text or b"").decode("utf-8", "replace").splitlines() for text in texts]
            changed = [
                line
                for line in difflib.unified_diff(lines[0], lines[1], n=0, lineterm="")
                if not line.startswith(("---", "+++", "@@"))
            ]
            for line in changed[:show]:
                print(f"    {line[:220]}")
            if len(changed) > show:
                print(f"    … {len(changed)} lines in all")
    print(f"{len(names)} products, {differing} of them differ")
    return int(differing > 0)


def series() -> str:
    """Return a file of two made-up monthly series, the same each time."""
    shape = (2, 3, 6, 8, 9, 10, 9, 9, 10, 11, 12, 16)
    gaps = {("b", 3, 4), ("b", 3, 5)}
    rows = [
        f"{name},{2004 + year},{month + 1},{amount * scale * (1 + 0.07 * year) + (month * 7 + year * 5) % 4:.2f}"
        for name, scale in (("a", 10.0), ("b", 3.5))
        for year in range(7)
        for month, amount in enumerate(shape)
        if (name, year, month) not in gaps
    ]
    return "series_id,year,month,value\n" + "\n".join(rows) + "\n"


def git(*arguments: str) -> str:
    """Run git in the repository."""
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def say(text: str) -> None:
    """Say what is going on."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
