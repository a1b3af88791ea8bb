"""Imported for what it imports: all that commands need, so that processes forked from this one have it."""

from __future__ import annotations

import cityanalytics.intake.load
import cityanalytics.intake.receive
import cityanalytics.intake.withdraw
import cityanalytics.publishing.publish
import cityanalytics.publishing.verify  # noqa: F401 - as all of these, imported to be there
from cityanalytics.publishing.warm import warm

warm()
