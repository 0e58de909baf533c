"""The openapi test at scale, and against third-party applications.

    make bench ARGS=openapi_runtime

* scale: k6 with 100 VUs on tables of 1,000 and 1,200 operations (the latter from a document of
  7 MB), compared with a table of five operations, to show the cost of the document's size; and with
  the health test, which loads nothing of the API. The VUs only start and wait. Measures the seconds
  until the first iteration, and the peak memory.
* applications: installed from their registries, pinned, into a temporary folder. The suite is
  compiled from the document that they serve and runs unedited.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import runpy
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
LOAD = REPOSITORY / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load"
SIZES, VUS, LARGE = (5, 1000, 1200), 100, 7_000_000
LENGTH = "10m"  # of the profile: short ones have fewer slices of time to record
MOST_SECONDS, MOST_MEMORY = 2.0, 1.5


class Application(NamedTuple):
    """An application to test.

    Attributes:
        install, start: commands; `{home}` is its folder, `{port}` a free port, `{python}` Python.
        cwd: where it runs. document: path, or command that prints it.
        state: a list that must not change.
    """

    name: str
    install: Sequence[Sequence[str]]
    start: Sequence[str]
    cwd: str
    document: str | Sequence[str]
    state: str


APPLICATIONS = [
    Application(
        "@loopback/example-todo 6.0.0 (Express, npm)",
        [
            [
                "npm",
                "install",
                "--no-audit",
                "--no-fund",
                "--prefix={home}",
                "@loopback/example-todo@6.0.0",
            ]
        ],
        ["node", "dist/index.js"],
        "{home}/node_modules/@loopback/example-todo",
        "/openapi.json",
        "/todos",
    ),
    Application(
        "optimade 1.5.0 (FastAPI, PyPI)",
        [
            ["{python}", "-m", "venv", "{home}/v"],
            ["{home}/v/bin/pip", "install", "-q", "optimade[server]==1.5.0"],
        ],
        [
            "{home}/v/bin/uvicorn",
            "optimade.server.main:app",
            "--port={port}",
            "--log-level=warning",
        ],
        "{home}",
        [
            "{home}/v/bin/python",
            "-c",
            "import json; from optimade.server.main import app; print(json.dumps(app.openapi()))",
        ],
        "/structures?page_limit=5&response_fields=id",
    ),
]


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def fetched(url: str) -> bytes:
    """Return the content of a URL."""
    with urllib.request.urlopen(url, timeout=10) as response:
        return bytes(response.read())


def project(folder: Path) -> Path:
    """Copy the suite into a project; return its tests/load."""
    load = folder / "tests" / "load"
    shutil.copytree(LOAD, load, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    return load


def compiled(load: Path, document: bytes) -> None:
    """Compile a document into the suite's table."""
    path = load / "document.json"
    path.write_bytes(document)
    compiler = load / "engine/features/openapi/compile.py"
    tool = [sys.executable, str(compiler), "update", str(path)]
    subprocess.run(tool, check=True, stdout=subprocess.DEVNULL)


def run(load: Path, script: str, **settings: str) -> dict[str, Any]:
    """Run a script; return the summary, or an empty one if k6 wrote none."""
    environment = os.environ | settings | {"RESULTS_DIR": str(load)}
    command = ["k6", "run", "--quiet", "--address=", str(load / script)]
    subprocess.run(command, env=environment, capture_output=True, check=False)
    return dict(json.loads((load / "summary.json").read_text(encoding="utf-8")))


class Start(NamedTuple):
    """Start of a run: seconds until the first iteration, and peak resident megabytes."""

    seconds: float
    megabytes: float


IDLE = """
export default () => {
  if (__ITER === 0) {
    console.log('first iteration');
  }
  sleep(1);
};
"""


def started(load: Path, script: str, url: str) -> Start:
    """Start a script with VUs that only wait."""
    text = (load / script).read_text(encoding="utf-8")
    idle = load / "scripts" / "idle.js"
    head = text[: text.index("export default")]
    idle.write_text(f"import {{ sleep }} from 'k6';\n{head}{IDLE}", encoding="utf-8")
    settings = {"BASE_URL": url, "READINESS": "answer", "PROFILE": "smoke", "VUS": str(VUS)}
    began = time.monotonic()
    process = subprocess.Popen(
        ["k6", "run", "--quiet", "--no-summary", "--address=", str(idle)],
        env=os.environ | settings | {"DURATION": LENGTH, "RESULTS_DIR": str(load)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    said = ""
    while "first iteration" not in said:
        line = process.stderr.readline()
        said += line
        if not line:
            raise RuntimeError(f"{script}: {said[:2000]}")
    seconds = time.monotonic() - began
    time.sleep(2)
    if process.poll() is not None:
        raise RuntimeError(f"{script}: {process.communicate()[1][:2000]}")
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    process.kill()  # it would run to the end of the profile
    process.communicate()
    return Start(seconds, int(peak.split()[1]) / 1024)


def made(operations: int) -> bytes:
    """Return the document that the benchmark of the compiler makes; the largest in 7 MB."""
    path = REPOSITORY / "benchmarks" / "openapi" / "bench.py"
    document = runpy.run_path(str(path))["document"](operations)
    if operations == max(SIZES):
        document["info"]["description"] *= LARGE // 1000
    return json.dumps(document).encode()


def scale(folder: Path, rounds: int) -> list[str]:
    """Return lines about start-up time and memory: the best of several rounds."""
    load = project(folder)
    lines = []
    with serving() as url:
        health = best(load, "scripts/health.js", url, rounds)
        lines.append(f"{VUS} VUs, health: {health.seconds:.2f} s, {health.megabytes:.0f} MB")
        found: list[Start] = []
        for operations in SIZES:
            compiled(load, made(operations))
            found.append(best(load, "scripts/openapi.js", url, rounds))
            times = [found[-1].megabytes / each.megabytes for each in (found[0], health)]
            lines.append(
                f"{VUS} VUs, {operations:,} operations: {found[-1].seconds:.2f} s"
                f" (bar: {MOST_SECONDS:g}), {found[-1].megabytes:.0f} MB, {times[0]:.2f} times"
                f" that of five (bar: {MOST_MEMORY:g}), {times[1]:.2f} times health's"
            )
    return lines


def best(load: Path, script: str, url: str, rounds: int) -> Start:
    """Return the shortest start and the smallest peak of some runs."""
    runs = [started(load, script, url) for _ in range(rounds)]
    return Start(min(run.seconds for run in runs), min(run.megabytes for run in runs))


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Answer every request."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url, process)
            yield url
        finally:
            process.terminate()


def wait_for(url: str, process: subprocess.Popen[Any], seconds: float = 60) -> None:
    """Wait until a URL responds; raise RuntimeError if it does not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            fetched(url)
            return
        time.sleep(0.2)
    raise RuntimeError(f"{url} does not answer")


def application(app: Application, folder: Path) -> list[str]:
    """Return lines about one application."""
    home, port = folder / "home", free_port()
    home.mkdir(parents=True)

    def filled(words: Sequence[str]) -> list[str]:
        return [word.format(home=home, port=port, python=sys.executable) for word in words]

    for command in app.install:
        subprocess.run(filled(command), check=True, stdout=subprocess.DEVNULL)
    environment = os.environ | {"PORT": str(port), "HOST": "127.0.0.1"}
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        filled(app.start), cwd=filled([app.cwd])[0], env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(url + app.state, process)
            document = (
                fetched(url + app.document)
                if isinstance(app.document, str)
                else subprocess.run(
                    filled(app.document), cwd=home, check=True, stdout=subprocess.PIPE
                ).stdout
            )
            load = project(folder / "project")
            compiled(load, document[document.index(b"{") :])
            before = fetched(url + app.state)
            summary = run(load, "scripts/openapi.js", BASE_URL=url, DURATION="5s")
            after = fetched(url + app.state)
        finally:
            process.terminate()
    rows = summary["endpoints"]
    sent = [row for row in rows if row["requests"]]
    good = [row for row in sent if row["errors"] == 0]
    ids = [
        json.dumps(json.loads(text).get("data") if b'"data"' in text[:2000] else json.loads(text))
        for text in (before, after)
    ]
    share = 100 * len(good) / len(rows)
    left = "nothing left over" if ids[0] == ids[1] else "DATA CHANGED"
    return [
        f"{app.name}: {len(sent)} of {len(rows)} operations sent",
        f"  {len(good)} of them always answered 2xx, {share:.0f} % (bar: 80); {left}",
    ]


def main() -> None:
    """Print every result with its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["scale", "applications"], help="one part")
    parser.add_argument("--rounds", type=int, default=3, help="starts of each size")
    options = parser.parse_args()
    only = options.only
    with tempfile.TemporaryDirectory() as folder:
        if only != "applications":
            print("\n".join(scale(Path(folder, "scale"), options.rounds)), flush=True)
        for number, app in enumerate(APPLICATIONS if only != "scale" else []):
            print("\n".join(application(app, Path(folder, str(number)))), flush=True)


if __name__ == "__main__":
    main()
