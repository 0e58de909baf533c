"""What load, soak and spike run: journeys of one's own or of an option, else health checks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.openapi.running import compiled_suite
from tests.suite.test_every_request import ANSWERS, DOCUMENT
from tests.support.recording_server import recording
from tests.support.suite_runner import PATIENT, SCRIPT_ERROR, Suite

pytestmark = pytest.mark.slow

JOURNEY = """\
// Own: one request.
import {{ checker }} from '../lib/checker.js';
import {{ defineTest }} from '../lib/define.js';
import {{ endpoint, request }} from '../lib/http.js';

const THINGS = endpoint('GET /{name}', '/{name}');
const check = checker(THINGS.name, {{ status: 200 }});
export const journey = {{
  endpoints: [THINGS],
  thresholds: {{ 'http_req_duration{{name:GET /{name}}}': ['p(95)<4999'] }},
  run: {run},
}};
const test = defineTest({{
  ...journey,
  name: '{name}',
  defaultLoad: {{
    scenario: '{name}',
    shape: {{ executor: 'constant-vus', vus: 1, duration: '1s' }},
  }},
}});
export const {{ options, setup, teardown, handleSummary }} = test;
export default test.run(() => journey.run());
"""
SILENT = "() => { check(request(THINGS)); }"
SPEAKING = """(observe) => {
    const response = request(THINGS);
    const ok = check(response);
    observe?.(THINGS, { response, ok });
  }"""
QUICK: dict[str, str | float] = {
    "VUS": 2,
    "DURATION": "1s",
    "TIME_SCALE": "0.003",
    "THINK_TIME": "0.1",
}
MORE: dict[str, tuple[int, object]] = {
    **ANSWERS,
    "GET /orders": (200, {}),
    "GET /carts": (200, {}),
    "GET /items": (200, {"data": []}),
    "POST /items": (201, {"id": "1"}),
}


@pytest.fixture
def live(suite: Suite) -> Suite:
    for name, run in (("orders", SILENT), ("carts", SPEAKING)):
        (suite.load / "scripts" / f"{name}.js").write_text(JOURNEY.format(name=name, run=run))
    return suite.having(API_PREFIX="/", HEALTH_PATHS="/livez", THRESHOLDS=PATIENT, **QUICK)


@pytest.mark.parametrize("profile", ["load", "soak", "spike"])
@pytest.mark.parametrize(
    ("names", "paths"),
    [
        ("orders", {"/orders"}),
        ("carts", {"/carts"}),
        ("carts,orders", {"/carts", "/orders"}),
        ("core", {"/livez", "/openapi.json"}),
    ],
)
def test_journeys_in_turn(live: Suite, profile: str, names: str, paths: set[str]) -> None:
    with recording(MORE) as server:
        scale = "0.012" if profile == "spike" else "0.003"
        entry = f"scenarios/{profile}.js"
        run = live.against(server.url).run(entry, WORKLOAD=names, TIME_SCALE=scale)
    assert run.code == 0, run.everything
    asked = {one.path for one in server.requests} - {"/livez", "/openapi.json"}
    assert asked == paths - {"/livez", "/openapi.json"}
    names_of = {row["name"] for row in run.summary["endpoints"]}
    core = {"/livez": "health", "/openapi.json": "openapi"}
    assert names_of == {core.get(path, f"GET {path}") for path in paths}
    thresholds = {row["metric"] for row in run.summary["thresholds"]}
    if profile == "load":
        assert ("error_rate" in thresholds) == (names in ("carts", "core"))
    assert all(row["measured"] for row in run.summary["thresholds"])


@pytest.mark.parametrize("profile", ["smoke", "stress", "breakpoint"])
def test_other_profiles_keep_their_steps(live: Suite, profile: str) -> None:
    inspected = live.against("http://localhost:1").inspect(
        f"scenarios/{profile}.js", WORKLOAD="orders"
    )
    assert "http_reqs{name:GET /orders}" not in inspected.options["thresholds"]
    assert "http_reqs{name:health}" in inspected.options["thresholds"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", "there is no workloads/nothing.js or scripts/nothing.js"),
        ("health", "scripts/health exports no journey, see docs/own-tests.md"),
        ("wrong", "whatever is not defined"),
    ],
)
def test_what_is_no_journey(live: Suite, name: str, said: str) -> None:
    (live.load / "scripts" / "wrong.js").write_text("whatever();\n")
    run = live.against("http://localhost:1").run("scenarios/load.js", WORKLOAD=name)
    assert run.code == SCRIPT_ERROR
    assert f"WORKLOAD={name}: " in run.err
    assert said in run.err


def empty_workload(load: Path) -> None:
    """What a generated project says, in which an option decides."""
    file = load / "suite.env"
    file.write_text(file.read_text().replace("WORKLOAD=core\n", "WORKLOAD=\n"))


def test_the_api_description_is_the_default_of_its_option(k6_binary: Path, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(DOCUMENT))
    suite = compiled_suite(k6_binary, tmp_path, document)
    empty_workload(suite.load)
    with recording(MORE) as server:
        live = suite.against(server.url, API_PREFIX="/", HEALTH_PATHS="/livez", **QUICK)
        run = live.run("scenarios/load.js", THRESHOLDS=PATIENT)
    assert run.code == 0, run.everything
    assert {row["name"] for row in run.summary["endpoints"]} == {"GET /things"}
    assert any(table["title"].startswith("Coverage") or "operations" in str(table).lower()
               for table in run.summary["tables"])  # fmt: skip
    assert all(row["measured"] for row in run.summary["thresholds"])


def test_without_operations_the_profiles_keep_their_steps(suite: Suite) -> None:
    before = (suite.load / "suite.env").read_text()
    empty_workload(suite.load)
    try:
        options = suite.having(RESOURCES="items").inspect("scenarios/load.js", VUS=3).options
    finally:
        (suite.load / "suite.env").write_text(before)
    assert "http_reqs{name:POST /items}" in options["thresholds"]


def test_resources_are_the_default_of_theirs(suite: Suite) -> None:
    registry = suite.load / "engine/features/registry.js"
    text = registry.read_text()
    registry.write_text(
        "\n".join(line for line in text.splitlines() if "openapi/feature.js" not in line)
    )
    before = (suite.load / "suite.env").read_text()
    empty_workload(suite.load)
    try:
        options = suite.inspect("scenarios/load.js", RESOURCES="items").options
    finally:
        registry.write_text(text)
        (suite.load / "suite.env").write_text(before)
    assert "http_reqs{name:POST /items}" in options["thresholds"]
    assert "http_reqs{name:health}" not in options["thresholds"]
