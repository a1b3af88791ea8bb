"""Pages: the sections of an executed notebook in a template of ours, or a list of reports.

Styles are allowed by their hash, so is the one script of a page, and nothing else is allowed at all: a page asks for
nothing wherever it is opened.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbconvert.exporters.templateexporter import TemplateExporter

from cityanalytics.briefing.numbering import renumbered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbformat import NotebookNode

SECTION = "application/vnd.cityanalytics.section+json"
"""MIME type of an output that is a section: ``{"id": …, "html": {language: …}}``."""


def csp_hash(style: str) -> str:
    """Return the source expression that allows exactly this style.

    Examples
    --------
    >>> csp_hash("")
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def css_text(text: str) -> str:
    r"""Return text as a string of CSS, every sign in it escaped.

    Examples
    --------
    >>> print(css_text('简报 "3"</style>'))
    "简报\20 \22 3\22 \3c \2f style\3e "
    """
    signs = (sign if sign.isalnum() else f"\\{ord(sign):x} " for sign in text)
    return f'"{"".join(signs)}"'


def report(notebook: NotebookNode, page: Mapping[str, Any]) -> str:
    """Return a briefing: the sections that an executed notebook displays, in the page's language.

    Parameters
    ----------
    notebook
        Its outputs of type `SECTION` are shown, and nothing else of it.
    page
        ``language``, ``lang_tag``, ``title``, ``meta_lines``, ``nav`` and ``annex`` (pairs of section id and label,
        without the headline), ``annex_label``, ``running_head``, ``skip_label``, ``contents_label`` and
        ``headline_label``.

    Raises
    ------
    ValueError
        If a displayed section has no place on the page, or a place of the page no section.
    """
    places = {"headline", *(section for section, _ in (*page["nav"], *page["annex"]))}
    shown = {
        output["data"][SECTION]["id"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if SECTION in output.get("data", {})
    }
    if places != shown:
        message = (
            f"sections without a place: {sorted(shown - places)}; without content: {sorted(places - shown)}"
        )
        raise ValueError(message)
    body, _ = exporter().from_notebook_node(notebook, resources={"cityanalytics": dict(page)})
    return renumbered(str(body), page["language"])


@cache
def exporter() -> TemplateExporter:
    """Return what turns notebooks into pages; its templates are compiled once."""
    made = TemplateExporter(  # type: ignore[no-untyped-call] # nbconvert's constructors are untyped
        template_name="briefing",
        template_file="index.html.j2",
        extra_template_basedirs=[str(_folder())],
        filters=_FILTERS,
    )
    made.environment.undefined = StrictUndefined
    return made


def report_list(page: Mapping[str, Any]) -> str:
    """Return the list of reports.

    Parameters
    ----------
    page
        One of `cityanalytics.briefing.archive.lists`; ``trend`` is markup, all else plain text.
    """
    return _rendered("reports.html.j2", page)


def dispatch_page(page: Mapping[str, Any]) -> str:
    """Return a page of a dispatch.

    Parameters
    ----------
    page
        One of `cityanalytics.briefing.dispatching.pages`; the sections hold markup, all else plain text.
    """
    return renumbered(_rendered("dispatch.html.j2", page), page["language"])


def _rendered(template: str, page: Mapping[str, Any]) -> str:
    return _environment().get_template(template).render(page=page)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(str(_folder() / "briefing")),
        undefined=StrictUndefined,
        autoescape=True,
    )
    made.filters.update(_FILTERS)
    return made


_FILTERS = {"csp_hash": csp_hash, "css_text": css_text}


def _folder() -> Path:
    with resources.as_file(resources.files(__name__)) as folder:
        return folder
