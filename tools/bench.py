"""Runs the benchmarks; `make bench` runs all, `make bench ARGS=journeys` one.

Each benchmark is a file `benchmarks/NAME/bench.py` that prints its results and their limits. The
first line shows the commit that was measured. Options are passed to the benchmarks:
`ARGS="journeys --pairs 3"`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from toolchain import REPOSITORY


def benchmarks() -> dict[str, Path]:
    """Return every benchmark by name."""
    found = sorted(REPOSITORY.glob("benchmarks/*/bench.py"))
    return {path.parent.name: path for path in found}


def commit() -> str:
    """Return the commit to be measured, and whether there are local changes."""
    git = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty=, with local changes"]
    done = subprocess.run(git, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "an unknown commit"


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the names of the benchmarks, and the options for them."""
    flags = [index for index, text in enumerate(arguments) if text.startswith("-")]
    end = flags[0] if flags else len(arguments)
    return list(arguments[:end]), list(arguments[end:])


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmarks, or all without a name; return 1 if one of them failed."""
    known = benchmarks()
    names, options = split(arguments)
    for name in names:
        if name not in known:
            print(
                f"ERROR: unknown benchmark {name!r}: expected {', '.join(known)}", file=sys.stderr
            )
            return 2
    failed = []
    for name in names or known:
        print(f"== {name}, measured at {commit()}", flush=True)
        command = [sys.executable, str(known[name]), *options]
        if subprocess.run(command, check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
