"""Time to generate the suite, against bare cookiecutter rendering the same number of files.

    make bench ARGS="generation [--pairs N]"

Limits: the first generation takes at most 1.3 times as long as bare cookiecutter (no hooks, no
placing, the same files); a second one over the same project takes no longer than the first.

The runs alternate, in both orders, so that changes in the machine's speed affect all of them. The
benchmark compares the CPU time of all processes of a run; the wall-clock time, which other
processes affect, is printed for information. The results are medians of the ratios of all rounds.
Projects are written to memory (/dev/shm) if it exists: on a crowded ext4 disk, creating a file
takes from 0.03 to 0.7 ms, depending on the folder. TMPDIR=DIR selects another place.
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
FIRST_BAR = 1.3
# "No slower", with a margin for the precision of the measurement.
SECOND_BAR = 1.03


def make_bare_template(folder: Path, project: Path) -> int:
    """Create a plain cookiecutter template from a project's files; return their number."""
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
    """Duration of a run in seconds: wall clock and CPU time."""

    clock: float
    processor: float


def processor_seconds() -> float:
    """Return the CPU time of all child processes so far, including their children."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(template: Path, output: Path, *options: str) -> Took:
    """Run the cookiecutter command; return its duration."""
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


class Round(NamedTuple):
    """The three runs of a round."""

    bare: Took
    first: Took
    second: Took

    def ratio(self, ours: str, theirs: str) -> float:
        """Return the ratio of the processor times of two runs, given their names."""
        times = self._asdict()
        return float(times[ours].processor / times[theirs].processor)


def measure(work: Path, pairs: int) -> tuple[int, list[Round]]:
    """Return the number of files, and the times of all rounds."""
    timed(REPOSITORY, work / "model")
    count = make_bare_template(work / "bare-template", work / "model" / "my-service")
    rounds: list[Round] = []
    for number in range(pairs + 1):
        bare_output, output = work / f"bare-{number}", work / f"out-{number}"
        if number % 2:
            bare = timed(work / "bare-template", bare_output)
        first, second = timed(REPOSITORY, output), timed(REPOSITORY, output, "-f")
        if not number % 2:
            bare = timed(work / "bare-template", bare_output)
        rounds.append(Round(bare, first, second))
        shutil.rmtree(output)
        shutil.rmtree(bare_output)
    return count, rounds[1:]  # the first round warms the caches


def main() -> int:
    """Run the benchmark; return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=15, help="rounds (default: 15)")
    pairs = parser.parse_args().pairs
    memory = "/dev/shm" if "TMPDIR" not in os.environ and os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(prefix="bench-generation-", dir=memory) as work:
        count, rounds = measure(Path(work), pairs)
        print(f"{count} files, median of {pairs} rounds, written to {Path(work).parent}")
    for name in Round._fields:
        runs = [each._asdict()[name] for each in rounds]
        processor = statistics.median(run.processor for run in runs) * 1000
        clock = statistics.median(run.clock for run in runs) * 1000
        print(f"  {name:<16} {processor:6.0f} ms of processor time, {clock:6.0f} ms on the clock")
    comparisons = (
        ("first", "bare", FIRST_BAR),
        ("second", "first", SECOND_BAR),
    )
    missed = False
    for ours, theirs, bar in comparisons:
        ratio = statistics.median(each.ratio(ours, theirs) for each in rounds)
        missed = missed or ratio > bar
        verdict = "MISSED" if ratio > bar else "ok"
        print(f"  {f'{ours} / {theirs}':<16} {ratio:6.2f}     at most {bar:.2f}: {verdict}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
