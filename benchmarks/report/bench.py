"""The cost of the summary and the report, and of other sources of metrics over time.

    make bench ARGS=report                      about twenty minutes
    make bench ARGS="report --pairs 5"          less sure, six minutes
    make bench ARGS="report --together"         for a busy machine

The limit of recording is 3 % of k6's CPU time at its limit: without pauses, on one CPU, against a
server that does nothing. Kinds of runs of the same journey:

* plain: no summary, no report, nothing recorded;
* summary: as in `TIMELINE=false`, with summary and report at the end;
* recorded: as usual, with metrics over time;
* dashboard, csv, json: with k6's web dashboard (one second per point), `--out csv`, `--out json`.

In each round, every kind runs once; with `--together`, each runs at the same time as a `summary`
run, so other work on the machine disturbs both alike. CPU time is user and system time of k6.

The fixed cost per run, after the last iteration, is measured by runs with one iteration per VU and
printed separately; the rest is the cost per iteration. Each round yields one ratio for each kind.
The interval is a confidence interval (at least 95 %) of their median, by order statistics.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "examples" / "service")]

from service.testing import running_service  # noqa: E402

from benchmarks.journeys.bench import TEMPLATE, server  # noqa: E402

MOST = 1.03
DASHBOARD = {
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
KINDS = (PLAIN, SUMMARY, RECORDED, "dashboard", "csv", "json")
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
        for name, more in ((PLAIN, ""), (SUMMARY, ", handleSummary")):
            text = SCRIPT.format(exports=f"default, setup, teardown{more}", users=USERS)
            (load / "scripts" / f"{name}.js").write_text(text, encoding="utf-8")
        yield load


class Cost(NamedTuple):
    """Cost of a run: CPU time of k6 and elapsed time, seconds."""

    processor: float
    elapsed: float


ALONE = {"GOMAXPROCS": "1"}
"""k6 on one processor."""


def run(load: Path, url: str, kind: str, iterations: int, **limits: str) -> Cost:
    """Run the public API journey once, in an environment with some more variables."""
    settings = {"BASE_URL": url, "THINK_TIME": "0", "PROFILE": "smoke", "VUS": str(USERS), **limits}
    settings |= {"ITERATIONS": str(iterations), "TIMELINE": str(kind == RECORDED).lower()}
    script = load / "scripts" / f"{PLAIN if kind == PLAIN else SUMMARY}.js"
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        flags = ["--summary-mode=disabled"] if kind == PLAIN else []
        flags += [f"--out={kind}={folder}/samples"] if kind in ("csv", "json") else []
        if kind == "dashboard":
            settings |= {**DASHBOARD, "K6_WEB_DASHBOARD_RECORD": f"{folder}/record"}
        began = time.monotonic()
        process = subprocess.Popen(
            ["k6", "run", *FLAGS, *flags, script],
            env=os.environ | settings | {"RESULTS_DIR": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in MEASURED, f"{kind}: k6 ended with {process.returncode}"
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began)


def finish(load: Path, url: str) -> float:
    """Return the seconds it takes to add earlier runs to the report."""
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        settings = {"BASE_URL": url, "PROFILE": "smoke", "ITERATIONS": "5", "RESULTS_DIR": folder}
        script = load / "scripts" / f"{SUMMARY}.js"
        environment = os.environ | settings
        subprocess.run(
            ["k6", "run", *FLAGS, script], env=environment, capture_output=True, check=False
        )
        started = time.monotonic()
        script = load / "engine/commands/finish-report.js"
        subprocess.run(
            ["k6", "run", *FLAGS, script], env=environment, check=True, capture_output=True
        )
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


class Round(NamedTuple):
    """Cost of one kind and of the `summary` runs it is compared with, per iteration."""

    cost: Cost
    reference: Cost


def fixed_costs(load: Path, url: str, kinds: Sequence[str], **limits: str) -> dict[str, Cost]:
    """Return the cost of runs that hardly iterate."""

    def middle(kind: str) -> Cost:
        runs = [run(load, url, kind, USERS, **limits) for _ in range(7)]
        return Cost(*(statistics.median(values) for values in zip(*runs, strict=True)))

    return {kind: middle(kind) for kind in kinds}


def per_iteration(cost: Cost, once: Cost, iterations: int) -> Cost:
    """Return the cost of an iteration, start and summary left out."""
    return Cost(*((all_ - one) / iterations for all_, one in zip(cost, once, strict=True)))


class Plan(NamedTuple):
    """How often kinds are run, of how many iterations, and whether at the same time."""

    kinds: Sequence[str]
    rounds: int
    iterations: int
    together: bool


def compare(
    load: Path, url: str, plan: Plan, once: dict[str, Cost], **limits: str
) -> dict[str, list[Round]]:
    """Run the kinds alternately; return their rounds."""
    rounds: dict[str, list[Round]] = {kind: [] for kind in plan.kinds}

    def cost(kind: str) -> Cost:
        found = run(load, url, kind, plan.iterations, **limits)
        return per_iteration(found, once[kind], plan.iterations)

    for number in range(plan.rounds):
        # Rotate the order, because earlier runs warm up the machine.
        turn = number % len(plan.kinds)
        order = [*plan.kinds[turn:], *plan.kinds[:turn]]
        if plan.together:
            for kind in order:
                with ThreadPoolExecutor(2) as pool:
                    rounds[kind].append(Round(*pool.map(cost, (kind, SUMMARY))))
        else:
            reference = cost(SUMMARY)
            for kind in order:
                rounds[kind].append(Round(cost(kind), reference))
    return rounds


def judged(ratios: list[float]) -> str:
    """Describe the median of some ratios and compare it with the limit."""
    low, high = interval(ratios)
    verdict = "holds" if high <= MOST else "missed" if low > MOST else "undecided"
    return (
        f"{statistics.median(ratios):.3f} times, 95 % sure: {low:.3f} to {high:.3f} "
        f"(bar: at most {MOST}: {verdict})"
    )


def service_at_its_limit(load: Path, plan: Plan) -> None:
    """Print the cost of recording in iterations/s against the reference service."""
    with running_service() as service:
        once = fixed_costs(load, service.url, (SUMMARY, RECORDED))
        found = compare(load, service.url, plan, once)[RECORDED]
    rate = 1 / statistics.median(each.reference.elapsed for each in found)
    print(f"reference service at its limit, without recording: {rate:.0f} iterations/s")
    ratios = [each.cost.elapsed / each.reference.elapsed for each in found]
    print(f"  {RECORDED}: time of an iteration {judged(ratios)}", flush=True)


def k6_at_its_limit(load: Path, plan: Plan) -> None:
    """Print the costs as CPU time, if k6 is the bottleneck."""
    with server() as url:
        once = fixed_costs(load, url, [SUMMARY, *plan.kinds], **ALONE)
        rounds = compare(load, url, plan, once, **ALONE)
        finishing = finish(load, url)
    micros = 1e6 * statistics.median(each.reference.processor for each in rounds[RECORDED])
    print(
        f"k6 at its limit: {micros:.0f} us of CPU time per iteration (three requests), with summary"
    )
    for kind, found in rounds.items():
        ratios = [each.cost.processor / each.reference.processor for each in found]
        more = once[kind].processor - once[SUMMARY].processor
        print(
            f"  {kind}: CPU time of an iteration {judged(ratios)}; {more:+.2f} s per run",
            flush=True,
        )
    print(f"adding earlier runs to the report: {finishing:.2f} s")


def main() -> int:
    """Print the results; always return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--iterations", type=int, default=4000, help="against nothing")
    parser.add_argument("--served", type=int, default=5000, help="against the reference service")
    parser.add_argument("--together", action="store_true", help="run two kinds at once")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    options = parser.parse_args()
    with suite() as load:
        kinds = [kind for kind in options.kinds if kind != SUMMARY]
        k6_at_its_limit(load, Plan(kinds, options.pairs, options.iterations, options.together))
        service_at_its_limit(load, Plan([RECORDED], options.pairs, options.served, False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
