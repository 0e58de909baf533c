"""Recorded sessions of real applications, imported without editing, and access logs at size.

    make bench ARGS=traffic

* sessions: applications (applications.py), installed in a temporary folder or in --install FOLDER:
  those of tests/traffic/apps (Django, Django REST framework, FastAPI, Strawberry), JupyterLab and
  Unleash. Each is recorded in headless Chromium, imported, and played by 5 VUs for two minutes
  (--duration). Counts requests answered as recorded, things made and left over in the
  application's store, and secrets in the files of the project. The same recording through
  har-to-k6, against a restarted application.
* logs: a million lines (--lines): processor time and memory of `mix`, against a tenth of them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tools"), str(REPOSITORY / "examples/service")]

from service.testing import free_port  # noqa: E402

from benchmarks.traffic.applications import (  # noqa: E402
    APPLICATIONS,
    Application,
    Installed,
    installation,
)
from tests.support.installed import installed  # noqa: E402
from tests.traffic.recording import (  # noqa: E402
    SCRIPT,
    leaks,
    project,
    record,
    secrets_of,
    share_as_recorded,
)

LONGEST = 1800.0
"""Seconds after which a run has failed."""


def measure(app: Application, tools: Installed, duration: str) -> None:
    """Record, import and play a session; print what happened."""
    k6 = installed("k6", "k6")
    app.clear(tools, tools.folder)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port = free_port()
        with app.running(tools, folder, port) as url:
            har = record(app.scenario, url, folder / "session.har")
            made, left = app.count(tools, folder)
            imported = project(k6, folder)
            done = imported.load_traffic("import", har)
            suite = imported.suite(url, TEST_USER_EMAIL=app.user, THINK_TIME=1, DURATION=duration)
            run = suite.start(SCRIPT).wait(LONGEST)
            now, rest = app.count(tools, folder)
        iterations = run.summary["metrics"]["iterations"]
        texts = [*imported.files(), ("import", done.stdout), ("run", run.everything)]
        secrets = secrets_of(har)
        found = leaks(texts, secrets)
        requests = sum(row["requests"] for row in run.summary["endpoints"])
        print(
            f"{app.name}: {share_as_recorded(run):.2f} % of {requests} requests as"
            f" recorded; {now - made} made by {iterations} iterations, {rest - left} left over,"
            f" {len(found)} of {len(secrets)} secrets in files",
            flush=True,
        )
        for row in run.summary["endpoints"]:
            if row["errors"]:
                print(f"  {row['name']}: {row['errors']} of {row['requests']}", flush=True)
        compare(app, tools, folder, port, stripped(har, url))


def compare(app: Application, tools: Installed, folder: Path, port: int, har: Path) -> None:
    """Print how the script of har-to-k6 does against the restarted application, its store empty."""
    app.clear(tools, folder)
    script = folder / "script.js"
    converter = tools.modules / ".bin/har-to-k6"
    subprocess.run([converter, har, "-o", script], check=True, capture_output=True)
    wanted = [
        (entry["request"]["method"], entry["response"]["status"])
        for entry in json.loads(har.read_text())["log"]["entries"]
    ]
    out = folder / "samples.json"
    with app.running(tools, folder, port):
        made, _ = app.count(tools, folder)
        command = [str(installed("k6", "k6")), "run", "-q", "--max-redirects=0", "--vus=5"]
        subprocess.run(
            [*command, "--iterations=25", f"--out=json={out}", script],
            check=False, capture_output=True,
        )  # fmt: skip
        now, _ = app.count(tools, folder)
    print(
        f"  har-to-k6: {as_recorded(out, wanted):.1f} % as recorded, {now - made} made by 25"
        f" iterations, {len(script.read_text().splitlines())} lines of code",
        flush=True,
    )


def stripped(har: Path, url: str) -> Path:
    """Leave foreign hosts and assets out, as the importer does, and what har-to-k6 refuses."""
    content = json.loads(har.read_text())
    kept = []
    for entry in content["log"]["entries"]:
        request = entry["request"]
        kind = entry["response"]["content"]["mimeType"]
        if (
            not request["url"].startswith(url)
            or "javascript" in kind
            or "css" in kind
            or "image" in kind
        ):
            continue
        request.get("postData", {}).pop("params", None)
        kept.append(entry)
    content["log"]["entries"] = kept
    har.write_text(json.dumps(content))
    return har


def as_recorded(samples: Path, wanted: Sequence[tuple[str, int]]) -> float:
    """Return the percentage of requests whose status is the recorded one, per VU and iteration."""
    good = total = 0
    place: dict[str, int] = {}
    for line in samples.read_text().splitlines():
        row = json.loads(line)
        if row["type"] != "Point" or row["metric"] != "http_reqs":
            continue
        tags = row["data"]["tags"]
        key = tags.get("vu", "")
        index = place.get(key, 0)
        place[key] = index + 1
        method, status = wanted[index % len(wanted)]
        good += tags["method"] == method and tags["status"] == str(status)
        total += 1
    return 100 * good / max(1, total)


def logs(lines: int) -> None:
    """Print time and memory of `mix`, for a log and for a tenth of it."""
    suite = REPOSITORY / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load"
    tool = suite / "engine/features/traffic/import.py"
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    for kind in ("combined", "json", "alb"):
        seconds = []
        for count in (lines // 10, lines):
            with tempfile.TemporaryDirectory() as name:
                path = write_log(Path(name) / "access.log", count, kind)
                before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
                subprocess.run(
                    [sys.executable, tool, "--project", name, "mix", path],
                    check=True, capture_output=True, env=environ,
                )  # fmt: skip
                usage = resource.getrusage(resource.RUSAGE_CHILDREN)
                seconds.append(usage.ru_utime - before)
                routes = json.loads((Path(name) / "tests/load/data/traffic.mix.json").read_text())
                worst = max(
                    abs(row["share"] - SHARES[row["name"]])
                    for row in [*routes["routes"], *routes["left"]]
                )
                total = sum(s["seconds"] / 60 * s["perMinute"] for s in routes["stages"]) * 144
        print(
            f"log, {kind}: {seconds[1]:.1f} s for {lines} lines,"
            f" {seconds[1] / seconds[0]:.1f} times a tenth;"
            f" share off by at most {worst:.2f} points,"
            f" rate by {abs(total / lines - 1):.2%}",
            flush=True,
        )


SHARES = {
    "GET /products/{id}": 40,
    "GET /": 25,
    "GET /blog/{name}": 20,
    "HEAD /health": 10,
    "POST /orders": 5,
}


def write_log(path: Path, count: int, kind: str) -> Path:
    """Write a log of a day."""
    chance = random.Random(3)
    names, weights = list(SHARES), list(SHARES.values())
    with path.open("w") as file:
        for number in range(count):
            method, _, route = chance.choices(names, weights)[0].partition(" ")
            word = "".join(chance.choices("abcdefghijklm", k=9))
            target = route.replace("{id}", str(chance.randint(1, 10**6))).replace("{name}", word)
            second = int(86_399 * (number / count) ** 0.7)
            clock = time.strftime("%H:%M:%S", time.gmtime(second))
            file.write(line_of(kind, clock, method, target) + "\n")
    return path


def line_of(kind: str, clock: str, method: str, target: str) -> str:
    """Return a line of a log."""
    if kind == "json":
        entry = {"time_iso8601": f"2026-11-28T{clock}+00:00", "request_method": method}
        return json.dumps({**entry, "request_uri": target, "status": "200"})
    if kind == "alb":
        start = f"http 2026-11-28T{clock}.1Z app/lb/5 1.2.3.4:1 1.2.3.5:80 0 0 0 200 200 3 3"
        return f'{start} "{method} http://a.example.com:80{target} HTTP/1.1" "x" - -'
    return f'1.2.3.4 - - [28/Nov/2026:{clock} +0000] "{method} {target} HTTP/1.1" 200 5 "-" "x"'


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--duration", default="2m")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--only", choices=["sessions", "logs"])
    parser.add_argument("--app", action="append", choices=[app.name for app in APPLICATIONS])
    parser.add_argument("--install", metavar="FOLDER", help="keep the applications' packages there")
    options = parser.parse_args()
    if options.only != "logs":
        with (
            tempfile.TemporaryDirectory() as name,
            installation(Path(options.install or name)) as tools,
        ):
            for app in APPLICATIONS:
                if not options.app or app.name in options.app:
                    measure(app, tools, options.duration)
    if options.only != "sessions":
        logs(options.lines)


if __name__ == "__main__":
    main()
