"""Tests of tenants: green against a healthy shop, red with the named cause for each fault."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from service.testing import RunningService

from tests.suite.running import ANY_LATENCY, Run, Sample, Suite

pytestmark = pytest.mark.slow


def assert_green(run: Run) -> None:
    assert run.code == 0, run.everything
    assert run.passed, run.reasons
    assert "level=error" not in run.err, run.err


def rows(run: Run, title: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a table of the summary by their first cell, as head -> cell."""
    [table] = [table for table in run.summary["tables"] if table["title"] == title]
    return {row[0]: dict(zip(table["head"], row, strict=True)) for row in table["rows"]}


def calm(*metrics: str) -> str:
    """THRESHOLDS for runs whose verdict must not depend on how busy this machine is."""
    return ";".join([ANY_LATENCY, "checks=rate>0.1", *metrics])


# --- tiers -------------------------------------------------------------------------------------

TIERS = ("free", "starter", "professional")
CALM_TIERS = calm(
    *(f"tier_slowdown{{tier:{tier}}}=rate<2" for tier in TIERS),
    *(f"http_req_duration{{tier:{tier}}}=p(95)<5000" for tier in TIERS),
)


def tiers(suite: Suite, url: str) -> Suite:
    """The test of tiers with few users for some seconds; limits of a window nobody fills."""
    return suite.against(url, VUS=5, TIME_SCALE=0.005, THINK_TIME=0.1)


def test_tiers_of_a_healthy_service(suite: Suite, faulty: RunningService) -> None:
    run = tiers(suite, faulty.url).run("scripts/tiers.js", samples=True, THRESHOLDS=CALM_TIERS)
    assert_green(run)
    found = rows(run, "Tiers")
    assert list(found) == ["professional", "free", "starter", "noisy (free)"]
    for tier in TIERS:
        assert found[tier]["requests"] > 0
        assert found[tier]["failed %"] == 0
        assert found[tier]["p95 quiet"] > 0
    assert found["starter"]["p95 beside noise"] > 0
    assert found["starter"]["change %"] is not None
    # 100 a second for a quarter of 6 s, five times what the free tier was promised.
    assert found["noisy (free)"]["requests"] > 75
    sent = {(row.tags["tier"], row.tags["scenario"]) for row in run.samples() if _is_request(row)}
    assert sent == {*((tier, f"{tier}_tier") for tier in TIERS), ("noisy", "noisy_neighbour")}
    keys = {
        dict(request["headers"]).get("authorization") for request in faulty.stats()["recent"]
    } - {None}
    assert keys <= {f"Bearer test-{tier}-key" for tier in TIERS}
    assert "Tiers" in (run.folder / "report.md").read_text(encoding="utf-8")
    assert "p95 beside noise" in (run.folder / "report.html").read_text(encoding="utf-8")


def _is_request(row: Sample) -> bool:
    return row.metric == "http_reqs" and row.tags.get("phase") == "main"


def test_a_noisy_tier_that_bothers_the_others_is_named(
    suite: Suite, k6_v2_binary: Path, faulty: RunningService
) -> None:
    """One queue for everybody: what the noisy tier sends, all others wait for."""
    faulty.set_fault("capacity", 70, queue=5)
    newer = Suite(k6_v2_binary, suite.load, suite.results)
    run = tiers(newer, faulty.url).having(VUS=3, THINK_TIME=0.05).run("scripts/tiers.js")
    assert run.code == 99, run.everything
    assert re.search(r"tier professional: not isolated from free, p95 .* ms alone", run.reasons)
    found = rows(run, "Tiers")["professional"]
    assert found["p95 beside noise"] > found["p95 quiet"]


def test_a_tier_that_is_limited_too_early_is_named(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("wrong-limit", 0.01)
    live = tiers(suite, faulty.url).having(TIERS="free", NOISY_TIER="free", TIME_SCALE=0.003)
    run = live.run("scripts/tiers.js", THRESHOLDS=CALM_TIERS)
    assert run.code == 99, run.everything
    assert re.search(r"tier free: [\d.]+% of the requests failed", run.reasons)
    assert "rate limited, 429" in run.reasons


def test_tiers_at_their_promised_rate(suite: Suite) -> None:
    found = suite.inspect("scripts/tiers.js", TIER_LOAD="rate").options["scenarios"]
    rates = {name: scenario["rate"] for name, scenario in found.items()}
    assert rates == {
        "free_tier": 20,
        "starter_tier": 200,
        "professional_tier": 2000,
        "noisy_neighbour": 100,
    }
    users = suite.inspect("scripts/tiers.js").options["scenarios"]
    assert (users["free_tier"]["vus"], users["starter_tier"]["vus"]) == (50, 200)
    assert {name: users[name].get("startTime") for name in users} == {
        "free_tier": "5m0s",
        "starter_tier": "5m0s",
        "professional_tier": None,
        "noisy_neighbour": "10m0s",
    }


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"TIERS": "gold"}, "TIERS=gold: no such row in config/tenants.js"),
        ({"TIER": "gold"}, "TIER=gold: expected one of free, starter"),
        ({"TIER_KEY": "free"}, r"TIER_KEY=\(secret\): expected comma-separated tier=key"),
        (
            {"BASE_URL": "http://shop.example.com", "ALLOWED_HOSTS": "shop.example.com"},
            "",
        ),
    ],
)
def test_wrong_settings_of_tenants(suite: Suite, settings: dict[str, str], message: str) -> None:
    found = suite.inspect("scripts/tiers.js", **settings)
    assert (found.code == 0) == (message == "")
    assert re.search(message, found.err)
