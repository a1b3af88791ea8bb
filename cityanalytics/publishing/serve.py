"""The what-if notebook shown to a browser of this machine, without code: Voilà behind a token."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cityanalytics.bound import bound
from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.publishing.run import declared_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cityanalytics.programme.dates import Dates
    from cityanalytics.settings import Settings

NOTEBOOK = "04_what_if"
HOST = "127.0.0.1"
#: Holds the template: Voilà's own asks another host for style sheets.
_TEMPLATES = Path(__file__).parent / "served"
_NEEDED = ("voila", "ipywidgets")
_SECONDS_BETWEEN_LOOKS = 0.1


@contextmanager
def served(
    settings: Settings, dates: Dates, *, port: int = 0
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the notebook of a workspace to this machine alone, until it is left.

    Parameters
    ----------
    settings
        The workspace's configuration.
    dates
        Quarter and the two times, checked.
    port
        Where it listens; one that is free unless it is named.

    Yields
    ------
    tuple
        The address, which holds the token, once it answers, and the process.

    Raises
    ------
    UsageError
        Voilà is not installed, there is no such notebook, or the port is taken.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise UsageError(
            Message.of("--serve needs {names}: pip install 'cityanalytics[serve]'", names=", ".join(missing))
        )
    source = settings.notebooks / f"{NOTEBOOK}.ipynb"
    declared_parameters(source)
    port, token = _free(port), secrets.token_urlsafe(32)
    with TemporaryDirectory() as folder:
        notebook = Path(folder) / source.name
        notebook.write_text(_with_times(source, settings, dates), encoding="utf-8")
        command = [
            sys.executable, "-m", "voila", str(notebook), "--template=cityanalytics", "--no-browser",
            f"--Voila.ip={HOST}", f"--port={port}", "--Voila.port_retries=0", "--Voila.auto_token=True",
            "--Voila.log_level=ERROR",
        ]  # fmt: skip
        paths = [str(_TEMPLATES), *filter(None, [os.environ.get("JUPYTER_PATH")])]
        # a token on the command line could be read by everybody on the machine
        own = {"JUPYTER_TOKEN": token, "JUPYTER_PATH": os.pathsep.join(paths)}
        process = subprocess.Popen(bound(command), env={**os.environ, **own})  # noqa: S603 - a list, no shell
        try:
            while process.poll() is None and not _answers(port):
                time.sleep(_SECONDS_BETWEEN_LOOKS)
            yield f"http://{HOST}:{port}/?token={token}", process
        finally:
            process.terminate()
            process.wait()


def _free(port: int) -> int:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(
                Message.of("cannot listen on port {port}: {reason}", port=port, reason=reason)
            ) from error
        found: int = tried.getsockname()[1]
        return found


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex((HOST, port)) == 0


def _with_times(source: Path, settings: Settings, dates: Dates) -> str:
    """Return a notebook with the workspace and the two times behind its cell of parameters."""
    notebook = json.loads(source.read_text(encoding="utf-8"))
    given = {
        "workspace": str(settings.root),
        "quarter": dates.quarter,
        "as_of": dates.as_of.isoformat(),
        "known_on": dates.known_on.isoformat(),
    }
    cells = notebook["cells"]
    at = next(place for place, cell in enumerate(cells) if "parameters" in cell["metadata"].get("tags", ()))
    lines = "\n".join(f"{name} = {value!r}" for name, value in given.items())
    own: dict[str, object] = {
        "cell_type": "code",
        "id": "given",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    cells.insert(at + 1, {**own, "source": lines})
    return json.dumps(notebook, ensure_ascii=False)
