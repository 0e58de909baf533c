"""One run on several machines: each takes its part, `merge` judges the whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from service.testing import RunningService

from tests.support.wrapper_project import Project, Result

Json = dict[str, Any]

# Forty iterations whatever the machine does, so that parts can be added up and compared.
FIXED = """\
// Fixed: forty iterations.

import { BASE_URL } from '../lib/config.js';
import { checker } from '../lib/checker.js';
import { endpoint, request } from '../lib/http.js';
import { defineTest } from '../lib/define.js';

const ROOT = endpoint('root', `${BASE_URL}/`, { kind: 'root' });
const check = checker('root', { below: 500 });
const shape = { executor: 'per-vu-iterations', vus: 8, iterations: 5, maxDuration: '60s' };

const test = defineTest({
  name: 'fixed',
  defaultLoad: { scenario: 'fixed', shape },
  endpoints: [ROOT],
});

export const { options, setup, teardown, handleSummary } = test;
export default test.run(() => {
  check(request(ROOT));
});
"""


def test_k6_gets_its_part(project: Project) -> None:
    call = project.run("load", "health", "--segment", "2/4", env={"RUN_ID": "big"}).call
    place = call.args.index("--execution-segment")
    assert call.args[place + 1] == "1/4:2/4"
    assert call.args[place + 2 : place + 4] == ["--execution-segment-sequence", "0,1/4,2/4,3/4,1"]
    assert call.vars["SEGMENT"] == "2/4"
    assert call.vars["RUN_ID"] == "big"
    assert call.vars["RESULTS_DIR"] == str(project.results / "big-segment-2-of-4")
    ends = [project.run("--segment", part, env={"RUN_ID": "x"}).call for part in ("1/2", "2/2")]
    assert [call.args[call.args.index("--execution-segment") + 1] for call in ends] == [
        "0:1/2",
        "1/2:1",
    ]


@pytest.mark.parametrize("part", ["0/4", "5/4", "1/1", "1/101", "x", "1/", "01/4", "1/4/2"])
def test_parts_that_cannot_be_are_refused(project: Project, part: str) -> None:
    project.run("load", "--segment", part, env={"RUN_ID": "big"}).refused("--segment", "1/4")


def test_what_a_part_cannot_do_is_refused(project: Project) -> None:
    project.run("load", "--segment", "1/4").refused("the same RUN_ID")
    big = {"RUN_ID": "big"}
    project.run("load", "all", "--segment", "1/4", env=big).refused("one test at a time")
    project.run("load", "--segment", "1/4", "--report", env=big).refused("whole run")
    project.run("merge").refused("merge needs a run")
    project.run("merge", "nothing").refused("there is no segment of 'nothing'")


def summary_of(project: Project, run_id: str) -> Json:
    text = (project.results / run_id / "summary.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


Runner = Callable[..., Result]


@pytest.fixture
def fixed(real_project: Project, service: RunningService) -> Runner:
    """Runs the test of forty iterations."""
    real_project.write("tests/load/scripts/fixed.js", FIXED)

    def run(run_id: str, *words: str, thresholds: str) -> Result:
        settings = {"BASE_URL": service.url, "RUN_ID": run_id, "TIMELINE": "false"}
        latency = "http_req_duration=p(95)<30000"
        env = {**settings, "THRESHOLDS": f"{latency};{thresholds}"}
        return real_project.run("fixed", *words, env=env, timeout=90)

    return run


def run_parts(fixed: Runner, run_id: str, parts: int, thresholds: str) -> list[Result]:
    """Run every part at the same time, as several machines would."""
    with ThreadPoolExecutor(parts) as pool:
        jobs = [
            pool.submit(fixed, run_id, "--segment", f"{i + 1}/{parts}", thresholds=thresholds)
            for i in range(parts)
        ]
        return [job.result() for job in jobs]


@pytest.mark.slow
def test_parts_sum_to_the_whole_and_get_its_verdict(real_project: Project, fixed: Runner) -> None:
    whole = "iterations=count>39;checks=rate>0.99"
    single = fixed("one", thresholds=whole).passed()
    expected = summary_of(real_project, "one")
    assert expected["metrics"]["iterations"] == 40
    for parts in (2, 4):
        run_id = f"in-{parts}"
        results = run_parts(fixed, run_id, parts, whole)
        # No part has the 40 requests of the whole.
        assert [part.code for part in results] == [0] * parts, results[0]
        assert "no verdict" in results[0].stdout
        merged = real_project.run("merge", run_id).passed()
        assert "PASSED" in merged.stdout
        found = summary_of(real_project, run_id)
        assert found["passed"] is True
        assert found["run"]["segments"] == parts
        assert found["run"]["id"] == run_id
        for key in ("iterations", "requests", "errors", "checks"):
            assert found["metrics"][key] == expected["metrics"][key], key
        judged = [(row["metric"], row["expression"], row["ok"]) for row in found["thresholds"]]
        assert judged == [
            (row["metric"], row["expression"], row["ok"]) for row in expected["thresholds"]
        ]
        duration = found["metrics"]["duration"]
        assert 0 < duration["min"] <= duration["p50"] <= duration["p95"] <= duration["max"]
        assert (real_project.results / run_id / "report.html").stat().st_size > 10_000
    assert single.code == 0


@pytest.mark.slow
def test_the_whole_fails_as_a_single_run_does(real_project: Project, fixed: Runner) -> None:
    too_much = "iterations=count>40"
    single = fixed("one", thresholds=too_much)
    assert single.code == 99, single
    for part in run_parts(fixed, "two", 2, too_much):
        assert part.code == 0, part
    folders = [str(real_project.results / f"two-segment-{i}-of-2") for i in (1, 2)]
    missing = real_project.run("merge", folders[0], env={"RUN_ID": "half"})
    assert missing.code == 1
    assert "missing: segment 2/2" in missing.stderr
    assert not (real_project.results / "half").exists()
    twice = real_project.run("merge", folders[0], folders[0], folders[1], env={"RUN_ID": "three"})
    assert "each once" in twice.stderr
    merged = real_project.run("merge", *folders)
    assert merged.code == 99, merged
    reasons = [summary_of(real_project, run_id)["reasons"] for run_id in ("one", "two")]
    assert reasons[0] == reasons[1]
    few = fixed("few", "--segment", "1/9", thresholds=too_much)
    assert few.code == 107, few
    assert "8 VUs are too few for 9 segments" in few.all


def test_a_segment_that_is_cut_off_is_no_segment(real_project: Project) -> None:
    path = Path("tests/load/results/x-segment-1-of-2/segment.json")
    real_project.write(str(path), '{\n  "schema": 1,\n')
    merged = real_project.run("merge", "x")
    assert merged.code == 1, merged
    assert "truncated or was edited" in merged.stderr
