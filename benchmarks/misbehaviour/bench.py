"""Random misbehaviours of a service: crashes, hangs and false green of the suite.

    make bench ARGS=misbehaviour
    make bench ARGS="misbehaviour --count 200 --seed 7"

Exits with 1 if there was one, or if text of the service could give commands to the terminal.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from tests.support.layout import LOAD  # noqa: E402 - needs the path above
from tests.support.misbehaving import commands_in, misbehaving_server  # noqa: E402
from tests.support.suite_runner import THRESHOLDS_CROSSED, Run, Suite  # noqa: E402

SECONDS = 4
LIMIT = 12.0
SETTINGS: dict[str, str | float] = {
    "VUS": 20,
    "DURATION": f"{SECONDS}s",
    "THINK_TIME": "0.2",
    "REQUEST_TIMEOUT": "1s",
}


def faults_of(run: Run) -> list[str]:
    """Return what went wrong in a run, in words."""
    judged = {row["metric"]: row["value"] for row in run.summary["thresholds"]}
    found = {
        "crash": run.code != THRESHOLDS_CROSSED or run.summary["metrics"]["scriptErrors"] > 0,
        "hang": run.seconds > LIMIT,
        "false green": run.passed or judged["health_check_errors"] != 1,
        "command to the terminal": bool(commands_in(run.everything)),
    }
    return [name for name, happened in found.items() if happened]


def main() -> int:
    """Run until enough answers were wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="misbehaviours, default 2000")
    parser.add_argument("--seed", type=int, default=1, help="of the first run, default 1")
    options = parser.parse_args()
    k6 = shutil.which("k6")
    if k6 is None:
        print("ERROR: no k6 on PATH", file=sys.stderr)
        return 2
    done: Counter[str] = Counter()
    faults: list[str] = []
    seed = options.seed
    with tempfile.TemporaryDirectory(prefix="misbehaviour-") as folder:
        load = Path(shutil.copytree(LOAD, Path(folder, "load")))
        suite = Suite(Path(k6), load, Path(folder))
        while done.total() < options.count:
            with misbehaving_server(seed) as server:
                live = suite.against(server.url, **SETTINGS)
                run = live.run("scripts/health.js", flags=("--log-format=raw",))
            done += server.done
            faults += [f"seed {seed}: {name}" for name in faults_of(run)]
            seed += 1
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(done.items()))
    print(f"{done.total()} misbehaviours in {seed - options.seed} runs: {kinds}")
    print(f"faults: {len(faults)}, limit 0", *faults, sep="\n  ")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
