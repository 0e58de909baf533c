"""Many sockets from one k6: how many are open at once, how late messages come, and what they cost.

    make bench ARGS=sockets                     1,000 sockets for 30 seconds
    make bench ARGS="sockets --ramp"            the same with 2,000, 5,000 and 10,000

The generated WebSocket test runs against the reference service, both on this machine: half of what
is measured is the service. Memory is that of the k6 process, looked at once a second; it is flat
when the last third of the hold needs no more than the first.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCRIPT = (
    ROOT / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load/scripts/websocket.js"
)
sys.path.insert(0, str(ROOT / "examples" / "service"))

from service.testing import running_service  # noqa: E402 -- found only by the line above

FLAT = 1.15
"""Memory of the last third of the hold against the first."""

CAPTURED_MB = 1024 * 1024


class Plan(NamedTuple):
    """How many sockets, kept by how many users, for how long, with news how often (seconds)."""

    sockets: int
    users: int
    seconds: int
    interval: float


class Result(NamedTuple):
    """What k6 and the service said, and the memory of k6 once a second, in MB."""

    summary: dict[str, object]
    peak: int
    memory: list[float]
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
            "WS_SOCKETS": str(plan.sockets // plan.users),
            "WS_SESSION": f"{plan.seconds}s",
            "VUS": str(plan.users),
            "DURATION": f"{plan.seconds}s",
            "PROFILE": "smoke",
            "REQUEST_TIMEOUT": "60s",
            "SERVICE_PID": str(service.pid),
        }
        process = subprocess.Popen(
            ["k6", "run", "--quiet", "--address=", "--log-format=raw", SCRIPT],
            env={**os.environ, **settings},
            stdout=subprocess.DEVNULL,
        )
        memory = watch(process)
        peak = int(service.stats()["sockets"]["peak"])
        summary = json.loads((Path(folder) / "summary.json").read_text(encoding="utf-8"))
    return Result(summary, peak, memory, process.returncode)


def watch(process: subprocess.Popen[bytes]) -> list[float]:
    """Return the resident memory of a process, MB, once a second until its end."""
    seen: list[float] = []
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            seen.append(watched.memory_info().rss / CAPTURED_MB)
        except psutil.Error:
            break
        time.sleep(1)
    process.wait()
    return seen


def report(plan: Plan, result: Result) -> None:
    """Print one line of figures."""
    sockets = dict(result.summary["sockets"])  # type: ignore[call-overload]
    latency, trip = sockets["latency"] or {}, sockets["roundTrip"] or {}
    third = max(1, len(result.memory) // 3)
    # The first seconds connect; what counts is whether the hold needs more and more.
    first = sum(result.memory[third : 2 * third]) / third
    last = sum(result.memory[-third:]) / third
    print(
        f"  {plan.sockets:>6} sockets ({plan.users} users, news every {plan.interval:g} s), "
        f"{plan.seconds} s: {result.peak} open at once, {sockets['received']} messages, "
        f"latency p50 {latency.get('p50', '-')} p95 {latency.get('p95', '-')} ms, "
        f"round trip p95 {trip.get('p95', '-')} ms, errors {sockets['errorRate']} %, "
        f"memory {max(result.memory, default=0):.0f} MB at most, "
        f"{last / first if first else 0:.2f} times at the end (flat: at most {FLAT}), "
        f"k6 exit {result.code}",
        flush=True,
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Many sockets from one k6.")
    parser.add_argument("--ramp", action="store_true", help="also 2,000, 5,000 and 10,000")
    parser.add_argument("--seconds", type=int, default=30, help="length of the hold")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"sockets: one k6 and the reference service on this machine, {most} open files")
    plans = [Plan(1000, 1000, options.seconds, 1.0), Plan(1000, 20, options.seconds, 1.0)]
    if options.ramp:
        plans += [Plan(count, count // 50, 60, 10.0) for count in (2000, 5000, 10_000)]
    for plan in plans:
        report(plan, run(plan))
    return 0


if __name__ == "__main__":
    sys.exit(main())
