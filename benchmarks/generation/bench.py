"""Time to generate the suite, against bare cookiecutter rendering the same number of files.

    python benchmarks/generation/bench.py [--pairs N]

Bars: the first generation takes at most 1.5 times as long as bare cookiecutter (no hooks, no
placing, the same files); the second one over the same project takes no longer than the first.
The runs take turns. A figure is the ratio of the medians of processor time (all processes of a
run), because the clock on the wall measures the rest of the machine, too; it is printed as well.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent.parent
FIRST_BAR = 1.5
# "No slower": the rest is what the clock cannot tell.
SECOND_BAR = 1.03


def make_bare_template(folder: Path, project: Path) -> int:
    """Make a plain cookiecutter template of the files of a project; return their number."""
    answers = {"project_slug": "my-service"}
    folder.mkdir()
    (folder / "cookiecutter.json").write_text(json.dumps(answers))
    count = 0
    for path in sorted(project.rglob("*")):
        if path.is_file():
            target = folder / "{{cookiecutter.project_slug}}" / path.relative_to(project)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8")
            raw = "{% raw %}" + text + "{% endraw %}{{ cookiecutter.project_slug }}\n"
            target.write_text(raw, encoding="utf-8")
            count += 1
    return count


class Took(NamedTuple):
    """How long a run took, in seconds: on the clock, and of processor time."""

    clock: float
    processor: float


def processor_seconds() -> float:
    """Return the processor time of all child processes so far, with their children."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(template: Path, output: Path, *options: str) -> Took:
    """Run cookiecutter as a person does; return how long it took."""
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input", *options]
    home = output.parent / "home"
    home.mkdir(exist_ok=True)
    start, processor = time.perf_counter(), processor_seconds()
    subprocess.run(
        [*command, "-o", str(output)],
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return Took(time.perf_counter() - start, processor_seconds() - processor)


def measure(work: Path, pairs: int) -> tuple[int, list[Took], list[Took], list[Took]]:
    """Return the number of files, and the times of bare, first and second runs."""
    timed(REPOSITORY, work / "model")
    count = make_bare_template(work / "bare-template", work / "model" / "my-service")
    bare: list[Took] = []
    first: list[Took] = []
    second: list[Took] = []
    for number in range(pairs + 1):
        output = work / f"out-{number}"
        times = (
            timed(work / "bare-template", work / f"bare-{number}"),
            timed(REPOSITORY, output),
            timed(REPOSITORY, output, "-f"),
        )
        shutil.rmtree(output)
        shutil.rmtree(work / f"bare-{number}")
        if number > 0:  # the first round warms the caches
            for found, value in zip((bare, first, second), times, strict=True):
                found.append(value)
    return count, bare, first, second


def median_of(runs: list[Took], what: str) -> float:
    """Return the median of one of the two times, in milliseconds."""
    return statistics.median(float(getattr(run, what)) for run in runs) * 1000


def ratio(ours: list[Took], theirs: list[Took]) -> float:
    """Return the ratio of the medians of processor time."""
    return median_of(ours, "processor") / median_of(theirs, "processor")


def main() -> int:
    """Run the benchmark; return 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=15, help="rounds (default: 15)")
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory(prefix="bench-generation-") as work:
        count, bare, first, second = measure(Path(work), pairs)
    milliseconds = {
        "bare cookiecutter": bare,
        "first generation": first,
        "second generation": second,
    }
    print(f"{count} files, median of {pairs} runs")
    for name, times in milliseconds.items():
        clock, processor = median_of(times, "clock"), median_of(times, "processor")
        print(f"  {name:<18} {processor:6.0f} ms of processor time, {clock:6.0f} ms on the clock")
    figures = (
        ("first / bare", ratio(first, bare), FIRST_BAR),
        ("second / first", ratio(second, first), SECOND_BAR),
    )
    for name, figure, bar in figures:
        verdict = "ok" if figure <= bar else "MISSED"
        print(f"  {name:<18} {figure:6.2f}     at most {bar:.2f}: {verdict}")
    return 0 if all(figure <= bar for _, figure, bar in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
