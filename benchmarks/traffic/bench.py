"""Recorded sessions of real applications, imported without editing, and access logs at size.

    make bench ARGS=traffic

* sessions: the applications of tests/traffic/apps in a temporary environment (Django, Django REST
  framework, FastAPI, Strawberry), recorded in headless Chromium, imported, played by 5 VUs for two
  minutes (--duration). Counts requests answered as recorded, things made and left over in the
  application's database, and secrets in the files of the project. The same recording through
  har-to-k6, against a restarted application.
* logs: a million lines (--lines): processor time and memory of `mix`, against a tenth of them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tools"), str(REPOSITORY / "examples/service")]

from service.testing import free_port  # noqa: E402

from tests.support.installed import installed  # noqa: E402
from tests.support.processes import process  # noqa: E402
from tests.traffic.recording import (  # noqa: E402
    CANARY,
    SCRIPT,
    leaks,
    project,
    record,
    secrets_of,
    share_as_recorded,
)

PACKAGES = ("django", "djangorestframework", "strawberry-graphql[fastapi]", "fastapi", "uvicorn")
APPS = REPOSITORY / "tests" / "traffic" / "apps"


class Session(NamedTuple):
    """A session to measure. made, left: queries that count things ever made, and those left."""

    scenario: str
    app: str
    user: str
    base: str
    made: str
    left: str


_GROUPS = (
    "select seq from sqlite_sequence where name='auth_group'",
    "select count(*) from auth_group",
)
SESSIONS = (
    Session("admin", "admin_app", "recorder", "admin.sqlite3", *_GROUPS),
    Session("rest", "rest_app", "recorder", "rest.sqlite3", *_GROUPS),
    Session(
        "desk", "desk_app", "a@example.com", "desk.sqlite3",
        "select count(*) from made", "select count(*) from tickets",
    ),
    Session(
        "graphql", "graphql_app", "a@example.com", "graphql.sqlite3",
        "select seq from sqlite_sequence", "select count(*) from books",
    ),
)  # fmt: skip


def environment(folder: Path) -> Path:
    """Install the applications' packages; return the Python that has them."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin/pip", "install", "-q", *PACKAGES], check=True)
    return folder / "bin/python"


def har_to_k6(folder: Path) -> Path:
    """Install har-to-k6; return its command."""
    command = ["npm", "install", "--no-audit", "--no-fund", f"--prefix={folder}", "har-to-k6"]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "node_modules" / ".bin" / "har-to-k6"


def counted(folder: Path, session: Session) -> tuple[int, int]:
    """Return how many things were ever made, and how many are there."""
    with sqlite3.connect(folder / session.base) as base:
        made = base.execute(session.made).fetchone()
        return (made[0] if made else 0), base.execute(session.left).fetchone()[0]


def measure(session: Session, python: Path, converter: Path, duration: str) -> None:
    """Record, import and play a session; print what happened."""
    k6 = installed("k6", "k6")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        port = free_port()
        env = {"PORT": str(port), "FOLDER": name, "PASSWORD": CANARY}
        start, log = [python, APPS / f"{session.app}.py"], folder / "app.log"
        url = stack.enter_context(process(start, port, log, APPS, **env))
        har = record(session.scenario, url, folder / "session.har")
        made, left = counted(folder, session)
        imported = project(k6, folder)
        done = imported.load_traffic("import", har)
        suite = imported.suite(url, TEST_USER_EMAIL=session.user, THINK_TIME=1, DURATION=duration)
        run = suite.run(SCRIPT)
        now, rest = counted(folder, session)
        iterations = run.summary["metrics"]["iterations"]
        texts = [*imported.files(), ("import", done.stdout), ("run", run.everything)]
        found = leaks(texts, secrets_of(har))
        requests = sum(row["requests"] for row in run.summary["endpoints"])
        print(
            f"{session.scenario}: {share_as_recorded(run):.2f} % of {requests} requests as"
            f" recorded; {now - made} made by {iterations} iterations, {rest - left} left over,"
            f" {len(found)} secrets in files",
            flush=True,
        )
    compare(session, python, converter, har_of=session.scenario)


def compare(session: Session, python: Path, converter: Path, har_of: str) -> None:
    """Print how the script of har-to-k6 does against the restarted application."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port = free_port()
        env = {"PORT": str(port), "FOLDER": name, "PASSWORD": CANARY}
        start, log = [python, APPS / f"{session.app}.py"], folder / "app.log"
        with process(start, port, log, APPS, **env) as url:
            har = stripped(record(har_of, url, folder / "session.har"), url)
        (folder / session.base).unlink()
        script = folder / "script.js"
        subprocess.run([converter, har, "-o", script], check=True, capture_output=True)
        wanted = [
            (entry["request"]["method"], entry["response"]["status"])
            for entry in json.loads(har.read_text())["log"]["entries"]
        ]
        with process(start, port, log, APPS, **env):
            out = folder / "samples.json"
            command = [str(installed("k6", "k6")), "run", "-q", "--max-redirects=0", "--vus=5"]
            subprocess.run(
                [*command, "--iterations=25", f"--out=json={out}", script],
                check=False, capture_output=True,
            )  # fmt: skip
        print(
            f"  har-to-k6: {as_recorded(out, wanted):.1f} % as recorded,"
            f" {len(script.read_text().splitlines())} lines of code",
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
    options = parser.parse_args()
    if options.only != "logs":
        with tempfile.TemporaryDirectory() as name:
            python = environment(Path(name) / "python")
            converter = har_to_k6(Path(name) / "node")
            for session in SESSIONS:
                measure(session, python, converter, options.duration)
    if options.only != "sessions":
        logs(options.lines)


if __name__ == "__main__":
    main()
