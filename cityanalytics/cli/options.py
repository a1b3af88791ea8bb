"""Options that commands share, and what they mean."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.settings import find_workspace, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from cityanalytics.settings import Settings
    from cityanalytics.workspace import Workspace


def common(command: Callable[..., None]) -> Callable[..., None]:
    """Add what every command takes: whose data, which language, how errors are shown."""

    @click.option(
        "--workspace",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the workspace (default: the nearest one upwards).",
    )
    @click.option(
        "--ui", type=click.Choice(tuple(LANGUAGES)), help="Language of messages (default: the locale's)."
    )
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @wraps(command)
    def wrapped(**options: Any) -> None:  # noqa: ANN401 - whatever the command takes
        for known_before_parsing in ("ui", "debug"):
            options.pop(known_before_parsing)
        command(**options)

    return wrapped


def dates(command: Callable[..., None]) -> Callable[..., None]:
    """Add the two times of a programme."""
    as_of = click.option(
        "--as-of",
        default="",
        metavar="DATE",
        help="Day that figures describe (default: the quarter's data date).",
    )
    known_on = click.option(
        "--known-on",
        default="",
        metavar="DATE",
        help="Day by which they had been received (default: everything received).",
    )
    return as_of(known_on(command))


as_json = click.option(
    "--json",
    "json_",
    is_flag=True,
    help="One JSON document on standard output; messages go to standard error.",
)


def settings_of(workspace: Path | None) -> Settings:
    """Return the settings of a workspace, of the nearest one upwards where none is named."""
    return load_settings(find_workspace((workspace or Path.cwd()).resolve()))


def workspace_of(workspace: Path | None) -> Workspace:
    """Open a workspace, the nearest one upwards where none is named."""
    # pandas takes 0.4 s to import: only where tables are read
    from cityanalytics.workspace import Workspace

    return Workspace.at(workspace or Path.cwd())
