"""Mutation test: do the tests notice small changes of the code?

    make bench ARGS=mutation
    make bench ARGS="mutation --areas placing --count 40 --seed 7 --minutes 30"

Draws changes at random, one per line, in copies of this repository, and runs the tests that belong
to the changed file until the first of them fails, twice; for Python, the tests that run the changed
line come first. Prints the share of noticed changes for each area, and each change that no test
noticed. Ends an area after `--minutes`. Fails nothing.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tools")]

from benchmarks.mutation import areas  # noqa: E402 - needs the path above
from benchmarks.mutation.copies import NO_TESTS, Copy, words_of  # noqa: E402
from benchmarks.mutation.covering import Covering, argument_of  # noqa: E402
from benchmarks.mutation.equivalents import EQUIVALENT  # noqa: E402
from benchmarks.mutation.operators import Mutant, mutants  # noqa: E402

LIMIT = 0.9
"""Share of the changes that the tests have to notice."""

NOTICED, MISSED, EQUAL, INVALID = "noticed", "NOT NOTICED", "equivalent", "invalid"

LONGEST_STATEMENT = 6
"""Lines; tests run a statement at its first line."""

ONE_PROCESS = ("-n", "0")

FAILED = {1, 2}
"""Exit codes of pytest if a test fails, and if tests cannot be imported."""


@dataclass
class Score:
    """What came of the changes in one area."""

    found: dict[str, list[Mutant]] = field(
        default_factory=lambda: {outcome: [] for outcome in (NOTICED, MISSED, EQUAL, INVALID)}
    )
    running: int = 0

    @property
    def judged(self) -> int:
        """Return how many changes that make a difference were judged."""
        return len(self.found[NOTICED]) + len(self.found[MISSED])

    @property
    def share(self) -> float:
        """Return the share of noticed changes among those that make a difference."""
        return len(self.found[NOTICED]) / max(1, self.judged)


def failures_in(out: str) -> list[str]:
    """Return the tests that failed, or their fixtures, as arguments of pytest."""
    listed = re.findall(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", out, re.MULTILINE)
    return list(dict.fromkeys(argument_of(test) for test in listed))


def is_noticed(copy: Copy, out: str) -> bool:
    """Tell whether tests fail because of a change, and not by accident: they fail twice."""
    failed = failures_in(out)
    return not failed or copy.test(failed)[0] in FAILED


def is_valid(mutant: Mutant) -> bool:
    """Tell whether the changed file can be read at all; of JavaScript only k6 knows."""
    if mutant.path.suffix == ".py":
        try:
            compile(mutant.changed, "changed", "exec")
        except SyntaxError:
            return False
    if mutant.path.suffix == ".sh":
        bash = ["bash", "-n", "-c", mutant.changed]
        return subprocess.run(bash, check=False, capture_output=True).returncode == 0
    return True


def is_equivalent(mutant: Mutant) -> bool:
    """Tell whether someone has looked at a change and found that it makes no difference."""
    before = mutant.before
    if before.rstrip(";") == "break":
        above = mutant.text.splitlines()[mutant.line - 2].strip()
        before = f"{above} {before}"
    return (mutant.path.name, before, mutant.after) in EQUIVALENT


def draw(paths: Sequence[Path], seed: int) -> Iterator[Mutant]:
    """Yield changes in random order, one per line, however many places a line has."""
    lines: dict[tuple[Path, int], list[Mutant]] = {}
    for path in paths:
        for mutant in mutants(path):
            lines.setdefault((path, mutant.line), []).append(mutant)
    chance = random.Random(seed)
    order = sorted(lines)
    chance.shuffle(order)
    for key in order:
        yield chance.choice(lines[key])


def judge(copy: Copy, area: areas.Area, covering: Covering, mutant: Mutant) -> str:
    """Run the tests of a change; return what came of it."""
    name = mutant.path.relative_to(REPOSITORY).as_posix()
    near = covering.near(name, mutant.line, LONGEST_STATEMENT)
    with copy.having(mutant):
        code, out = copy.test(near, *ONE_PROCESS) if near else (0, "")
        if code in FAILED and is_noticed(copy, out):
            return NOTICED
    for stage in area.stages(name):
        if not copy.is_green(stage):
            continue
        with copy.having(mutant):
            code, out = copy.test(words_of(stage))
            if "SyntaxError" in out and mutant.path.suffix == ".js":
                return INVALID
            if code not in {0, NO_TESTS} and is_noticed(copy, out):
                return NOTICED
    return EQUAL if is_equivalent(mutant) else MISSED


def shown(mutant: Mutant) -> str:
    """Return a change as text."""
    place = f"{mutant.path.relative_to(REPOSITORY).as_posix().rpartition('.cookiecutter-k6/')[2]}"
    return f"{place}:{mutant.line}\n      - {mutant.before}\n      + {mutant.after}"


def recorded(copy: Copy, area: areas.Area, folder: Path) -> Covering:
    """Note which tests of an area run which lines; folder: for the notes."""
    if not area.recorded:
        return Covering()
    folder.mkdir()
    watched = {path.parent for path in area.paths(REPOSITORY) if path.suffix == ".py"}
    return copy.record(area.recorded, sorted(watched), folder)


def measure(
    copies: Sequence[Copy], area: areas.Area, covering: Covering, options: argparse.Namespace
) -> Score:
    """Draw changes until there are enough, or the time is up; one at a time in each copy."""
    score = Score()
    end = time.monotonic() + options.minutes * 60
    drawn = filter(is_valid, draw(area.paths(REPOSITORY), options.seed))
    lock = threading.Lock()

    def work(copy: Copy) -> None:
        while True:
            with lock:
                mutant = next(drawn, None)
                is_enough = score.judged + score.running >= options.count
                if mutant is None or is_enough or time.monotonic() > end:
                    return
                score.running += 1
            start = time.monotonic()
            outcome = judge(copy, area, covering, mutant)
            with lock:
                score.running -= 1
                score.found[outcome].append(mutant)
                took = time.monotonic() - start
                print(f"  {outcome}, {took:.0f} s: {shown(mutant)}", flush=True)

    with ThreadPoolExecutor(len(copies)) as workers:
        list(workers.map(work, copies))
    return score


def main() -> int:
    """Measure the areas."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--areas", default=",".join(areas.AREAS), help="default: all")
    parser.add_argument("--count", type=int, default=25, help="changes per area (default: 25)")
    parser.add_argument("--minutes", type=float, default=20, help="limit per area (default: 20)")
    parser.add_argument("--seed", type=int, default=None, help="repeat the changes of a seed")
    parser.add_argument("--jobs", type=int, default=2, help="changes at a time (default: 2)")
    parser.add_argument("--limit", type=float, default=300, help="seconds per change and stage")
    options = parser.parse_args()
    options.seed = options.seed if options.seed is not None else int(time.time())
    scores = {}
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        root, green = Path(folder), dict[str, bool]()
        copies = [
            Copy(REPOSITORY, root / str(number), options.limit, green)
            for number in range(options.jobs)
        ]
        for name in options.areas.split(","):
            print(f"{name}, seed {options.seed}", flush=True)
            area = areas.AREAS[name]
            covering = recorded(copies[0], area, root / f"notes-{name}")
            scores[name] = measure(copies, area, covering, options)
    for name, score in scores.items():
        verdict = "ok" if score.share >= LIMIT else f"limit {LIMIT:.0%}: missed"
        print(
            f"{name}: {len(score.found[NOTICED])} of {score.judged} noticed ({score.share:.1%}), "
            f"seed {options.seed}: {verdict}; {len(score.found[EQUAL])} without a difference, "
            f"{len(score.found[INVALID])} invalid"
        )
        for mutant in score.found[MISSED]:
            print(f"    {shown(mutant)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
