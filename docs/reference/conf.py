"""How the reference of the library is built: what stands in docstrings, in a plain theme, without network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cityanalytics
from cityanalytics.intake.schema import ORIGIN, TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.application import Sphinx

    from cityanalytics.intake.schema import Rule

project = "cityanalytics"
author = "cityanalytics"
version = release = cityanalytics.__version__
extensions = ["sphinx.ext.autodoc", "numpydoc"]
html_theme = "alabaster"
html_theme_options = {
    "description": "From the units' workbooks to the bureau's briefing",
    "page_width": "1100px",
}
html_sidebars = {"**": ["about.html", "globaltoc.html", "searchbox.html"]}
html_show_sphinx = False
html_show_sourcelink = False
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings say types where they help; signatures stay short
numpydoc_show_class_members = False  # members are listed where they are documented
numpydoc_class_members_toctree = False


def _as_given(_app: Sphinx, what: str, *_: Any) -> tuple[str, str] | None:  # noqa: ANN401 - as Sphinx calls it
    """Show no call of a class: analysts are given its values, and construct none."""
    return ("", "") if what == "class" else None


def _with_columns(_app: Sphinx, what: str, name: str, _obj: Any, _options: Any, lines: list[str]) -> None:  # noqa: ANN401 - as Sphinx calls it
    """Call what a value is made of its attributes; list the columns of the canonical tables."""
    if what == "class":
        lines[:] = ["Attributes" if line == "Parameters" else line for line in lines]
        lines[:] = ["-" * len("Attributes") if line == "-" * len("Parameters") else line for line in lines]
    if name.endswith("Workspace.tables"):
        at = lines.index("Examples")
        own = {
            table: {name: rule for name, rule in schema.columns.items() if name not in ORIGIN}
            for table, schema in TABLES.items()
        }
        lines[at:at] = [
            "Notes",
            "-----",
            *(f"``{table}``: {_listed(rules)}\n" for table, rules in own.items()),
            f"All but ``issues`` also say where a row comes from: {_listed(ORIGIN)}",
            "",
        ]


def _listed(rules: Mapping[str, Rule]) -> str:
    return ", ".join(f"{name} ({rule.dtype})" for name, rule in rules.items() if not name.endswith("_cell"))


def setup(app: Sphinx) -> None:
    """Let both have their say before numpydoc does."""
    app.connect("autodoc-process-signature", _as_given, priority=100)
    app.connect("autodoc-process-docstring", _with_columns, priority=100)
