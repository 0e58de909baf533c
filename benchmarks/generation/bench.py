"""Time to generate the suite, against bare cookiecutter rendering the same number of files.

    python benchmarks/generation/bench.py [--pairs N]

Bars: the first generation takes at most 1.5 times as long as bare cookiecutter (no hooks, no
placing, the same files); the second one over the same project takes no longer than the first.
Each figure is the median of ratios of runs that follow one another, so that a busy moment of the
machine meets both sides.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def seconds(template: Path, output: Path, *options: str) -> float:
    """Run cookiecutter as a person does; return how long it took."""
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input", *options]
    home = output.parent / "home"
    home.mkdir(exist_ok=True)
    start = time.perf_counter()
    subprocess.run(
        [*command, "-o", str(output)],
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - start


def measure(work: Path, pairs: int) -> tuple[int, list[float], list[float], list[float]]:
    """Return the number of files, and the times of bare, first and second runs."""
    seconds(REPOSITORY, work / "model")
    count = make_bare_template(work / "bare-template", work / "model" / "my-service")
    bare: list[float] = []
    first: list[float] = []
    second: list[float] = []
    for number in range(pairs + 1):
        output = work / f"out-{number}"
        times = (
            seconds(work / "bare-template", work / f"bare-{number}"),
            seconds(REPOSITORY, output),
            seconds(REPOSITORY, output, "-f"),
        )
        shutil.rmtree(output)
        shutil.rmtree(work / f"bare-{number}")
        if number > 0:  # the first round warms the caches
            for found, value in zip((bare, first, second), times, strict=True):
                found.append(value)
    return count, bare, first, second


def ratio(ours: list[float], theirs: list[float]) -> float:
    """Return the median of the paired ratios."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


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
        print(f"  {name:<18} {statistics.median(times) * 1000:6.0f} ms")
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
