"""Does the latency that the suite measures agree with the delay of the pipeline?

    make bench ARGS=pipeline                      about two minutes
    make bench ARGS="pipeline --seconds 30"

Runs the test cdc-e2e-latency against a real PostgreSQL, the example's pipeline with an injected
delay, and an in-memory MongoDB-wire server, all on this machine. Starts with the test's ten writes
per second, then raises the rate until iterations are dropped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools"), str(ROOT / "examples" / "service")]
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())

import toolchain  # noqa: E402 -- found only by the lines above

from tests.support.database_servers import Stores, mongo, pipeline, postgres  # noqa: E402

SCRIPT = (
    ROOT
    / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load/scripts/cdc-e2e-latency.js"
)
LOOK_MS = 50
"""Polling interval of the test."""

USUAL_RATE, USUAL_VUS = 10, 50
"""Writes per second, and the maximum number of VUs."""

RELAXED = (
    "dropped_iterations=count<999999;e2e_cdc_latency_ms=p(95)<60000;"
    "e2e_cdc_propagation_ms=p(95)<60000"
)


def measure(k6: Path, stores: Stores, rate: int, seconds: int) -> dict[str, Any]:
    """Run the test once; return its summary."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "DATABASE_URL": stores.postgres.url,
            "MONGODB_URL": stores.mongo_url,
            "DURATION": f"{seconds}s",
            "VUS": str(USUAL_VUS * rate // USUAL_RATE),
            "THRESHOLDS": RELAXED,
            "RESULTS_DIR": folder,
        }
        command = [str(k6), "run", "--quiet", "--address=", str(SCRIPT)]
        done = subprocess.run(
            command, env={**os.environ, **settings}, capture_output=True, text=True, check=False
        )
        summary = Path(folder) / "summary.json"
        if not summary.is_file():
            raise SystemExit(done.stdout + done.stderr)
        return dict(json.loads(summary.read_text(encoding="utf-8")))


def row(summary: dict[str, Any], delay_ms: int, rate: int) -> float:
    """Print one line; return the median propagation minus the delay, in milliseconds.

    Propagation is the latency without the write and the poll that found the row. It includes the
    time that the pipeline needs in addition to the delay.
    """
    outcome, latency = summary["tables"]
    _, count, p50, p95, *_ = latency["rows"][0]
    propagation = latency["rows"][2][2]
    error = float(propagation - delay_ms)
    dropped = summary["metrics"]["droppedIterations"]
    rows = dict(zip(outcome["head"], outcome["rows"][0], strict=True))
    wrong = sum(rows[name] for name in ("lost", "duplicated", "stale", "late"))
    print(
        f"{rate:>5}/s {delay_ms:>8} {p50:>9.1f} {p95:>9.1f} {error:>+9.1f} {count:>8} {dropped:>8}"
        f" {wrong:>6}",
        flush=True,
    )
    return error


def main() -> int:
    """Measure and print; return 1 if an error exceeds the polling interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=8, help="length of each run")
    seconds = parser.parse_args().seconds
    tools = toolchain.ensure(["k6-databases", "mongo-server", "system"], os.environ)
    head = f"{'rate':>7} {'delay ms':>8} {'p50':>9} {'p95':>9} {'above':>9} {'rows':>8}"
    print(f"{head} {'dropped':>8} {'wrong':>6}")
    above = []
    with (
        postgres(tools["system"] / "bin") as server,
        mongo(tools["mongo-server"] / "mongo-server") as address,
    ):
        stores = Stores(server, address)
        with pipeline(stores) as running:
            for delay_ms in (0, 100, 500, 2000):
                running.set(lag=delay_ms / 1000)
                summary = measure(tools["k6-databases"] / "k6", stores, USUAL_RATE, seconds)
                above.append(row(summary, delay_ms, USUAL_RATE))
            running.set(lag=0.5)
            for rate in (20, 40, 80, 160, 320):
                summary = measure(tools["k6-databases"] / "k6", stores, rate, seconds)
                row(summary, 500, rate)
                if summary["metrics"]["droppedIterations"] > 0:
                    break
    worst = max(abs(value - above[0]) for value in above)
    print(f"largest error of the latency: {worst:.1f} ms (limit: one poll, {LOOK_MS} ms)")
    return int(worst > LOOK_MS)


if __name__ == "__main__":
    sys.exit(main())
