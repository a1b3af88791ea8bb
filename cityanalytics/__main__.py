"""``python -m cityanalytics`` is the command ``cityanalytics``."""

from cityanalytics.cli import main

main()
