"""Generated projects: every entry point of every set of answers, and one real run."""

from __future__ import annotations

from pathlib import Path

import pytest
from service.testing import RunningService

from tests.support.bakery import Bakery
from tests.support.layout import needs_extensions
from tests.support.option_sets import OPTION_SETS
from tests.support.suite_runner import PATIENT, Suite

# The smallest and the largest project are quick; the others start k6 several hundred times.
QUICK = ("defaults", "everything")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in OPTION_SETS],
)
def test_every_entry_point_is_understood(
    baked: Bakery, k6_binary: Path, k6_databases: Path, tmp_path: Path, name: str
) -> None:
    load = baked(**OPTION_SETS[name]) / "tests" / "load"
    plain, extended = (Suite(k6, load, tmp_path) for k6 in (k6_binary, k6_databases))
    entries = sorted((load / "scenarios").glob("*.js")) + sorted((load / "scripts").glob("*.js"))
    assert len(entries) >= 8
    for entry in entries:
        suite = extended if needs_extensions(entry) else plain
        found = suite.inspect(str(entry.relative_to(load)))
        assert found.max_vus > 0
        assert found.thresholds["script_errors"] == ["count<1"]


@pytest.mark.slow
def test_the_defaults_of_the_configuration_are_what_tests_start_from(
    baked: Bakery, k6_binary: Path, tmp_path: Path
) -> None:
    load = baked.copy() / "tests" / "load"
    whole, health = "http_req_duration", "http_req_duration{name:health}"
    mine = f"{{ ...defaultThresholds, {whole}: ['p(95)<123'], '{health}': ['p(95)<45'] }}"
    config = load / "k6.config.js"
    text = config.read_text(encoding="utf-8")
    assert text.count("thresholds: defaultThresholds,") == 1
    changed = text.replace("thresholds: defaultThresholds,", f"thresholds: {mine},")
    config.write_text(changed, encoding="utf-8")
    suite = Suite(k6_binary, load, tmp_path)
    wanted = {
        "scenarios/smoke.js": (["p(95)<123"], ["p(95)<45"]),
        "scenarios/soak.js": (["p(95)<123"], ["p(95)<45"]),
        # The profile's own row, and the test's own targets, come before the defaults ...
        "scenarios/load.js": (["p(95)<500", "p(99)<1000"], ["p(95)<45"]),
        "scripts/health.js": (["p(95)<100", "p(99)<200"], ["p(95)<45"]),
        # ... and what overloads a service is not asked for them.
        "scenarios/stress.js": (["p(95)<2000"], None),
        "scenarios/breakpoint.js": (None, None),
    }
    found = {entry: suite.inspect(entry).thresholds for entry in wanted}
    assert {entry: (row.get(whole), row.get(health)) for entry, row in found.items()} == wanted


@pytest.mark.slow
def test_answers_reach_the_run(
    baked: Bakery, k6_binary: Path, tmp_path: Path, service: RunningService
) -> None:
    answers = OPTION_SETS["everything"]
    suite = Suite(k6_binary, baked(**answers) / "tests" / "load", tmp_path)
    assert suite.inspect("scenarios/smoke.js").shape.seconds == 300  # extended
    live = suite.against(service.url, API_PREFIX="/api/v1", DURATION="1s", THRESHOLDS=PATIENT)
    run = live.run("scripts/api-authenticated.js", samples=True, VUS=1, TIME_SCALE="0.005")
    assert run.code == 0, run.everything
    assert run.summary["run"]["project"] == answers["project_name"]
    assert run.summary["run"]["profileSet"] == "extended"
    main = [row.tags for row in run.samples() if row.tags.get("phase") == "main"]
    assert {tags["project"] for tags in main} == {answers["project_slug"]}
