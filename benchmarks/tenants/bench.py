"""Leaks and breaking points: detection rates and false alarms.

    make bench ARGS=tenants                        both, about 17 minutes
    make bench ARGS="tenants --only knee"          five capacities, one after the other, 8 minutes
    make bench ARGS="tenants --only leaks"         20 steady memories and 20 leaks, 9 minutes

Leaks: each run is `scripts/memory-leak.js` for two minutes against a separate service, ten in
parallel. The memory of all services is noisy like that of a garbage collector, by 5, 10 or 20 MB.
Half of them leak at least 5 MB per minute; the exact amount is computed from the answered requests.

Breaking points: the service answers a limited number of requests per second and queues the others;
the suite does not know the limit.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LOAD = ROOT / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load"
sys.path.insert(0, str(ROOT / "examples" / "service"))

from service.testing import running_service  # noqa: E402 -- found only by the line above

CAPACITIES = (40, 75, 120, 190, 300)
"""Requests per second."""

NOISES = (5, 10, 20)
"""Amplitude of the noise, MB."""

LEAK_KB = 6.0
"""Leaked per request: 6.7 MB per minute at 19 requests per second."""

LEAST_LEAK = 5.0
"""MB per minute that must be detected."""

ATTEMPTS = 3

MEMORY = {"DURATION": "2m", "VUS": "2"}
KNEE = {"RATE_FROM": "20", "RATE_TO": "600", "RATE_GROWTH": "1.1", "DURATION": "5s"}


class Memory(NamedTuple):
    """One run: the leak in MB per minute, and whether the suite reports one."""

    leak: float
    found: bool


def run(script: str, url: str, settings: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Run a script of the suite and return k6's exit code and the summary."""
    with tempfile.TemporaryDirectory(prefix="tenants-") as folder:
        wanted = {"BASE_URL": url, "RESULTS_DIR": folder, "TIER": "enterprise", **settings}
        done = subprocess.run(
            ["k6", "run", "--quiet", "--no-color", "--address=", LOAD / "scripts" / script],
            env={**os.environ, **wanted},
            capture_output=True,
            text=True,
            check=False,
        )
        path = Path(folder, "summary.json")
        if not path.is_file():
            raise RuntimeError(done.stderr)
        return done.returncode, json.loads(path.read_text(encoding="utf-8"))


def row(summary: dict[str, Any], title: str, number: int = 0) -> dict[str, Any]:
    """Return a row of a table of the summary as head -> cell."""
    [table] = [table for table in summary["tables"] if table["title"] == title]
    return dict(zip(table["head"], table["rows"][number], strict=True))


def memory(number: int, *, leaks: bool) -> Memory:
    """Test one service for two minutes."""
    noise = NOISES[number % len(NOISES)]
    faults = {"memory-noise": noise, **({"leak": LEAK_KB} if leaks else {})}
    for attempt in range(ATTEMPTS):
        try:
            with running_service(faults=faults) as service:
                code, summary = run("memory-leak.js", service.url, MEMORY)
            break
        except RuntimeError as error:  # the service did not start: the machine is too busy
            if attempt + 1 == ATTEMPTS:
                raise
            print(f"  run {number} again: {error}", flush=True)
    found = row(summary, "Memory")
    requests = next(
        each["requests"] for each in summary["endpoints"] if each["name"] == "GET /products"
    )
    minutes = summary["run"]["durationMs"] / 60_000
    leak = requests * LEAK_KB / 1024 / minutes if leaks else 0.0
    if code not in (0, 99) or (code == 99 and "memory leak" not in summary["reasons"][0]):
        print(f"  run {number}: {summary['reasons']}", flush=True)
    is_found = any(reason.startswith("memory leak") for reason in summary["reasons"])
    print(
        f"  noise {noise:2} MB, leak {leak:4.1f} MB/min: {found['MB/hour']} MB/h, "
        f"at least {found['at least']}{'  LEAK' if is_found else ''}",
        flush=True,
    )
    return Memory(leak, is_found)


def leaks(runs: int, at_once: int) -> None:
    """Print the number of detected leaks and of false alarms."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        steady = pool.map(lambda number: memory(number, leaks=False), range(runs))
        leaky = pool.map(lambda number: memory(number, leaks=True), range(runs))
        alarms, found = list(steady), list(leaky)
    real = [each for each in found if each.leak >= LEAST_LEAK]
    print(
        f"false alarms             {sum(each.found for each in alarms)} of {len(alarms)} (bar: 0)"
    )
    print(
        f"leaks from 5 MB/min found {sum(each.found for each in real)} of {len(real)} (bar: all); "
        f"{len(found) - len(real)} runs leaked less, {sum(e.found for e in found)} found in all"
    )


def knee() -> None:
    """Print the rate found for each capacity."""
    worst = 0.0
    for capacity in CAPACITIES:
        with running_service(faults={"capacity": {"value": capacity, "queue": 2}}) as service:
            _, summary = run("breaking-point.js", service.url, KNEE)
        rate = row(summary, "Breaking point")["requests/s"] or 0
        off = rate / capacity - 1
        worst = max(worst, abs(off))
        print(
            f"  capacity {capacity:4}: {rate:4} requests/s met the targets, {off:+.1%}", flush=True
        )
    print(f"knee off by at most      {worst:.1%} (bar: 15%)")


def main() -> int:
    """Run the selected benchmarks."""
    parser = argparse.ArgumentParser(description="Leaks and breaking points.")
    parser.add_argument("--only", choices=("leaks", "knee"))
    parser.add_argument("--runs", type=int, default=20, help="steady memories, and as many leaks")
    parser.add_argument("--at-once", type=int, default=10)
    options = parser.parse_args()
    print(f"load of this machine: {os.getloadavg()[0]:.1f}")
    if options.only != "leaks":
        knee()
    if options.only != "knee":
        leaks(options.runs, options.at_once)
    return 0


if __name__ == "__main__":
    sys.exit(main())
