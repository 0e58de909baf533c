"""Random misbehaviours of a service: no crash, no hang, no false green, no terminal codes."""

from __future__ import annotations

import random

import pytest

from tests.support.misbehaving import commands_in, misbehaving_server
from tests.support.suite_runner import THRESHOLDS_CROSSED, Suite

pytestmark = pytest.mark.slow

WANTED = 200
SECONDS = 2


def test_random_misbehaviours(suite: Suite) -> None:
    seed = random.SystemRandom().randrange(10**6)
    with misbehaving_server(seed) as server:
        live = suite.against(server.url, VUS=20, DURATION=f"{SECONDS}s", REQUEST_TIMEOUT="1s")
        run = live.having(THINK_TIME="0.2").run("scripts/health.js", flags=("--log-format=raw",))
        done = server.done
    said = f"seed {seed}: {dict(done)}\n{run.everything}"
    assert done.total() >= WANTED, said
    assert run.code == THRESHOLDS_CROSSED, said
    assert run.seconds < SECONDS + 8, said
    assert not run.passed, said
    metrics = run.summary["metrics"]
    assert metrics["scriptErrors"] == 0, said
    # Every single answer was judged wrong.
    judged = {row["metric"]: row["value"] for row in run.summary["thresholds"]}
    assert judged["health_check_errors"] == 1, said
    assert commands_in(run.everything) == set(), said
    assert commands_in("\n".join(run.summary["reasons"])) == set(), said
