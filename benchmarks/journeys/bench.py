"""Generated journeys against hand-written minimal k6 scripts: CPU time, iterations/s and memory.

    make bench ARGS=journeys

Both sides send the same requests to the same server and make the same checks on a 4 KB JSON body,
without pauses, so that only the scripts differ. They run in turn (A B A B ...) and the ratio is
taken pair by pair, because the speed of a machine drifts. Two comparisons:

* bare: requests and checks only;
* same metrics: the minimal script also records the metrics and groups that the journey reports.

With `--together` both run at the same time: on a busy machine both are then disturbed alike, and
the ratio of CPU times is still good (iterations/s are not: the two share the processors).

The CPU time per iteration leads: other work on the machine changes it far less than iterations/s.
It is user and system time of the k6 process, less that of a run that hardly iterates (start-up,
summary). Iterations come from k6's own summary. Memory is the growth of the peak resident memory
from 50 waiting VUs to many more, so start-up and summary cancel out.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE.parent.parent / "{{cookiecutter.project_slug}}" / ".cookiecutter-k6" / "files"
SCRIPTS = TEMPLATE / "tests" / "load" / "scripts"
LOWEST_RATE_RATIO = 0.93
HIGHEST_MEMORY_RATIO = 1.7
FEW_VUS = 50

# k6's exit codes with usable results: passed, thresholds crossed.
MEASURED = (0, 99)


class Journey(NamedTuple):
    """A generated test and the minimal script to compare it with."""

    name: str
    generated: Path
    minimal: Path


JOURNEYS = [
    Journey("health", SCRIPTS / "health.js", HERE / "minimal-health.js"),
    Journey("api-public", SCRIPTS / "api-public.js", HERE / "minimal-api.js"),
]


class Run(NamedTuple):
    """One k6 run: iterations, iterations per second, CPU seconds, peak resident bytes."""

    iterations: int
    rate: float
    cpu: float
    memory: int


class Load(NamedTuple):
    """The load of a script: constant VUs, seconds, pauses (0: none), all metrics or bare."""

    url: str
    vus: int
    seconds: int
    think_time: int = 0
    metrics: bool = False

    def settings(self) -> dict[str, str]:
        """Return the settings both kinds of script read."""
        return {
            "BASE_URL": self.url,
            "VUS": str(self.vus),
            "DURATION": f"{self.seconds}s",
            "THINK_TIME": str(self.think_time),
            "METRICS": str(self.metrics).lower(),
            # Constant VUs, as in the minimal scripts; a journey's own shape may ramp.
            "PROFILE": "smoke",
        }


@contextmanager
def server() -> Iterator[str]:
    """Run the fast server and yield its URL."""
    command = [sys.executable, str(HERE / "fast_server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def run(script: Path, load: Load) -> Run:
    """Run one script; raise CalledProcessError if k6 ends without results."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder, "export.json")
        command = ["k6", "run", "--quiet", "--no-usage-report", "--address="]
        command += [f"--env={name}={value}" for name, value in load.settings().items()]
        command += [f"--summary-export={export}", str(script)]
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"RESULTS_DIR": folder},
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in MEASURED:
            raise subprocess.CalledProcessError(process.returncode, command)
        metrics = json.loads(export.read_text(encoding="utf-8"))["metrics"]
    iterations = metrics["iterations"]
    cpu = usage.ru_utime + usage.ru_stime
    return Run(iterations["count"], iterations["rate"], cpu, usage.ru_maxrss * 1024)


def idle_cpu(script: Path, load: Load) -> float:
    """Return the CPU seconds of a run that hardly iterates: start-up, set-up and summary."""
    idle = load._replace(seconds=1, think_time=3)
    return statistics.median(run(script, idle).cpu for _ in range(3))


def run_all(scripts: Sequence[Path], load: Load, together: bool) -> list[Run]:
    """Run scripts one after the other or at the same time; the runs in the order of the scripts."""
    with ThreadPoolExecutor(len(scripts) if together else 1) as pool:
        return list(pool.map(run, scripts, [load] * len(scripts)))


def compare_speed(journey: Journey, load: Load, pairs: int, together: bool) -> str:
    """Return a line with medians of both kinds of speed, and the median ratios of the pairs."""
    scripts = (journey.generated, journey.minimal)
    idle = [idle_cpu(script, load) for script in scripts]
    rows = []
    for _ in range(pairs):
        runs = run_all(scripts, load, together)
        spent = [
            (one.cpu - start) / one.iterations * 1e6 for one, start in zip(runs, idle, strict=True)
        ]
        rows.append((*spent, *(one.rate for one in runs)))
    micros, minimal_micros, rate, minimal_rate = map(statistics.median, zip(*rows, strict=True))
    cpu_ratio = statistics.median(row[0] / row[1] for row in rows)
    rate_ratio = statistics.median(row[2] / row[3] for row in rows)
    kind = "same metrics" if load.metrics else "bare"
    return (
        f"{journey.name}, {kind}: {micros:.1f} against {minimal_micros:.1f} microseconds of CPU "
        f"per iteration, ratio {cpu_ratio:.3f} (bar: at most {1 / LOWEST_RATE_RATIO:.3f}); "
        f"{rate:.0f} against {minimal_rate:.0f} iterations/s, ratio {rate_ratio:.3f} "
        f"(bar: at least {LOWEST_RATE_RATIO})"
    )


def memory_per_vu(script: Path, url: str, vus: int) -> float:
    """Return the kilobytes that each VU after the first `FEW_VUS` adds, median of three.

    The VUs mostly wait: this is about VUs, not about the samples of their requests.
    """
    few, many = Load(url, FEW_VUS, seconds=3, think_time=3), Load(url, vus, seconds=3, think_time=3)
    slopes = [
        (run(script, many).memory - run(script, few).memory) / (vus - FEW_VUS) for _ in range(3)
    ]
    return statistics.median(slopes) / 1e3


def compare_memory(journey: Journey, url: str, vus: int) -> str:
    """Return a line with the memory of each further VU."""
    generated = memory_per_vu(journey.generated, url, vus)
    minimal = memory_per_vu(journey.minimal, url, vus)
    return (
        f"{journey.name}: each further VU {generated:.0f} against {minimal:.0f} KB, "
        f"ratio {generated / minimal:.2f} (bar: at most {HIGHEST_MEMORY_RATIO})"
    )


def main() -> int:
    """Print the results; always return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--vus", type=int, default=450)
    parser.add_argument("--together", action="store_true", help="run both scripts at once")
    options = parser.parse_args()
    open_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
    with server() as url:
        for journey in JOURNEYS:
            for metrics in (False, True):
                load = Load(url, 10, options.seconds, metrics=metrics)
                print(compare_speed(journey, load, options.pairs, options.together), flush=True)
            print(compare_memory(journey, url, options.vus), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
