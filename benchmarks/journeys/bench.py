"""Generated journeys against hand-written minimal k6 scripts: iterations/s and memory per VU.

    make bench ARGS=journeys

Both sides send the same requests to the same server and make the same checks on a 4 KB JSON body. They run
in turn (A B A B ...), without pauses, so that the figure is about the scripts; the ratio is taken pair by
pair, because the speed of a machine drifts. Figures come from k6's own summary and from the operating
system's accounting of the k6 process (peak resident memory).
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
SUITE = (
    HERE.parent.parent / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load/scripts"
)
LOWEST_RATE_RATIO = 0.97
HIGHEST_MEMORY_RATIO = 1.10


class Journey(NamedTuple):
    """A generated test and what it is compared with."""

    name: str
    generated: Path
    minimal: Path


JOURNEYS = [
    Journey("health", SUITE / "health.js", HERE / "minimal-health.js"),
    Journey("api-public", SUITE / "api-public.js", HERE / "minimal-api.js"),
]


class Measured(NamedTuple):
    """One k6 run: iterations per second, and peak resident memory in bytes."""

    rate: float
    memory: int


@contextmanager
def server() -> Iterator[str]:
    """Run the fast server and yield its URL."""
    with subprocess.Popen(
        [sys.executable, str(HERE / "fast_server.py")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def run(script: Path, url: str, vus: int, seconds: int, think_time: int = 0) -> Measured:
    """Run one script with constant VUs; raise CalledProcessError when k6 fails for another reason than
    a threshold."""
    settings = {
        "BASE_URL": url,
        "VUS": str(vus),
        "DURATION": f"{seconds}s",
        "THINK_TIME": str(think_time),
        # Constant VUs, as in the minimal scripts; the journey's own shape may ramp.
        "PROFILE": "smoke",
    }
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder, "export.json")
        command = ["k6", "run", "--quiet", "--no-usage-report", "--address="]
        for name, value in settings.items():
            command += ["--env", f"{name}={value}"]
        command += [f"--summary-export={export}", str(script)]
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"RESULTS_DIR": folder},
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 99):
            raise subprocess.CalledProcessError(process.returncode, command)
        metrics = json.loads(export.read_text(encoding="utf-8"))["metrics"]
    return Measured(metrics["iterations"]["rate"], usage.ru_maxrss * 1024)


def rate_ratio(journey: Journey, url: str, pairs: int, seconds: int) -> tuple[float, float, float]:
    """Return the median ratio of iterations/s, and the median rates of both sides."""
    ratios, generated, minimal = [], [], []
    for _ in range(pairs):
        b = run(journey.minimal, url, vus=10, seconds=seconds).rate
        a = run(journey.generated, url, vus=10, seconds=seconds).rate
        ratios.append(a / b)
        generated.append(a)
        minimal.append(b)
    return statistics.median(ratios), statistics.median(generated), statistics.median(minimal)


def memory_per_vu(script: Path, url: str, vus: int) -> tuple[float, float]:
    """Return megabytes per VU, once as the whole process and once as what each further VU adds.

    The VUs mostly wait, so that the figure is about VUs and not about the samples of their requests.
    """
    few = run(script, url, vus=1, seconds=3, think_time=10).memory
    many = run(script, url, vus=vus, seconds=3, think_time=10).memory
    return many / vus / 1e6, (many - few) / (vus - 1) / 1e6


def main() -> int:
    """Print the figures; return 0 whatever they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--vus", type=int, default=50)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with server() as url:
        for journey in JOURNEYS:
            ratio, generated, minimal = rate_ratio(journey, url, options.pairs, options.seconds)
            print(
                f"{journey.name}: {generated:.0f} against {minimal:.0f} iterations/s, "
                f"ratio {ratio:.3f} (bar: at least {LOWEST_RATE_RATIO})"
            )
            ours = memory_per_vu(journey.generated, url, options.vus)
            theirs = memory_per_vu(journey.minimal, url, options.vus)
            print(
                f"{journey.name}: {ours[0]:.2f} against {theirs[0]:.2f} MB per VU at {options.vus} VUs, "
                f"ratio {ours[0] / theirs[0]:.2f} (bar: at most {HIGHEST_MEMORY_RATIO}); "
                f"each further VU {ours[1]:.2f} against {theirs[1]:.2f} MB, ratio {ours[1] / theirs[1]:.2f}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
