"""The command as a user calls it, each time in a process of its own: forked, so that imports are paid once."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

#: Reads calls, a line of JSON each, forks a process for each, and says how that one ended.
FORKING = """
import atexit, json, os, signal, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import tests.warmed
from cityanalytics.cli import main
for line in sys.stdin:
    call = json.loads(line)
    child = os.fork()
    if not child:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    os._exit(0)
signal.alarm(call["seconds"])
os.environ.clear()
os.environ.update(call["environment"])
os.chdir(call["folder"])
for number, place in enumerate([os.devnull, *call["streams"]]):
    opened = os.open(place, os.O_RDWR)
    os.dup2(opened, number)
    os.close(opened)
sys.argv[1:] = call["words"]
code = 1
try:
    main()
except SystemExit as ended:
    code = ended.code or 0
except BaseException:
    sys.excepthook(*sys.exc_info())
finally:  # what is imported is not taken apart: all of it ends with the process
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
"""
#: What hangs ends; nothing is timed.
MOST_SECONDS = 600
#: Coverage looks into processes that are started, not into those forked.
CAN_FORK = sys.platform == "linux" and not any(name.startswith("COV") for name in os.environ)


def run(*words: str, workspace: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, with variables beside those of this process; give what it said and its exit code."""
    command = [sys.executable, "-m", "cityanalytics", *words]
    told = {**os.environ, **environment}
    if not CAN_FORK:
        return subprocess.run(
            command,
            cwd=workspace,
            env=told,
            check=False,
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
        )
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.TemporaryDirectory() as scratch:
        streams = [Path(scratch, name) for name in ("out", "err")]
        for stream in streams:
            stream.touch()
        call = {
            "words": words,
            "folder": str(workspace.resolve()),
            "environment": told,
            "streams": [*map(str, streams)],
            "seconds": MOST_SECONDS,
        }
        server.stdin.write(json.dumps(call) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        said, told_beside = (stream.read_text("utf-8") for stream in streams)
    return subprocess.CompletedProcess(command, code, said, told_beside)


@cache
def _server() -> subprocess.Popen[str]:
    """Start the process that forks, the first time it is asked for; it ends with this one."""
    server = subprocess.Popen(
        [sys.executable, "-c", FORKING],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(server.communicate)
    return server
