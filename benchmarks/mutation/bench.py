"""Mutation test: do the tests notice small changes of the code?

    make bench ARGS=mutation
    make bench ARGS="mutation --areas placing --count 40 --seed 7 --minutes 30"

Draws changes at random, one at a time, in a copy of this repository, and runs the tests that belong
to the changed file until the first of them fails, twice. Prints the share of noticed changes for
each area, and each change that no test noticed. Ends an area after `--minutes`. Fails nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tools")]

import cachedir  # noqa: E402 - needs the path above

from benchmarks.mutation import areas  # noqa: E402
from benchmarks.mutation.equivalents import EQUIVALENT  # noqa: E402
from benchmarks.mutation.operators import Mutant, mutants  # noqa: E402

LIMIT = 0.9
"""Share of the changes that the tests have to notice."""

NO_TESTS = 5
"""Exit code of pytest if the arguments select no test."""

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=no")


@dataclass
class Score:
    """What came of the changes in one area."""

    killed: int = 0
    equivalent: list[Mutant] = field(default_factory=list)
    survived: list[Mutant] = field(default_factory=list)
    invalid: int = 0

    @property
    def share(self) -> float:
        """Return the share of noticed changes among those that make a difference."""
        return self.killed / max(1, self.killed + len(self.survived))


class Copy:
    """A copy of the repository, in which files are changed."""

    def __init__(self, root: Path, jobs: int, limit: float) -> None:
        self.root = root
        self.jobs = jobs
        self.limit = limit
        self.green: dict[str, bool] = {}
        listed = ["git", "-C", str(REPOSITORY), "ls-files", "-co", "--exclude-standard", "-z"]
        names = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
        for name in filter(None, names.split("\0")):
            if (REPOSITORY / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPOSITORY / name, root / name)

    @contextmanager
    def having(self, mutant: Mutant) -> Iterator[None]:
        """Change a file for a while."""
        path = self.root / mutant.path.relative_to(REPOSITORY)
        path.write_text(mutant.changed, encoding="utf-8")
        shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)
        try:
            yield
        finally:
            path.write_text(mutant.text, encoding="utf-8")

    def test(self, words: Sequence[str]) -> tuple[int, str]:
        """Run tests up to the first failure; return exit code and output, 1 after a timeout."""
        spread = ["-n", str(self.jobs), "--dist", "loadgroup", "--maxfail=1"]
        environ = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            cachedir.CACHE_VARIABLE: str(cachedir.cache_roots(REPOSITORY, os.environ)[0]),
        }
        process = subprocess.Popen(
            [*PYTEST, *spread, *words],
            cwd=self.root,
            env=environ,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            out, _ = process.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return 1, process.communicate()[0] + "\ntimeout"
        return process.returncode, out

    def is_green(self, arguments: str) -> bool:
        """Tell whether tests pass without a change; those that do not are left out."""
        if arguments not in self.green:
            code, out = self.test(words_of(arguments))
            self.green[arguments] = code in {0, NO_TESTS}
            if not self.green[arguments]:
                print(f"  left out, they fail without any change: {arguments}\n{out}", flush=True)
        return self.green[arguments]


def words_of(stage: str) -> list[str]:
    """Return the arguments of pytest for a stage; `+` stands for a blank in an argument."""
    return [word.replace("+", " ") for word in stage.split()]


def failures_in(out: str) -> list[str]:
    """Return the tests that failed, by their ids."""
    lines = [line.removeprefix("FAILED ") for line in out.splitlines() if "FAILED " in line]
    return [line.partition(" - ")[0] for line in lines]


def is_noticed(copy: Copy, out: str) -> bool:
    """Tell whether tests fail because of a change, and not by accident: they fail twice."""
    failed = failures_in(out)
    return not failed or copy.test(failed)[0] != 0


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
    return (mutant.path.name, mutant.before, mutant.after) in EQUIVALENT


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


def judge(copy: Copy, area: areas.Area, mutant: Mutant, score: Score) -> str:
    """Run the tests of a change; return what came of it."""
    name = mutant.path.relative_to(REPOSITORY).as_posix()
    for stage in area.stages(name):
        if not copy.is_green(stage):
            continue
        with copy.having(mutant):
            code, out = copy.test(words_of(stage))
            if "SyntaxError" in out and mutant.path.suffix == ".js":
                score.invalid += 1
                return "invalid"
            if code not in {0, NO_TESTS} and is_noticed(copy, out):
                score.killed += 1
                return "noticed"
    if is_equivalent(mutant):
        score.equivalent.append(mutant)
        return "equivalent"
    score.survived.append(mutant)
    return "NOT NOTICED"


def shown(mutant: Mutant) -> str:
    """Return a change as text."""
    place = f"{mutant.path.relative_to(REPOSITORY).as_posix().rpartition('.cookiecutter-k6/')[2]}"
    return f"{place}:{mutant.line}\n      - {mutant.before}\n      + {mutant.after}"


def measure(copy: Copy, name: str, options: argparse.Namespace) -> Score:
    """Draw changes in an area until there are enough, or the time is up."""
    area, score = areas.AREAS[name], Score()
    end = time.monotonic() + options.minutes * 60
    for mutant in draw(area.paths(REPOSITORY), options.seed):
        if score.killed + len(score.survived) >= options.count or time.monotonic() > end:
            break
        if not is_valid(mutant):
            continue
        start = time.monotonic()
        outcome = judge(copy, area, mutant, score)
        print(f"  {outcome}, {time.monotonic() - start:.0f} s: {shown(mutant)}", flush=True)
    return score


def main() -> int:
    """Measure the areas."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--areas", default=",".join(areas.AREAS), help="default: all")
    parser.add_argument("--count", type=int, default=25, help="changes per area (default: 25)")
    parser.add_argument("--minutes", type=float, default=20, help="limit per area (default: 20)")
    parser.add_argument("--seed", type=int, default=None, help="repeat the changes of a seed")
    parser.add_argument("--jobs", type=int, default=2, help="pytest workers (default: 2)")
    parser.add_argument("--limit", type=float, default=300, help="seconds per change and stage")
    options = parser.parse_args()
    options.seed = options.seed if options.seed is not None else int(time.time())
    scores = {}
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy = Copy(Path(folder), options.jobs, options.limit)
        for name in options.areas.split(","):
            print(f"{name}, seed {options.seed}", flush=True)
            scores[name] = measure(copy, name, options)
    for name, score in scores.items():
        judged = score.killed + len(score.survived)
        verdict = "ok" if score.share >= LIMIT else f"limit {LIMIT:.0%}: missed"
        print(
            f"{name}: {score.killed} of {judged} noticed ({score.share:.0%}), seed {options.seed}: "
            f"{verdict}; {len(score.equivalent)} without a difference, {score.invalid} invalid"
        )
        for mutant in score.survived:
            print(f"    {shown(mutant)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
