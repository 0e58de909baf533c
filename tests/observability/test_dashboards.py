"""The dashboards: drawn well, and every question they ask is answered by what k6 sends."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from service.testing import RunningService, running_service

from tests.bakery import Bakery
from tests.layout import LOAD, REPOSITORY
from tests.observability.servers import Lines, Prometheus, line_keeper, running_prometheus
from tests.suite.running import PATIENT

pytestmark = pytest.mark.xdist_group("observability")

KINDS = ("prometheus", "influxdb")
# Panels that the design asks for, in the words a person looks for.
WANTED = {
    "Requests per second",
    "Virtual users",
    "Errors",
    "Response time",
    "Checks",
    "Endpoints",
    "Response time by tier",
}
SERVICE_PANELS = {"CPU of the service", "Memory of the service"}


def dashboard(kind: str, name: str = "k6") -> dict[str, Any]:
    text = (LOAD / f"grafana/dashboards/{name}-{kind}.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def panels(kind: str, name: str = "k6") -> list[dict[str, Any]]:
    """Return the panels without the headings of rows."""
    return [panel for panel in dashboard(kind, name)["panels"] if panel["type"] != "row"]


def filled(query: str, values: Mapping[str, str]) -> str:
    """Return a query with its variables filled in as Grafana does, and none left."""
    for name, value in values.items():
        query = query.replace(name, value)
    assert "$" not in query.replace("$/", ""), f"a variable is left: {query}"
    return query


# --- drawn well ------------------------------------------------------------------------------


def test_the_files_are_what_the_definition_says() -> None:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "tools/dashboards.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_dashboard_shows(kind: str) -> None:
    titles = {panel["title"] for panel in panels(kind)}
    assert not WANTED - titles
    assert SERVICE_PANELS & titles == (SERVICE_PANELS if kind == "prometheus" else set())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["k6", "k6-websocket"])
def test_rules_of_a_good_dashboard(name: str, kind: str) -> None:
    document = dashboard(kind, name)
    ids = [panel["id"] for panel in document["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in document["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, f"{panel['title']} overlaps"
        taken |= cells
    for panel in panels(kind, name):
        assert panel["type"] in {"timeseries", "table"}
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        refs = [target["refId"] for target in panel["targets"]]
        assert refs == sorted(set(refs))
        for target in [panel, *panel["targets"]]:
            assert target["datasource"] == {"type": kind, "uid": f"k6-{kind}"}
    names = [variable["name"] for variable in document["templating"]["list"]]
    assert {"run", "journey"} <= set(names)
    assert {row["name"] for row in document["annotations"]["list"]} >= {"Start", "End"}


@pytest.mark.parametrize(
    ("stores", "uids"),
    [
        ("prometheus", {"k6-results"}),
        ("influxdb", {"k6-results"}),
        ("both", {"k6-results", "k6-results-influxdb"}),
    ],
)
def test_one_grafana_gets_each_uid_once(baked: Bakery, stores: str, uids: set[str]) -> None:
    grafana = baked(include_observability=stores) / "tests/load/grafana"
    found = [json.loads(path.read_text("utf-8"))["uid"] for path in grafana.rglob("*.json")]
    assert sorted(found) == sorted(uids)
    sources = [
        row["uid"]
        for path in (grafana / "provisioning/datasources").iterdir()
        for row in yaml.safe_load(path.read_text("utf-8"))["datasources"]
    ]
    used = set(re.findall(r'"uid": "(k6-(?:prometheus|influxdb))"', texts(grafana)))
    assert set(sources) == used
    provider = yaml.safe_load((grafana / "provisioning/dashboards/k6.yml").read_text("utf-8"))
    assert provider["providers"][0]["options"]["path"] == "${DASHBOARDS_PATH}"


def texts(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(folder.rglob("*.json")))


# --- answered --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def faulty() -> Iterator[RunningService]:
    """A service that answers some requests with 503."""
    with running_service(faults={"error": {"value": 503, "rate": 0.3, "skip": 10}}) as running:
        yield running


def run_k6(
    baked: Bakery, k6: Path, url: str, run_id: str, *words: str, **more: str
) -> tuple[float, float]:
    """Run a short load test; return when it began and when it ended."""
    project = baked.copy(include_observability="both", websocket="raw")
    settings = {
        "BASE_URL": url,
        "RUN_ID": run_id,
        "VUS": "3",
        "DURATION": "4s",
        "TIME_SCALE": "0.01",
        "THINK_TIME": "0.1",
        "TIMELINE": "false",
        "THRESHOLDS": PATIENT,
        "K6_PROMETHEUS_RW_PUSH_INTERVAL": "1s",
        "K6_INFLUXDB_PUSH_INTERVAL": "1s",
        **more,
    }
    started = time.time()
    done = subprocess.run(
        ["bash", str(project / "scripts/load-test.sh"), *words],
        env={**os.environ, "PATH": f"{k6.parent}:{os.environ['PATH']}", **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 99), done.stdout + done.stderr
    return started, time.time()


@pytest.fixture(scope="module")
def measured(
    baked: Bakery,
    k6_binary: Path,
    prometheus_binary: Path,
    faulty: RunningService,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Prometheus, float, float]]:
    """A Prometheus that has been fed by a real run, and the time of the run."""
    folder = tmp_path_factory.mktemp("prometheus")
    with running_prometheus(prometheus_binary, folder, f"127.0.0.1:{faulty.port}") as prometheus:
        out = f"prometheus={prometheus.url}/api/v1/write"
        start, end = run_k6(baked, k6_binary, faulty.url, "run-1", "load", "--out", out)
        yield prometheus, start, end


PROMETHEUS_VALUES = {
    "$__rate_interval": "5s",
    "$__range": "1h",
    "$run": "run-1",
    "$journey": ".*",
    "$job": ".*",
    "$limit_ms": "0",
}


@pytest.mark.slow
def test_every_question_to_prometheus_is_answered(
    measured: tuple[Prometheus, float, float],
) -> None:
    prometheus, start, end = measured
    empty = []
    for panel in panels("prometheus"):
        for target in panel["targets"]:
            query = filled(target["expr"], PROMETHEUS_VALUES)
            series = prometheus.series(query, start, end + 5)
            values = [float(point[1]) for row in series for point in row["values"]]
            if all(math.isnan(value) for value in values):
                empty.append(f"{panel['title']}: {query}")
            for label in re.findall(r"{{(\w+)}}", target["legendFormat"]):
                assert all(row["metric"].get(label) for row in series), panel["title"]
    assert not empty, "\n".join(empty)


@pytest.mark.slow
def test_every_question_about_sockets_is_answered(
    baked: Bakery,
    k6_binary: Path,
    measured: tuple[Prometheus, float, float],
    service: RunningService,
) -> None:
    """One run writes to both stores."""
    prometheus, *_ = measured
    with line_keeper() as kept:
        outputs = (
            *("--out", f"prometheus={prometheus.url}/api/v1/write"),
            *("--out", f"influxdb={kept.url}"),
        )
        words = ("smoke", "websocket", *outputs)
        start, end = run_k6(baked, k6_binary, service.url, "run-3", *words, THRESHOLDS="")
    values = {**PROMETHEUS_VALUES, "$run": "run-3"}
    for panel in panels("prometheus", "k6-websocket"):
        for target in panel["targets"]:
            query = filled(target["expr"], values)
            assert prometheus.series(query, start, end + 5), query
    for panel in panels("influxdb", "k6-websocket"):
        for target in panel["targets"]:
            assert_written(target["query"], kept)


@pytest.mark.slow
def test_the_figures_are_true(measured: tuple[Prometheus, float, float]) -> None:
    prometheus, start, end = measured
    by_title = {panel["title"]: panel["targets"] for panel in panels("prometheus")}

    def highest(title: str, target: int = 0) -> float:
        query = filled(by_title[title][target]["expr"], PROMETHEUS_VALUES)
        rows = prometheus.series(query, start, end + 2)
        return max(float(point[1]) for row in rows for point in row["values"] if point[1] != "NaN")

    assert highest("Virtual users") == 3
    assert 0.05 < highest("Errors") <= 1
    assert highest("Response time", 0) <= highest("Response time", 1) <= highest("Response time", 2)
    # Seconds, not milliseconds.
    assert highest("Response time", 2) < 30
    assert highest("Memory of the service") > 10_000_000


@pytest.mark.slow
def test_runs_and_journeys_can_be_chosen(measured: tuple[Prometheus, float, float]) -> None:
    prometheus, *_ = measured
    found = {}
    for variable in dashboard("prometheus")["templating"]["list"]:
        asked = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"])
        if asked:
            match = filled(asked[1], PROMETHEUS_VALUES)
            found[variable["name"]] = prometheus.ask(
                f"label/{asked[2]}/values", **{"match[]": match}
            )
    # The run over sockets may have been before.
    assert "run-1" in found.pop("run")
    assert found == {"journey": ["load"], "job": ["service"]}
    other = {**PROMETHEUS_VALUES, "$run": "another"}
    query = filled(panels("prometheus")[1]["targets"][0]["expr"], other)
    assert prometheus.ask("query", query=query)["result"] == []


@pytest.mark.slow
def test_start_and_threshold_are_marked(measured: tuple[Prometheus, float, float]) -> None:
    prometheus, start, end = measured
    for row in dashboard("prometheus")["annotations"]["list"]:
        query = filled(row["expr"], PROMETHEUS_VALUES)
        # The end of a run shows half a minute later; that the query is a right one shows at once.
        series = prometheus.series(query, start, end)
        assert series or row["name"] == "End", row["name"]


@pytest.mark.slow
def test_the_service_has_metrics(measured: tuple[Prometheus, float, float]) -> None:
    prometheus, start, end = measured
    query = 'sum by (status) (http_requests_total{job="service"})'
    series = prometheus.series(query, start, end + 2)
    assert {row["metric"]["status"] for row in series} >= {"200", "503"}


def assert_written(query: str, lines: Lines) -> None:
    """Fail unless measurement, fields and tags of a query occur in what k6 wrote."""
    measurement = re.findall(r'FROM "(\w+)"', query)
    assert len(measurement) == 1, query
    name = measurement[0]
    assert name in lines.fields, f"k6 writes no {name}: {query}"
    assert set(re.findall(r'\w+\("(\w+)"', query)) <= lines.fields[name], query
    named = set(re.findall(r'"(\w+)" (?:=|!=|=~)', query))
    grouped = re.findall(r"GROUP BY (.*?)(?: fill|\)|$)", query)
    named |= set(re.findall(r'"(\w+)"', " ".join(grouped)))
    assert named - {"phase"} <= set(lines.tags[name]), query


@pytest.fixture(scope="module")
def lines(baked: Bakery, k6_binary: Path, faulty: RunningService) -> Iterator[Lines]:
    """What a real run writes to an InfluxDB."""
    with line_keeper() as kept:
        run_k6(baked, k6_binary, faulty.url, "run-2", "load", "--out", f"influxdb={kept.url}")
        yield kept


@pytest.mark.slow
def test_every_question_to_influxdb_names_what_k6_writes(lines: Lines) -> None:
    questions = [target["query"] for panel in panels("influxdb") for target in panel["targets"]] + [
        row["query"] for row in dashboard("influxdb")["annotations"]["list"]
    ]
    assert len(questions) > 15
    for query in questions:
        assert_written(query, lines)
    assert lines.tags["vus"]["testid"] == {"run-2"}
    assert lines.tags["http_reqs"]["test_type"] == {"load"}
    # Samples outside of a phase (vus, data) have no such tag, which != lets through.
    assert "setup" in lines.tags["http_reqs"]["phase"]


@pytest.mark.slow
def test_the_variables_of_influxdb_name_tags(lines: Lines) -> None:
    for variable in dashboard("influxdb")["templating"]["list"]:
        if variable["type"] == "query":
            asked = re.search(r'FROM "(\w+)" WITH KEY = "(\w+)"', variable["query"])
            assert asked
            assert asked[2] in lines.tags[asked[1]]
