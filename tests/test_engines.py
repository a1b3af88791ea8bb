"""A notebook run in a forked process gives what an ordinary kernel gives, and passes nothing on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.conftest import run_cityanalytics

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="notebooks are forked on Linux")

#: Runs notebooks one after another in one process, as a batch does; papermill's errors are told as JSON.
RUNNER = """
import json, sys
from cityanalytics.publishing.warm import warm
warm()
import matplotlib.pyplot
import papermill
from papermill.exceptions import PapermillExecutionError
from cityanalytics.publishing.engines import engine_name
from pathlib import Path
engine, limit, *paths = sys.argv[1:]
failed = []
for path in paths:
    try:
        papermill.execute_notebook(path, path + ".out", engine_name=engine_name(engine, Path(path)),
            execution_timeout=float(limit), progress_bar=False, cwd=str(Path(path).parent))
    except PapermillExecutionError as error:
        failed.append([error.cell_index, error.ename, error.evalue])
print(json.dumps(failed))
"""


def executed(
    folder: Path, *notebooks: list[str], engine: str, limit: float = 100
) -> tuple[list[Any], list[Any]]:
    """Run notebooks, each a list of cells, in turn; give the executed ones and where they failed."""
    paths = []
    for number, sources in enumerate(notebooks):
        path = folder / f"{engine}-{number}.ipynb"
        node = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in sources],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        path.write_text(json.dumps(node), encoding="utf-8")
        paths.append(str(path))
    # a kernel that is told of a test leaves descriptors alone
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, engine, str(limit), *paths], env=environment,
        check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    made = [json.loads(Path(f"{path}.out").read_text(encoding="utf-8")) for path in paths]
    return made, json.loads(done.stdout.splitlines()[-1])  # kernels repeat before it what programs print


def outputs(notebook: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Give what cells show; the pieces in which a stream came are none of it."""
    found = []
    for cell in notebook["cells"]:
        shown: list[Any] = []
        for output in cell["outputs"]:
            told = {**output, "text": "".join(output["text"])} if "text" in output else output
            if "text" in told and shown and shown[-1].get("name") == told["name"]:
                shown[-1]["text"] += told["text"]
            else:
                shown.append(told)
        found.append((cell["execution_count"], shown))
    return found


SHOWN = [
    "import sys, os\nprint('一', end='')\nprint('二')\nprint('err', file=sys.stderr)",
    "os.system('echo from a program')\nos.write(1, b'to the descriptor\\n');",
    "import subprocess\nsubprocess.run(['echo', 'child'], check=True);",
    "1 + 1",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\nHTML('<i>y</i>')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "import pandas as pd\npd.DataFrame({'a': range(100), 'b': 'words'})",
    "pd.DataFrame([[f'word {number}' for number in range(30)]])",
    "handle = display('first', display_id='one')",
    "display('second', display_id='one', update=True)",
    "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('stays')",
    "import asyncio\nawait asyncio.sleep(0)\n__name__",
    "%precision 3\n2 / 3",
    "def f():\n    return g()\nf()",
]


def test_both_engines_show_the_same(tmp_path: Path) -> None:
    (forked,), failed = executed(tmp_path, SHOWN, engine="fork")
    (kernel,), failed_too = executed(tmp_path, SHOWN, engine="kernel")
    assert failed == failed_too == [[13, "NameError", "name 'g' is not defined"]]
    for notebook in (
        forked,
        kernel,
    ):  # of the place of a cell in memory and of its colours nothing is promised
        for cell in notebook["cells"]:
            for output in cell.get("outputs", ()):
                output.pop("traceback", None)
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert outputs(forked) == outputs(kernel)
    assert any("image/png" in output.get("data", {}) for output in outputs(forked)[5][1])


def test_live_controls_keep_their_state(processed_workspace: Path, tmp_path: Path) -> None:
    pytest.importorskip("ipywidgets")
    workspace = shutil.copytree(processed_workspace, tmp_path / "workspace")
    node = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("import ipywidgets\nipywidgets.IntSlider(7)")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    (workspace / "notebooks" / "mine.ipynb").write_text(json.dumps(node), encoding="utf-8")
    run_cityanalytics("brief", "2010Q3", "--notebook", "mine", workspace=workspace)
    made = json.loads((workspace / "reports/2010Q3/mine.ipynb").read_text(encoding="utf-8"))
    (kept,) = made["metadata"]["widgets"].values()
    assert any(one["state"].get("value") == 7 for one in kept["state"].values())


STATE = (
    "import os, random, sys, decimal, locale, warnings, numpy, pandas, matplotlib\n"
    "state = lambda: ('left' in globals(), matplotlib.rcParams['font.size'], os.getcwd(), os.environ.get('LEFT'),"
    " pandas.get_option('display.max_rows'), decimal.getcontext().prec, 'left_module' in sys.modules,"
    " '/left' in sys.path, numpy.geterr()['divide'])\n"
)
SPOIL = (
    "left = 1\nmatplotlib.rcParams['font.size'] = 99\nos.chdir('/')\nos.environ['LEFT'] = '1'\n"
    "pandas.set_option('display.max_rows', 7)\ndecimal.getcontext().prec = 3\nsys.modules['left_module'] = os\n"
    "sys.path.append('/left')\nnumpy.seterr(divide='raise')\nrandom.seed(1); numpy.random.seed(1)"
)
DRAW = "print(random.random(), numpy.random.random())"


def text(notebook: dict[str, Any], cell: int) -> str:
    return "".join("".join(output["text"]) for output in notebook["cells"][cell]["outputs"])


def test_nothing_passes_from_one_notebook_to_the_next(tmp_path: Path) -> None:
    looks = [STATE, "print(state())", DRAW]
    spoils = [STATE, SPOIL, "print(state())", DRAW]
    (first, spoilt, after, again), failed = executed(tmp_path, looks, spoils, looks, looks, engine="fork")
    ((kernel,), _) = executed(tmp_path, looks, engine="kernel")
    assert failed == []
    assert text(first, 1) == text(after, 1) == text(kernel, 1) != text(spoilt, 2)
    assert len({text(one, -1) for one in (first, spoilt, after, again)}) == 4


@pytest.mark.parametrize("engine", ["fork", "kernel"])
def test_a_cell_that_takes_too_long_is_ended_and_the_next_notebook_runs(tmp_path: Path, engine: str) -> None:
    slow = ["1", "import time\ntime.sleep(1000)", "2"]
    (late, fine), failed = executed(tmp_path, slow, ["print(1)"], engine=engine, limit=3)
    assert [(cell, name) for cell, name, _ in failed] == [(1, "CellTimeoutError")]
    assert late["cells"][-1]["outputs"] == []
    assert text(fine, 0) == "1\n"


@pytest.mark.parametrize("engine", ["fork", "kernel"])
def test_a_process_that_dies_is_told_with_its_cell(tmp_path: Path, engine: str) -> None:
    dies = ["1", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "2"]
    (_, fine), failed = executed(tmp_path, dies, ["print(1)"], engine=engine)
    assert [(cell, name) for cell, name, _ in failed] == [(1, "DeadKernelError")]
    assert text(fine, 0) == "1\n"


def test_what_a_cell_starts_ends_with_its_notebook(tmp_path: Path) -> None:
    starts = ["import subprocess\nprint(subprocess.Popen(['sleep', '1000']).pid)"]
    (made,), _ = executed(tmp_path, starts, engine="fork")
    assert not Path("/proc", text(made, 0).strip(), "exe").exists()
