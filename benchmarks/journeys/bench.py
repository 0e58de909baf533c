"""Generated journeys against hand-written minimal k6 scripts: iterations/s and memory per VU.

    make bench ARGS=journeys

Both sides send the same requests to the same server and run the same checks on a 4 KB JSON body,
without pauses, so that only the scripts differ. They run alternately (A B A B ...), and the ratio
is computed per pair, because the speed of a machine drifts. Two comparisons:

* bare: requests and checks only;
* same metrics: the minimal script also records the metrics and groups that the journey reports.

Iterations are from k6's summary, memory is the peak resident memory of the k6 process.
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE.parent.parent / "{{cookiecutter.project_slug}}" / ".cookiecutter-k6" / "files"
SCRIPTS = TEMPLATE / "tests" / "load" / "scripts"
LOWEST_RATE_RATIO = 0.97
HIGHEST_MEMORY_RATIO = 1.10

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
    """One k6 run: iterations per second, and peak resident memory in bytes."""

    rate: float
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
    return Run(metrics["iterations"]["rate"], usage.ru_maxrss * 1024)


def compare_rates(journey: Journey, load: Load, pairs: int) -> str:
    """Return a line with the median rates and the median ratio of the pairs."""
    minimal, generated = [], []
    for _ in range(pairs):
        minimal.append(run(journey.minimal, load).rate)
        generated.append(run(journey.generated, load).rate)
    ratio = statistics.median(a / b for a, b in zip(generated, minimal, strict=True))
    kind = "same metrics" if load.metrics else "bare"
    return (
        f"{journey.name}, {kind}: {statistics.median(generated):.0f} against "
        f"{statistics.median(minimal):.0f} iterations/s, ratio {ratio:.3f} "
        f"(bar: at least {LOWEST_RATE_RATIO})"
    )


def memory_per_vu(script: Path, url: str, vus: int) -> tuple[float, float]:
    """Return megabytes per VU: of the whole process, and for each additional VU.

    The VUs mostly wait, so that the memory is that of VUs and not of the samples of their requests.
    """
    few = run(script, Load(url, 1, seconds=3, think_time=10)).memory
    many = run(script, Load(url, vus, seconds=3, think_time=10)).memory
    return many / vus / 1e6, (many - few) / (vus - 1) / 1e6


def compare_memory(journey: Journey, url: str, vus: int) -> str:
    """Return a line with both kinds of memory per VU."""
    whole, further = memory_per_vu(journey.generated, url, vus)
    minimal_whole, minimal_further = memory_per_vu(journey.minimal, url, vus)
    return (
        f"{journey.name}, {vus} VUs: {whole:.2f} against {minimal_whole:.2f} MB per VU, "
        f"ratio {whole / minimal_whole:.2f} (bar: at most {HIGHEST_MEMORY_RATIO}); "
        f"each further VU {further:.2f} against {minimal_further:.2f} MB, "
        f"ratio {further / minimal_further:.2f}"
    )


def main() -> int:
    """Print the results; always return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--vus", type=int, default=50)
    options = parser.parse_args()
    open_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
    with server() as url:
        for journey in JOURNEYS:
            for metrics in (False, True):
                load = Load(url, 10, options.seconds, metrics=metrics)
                print(compare_rates(journey, load, options.pairs), flush=True)
            print(compare_memory(journey, url, options.vus), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
