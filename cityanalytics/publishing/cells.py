"""Cells of a notebook run in a process that was forked for it: what they display, print and raise, as outputs.

The shell is the one of ordinary kernels, without its sockets: what asks which shell it runs in gets the same answer.
"""

from __future__ import annotations

import contextvars
import os
import random
import sys
import tempfile
from dataclasses import dataclass
from io import TextIOBase
from typing import TYPE_CHECKING, Any

from ipykernel.jsonutil import encode_images, json_clean
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from traitlets import Type
from traitlets.config import Config

from cityanalytics.bound import end_with_parent

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: What charts of a notebook are drawn by, as in ordinary kernels.
BACKEND = "module://matplotlib_inline.backend_inline"
#: Columns of a frame as text, which pandas fits to the terminal where it is imported outside of a kernel.
COLUMNS_AS_TEXT = 20


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A cell that has run.

    Parameters
    ----------
    outputs
        Outputs as the notebook's format has them.
    count
        The cell's number in the order of execution.
    updates
        Data and metadata by which earlier displays are replaced, by the display's id.
    displays
        For each output the id of its display, or an empty text.
    """

    outputs: list[dict[str, Any]]
    count: int | None
    updates: dict[str, tuple[dict[str, Any], dict[str, Any]]]
    displays: list[str]


class Recorder:
    """Outputs of the cell that runs, in the order in which they come.

    What programs and libraries write past Python, straight to the descriptors, lands in files and is taken in turn.
    """

    def __init__(self) -> None:
        self.files = {name: tempfile.TemporaryFile() for name in ("stdout", "stderr")}  # noqa: SIM115 - open as long as the process
        self.begin()
        for descriptor, (name, file) in enumerate(self.files.items(), start=1):
            os.dup2(file.fileno(), descriptor)
            stream = Stream(self, name)
            setattr(sys, name, stream)

    def begin(self) -> None:
        """Forget the cell before."""
        self.outputs: list[dict[str, Any]] = []
        self.displays: list[str] = []
        self.updates: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self.clearing = False

    def add(self, output: dict[str, Any], *, display: str = "") -> None:
        """Take an output after all that was written before."""
        self.drain()
        self._add(output, display)

    def write(self, name: str, text: str) -> None:
        """Take what was written to a stream; what follows on the same one is one output with it."""
        self.drain()
        self._write(name, text)

    def drain(self) -> None:
        """Take what was written to the descriptors."""
        for name, file in self.files.items():
            if os.fstat(file.fileno()).st_size:
                file.seek(0)
                text = file.read().decode(errors="replace")
                file.seek(0)
                file.truncate()
                self._write(name, text)

    def clear(self, *, wait: bool) -> None:
        """Forget what was displayed, at once or when the next output comes."""
        self.drain()
        self.clearing = wait
        if not wait:
            self.outputs, self.displays = [], []

    def _write(self, name: str, text: str) -> None:
        if self.outputs and self.outputs[-1].get("name") == name and not self.clearing:
            self.outputs[-1]["text"] += text
        elif text:
            self._add({"output_type": "stream", "name": name, "text": text}, "")

    def _add(self, output: dict[str, Any], display: str) -> None:
        if self.clearing:
            self.clear(wait=False)
        self.outputs.append(output)
        self.displays.append(display)


class Stream(TextIOBase):
    """Standard output or error of a notebook."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        self.recorder, self.name = recorder, name

    def write(self, text: str) -> int:
        """Take a text."""
        self.recorder.write(self.name, text)
        return len(text)

    def writable(self) -> bool:
        """Say that it takes text."""
        return True

    def fileno(self) -> int:
        """Return the descriptor, which programs are given."""
        return 1 if self.name == "stdout" else 2

    @property
    def encoding(self) -> str:  # type: ignore[override] # as text streams have it
        """Return what bytes of it are read as."""
        return "utf-8"


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json_clean(encode_images(data))  # type: ignore[no-untyped-call] # ipykernel types them not
    return plain


def _recorder(part: DisplayPublisher | DisplayHook) -> Recorder:
    recorder: Recorder = part.shell.recorder  # type: ignore[union-attr] # a part of a shell
    return recorder


class Shown(DisplayPublisher):
    """Takes what a cell displays."""

    def publish(  # type: ignore[override] # the positions that IPython deprecates are left out
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        """Take an output, or replace those of the same id."""
        recorder = _recorder(self)
        value = _plain(data), _plain(metadata or {})
        display = (transient or {}).get("display_id", "")
        if update:
            recorder.updates[display] = value
            for output, own in zip(recorder.outputs, recorder.displays, strict=True):
                if own == display:
                    output["data"], output["metadata"] = value
            return
        output = {"output_type": "display_data", "data": value[0], "metadata": value[1]}
        recorder.add(output, display=display)

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002 - IPython's own signature
        """Forget what the cell displayed."""
        _recorder(self).clear(wait=wait)


class Result(DisplayHook):
    """Takes the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        """Write none: the output holds its number."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Take the value in its formats."""
        output = {
            "output_type": "execute_result",
            "execution_count": self.prompt_count,
            "data": _plain(format_dict),
            "metadata": _plain(md_dict or {}),
        }
        _recorder(self).add(output)

    def finish_displayhook(self) -> None:
        """Write nothing behind it."""


class ZMQShellWithoutSockets(ZMQInteractiveShell):
    """The shell of ordinary kernels, whose outputs stay here."""

    displayhook_class = Type(Result)  # type: ignore[assignment] # traitlets' way to put another in its place
    display_pub_class = Type(Shown)  # type: ignore[assignment] # likewise
    recorder: Recorder

    def _showtraceback(self, etype: type, evalue: object, stb: list[str]) -> None:
        error = {"output_type": "error", "ename": etype.__name__, "evalue": str(evalue), "traceback": stb}
        self.recorder.add(error)


def serve(channel: Connection) -> None:
    """Run the cells that come through a channel until it is closed, with nothing of the process before.

    Parameters
    ----------
    channel
        Gives sources of cells, takes a `Ran` for each.
    """
    end_with_parent()
    os.setsid()  # an interrupt reaches the command, which ends this process; what a cell starts ends with it
    contextvars.Context().run(_serve, channel)


def _serve(channel: Connection) -> None:
    recorder = Recorder()
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    sys.argv[:] = [""]
    if "" not in sys.path:
        sys.path.insert(0, "")
    # no history on disk: it would be written by a thread
    shell = ZMQShellWithoutSockets.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.recorder = recorder
    _draw_inline()
    if pandas := sys.modules.get("pandas"):
        pandas.set_option("display.max_columns", COLUMNS_AS_TEXT)
    while True:
        try:
            source = channel.recv()
        except EOFError:
            return
        recorder.begin()
        done = shell.run_cell(source, store_history=True)  # type: ignore[no-untyped-call] # ipykernel types it not
        recorder.drain()
        ran = Ran(
            outputs=recorder.outputs,
            count=done.execution_count,
            updates=recorder.updates,
            displays=recorder.displays,
        )
        channel.send(ran)


def _draw_inline() -> None:
    """Have charts drawn into the notebook, also where matplotlib was imported before and has chosen otherwise."""
    os.environ["MPLBACKEND"] = BACKEND
    if matplotlib := sys.modules.get("matplotlib"):
        matplotlib.rcParams["backend"] = BACKEND
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
        pyplot.switch_backend(BACKEND)
