"""cityanalytics: from the units' workbooks to the bureau's briefing.

The road, in order: :mod:`~cityanalytics.workbooks` understands any sheet,
:mod:`~cityanalytics.intake` makes tidy tables of what units sent,
:mod:`~cityanalytics.programme` knows the programme on a date,
:mod:`~cityanalytics.outlook` says where the year ends,
:mod:`~cityanalytics.whatif` where it would end if something changed,
:mod:`~cityanalytics.dispatch` who must finish and start, and by when,
:mod:`~cityanalytics.briefing` says it plainly, and
:mod:`~cityanalytics.publishing` makes, keeps and checks the pages.

What analysts call stands in ``__all__``; a name is loaded when it is first used.

Examples
--------
>>> import cityanalytics as ca
>>> workspace = ca.open_workspace(folder)
>>> programme = ca.programme(workspace, "2010Q3")
>>> ca.forecast(programme).probability() > 0.5
True
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cityanalytics import errors
    from cityanalytics.briefing.briefing import Briefing
    from cityanalytics.dispatch.dispatch import Dispatch
    from cityanalytics.intake.ingestion import Ingestion
    from cityanalytics.library import (
        briefing,
        changes,
        chart_style,
        controls,
        dispatch,
        forecast_series,
        ingest,
        open_workspace,
        programme,
        trace,
        what_if,
    )
    from cityanalytics.outlook.forecast import Forecast, forecast
    from cityanalytics.programme.changes import Changes
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.whatif.whatif import WhatIf
    from cityanalytics.workbooks.workbook import Workbook, read_workbook
    from cityanalytics.workspace import Workspace

__version__ = "0.1.0"
__all__ = [
    "Briefing",
    "Changes",
    "Dispatch",
    "Forecast",
    "Ingestion",
    "Programme",
    "WhatIf",
    "Workbook",
    "Workspace",
    "briefing",
    "changes",
    "chart_style",
    "controls",
    "dispatch",
    "errors",
    "forecast",
    "forecast_series",
    "ingest",
    "open_workspace",
    "programme",
    "read_workbook",
    "trace",
    "what_if",
]

#: Public name to the module that holds it.
_HOMES = {
    "Briefing": "briefing.briefing",
    "Changes": "programme.changes",
    "Dispatch": "dispatch.dispatch",
    "Forecast": "outlook.forecast",
    "Ingestion": "intake.ingestion",
    "Programme": "programme.snapshot",
    "WhatIf": "whatif.whatif",
    "Workbook": "workbooks.workbook",
    "Workspace": "workspace",
    "forecast": "outlook.forecast",
    "read_workbook": "workbooks.workbook",
}


def _load(name: str) -> Any:  # noqa: ANN401 - a function or a class
    return getattr(import_module(f"cityanalytics.{_HOMES.get(name, 'library')}"), name)


class _Step(ModuleType):
    """A step of the road that bears the name of what it gives: called, it gives that."""

    def __call__(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - as the function that is meant
        return _load(self.__name__.rpartition(".")[2])(*given, **named)

    @property
    def __signature__(self) -> Any:  # noqa: ANN401 - what inspect gives
        from inspect import signature

        return signature(_load(self.__name__.rpartition(".")[2]))


class _Library(ModuleType):
    """The package: the import of a step does not hide the public function of its name."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in __all__ and name != "errors" and isinstance(value, ModuleType):
            value.__class__ = _Step
        super().__setattr__(name, value)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module, a function or a class
    if name not in __all__:
        message = f"module 'cityanalytics' has no attribute {name!r}"
        raise AttributeError(message)
    if name in {"briefing", "dispatch", "errors", "programme"}:
        return import_module(f"cityanalytics.{name}")
    return _load(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


sys.modules[__name__].__class__ = _Library
