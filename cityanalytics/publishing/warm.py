"""What every report needs, imported once before processes are forked that make them."""

from __future__ import annotations

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
    """Import what runs a notebook, what it imports, and what exports it; load the charts' font and the words."""
    with address_grammars_left_out():
        import cityanalytics.briefing.briefing
        import cityanalytics.briefing.template
        import cityanalytics.publishing.assemble
        import cityanalytics.publishing.engines
        import cityanalytics.publishing.workbook  # noqa: F401 - imported to be there
