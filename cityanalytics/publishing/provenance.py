"""What a briefing rests on, as hashes: its inputs, the package's sources, other packages, what was published before."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from cityanalytics.briefing.content import Provenance
from cityanalytics.intake.sources import sources_sha256
from cityanalytics.settings import FILE, file_sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.programme.dates import Dates
    from cityanalytics.publishing.ledger import Ledger
    from cityanalytics.workspace import Workspace

#: Files beside the workbooks that a briefing rests on.
CONFIGURATION = (FILE, "aliases.toml", "synonyms.toml", "notebooks/02_briefing.ipynb")

#: Packages whose version may change a byte of a report: they read, compute, draw, name days or lay out.
PACKAGES = (
    "babel",
    "chinesecalendar",
    "jinja2",
    "markupsafe",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "pyarrow",
    "pylopdf-fonts-zh-cn",
    "python-calamine",
    "scipy",
    "seaborn",
    "xlrd",
    "xlsxwriter",
)


def provenance(workspace: Workspace, dates: Dates, published: Ledger) -> Provenance:
    """Return what a briefing of these dates rests on: inputs, code, parameters, seed, and what was published before."""
    settings = workspace.settings
    received = {
        receipt.file: receipt.sha256 for receipt in workspace.register if receipt.received <= dates.known_on
    }
    beside = {
        name: file_sha256(settings.root / name) for name in CONFIGURATION if (settings.root / name).is_file()
    }
    inputs = dict(sorted({**beside, **received}.items()))
    lines = "".join(f"{sha256}  {file}\n" for file, sha256 in inputs.items())
    return Provenance(
        inputs=inputs,
        inputs_sha256=hashlib.sha256(lines.encode()).hexdigest(),
        code_sha256=sources_sha256(),
        packages=package_versions(),
        parameters={
            "quarter": dates.quarter,
            "as_of": dates.as_of.isoformat(),
            "known_on": dates.known_on.isoformat(),
        },
        seed=settings.seed,
        ledger_entries=len(published.entries),
        ledger_head=published.head,
    )


@cache
def package_versions() -> Mapping[str, str]:
    """Return the versions of `PACKAGES` as they are installed."""
    return {name: version(name) for name in PACKAGES}
