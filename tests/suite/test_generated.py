"""Generated projects: every entry point of every set of answers, and one real run."""

from __future__ import annotations

from pathlib import Path

import pytest
from service.testing import RunningService

from tests.bakery import Bakery
from tests.layout import needs_extensions
from tests.option_sets import OPTION_SETS
from tests.suite.running import PATIENT, Suite


@pytest.mark.parametrize("name", list(OPTION_SETS))
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
