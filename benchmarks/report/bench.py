"""What the report costs a run: recording its course, and drawing the page.

    make bench ARGS=report

Recording is k6's own dashboard, which looks at every sample a second time. The same journey runs
with and without it, in turn, and the ratio of iterations/s is taken pair by pair; so is that of
k6's processor time per iteration, which a busy machine disturbs less. Drawing happens after the
run: its time is given by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY)]

from benchmarks.journeys.bench import SCRIPTS, server  # noqa: E402

LOWEST_RATE_RATIO = 0.97
RECORDING = {
    "K6_WEB_DASHBOARD": "true",
    "K6_WEB_DASHBOARD_PORT": "0",
    "K6_WEB_DASHBOARD_HOST": "127.0.0.1",
    "K6_WEB_DASHBOARD_PERIOD": "1s",
    "K6_WEB_DASHBOARD_TAGS": "",
}
FLAGS = ("--quiet", "--no-usage-report", "--address=")


class Run(NamedTuple):
    """Iterations per second of a run, and the processor time of one, microseconds."""

    rate: float
    processor: float


def run(url: str, folder: Path, seconds: int, recorded: bool) -> Run:
    """Run the public API journey once, as fast as it goes."""
    settings = {"BASE_URL": url, "VUS": "5", "DURATION": f"{seconds}s", "THINK_TIME": "0"}
    settings |= {"PROFILE": "smoke", "RESULTS_DIR": str(folder)}
    if recorded:
        settings |= {**RECORDING, "K6_WEB_DASHBOARD_RECORD": str(folder / ".timeline")}
    process = subprocess.Popen(
        ["k6", "run", *FLAGS, SCRIPTS / "api-public.js"],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    iterations = summary["metrics"]["iterations"]
    rate = 1000 * iterations / summary["run"]["durationMs"]
    return Run(rate, 1e6 * (usage.ru_utime + usage.ru_stime) / iterations)


def finish(folder: Path) -> float:
    """Return how long completing the report takes, seconds."""
    started = time.monotonic()
    script = SCRIPTS.parent / "lib" / "finish-report.js"
    environment = os.environ | {"RESULTS_DIR": str(folder)}
    subprocess.run(["k6", "run", *FLAGS, script], env=environment, check=True, capture_output=True)
    return time.monotonic() - started


def main() -> int:
    """Print the figures; return 0 whatever they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    pairs = []
    with server() as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(options.pairs):
            # The first of a pair is another one each time: what ran before warms the machine.
            order = (True, False) if number % 2 else (False, True)
            found = {kind: run(url, folder, options.seconds, kind) for kind in order}
            pairs.append((found[True], found[False]))
        run(url, folder, options.seconds, recorded=True)
        drawing = finish(folder)
    rates = [recorded.rate / plain.rate for recorded, plain in pairs]
    times = [recorded.processor / plain.processor for recorded, plain in pairs]
    print(
        f"recorded against not: iterations/s {statistics.median(rates):.3f} times "
        f"(from {min(rates):.2f} to {max(rates):.2f}; bar: at least {LOWEST_RATE_RATIO}), "
        f"processor time per iteration {statistics.median(times):.3f} times "
        f"(from {min(times):.2f} to {max(times):.2f})"
    )
    print(f"completing the report after the run: {drawing:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
