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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from service.testing import RunningService, running_service

from tests.observability.servers import (
    Influxdb,
    Prometheus,
    copying,
    running_influxdb,
    running_prometheus,
)
from tests.support.bakery import Bakery
from tests.support.database_servers import Stores, mongo, pipeline, postgres
from tests.support.installed import installed
from tests.support.layout import LOAD, REPOSITORY
from tests.support.suite_runner import PATIENT

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
    "CPU of the service",
    "Memory of the service",
}


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
        [sys.executable, "-m", "tools.dashboards", "--check"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_dashboard_shows(kind: str) -> None:
    assert not WANTED - {panel["title"] for panel in panels(kind)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["k6", "k6-cdc", "k6-database", "k6-tiers", "k6-websocket"])
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


@pytest.mark.slow
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

Answers = dict[str, Any]


@dataclass(frozen=True)
class Feed:
    """One run of the suite that writes to both stores. preset: a file of presets/, or none."""

    words: tuple[str, ...]
    dashboard: str = "k6"
    preset: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()


SOCKETS = "k6-websocket"
TIERS = "k6-tiers"
DATABASE = "k6-database"
CDC = "k6-cdc"
# Each preset, and the journeys that have dashboards of their own. All run at the same time.
FEEDS = {
    "plain": Feed(("load",)),
    "missions": Feed(("load",), preset="missions"),
    "desk": Feed(("load",), preset="desk"),
    # Longer than the others: a rate needs messages in more than one second, on a busy machine too.
    "raw": Feed(
        ("smoke", "websocket"),
        SOCKETS,
        "missions",
        settings=(("DURATION", "12s"), ("WS_PROTOCOL", "raw"), ("WS_CLOCK", "ask")),
    ),
    "socketio": Feed(("smoke", "websocket"), SOCKETS, "desk", settings=(("DURATION", "12s"),)),
}
FEEDS["tiers"] = Feed(
    ("tiers",),
    TIERS,
    answers=(("include_multi_tenant", "yes"),),
    settings=(("VUS", "5"), ("TIME_SCALE", "0.005"), ("DURATION", "")),
)
FEEDS["database"] = Feed(("database",), DATABASE, answers=(("include_database", "yes"),))
FEEDS["cdc"] = Feed(
    ("cdc-baseline",),
    CDC,
    answers=(("include_cdc", "yes"),),
    settings=(("VUS", "2"), ("TIME_SCALE", "1"), ("THINK_TIME", "0"), ("THRESHOLDS", "")),
)
TELEGRAF = Path("tests/load/grafana/telegraf.conf")
HISTOGRAMS = Feed(
    ("smoke", "health"), settings=(("K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM", "true"),)
)


# One run on two machines: both write to the same stores.
SPLIT = {part: Feed(("load", "health", "--segment", part)) for part in ("1/2", "2/2")}


@dataclass(frozen=True)
class Measured:
    """Stores that real runs have written to, when that was, and what the runs themselves say."""

    prometheus: Prometheus
    influxdb: Influxdb
    start: float
    end: float
    summaries: Mapping[str, Answers]


@pytest.fixture(scope="module")
def faulty() -> Iterator[RunningService]:
    """A service that answers some requests with 503."""
    with running_service(faults={"error": {"value": 503, "rate": 0.3, "skip": 10}}) as running:
        yield running


def answers_of(feed: Feed) -> Answers:
    """Return the answers from which the project of a run is generated."""
    answers: Answers = {}
    if feed.preset:
        text = (REPOSITORY / "presets" / f"{feed.preset}.yaml").read_text(encoding="utf-8")
        answers = dict(yaml.safe_load(text)["default_context"])
    return {**answers, **dict(feed.answers), "include_observability": "both"}


def command(project: Path, k6: Path, *words: str, **environment: str) -> None:
    """Call the suite's command; fails when it could not do its work."""
    done = subprocess.run(
        ["bash", str(project / "scripts/load-test.sh"), *words],
        env={**os.environ, "PATH": f"{k6.parent}:{os.environ['PATH']}", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode in (0, 3, 99), done.stdout + done.stderr


def summary_of(project: Path, name: str) -> Answers:
    """Return what a run says of itself."""
    summary = project / "tests/load/results" / name / "summary.json"
    return dict(json.loads(summary.read_text(encoding="utf-8")))


def feed_stores(project: Path, k6: Path, name: str, feed: Feed, **settings: str) -> None:
    """Run a short load test."""
    environment = {
        "RUN_ID": name,
        "API_PREFIX": "/api/v1",
        "API_KEY": "test-api-key",
        "VUS": "3",
        "DURATION": "4s",
        "TIME_SCALE": "0.01",
        "THINK_TIME": "0.1",
        "WS_SESSION": "2s",
        "THRESHOLDS": "" if feed.dashboard == SOCKETS else PATIENT,
        "K6_PROMETHEUS_RW_PUSH_INTERVAL": "1s",
        "K6_INFLUXDB_PUSH_INTERVAL": "1s",
        **settings,
        **dict(feed.settings),
    }
    outputs = environment.pop("OUTPUTS").split()
    command(project, k6, *feed.words, *outputs, **environment)


@pytest.fixture(scope="module")
def measured(
    baked: Bakery,
    k6_binary: Path,
    prometheus_binary: Path,
    influxd_binary: Path,
    k6_databases: Path,
    faulty: RunningService,
    service: RunningService,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Measured]:
    """Both stores, fed by real runs at the same time."""
    folder = tmp_path_factory.mktemp("stores")
    target = f"127.0.0.1:{faulty.port}"
    feeds = {**FEEDS, "histograms": HISTOGRAMS, **SPLIT}
    whole = baked.copy(**answers_of(HISTOGRAMS))
    projects = {
        name: whole if name in SPLIT else baked.copy(**answers_of(feed))
        for name, feed in feeds.items()
    }
    with (
        running_prometheus(prometheus_binary, folder, target) as prometheus,
        running_influxdb(influxd_binary, folder) as influxdb,
        copying(whole / TELEGRAF, f"http://{target}/_metrics", influxdb),
        postgres(installed("system", "postgres").parent) as server,
        mongo(installed("mongo-server", "mongo-server")) as documents,
        pipeline(Stores(server, documents)),
    ):
        outputs = f"--out {prometheus.output} --out {influxdb.output}"

        def fed(name: str) -> None:
            url = faulty.url if name == "plain" else service.url
            settings = {"BASE_URL": url, "OUTPUTS": outputs, "DATABASE_URL": server.url}
            settings["MONGODB_URL"] = Stores(server, documents).mongo_url
            k6 = k6_databases if feeds[name].dashboard in {DATABASE, CDC} else k6_binary
            run = "split" if name in SPLIT else name
            feed_stores(projects[name], k6, run, feeds[name], **settings)

        start = time.time()
        with ThreadPoolExecutor(len(feeds)) as pool:
            list(pool.map(fed, feeds))
        command(whole, k6_binary, "merge", "split")
        projects["split"] = whole
        summaries = {name: summary_of(projects[name], name) for name in projects.keys() - SPLIT}
        yield Measured(prometheus, influxdb, start, time.time() + 5, summaries)


VALUES = {
    "$__rate_interval": "10s",
    "$__range": "1h",
    "$__interval_ms": "1000",
    "$__interval": "1s",
    "$journey": ".*",
    "$job": ".*",
    "$limit_ms": "0",
}


def values_of(measured: Measured, run: str) -> dict[str, str]:
    """Return what Grafana would fill in for the variables when that run is chosen."""
    start, end = (f"{moment * 1000:.0f}ms" for moment in (measured.start, measured.end))
    return {**VALUES, "$run": run, "$timeFilter": f"time >= {start} AND time <= {end}"}


def ask(measured: Measured, kind: str, target: Answers, run: str) -> list[tuple[Answers, Any]]:
    """Return labels and figures of every series that answers the query of a panel."""
    values = values_of(measured, run)
    if kind == "prometheus":
        rows = measured.prometheus.series(
            filled(target["expr"], values), measured.start, measured.end
        )
        return [(row["metric"], [float(point[1]) for point in row["values"]]) for row in rows]
    rows = measured.influxdb.series(filled(target["query"], values))
    return [(row.get("tags", {}), [point[1] for point in row["values"]]) for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize("run", FEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_question_is_answered(measured: Measured, kind: str, run: str) -> None:
    empty = []
    asked = 0
    for panel in panels(kind, FEEDS[run].dashboard):
        for target in panel["targets"]:
            asked += 1
            found = ask(measured, kind, target, run)
            figures = [value for _, row in found for value in row]
            if all(value is None or math.isnan(value) for value in figures):
                empty.append(f"{panel['title']}: {target}")
            legend = target["legendFormat" if kind == "prometheus" else "alias"]
            for label in re.findall(r"{{(\w+)}}|\$tag_(\w+)", legend):
                assert all(labels.get("".join(label)) for labels, _ in found), panel["title"]
    assert not empty, "\n".join(empty)
    assert asked >= 3


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_figures_are_those_of_the_summary(measured: Measured, kind: str) -> None:
    by_title = {panel["title"]: panel["targets"] for panel in panels(kind)}
    for run in ("plain", "missions", "desk"):
        figures = measured.summaries[run]["metrics"]

        def highest(title: str, target: int = 0, run: str = run) -> float:
            found = ask(measured, kind, by_title[title][target], run)
            values = [float(value) for _, row in found for value in row if value is not None]
            return max(value for value in values if not math.isnan(value))

        counted = sum(row[-1] for _, row in ask(measured, kind, by_title["Endpoints"][0], run))
        assert counted == figures["requests"], run
        assert highest("Virtual users", 1) == measured.summaries[run]["peakVUs"], run
        assert 0 <= highest("Errors") <= 1
        assert (highest("Errors") > 0) == (figures["errors"] > 0), run
        shares = [highest("Response time", target) for target in range(3)]
        assert shares == sorted(shares)
        # Seconds, not milliseconds.
        assert 0 < shares[2] < 30
    assert measured.summaries["plain"]["metrics"]["errors"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_parts_of_one_run_do_not_hide_each_other(measured: Measured, kind: str) -> None:
    (table,) = (panel for panel in panels(kind) if panel["type"] == "table")
    counted = sum(row[-1] for _, row in ask(measured, kind, table["targets"][0], "split"))
    assert measured.summaries["split"]["run"]["segments"] == 2
    assert counted == measured.summaries["split"]["metrics"]["requests"]
    if kind == "prometheus":
        query = 'count by (segment) (k6_vus{testid="split"})'
        rows = measured.prometheus.series(query, measured.start, measured.end)
        assert {row["metric"]["segment"] for row in rows} == {"1-of-2", "2-of-2"}
        text = (LOAD / "docs/prometheus.md").read_text("utf-8")
        shown = re.search(r"^(sum\(.*k6_http_reqs_total.*)$", text, re.MULTILINE)
        assert shown
        found = measured.prometheus.series(
            shown[1].replace("big-7", "split"), measured.start, measured.end
        )
        assert float(found[0]["values"][-1][1]) == counted


@pytest.mark.slow
def test_the_service_is_seen(measured: Measured) -> None:
    query = 'sum by (status) (http_requests_total{job="service"})'
    series = measured.prometheus.series(query, measured.start, measured.end)
    assert {row["metric"]["status"] for row in series} >= {"200", "503"}
    memory = measured.prometheus.series(
        "max(process_resident_memory_bytes)", measured.start, measured.end
    )
    assert max(float(point[1]) for point in memory[0]["values"]) > 10_000_000


@pytest.mark.slow
def test_runs_and_journeys_can_be_chosen(measured: Measured) -> None:
    found: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        found[kind] = {}
        for variable in dashboard(kind)["templating"]["list"]:
            if variable["type"] != "query":
                continue
            query = filled(variable["query"], values_of(measured, "desk"))
            asked = re.fullmatch(r"label_values\((.*), (\w+)\)", query)
            if asked:
                values = measured.prometheus.ask(
                    f"label/{asked[2]}/values", **{"match[]": asked[1]}
                )
            else:
                values = [
                    row[1] for table in measured.influxdb.series(query) for row in table["values"]
                ]
            found[kind][variable["name"]] = sorted(values)
    runs = sorted([*FEEDS, "histograms", "split"])
    assert found["prometheus"] == {"run": runs, "journey": ["load"], "job": ["service"]}
    assert found["influxdb"] == {"run": runs, "journey": ["load"]}
    for kind in KINDS:
        assert ask(measured, kind, panels(kind)[1]["targets"][0], "another") == []


@pytest.mark.slow
def test_start_and_threshold_are_marked(measured: Measured) -> None:
    values = values_of(measured, "plain")
    for row in dashboard("prometheus")["annotations"]["list"]:
        query = filled(row["expr"], values)
        # The end of a run shows half a minute later; that the query is a right one shows at once.
        series = measured.prometheus.series(query, measured.start, measured.end)
        assert series or row["name"] == "End", row["name"]
    for row in dashboard("influxdb")["annotations"]["list"]:
        found = measured.influxdb.series(filled(row["query"], values))
        assert found, row["name"]
        assert "text" in found[0]["columns"]


@pytest.mark.slow
def test_native_histograms_as_the_page_says(measured: Measured) -> None:
    text = (LOAD / "docs/prometheus.md").read_text("utf-8")
    shown = re.search(r"`(histogram_quantile\(.*\))`", text)
    assert shown
    query = shown[1].replace('"..."', '"histograms"').replace("[1m]", "[5s]")
    series = measured.prometheus.series(query, measured.start, measured.end)
    figures = [float(point[1]) for row in series for point in row["values"]]
    slowest = measured.summaries["histograms"]["metrics"]["duration"]["max"] / 1000
    found = [value for value in figures if not math.isnan(value)]
    # A bucket is at most a tenth wide; requests of set-up are in it as well.
    assert found
    assert 0 < min(found) <= slowest * 1.1
