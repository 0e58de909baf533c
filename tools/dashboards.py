#!/usr/bin/env python3
"""Writes the Grafana dashboards of the suite, for both data sources, from one definition.

    python3 tools/dashboards.py            writes the files
    python3 tools/dashboards.py --check    fails when they are not what the definition says

A panel says what it shows and how each data source is asked. The rest (positions, ids, variables)
is worked out here, so that both dashboards look the same.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
GRAFANA = REPOSITORY.joinpath(
    "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load/grafana"
)
KINDS = ("prometheus", "influxdb")

WIDTH = 24
HEIGHT = 8

# What every panel is about: one run, some of its journeys. k6 puts both tags on every sample.
PROM_RUN = 'testid="$run", test_type=~"$journey"'
# What the summary counts: requests of the profile, without those of set-up and logins.
PROM = f'{PROM_RUN}, phase="main"'
INFLUX = '"testid" = \'$run\' AND "test_type" =~ /^$journey$/ AND $timeFilter'
INFLUX_MAIN = f"{INFLUX} AND \"phase\" = 'main'"
# k6 sends every five seconds; a rate needs two samples of a series, better four.
WINDOW = "[$__rate_interval]"


@dataclass(frozen=True)
class Query:
    """One line of a panel: the legend, and how to ask each data source; None: it cannot know."""

    legend: str
    prometheus: str
    influxdb: str | None


@dataclass(frozen=True)
class Panel:
    """What a panel shows. unit: Grafana's name of it; wide: columns of 24; kind: its type."""

    title: str
    about: str
    unit: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    wide: int = 12


def select(what: str, measurement: str, where: str, by: str = "") -> str:
    """Return an InfluxQL query over time; `by` names a tag to group by as well."""
    tag = f', "{by}"' if by else ""
    return (
        f'SELECT {what} FROM "{measurement}" WHERE {where}'
        f" GROUP BY time($__interval){tag} fill(none)"
    )


def percentiles(metric: str, prometheus: str, influxdb: str) -> tuple[Query, ...]:
    """Return p50, p95 and p99 of a time, in seconds; each source with what it selects samples by.

    Prometheus gets ready percentiles for each series, which cannot be merged: the highest is shown.
    """
    return tuple(
        Query(
            f"p{rank}",
            f"max(k6_{metric}_p{rank}{{{prometheus}}})",
            select(f'percentile("value", {rank}) / 1000', metric, influxdb),
        )
        for rank in (50, 95, 99)
    )


ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "Load",
        (
            Panel(
                "Requests per second",
                "All requests of the profile.",
                "reqps",
                (
                    Query(
                        "Requests",
                        f"sum(rate(k6_http_reqs_total{{{PROM}}}{WINDOW}))",
                        select('sum("value") / $__interval_ms * 1000', "http_reqs", INFLUX_MAIN),
                    ),
                ),
            ),
            Panel(
                "Virtual users",
                "How many are at work.",
                "short",
                (
                    Query(
                        "Users",
                        f"sum(k6_vus{{{PROM_RUN}}})",
                        select('max("value")', "vus", INFLUX),
                    ),
                    Query(
                        "Allocated",
                        f"sum(k6_vus_max{{{PROM_RUN}}})",
                        select('max("value")', "vus_max", INFLUX),
                    ),
                ),
            ),
            Panel(
                "Errors",
                "Requests that were not answered as expected.",
                "percentunit",
                (
                    Query(
                        "Error %",
                        f'(sum(rate(k6_http_reqs_total{{{PROM}, expected_response="false"}}'
                        f"{WINDOW})) or vector(0))"
                        f" / sum(rate(k6_http_reqs_total{{{PROM}}}{WINDOW}))",
                        select('mean("value")', "http_req_failed", INFLUX_MAIN),
                    ),
                ),
            ),
            Panel(
                "Response time",
                "With Prometheus: of the slowest endpoint, because percentiles cannot be merged.",
                "s",
                (
                    *percentiles("http_req_duration", PROM, INFLUX_MAIN),
                    Query(
                        "Limit of p95",
                        "vector($limit_ms / 1000)",
                        select(
                            'mean("value") * 0 + $limit_ms / 1000',
                            "http_req_duration",
                            INFLUX_MAIN,
                        ),
                    ),
                ),
            ),
            Panel(
                "Checks",
                "Share of answers that were right.",
                "percentunit",
                (
                    Query(
                        "Checks",
                        f"avg(k6_checks_rate{{{PROM}}})",
                        select('mean("value")', "checks", INFLUX_MAIN),
                    ),
                ),
            ),
            Panel(
                "Data",
                "Sent to and received from the service.",
                "Bps",
                (
                    Query(
                        "Received",
                        f"sum(rate(k6_data_received_total{{{PROM_RUN}}}{WINDOW}))",
                        select('sum("value") / $__interval_ms * 1000', "data_received", INFLUX),
                    ),
                    Query(
                        "Sent",
                        f"sum(rate(k6_data_sent_total{{{PROM_RUN}}}{WINDOW}))",
                        select('sum("value") / $__interval_ms * 1000', "data_sent", INFLUX),
                    ),
                ),
            ),
        ),
    ),
    (
        "Endpoints",
        (
            Panel(
                "Response time by endpoint",
                "95 % of the requests were faster.",
                "s",
                (
                    Query(
                        "{{name}}",
                        f"max by (name) (k6_http_req_duration_p95{{{PROM}}})",
                        select(
                            'percentile("value", 95) / 1000',
                            "http_req_duration",
                            INFLUX_MAIN,
                            "name",
                        ),
                    ),
                ),
            ),
            Panel(
                "Requests per second by endpoint",
                "Each endpoint with its rate.",
                "reqps",
                (
                    Query(
                        "{{name}}",
                        f"sum by (name) (rate(k6_http_reqs_total{{{PROM}}}{WINDOW}))",
                        select(
                            'sum("value") / $__interval_ms * 1000',
                            "http_reqs",
                            INFLUX_MAIN,
                            "name",
                        ),
                    ),
                ),
            ),
            Panel(
                "Endpoints",
                "Requests of each endpoint and status in the chosen time.",
                "short",
                (
                    Query(
                        "Requests",
                        f"sum by (name, method, status) (last_over_time("
                        f"k6_http_reqs_total{{{PROM}}}[$__range]))",
                        f'SELECT sum("value") AS "Requests" FROM "http_reqs" WHERE {INFLUX_MAIN}'
                        ' GROUP BY "name", "method", "status"',
                    ),
                ),
                kind="table",
                wide=24,
            ),
            Panel(
                "Response time by tier",
                "health, api, auth: what kind of endpoint it is.",
                "s",
                (
                    Query(
                        "{{kind}}",
                        f"max by (kind) (k6_http_req_duration_p95{{{PROM}}})",
                        select(
                            'percentile("value", 95) / 1000',
                            "http_req_duration",
                            INFLUX_MAIN,
                            "kind",
                        ),
                    ),
                ),
            ),
            Panel(
                "Where the time goes",
                "Average of each phase of a request.",
                "s",
                tuple(
                    Query(
                        phase,
                        f"avg(k6_http_req_{phase}_avg{{{PROM}}})",
                        select('mean("value") / 1000', f"http_req_{phase}", INFLUX_MAIN),
                    )
                    for phase in ("blocked", "connecting", "sending", "waiting", "receiving")
                ),
            ),
        ),
    ),
    (
        "The service itself",
        (
            Panel(
                "CPU of the service",
                "Cores in use; from the service's own metrics, which Prometheus has to scrape.",
                "short",
                (
                    Query(
                        "{{instance}}",
                        f'rate(process_cpu_seconds_total{{job=~"$job"}}{WINDOW})',
                        None,
                    ),
                ),
            ),
            Panel(
                "Memory of the service",
                "Resident memory; from the service's own metrics.",
                "bytes",
                (
                    Query(
                        "{{instance}}",
                        'process_resident_memory_bytes{job=~"$job"}',
                        None,
                    ),
                ),
            ),
        ),
    ),
)


def socket_rate(title: str, about: str, *metrics: tuple[str, str]) -> Panel:
    """Return a panel of counts per second."""
    return Panel(
        title,
        about,
        "cps",
        tuple(
            Query(
                legend,
                f"sum(rate(k6_{metric}_total{{{PROM_RUN}}}{WINDOW}))",
                select('sum("value") / $__interval_ms * 1000', metric, INFLUX),
            )
            for legend, metric in metrics
        ),
    )


def socket_time(title: str, about: str, metric: str) -> Panel:
    """Return a panel of percentiles of a time."""
    return Panel(title, about, "s", percentiles(metric, PROM_RUN, INFLUX))


SOCKET_ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "WebSocket",
        (
            socket_rate(
                "Connections per second",
                "Connections that were opened.",
                ("Connections", "ws_connections"),
            ),
            Panel(
                "Errors",
                "Connections, messages and answers that went wrong.",
                "percentunit",
                (
                    Query(
                        "Error %",
                        f"avg(k6_ws_errors_rate{{{PROM_RUN}}})",
                        select('mean("value")', "ws_errors", INFLUX),
                    ),
                ),
            ),
            socket_rate(
                "Messages per second",
                "Messages of the service, and those that the test sent.",
                ("Received", "ws_messages_received"),
                ("Sent", "ws_messages_sent"),
            ),
            socket_time(
                "Message latency",
                "From the service's time stamp to arrival, clocks put right.",
                "ws_message_latency",
            ),
            socket_time("Round trip", "From a question to its answer.", "ws_round_trip"),
        ),
    ),
)

TIER_ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "Tiers",
        (
            Panel(
                "Requests per second by tier",
                "What each tier really sends; `noisy` is the one that sends too much.",
                "reqps",
                (
                    Query(
                        "{{tier}}",
                        f'sum by (tier) (rate(k6_http_reqs_total{{{PROM}, tier!=""}}{WINDOW}))',
                        select(
                            'sum("value") / $__interval_ms * 1000', "http_reqs", INFLUX_MAIN, "tier"
                        ),
                    ),
                ),
            ),
            Panel(
                "Response time by tier",
                "95 % of the requests were faster.",
                "s",
                (
                    Query(
                        "{{tier}}",
                        f'max by (tier) (k6_http_req_duration_p95{{{PROM}, tier!=""}})',
                        select(
                            'percentile("value", 95) / 1000',
                            "http_req_duration",
                            INFLUX_MAIN,
                            "tier",
                        ),
                    ),
                ),
            ),
            Panel(
                "Errors by tier",
                "Requests that were not answered as expected.",
                "percentunit",
                (
                    Query(
                        "{{tier}}",
                        f"(sum by (tier) (rate(k6_http_reqs_total{{{PROM}, "
                        f'tier!="", expected_response="false"}}{WINDOW})) or 0 * '
                        f'sum by (tier) (rate(k6_http_reqs_total{{{PROM}, tier!=""}}{WINDOW})))'
                        f' / sum by (tier) (rate(k6_http_reqs_total{{{PROM}, tier!=""}}{WINDOW}))',
                        select('mean("value")', "http_req_failed", INFLUX_MAIN, "tier"),
                    ),
                ),
            ),
            Panel(
                "Before and beside the noise",
                "Response time of each tier, 95 %, with the noisy one quiet and loud.",
                "s",
                (
                    Query(
                        "{{tier}} {{neighbour}}",
                        "max by (tier, neighbour) "
                        f'(k6_http_req_duration_p95{{{PROM}, neighbour!=""}})',
                        select(
                            'percentile("value", 95) / 1000',
                            "http_req_duration",
                            f"{INFLUX_MAIN} AND \"neighbour\" != ''",
                            'tier", "neighbour',
                        ),
                    ),
                ),
            ),
        ),
    ),
)

DATABASE_ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "Databases",
        (
            Panel(
                "Queries per second",
                "Each query of the test with its rate.",
                "ops",
                (
                    Query(
                        "{{query}}",
                        "sum by (query) "
                        f"(rate(k6_db_queries_executed_total{{{PROM_RUN}}}{WINDOW}))",
                        select(
                            'sum("value") / $__interval_ms * 1000',
                            "db_queries_executed",
                            INFLUX,
                            "query",
                        ),
                    ),
                ),
            ),
            Panel(
                "Response time by query",
                "95 % of the executions were faster.",
                "s",
                (
                    Query(
                        "{{query}}",
                        f"max by (query) (k6_db_query_duration_p95{{{PROM_RUN}}})",
                        select(
                            'percentile("value", 95) / 1000', "db_query_duration", INFLUX, "query"
                        ),
                    ),
                ),
            ),
            Panel(
                "Errors by query",
                "Share of the executions that failed, in the run so far.",
                "percentunit",
                (
                    Query(
                        "{{query}}",
                        f"avg by (query) (k6_db_query_failed_rate{{{PROM_RUN}}})",
                        select('mean("value")', "db_query_failed", INFLUX, "query"),
                    ),
                ),
                wide=24,
            ),
        ),
    ),
)


def counted(legend: str, metric: str) -> Query:
    """Return the sum of a counter, in the run so far."""
    return Query(
        legend,
        f"sum(k6_{metric}_total{{{PROM_RUN}}})",
        select('sum("value")', metric, INFLUX),
    )


CDC_ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "Change data capture",
        (
            Panel(
                "From write to document",
                "How long a change takes through the pipeline, clocks put right.",
                "s",
                percentiles("cdc_e2e_latency", PROM_RUN, INFLUX),
            ),
            Panel(
                "Changes that arrived",
                "Share of the changes that the other side had in time, in the run so far.",
                "percentunit",
                (
                    Query(
                        "Arrived",
                        f"avg(k6_cdc_success_rate_rate{{{PROM_RUN}}})",
                        select('mean("value")', "cdc_success_rate", INFLUX),
                    ),
                ),
            ),
            Panel(
                "Writes and reads",
                "What the two databases themselves take: 95 % were faster.",
                "s",
                tuple(
                    Query(
                        legend,
                        f"max(k6_{metric}_p95{{{PROM_RUN}}})",
                        select('percentile("value", 95) / 1000', metric, INFLUX),
                    )
                    for legend, metric in (
                        ("PostgreSQL", "pg_write_duration"),
                        ("MongoDB", "mongo_read_duration"),
                    )
                ),
            ),
            Panel(
                "Compared at the end",
                "Rows that were compared on both sides after the run, and those that were lost.",
                "short",
                (counted("Compared", "cdc_reconciled"), counted("Lost", "cdc_lost")),
            ),
        ),
    ),
)

# One dashboard for what every test measures, one for what an option adds: uid, title, rows.
DASHBOARDS = {
    "k6": ("k6-results", "Load test results", ROWS),
    "k6-tiers": ("k6-tiers", "Load test results: tiers", TIER_ROWS),
    "k6-database": ("k6-database", "Load test results: databases", DATABASE_ROWS),
    "k6-cdc": ("k6-cdc", "Load test results: change data capture", CDC_ROWS),
    "k6-websocket": ("k6-websocket", "Load test results: WebSocket", SOCKET_ROWS),
}

# Marks in every chart: name, colour, how each data source is asked.
ANNOTATIONS: tuple[tuple[str, str, str, str], ...] = (
    (
        "Start",
        "green",
        'k6_vus{testid="$run"} unless k6_vus{testid="$run"} offset 30s',
        'SELECT first("value") AS "text" FROM "vus" WHERE "testid" = \'$run\' AND $timeFilter',
    ),
    (
        "End",
        "blue",
        'k6_vus{testid="$run"} offset 30s unless k6_vus{testid="$run"}',
        'SELECT last("value") AS "text" FROM "vus" WHERE "testid" = \'$run\' AND $timeFilter',
    ),
    (
        "p95 above the limit",
        "orange",
        f"max by (name) (k6_http_req_duration_p95{{{PROM}}}) * 1000 > $limit_ms",
        (
            'SELECT "p95" AS "text" FROM (SELECT percentile("value", 95) AS "p95" FROM'
            f' "http_req_duration" WHERE {INFLUX_MAIN} GROUP BY time(10s), "name")'
            ' WHERE "p95" > $limit_ms'
        ),
    ),
)


def source(kind: str) -> dict[str, str]:
    """Return the reference to a data source: by the uid it is provisioned with."""
    return {"type": kind, "uid": f"k6-{kind}"}


def target(kind: str, query: str, legend: str, ref: str, panel: str) -> dict[str, Any]:
    """Return a query of a panel as Grafana stores it."""
    table = panel == "table"
    if kind == "prometheus":
        return {
            "refId": ref,
            "datasource": source(kind),
            "expr": query,
            "legendFormat": legend,
            "format": "table" if table else "time_series",
            "instant": table,
            "range": not table,
        }
    return {
        "refId": ref,
        "datasource": source(kind),
        "query": query,
        "rawQuery": True,
        "resultFormat": "table" if table else "time_series",
        "alias": legend.replace("{{", "$tag_").replace("}}", ""),
    }


def variables(kind: str) -> list[dict[str, Any]]:
    """Return what can be chosen at the top: run, journeys, limit, and the service's scrape job."""
    if kind == "prometheus":
        run: Any = "label_values(k6_vus, testid)"
        journey: Any = 'label_values(k6_vus{testid="$run"}, test_type)'
    else:
        run = 'SHOW TAG VALUES FROM "vus" WITH KEY = "testid"'
        journey = 'SHOW TAG VALUES FROM "vus" WITH KEY = "test_type" WHERE "testid" = \'$run\''
    found = [
        choice(kind, "run", "Run", run),
        choice(kind, "journey", "Journey", journey, several=True),
        {
            "name": "limit_ms",
            "label": "Mark p95 above (ms)",
            "type": "textbox",
            "query": "500",
            "current": {"text": "500", "value": "500"},
            "options": [{"selected": True, "text": "500", "value": "500"}],
        },
    ]
    if kind == "prometheus":
        job = "label_values(process_resident_memory_bytes, job)"
        found.append(choice(kind, "job", "Service", job, several=True))
    return found


def choice(
    kind: str, name: str, label: str, query: str, *, several: bool = False
) -> dict[str, Any]:
    """Return a variable whose values a query finds; the newest run comes first."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": source(kind),
        "query": query,
        "refresh": 2,
        "sort": 1 if several else 2,
        "multi": several,
        "includeAll": several,
        **({"allValue": ".*", "current": {"text": "All", "value": "$__all"}} if several else {}),
    }


def annotation(kind: str, row: tuple[str, str, str, str]) -> dict[str, Any]:
    """Return one kind of mark."""
    name, colour, prometheus, influxdb = row
    shared = {"name": name, "iconColor": colour, "enable": True, "datasource": source(kind)}
    if kind == "prometheus":
        return {**shared, "expr": prometheus, "step": "30s", "titleFormat": name}
    return {**shared, "query": influxdb, "textColumn": "text", "fromAnnotations": True}


def panels(kind: str, rows: tuple[tuple[str, tuple[Panel, ...]], ...]) -> list[dict[str, Any]]:
    """Return the rows and panels that a data source can fill, from left to right, top to bottom."""
    result: list[dict[str, Any]] = []
    top = 0
    for title, row in rows:
        kept = [panel for panel in row if any(query_of(kind, query) for query in panel.queries)]
        if not kept:
            continue
        place = {"h": 1, "w": WIDTH, "x": 0, "y": top}
        result.append(
            {"id": len(result) + 1, "type": "row", "title": title, "gridPos": place, "panels": []}
        )
        top, left = top + 1, 0
        for panel in kept:
            if left + panel.wide > WIDTH:
                top, left = top + HEIGHT, 0
            result.append(drawn(kind, panel, len(result) + 1, left, top))
            left += panel.wide
        top += HEIGHT
    return result


def query_of(kind: str, query: Query) -> str | None:
    """Return how a data source is asked."""
    return query.prometheus if kind == "prometheus" else query.influxdb


def drawn(kind: str, panel: Panel, number: int, left: int, top: int) -> dict[str, Any]:
    """Return one panel as Grafana stores it."""
    asked = [(query.legend, query_of(kind, query)) for query in panel.queries]
    result: dict[str, Any] = {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": source(kind),
        "gridPos": {"h": HEIGHT, "w": panel.wide, "x": left, "y": top},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            target(kind, text, legend, chr(ord("A") + place), panel.kind)
            for place, (legend, text) in enumerate(asked)
            if text is not None
        ],
    }
    if panel.kind == "table" and kind == "prometheus":
        hidden = {"excludeByName": {"Time": True}, "renameByName": {"Value": "Requests"}}
        result["transformations"] = [{"id": "organize", "options": hidden}]
    return result


def dashboard(name: str, kind: str) -> dict[str, Any]:
    """Return a dashboard of DASHBOARDS for a data source, `prometheus` or `influxdb`."""
    uid, title, rows = DASHBOARDS[name]
    if kind == "influxdb":
        uid = "@@influxdb_dashboard@@" if name == "k6" else f"{uid}-influxdb"
        title = f"{title} (InfluxDB)"
    return {
        "uid": uid,
        "title": title,
        "description": "Made by tools of the template; copy it before you change it.",
        "tags": ["k6"],
        "schemaVersion": 39,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "5s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "annotations": {"list": [annotation(kind, row) for row in ANNOTATIONS]},
        "templating": {"list": variables(kind)},
        "panels": panels(kind, rows),
    }


def files() -> dict[Path, dict[str, Any]]:
    """Return every dashboard by its file."""
    return {
        GRAFANA / "dashboards" / f"{name}-{kind}.json": dashboard(name, kind)
        for name in DASHBOARDS
        for kind in KINDS
    }


def main(arguments: list[str]) -> int:
    """Write the files, or compare them; return the exit code. Prettier styles them afterwards."""
    behind = {
        path: content
        for path, content in files().items()
        if not path.is_file() or json.loads(path.read_text(encoding="utf-8")) != content
    }
    for path, content in behind.items():
        if "--check" in arguments:
            print(f"{path.name} is not what the definition says: run `make format`")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(content, indent=2, ensure_ascii=False)
            path.write_text(f"{text}\n", encoding="utf-8")
    return 1 if behind and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
