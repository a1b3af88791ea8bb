"""cityanalytics: from the units' workbooks to the bureau's briefing.

The road, in order: :mod:`~cityanalytics.workbooks` understands any sheet,
:mod:`~cityanalytics.intake` makes tidy tables of what units sent,
:mod:`~cityanalytics.programme` knows the programme on a date,
:mod:`~cityanalytics.outlook` says where the year ends,
:mod:`~cityanalytics.briefing` says it plainly, and
:mod:`~cityanalytics.publishing` makes, keeps and checks the pages.
"""

__version__ = "0.1.0"
