"""What every report needs, imported and read once before processes are forked that make them."""

from __future__ import annotations

import gc
import multiprocessing
import sys
from typing import TYPE_CHECKING

from cityanalytics.publishing.run import address_grammars_left_out

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext


def context() -> BaseContext:
    """Return how workers are started: on Linux forked, with all that is imported, elsewhere as the platform does."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else None)


def warm() -> None:
    """Import what runs a notebook, what it imports, and what exports it; read what no workspace and no date changes."""
    with address_grammars_left_out():
        # what a report imports only where it is needed is needed by every report
        import chinese_calendar  # noqa: F401 - as all of these, imported to be there
        import pyarrow.parquet  # noqa: F401
        import scipy.special  # noqa: F401
        import xlsxwriter  # noqa: F401

        import cityanalytics.briefing.briefing
        import cityanalytics.publishing.assemble
        import cityanalytics.publishing.engines
        import cityanalytics.publishing.workbook  # noqa: F401
        from cityanalytics.briefing.language import LANGUAGES
        from cityanalytics.briefing.template import exporter
        from cityanalytics.briefing.wording import translate
        from cityanalytics.intake.sources import sources_sha256
        from cityanalytics.publishing.provenance import package_versions

        for language in LANGUAGES:
            translate("{count} issue blocks", language, "{count} issues block")
        exporter().template  # noqa: B018 - compiled as it is asked for
        package_versions()
        sources_sha256()
    # none of it is ever garbage: a forked process that looked through it would only copy it
    gc.freeze()
