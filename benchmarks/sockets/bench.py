"""Many sockets from one k6: the number of open sockets, message latency, and memory.

    make bench ARGS=sockets                     1,000 sockets for 30 seconds, then a ramp to 10,000
    make bench ARGS="sockets --no-ramp"         the 1,000 only

The generated WebSocket test runs against the reference service on the same machine, so the results
include the cost of the service.

Memory is flat if the live heap after a garbage collection does not grow during the hold. The size
of the process is less meaningful: Go collects only when the heap has doubled, and thousands of idle
VUs need minutes for that. So Go reports each collection (GODEBUG=gctrace=1), and collects earlier
than usual (GOGC) so that there are enough of them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import psutil

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCRIPT = (
    ROOT / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load/scripts/websocket.js"
)
sys.path.insert(0, str(ROOT / "examples" / "service"))

from service.testing import running_service  # noqa: E402 -- found only by the line above

FLAT = 1.10
"""Maximum growth of the live heap during the hold, as a factor."""

SETTLING = 5
"""Seconds after the start of the hold until all sockets are open."""

MEGABYTE = 1024 * 1024
COLLECTED = re.compile(r"^gc \d+ @([\d.]+)s .*?(\d+)->(\d+)->(\d+) MB", re.MULTILINE)
"""A line of Go's trace: seconds since the start; MB at the start, at the end, live."""


class Plan(NamedTuple):
    """Number of sockets and VUs, interval of news, and duration of the ramp."""

    sockets: int
    users: int
    seconds: int
    interval: float
    ramp: int = 0

    @property
    def settings(self) -> dict[str, str]:
        """Settings for the duration and shape; the ramp of the profile `load` is two minutes."""
        if not self.ramp:
            return {"PROFILE": "smoke", "DURATION": f"{self.seconds}s"}
        scale = {"TIME_SCALE": str(self.ramp / 120)}
        return {"PROFILE": "load", "DURATION": f"{self.seconds}s", **scale}


class Result(NamedTuple):
    """Results of k6 and the service, and the memory of k6: peak and live, MB."""

    summary: dict[str, Any]
    peak: int
    memory: float
    used: list[tuple[float, int]]
    began: float
    code: int


def run(plan: Plan) -> Result:
    """Run the WebSocket test once."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_service(args=("--news-interval", str(plan.interval))) as service,
    ):
        settings = {
            "BASE_URL": service.url,
            "RESULTS_DIR": folder,
            "WS_PROTOCOL": "raw",
            "WS_CLOCK": "ask",
            "WS_SOCKETS": str(plan.sockets // plan.users),
            "WS_SESSION": f"{2 * plan.ramp + plan.seconds}s",
            "VUS": str(plan.users),
            "REQUEST_TIMEOUT": "60s",
            "GOGC": "10",
            "GODEBUG": "gctrace=1",
            **plan.settings,
        }
        trace = Path(folder, "trace.txt")
        started = time.time()
        with trace.open("wb") as stderr:
            process = subprocess.Popen(
                ["k6", "run", "--quiet", "--address=", "--log-format=raw", SCRIPT],
                env={**os.environ, **settings},
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
            memory = watch(process)
        peak = int(service.stats()["sockets"]["peak"])
        summary = json.loads((Path(folder) / "summary.json").read_text(encoding="utf-8"))
        found = COLLECTED.findall(trace.read_text(encoding="utf-8", errors="replace"))
    used = [(float(at), int(live)) for at, _, _, live in found]
    ended = datetime.fromisoformat(summary["timestamp"].replace("Z", "+00:00")).timestamp()
    began = ended - summary["run"]["durationMs"] / 1000 - started
    return Result(summary, peak, memory, used, began, process.returncode)


def watch(process: subprocess.Popen[bytes]) -> float:
    """Wait for a process; return its peak resident memory, MB."""
    most = 0.0
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            most = max(most, watched.memory_info().rss / MEGABYTE)
        except psutil.Error:
            break
        time.sleep(1)
    process.wait()
    return most


def growth(plan: Plan, result: Result) -> str:
    """Describe the growth of the live heap from shortly after the start of the hold to its end.

    Go counts from the start of the process, which makes its users before the test begins.
    """
    hold = result.began + plan.ramp
    held = [live for at, live in result.used if hold + SETTLING <= at <= hold + plan.seconds]
    few = max(1, len(held) // 4)
    if len(held) < 2:
        return "growth unknown: fewer than two collections in the hold"
    first, last = statistics.median(held[:few]), statistics.median(held[-few:])
    return (
        f"in use after a collection {first:.0f} MB, at the end {last:.0f} MB: "
        f"{last / first:.2f} times ({len(held)} collections; flat: at most {FLAT})"
    )


def report(plan: Plan, result: Result) -> None:
    """Print one line of results."""
    sockets = result.summary["sockets"]
    latency, trip = sockets["latency"] or {}, sockets["roundTrip"] or {}
    way = f"ramp of {plan.ramp} s, then " if plan.ramp else ""
    print(
        f"  {plan.sockets:>6} sockets ({plan.users} users, news every {plan.interval:g} s), "
        f"{way}{plan.seconds} s: {result.peak} open at once, {sockets['received']} messages, "
        f"latency p50 {latency.get('p50', '-')} p95 {latency.get('p95', '-')} ms, "
        f"round trip p95 {trip.get('p95', '-')} ms, errors {sockets['errorRate']} %, "
        f"memory {result.memory:.0f} MB at most; {growth(plan, result)}; "
        f"k6 exit {result.code}",
        flush=True,
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Many sockets from one k6.")
    parser.add_argument("--no-ramp", action="store_true", help="only the 1,000 sockets")
    parser.add_argument("--most", type=int, default=10_000, help="sockets at the top of the ramp")
    parser.add_argument("--seconds", type=int, default=30, help="length of the hold")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"sockets: one k6 and the reference service on this machine, {most} open files")
    plans = [Plan(1000, 1000, options.seconds, 1.0), Plan(1000, 20, options.seconds, 1.0)]
    if not options.no_ramp:
        plans.append(Plan(options.most, options.most // 50, 60, 10.0, ramp=120))
    for plan in plans:
        report(plan, run(plan))
    return 0


if __name__ == "__main__":
    sys.exit(main())
