"""The cost of the summary and the report.

    make bench ARGS=report                      about ten minutes
    make bench ARGS="report --pairs 5"          less sure, four minutes

The limit is 3 % of iterations/s. The cost depends on the bottleneck, so there are two measurements:

* the service, as in real tests: iterations/s without pauses against the reference service, which
  shares the CPUs with k6;
* k6: CPU time (user and system) of the k6 process on one CPU, against a server that does nothing.

Three kinds of runs of the same journey alternate:

* plain: no summary, no report, nothing recorded;
* summary: as in a direct `k6 run`, with summary and report at the end;
* recorded: as in the wrapper, which also records the run over time for the charts.

Before that, more reliable on a busy machine: k6's CPU profile of one run, and the fraction spent on
recording, with the recording intervals of short and long runs.

The fixed cost per run, after the last iteration, is measured by runs with one iteration per VU and
printed separately; the rest is the cost per iteration. Each round yields one ratio for each kind.
The interval is a confidence interval (at least 95 %) of their median, by order statistics.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "examples" / "service")]

from service.testing import free_port, running_service  # noqa: E402

from benchmarks.journeys.bench import TEMPLATE, server  # noqa: E402

MOST = 1.03
RECORDING = {
    "K6_WEB_DASHBOARD": "true",
    "K6_WEB_DASHBOARD_PORT": "0",
    "K6_WEB_DASHBOARD_HOST": "127.0.0.1",
    "K6_WEB_DASHBOARD_PERIOD": "1s",
    "K6_WEB_DASHBOARD_TAGS": "",
}
FLAGS = ("--quiet", "--no-usage-report", "--address=")
MEASURED = (0, 99)
"""k6's exit codes with usable results: passed, thresholds crossed."""

USERS = 5
PLAIN, SUMMARY, RECORDED = "plain", "summary", "recorded"
KINDS = (PLAIN, SUMMARY, RECORDED)
SCRIPT = """
import {{ options as usual }} from './api-public.js';
export {{ {exports} }} from './api-public.js';
export const options = {{
  ...usual,
  scenarios: {{
    smoke: {{
      executor: 'shared-iterations',
      vus: {users},
      iterations: Number(__ENV.ITERATIONS),
      maxDuration: '10m',
    }},
  }},
}};
"""


@contextmanager
def suite() -> Iterator[Path]:
    """Yield `tests/load` of a copy of the suite, with one more script for each kind."""
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        load = Path(shutil.copytree(TEMPLATE, Path(folder, "project"))) / "tests" / "load"
        for kind in KINDS:
            exports = "default, setup, teardown" + ("" if kind == PLAIN else ", handleSummary")
            text = SCRIPT.format(exports=exports, users=USERS)
            (load / "scripts" / f"{kind}.js").write_text(text, encoding="utf-8")
        yield load


class Cost(NamedTuple):
    """Cost of a run: CPU time of k6 and elapsed time, seconds."""

    processor: float
    elapsed: float


ALONE = {"GOMAXPROCS": "1"}
"""k6 on one processor."""


def run(load: Path, url: str, kind: str, iterations: int, **limits: str) -> Cost:
    """Run the public API journey once, in an environment with some more variables."""
    settings = {"BASE_URL": url, "THINK_TIME": "0", "PROFILE": "smoke", **limits}
    settings |= {"RESULTS_DIR": str(load.parent), "ITERATIONS": str(iterations)}
    if kind == RECORDED:
        settings |= {**RECORDING, "K6_WEB_DASHBOARD_RECORD": str(load.parent / ".timeline")}
    quiet = ("--summary-mode=disabled",) if kind == PLAIN else ()
    began = time.monotonic()
    process = subprocess.Popen(
        ["k6", "run", *FLAGS, *quiet, load / "scripts" / f"{kind}.js"],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in MEASURED, f"{kind}: k6 ended with {process.returncode}"
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began)


class Share(NamedTuple):
    """Fraction of k6's CPU time spent on recording, with its confidence interval."""

    value: float
    low: float
    high: float


def profiled(load: Path, url: str, period: str, seconds: int) -> Share:
    """Profile a run at full speed. Garbage collection is attributed by allocations."""
    port = free_port()
    settings = {"BASE_URL": url, "THINK_TIME": "0", "PROFILE": "smoke", "GOMAXPROCS": "1"}
    settings |= {"RESULTS_DIR": str(load.parent), "ITERATIONS": "10000000", **RECORDING}
    settings |= {"K6_WEB_DASHBOARD_RECORD": str(load.parent / ".timeline")}
    flags = ("--quiet", "--no-usage-report", f"--address=127.0.0.1:{port}", "--profiling-enabled")
    process = subprocess.Popen(
        ["k6", "run", *flags, load / "scripts" / f"{RECORDED}.js"],
        env=os.environ | settings | {"K6_WEB_DASHBOARD_PERIOD": period},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(5)
        files = {}
        for kind, query in (("profile", f"?seconds={seconds}"), ("allocs", "")):
            address = f"http://127.0.0.1:{port}/debug/pprof/{kind}{query}"
            with urllib.request.urlopen(address, timeout=seconds + 30) as answer:
                files[kind] = load.parent / kind
                files[kind].write_bytes(answer.read())
    finally:
        process.terminate()
        process.wait()
    total, recording = (samples(files["profile"], focus) for focus in ("", RECORDER))
    collecting = samples(files["profile"], COLLECTOR)
    allocated = samples(files["allocs"], RECORDER) / samples(files["allocs"], "")
    value = (recording + collecting * allocated) / total
    # There is one sample per 10 ms of CPU time.
    error = 1.96 * math.sqrt(value * (1 - value) / (100 * total))
    return Share(value, max(0.0, value - error), value + error)


RECORDER = "xk6-dashboard"
COLLECTOR = "gcBgMarkWorker|gcAssist|bgsweep|bgscavenge"
COUNTED = re.compile(r"Showing nodes accounting for .*? of ([\d.]+)(ms|s|MB|GB|kB) total")
CUMULATIVE = re.compile(r"^ +\S+ +\S+ +\S+ +([\d.]+)(ms|s|MB|GB|kB) ", re.MULTILINE)
UNITS = {"ms": 0.001, "s": 1.0, "kB": 0.001, "MB": 1.0, "GB": 1000.0}


def samples(profile: Path, focus: str) -> float:
    """Return the seconds or megabytes of a profile, in total or below functions with a name."""
    flags = ["-top", "-cum", "-nodecount=1", "-sample_index=" + SAMPLES[profile.name]]
    flags += [f"-focus={focus}"] if focus else []
    text = subprocess.run(
        ["go", "tool", "pprof", *flags, profile], capture_output=True, text=True, check=True
    ).stdout
    found = CUMULATIVE.search(text) if focus else COUNTED.search(text)
    return float(found[1]) * UNITS[found[2]] if found else 0.0


SAMPLES = {"profile": "cpu", "allocs": "alloc_space"}


def finish(load: Path) -> float:
    """Return the seconds it takes to complete the report."""
    started = time.monotonic()
    environment = os.environ | {"RESULTS_DIR": str(load.parent)}
    script = load / "engine/commands/finish-report.js"
    subprocess.run(["k6", "run", *FLAGS, script], env=environment, check=True, capture_output=True)
    return time.monotonic() - started


def interval(values: list[float]) -> tuple[float, float]:
    """Return a confidence interval of at least 95 % for the median."""
    ordered = sorted(values)
    count = len(ordered)
    outside, low = 0.0, 0
    while low < (count - 1) // 2:
        outside += 2 * math.comb(count, low) / 2**count
        if outside > 1 - 0.95:
            break
        low += 1
    low = max(low - 1, 0)
    return ordered[low], ordered[count - 1 - low]


class Rounds(NamedTuple):
    """Cost of each kind: once per run, and per iteration in each round."""

    once: dict[str, Cost]
    iteration: list[dict[str, Cost]]


def compare(load: Path, url: str, count: int, iterations: int, **limits: str) -> Rounds:
    """Run the kinds alternately."""

    def middle(kind: str) -> Cost:
        runs = [run(load, url, kind, USERS, **limits) for _ in range(7)]
        return Cost(*(statistics.median(values) for values in zip(*runs, strict=True)))

    once = {kind: middle(kind) for kind in KINDS}
    rounds = []
    for number in range(count):
        # Rotate the order, because earlier runs warm up the machine.
        order = KINDS[number % 3 :] + KINDS[: number % 3]
        found = {kind: run(load, url, kind, iterations, **limits) for kind in order}
        rounds.append(
            {
                kind: Cost(
                    (found[kind].processor - once[kind].processor) / iterations,
                    (found[kind].elapsed - once[kind].elapsed) / iterations,
                )
                for kind in KINDS
            }
        )
    return Rounds(once, rounds)


def judged(ratios: list[float]) -> str:
    """Describe the median of some ratios and compare it with the limit."""
    low, high = interval(ratios)
    verdict = "holds" if high <= MOST else "missed" if low > MOST else "undecided"
    return (
        f"{statistics.median(ratios):.3f} times, 95 % sure: {low:.3f} to {high:.3f} "
        f"(bar: at most {MOST}: {verdict})"
    )


def service_at_its_limit(load: Path, pairs: int, iterations: int) -> None:
    """Print the cost of summary and recording in iterations/s against the reference service."""
    with running_service() as service:
        _, rounds = compare(load, service.url, pairs, iterations)
    rate = 1 / statistics.median(each[PLAIN].elapsed for each in rounds)
    print(f"reference service at its limit, without either: {rate:.0f} iterations/s")
    for kind in (SUMMARY, RECORDED):
        ratios = [each[kind].elapsed / each[PLAIN].elapsed for each in rounds]
        print(f"  {kind}: time of an iteration {judged(ratios)}", flush=True)


def k6_at_its_limit(load: Path, pairs: int, iterations: int, seconds: int) -> None:
    """Print their cost as CPU time, if k6 is the bottleneck."""
    with server() as url:
        for period in ("1s", "10s"):
            value, low, high = profiled(load, url, period, seconds)
            print(
                f"k6 at its limit: recording every {period}: {100 * value:.1f} % of its processor "
                f"time, 95 % sure: {100 * low:.1f} to {100 * high:.1f} (bar: at most 3)",
                flush=True,
            )
        once, rounds = compare(load, url, pairs, iterations, **ALONE)
        drawing = finish(load)
    plain = statistics.median(each[PLAIN].processor for each in rounds)
    print(f"an iteration (three requests) without either: {1e6 * plain:.0f} us of processor time")
    for kind in (SUMMARY, RECORDED):
        ratios = [each[kind].processor / each[PLAIN].processor for each in rounds]
        more = once[kind].processor - once[PLAIN].processor
        print(f"  {kind}: processor time of an iteration {judged(ratios)}; once a run {more:.2f} s")
    print(f"completing the report after the run: {drawing:.2f} s")


def main() -> int:
    """Print the results; always return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--iterations", type=int, default=4000, help="against nothing")
    parser.add_argument("--served", type=int, default=5000, help="against the reference service")
    parser.add_argument("--profile-seconds", type=int, default=20)
    options = parser.parse_args()
    with suite() as load:
        service_at_its_limit(load, options.pairs, options.served)
        k6_at_its_limit(load, options.pairs, options.iterations, options.profile_seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
