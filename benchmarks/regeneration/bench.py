"""Thousands of random histories of a project: edits, deletions, updates, options, crashes.

    python benchmarks/regeneration/bench.py [--sequences N] [--steps N] [--seed N]

Uses the state machine of the tests (tests/placing/state_machine.py) with longer sequences. After
each sequence, nothing that a user wrote may be lost, nothing outside the project may be touched,
and a second run must change nothing. Prints the number of sequences.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path[:0] = [
    str(REPOSITORY),
    str(REPOSITORY / "{{cookiecutter.project_slug}}" / ".cookiecutter-k6"),
]

from hypothesis import HealthCheck, Phase, seed, settings  # noqa: E402
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402

from tests.placing import state_machine  # noqa: E402


def main() -> int:
    """Run the sequences; return 1 if one of them loses something."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--sequences", type=int, default=2000, help="how many (default: 2000)")
    parser.add_argument("--steps", type=int, default=15, help="longest sequence (default: 15)")
    parser.add_argument("--seed", type=int, default=None, help="repeat the run of a seed")
    options = parser.parse_args()
    chosen = options.seed if options.seed is not None else int(time.time())
    machine = seed(chosen)(state_machine.ProjectLifecycle)
    start = time.perf_counter()
    problem: BaseException | None = None
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=options.sequences,
                stateful_step_count=options.steps,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the result
        problem = error
    print(
        f"{state_machine.sequences} sequences, seed {chosen}, {time.perf_counter() - start:.0f} s"
    )
    if problem is not None:
        print("\n".join([f"LOST: {problem!r}", *getattr(problem, "__notes__", [])]))
        return 1
    print("  nothing lost, nothing outside touched, second runs change nothing: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
