"""The dashboard of every test: load, endpoints, and the service itself."""

from __future__ import annotations

from .queries import (
    MAIN,
    RUN,
    WINDOW,
    Panel,
    Query,
    Row,
    gauge,
    p95,
    per_second,
    percentiles,
    select,
    share,
)

_LOAD = Row(
    "Load",
    (
        Panel(
            "Requests per second",
            "All requests of the profile.",
            "reqps",
            (per_second("Requests", "http_reqs", MAIN),),
        ),
        Panel(
            "Virtual users",
            "Active and allocated VUs.",
            "short",
            (gauge("Users", "vus", RUN), gauge("Allocated", "vus_max", RUN)),
        ),
        Panel(
            "Errors",
            "Share of failed requests.",
            "percentunit",
            (
                Query(
                    "Error %",
                    f'(sum(rate(k6_http_reqs_total{{{MAIN.prometheus}, expected_response="false"}}'
                    f"{WINDOW})) or vector(0))"
                    f" / sum(rate(k6_http_reqs_total{{{MAIN.prometheus}}}{WINDOW}))",
                    select('mean("value")', "http_req_failed", MAIN.influxdb),
                ),
            ),
        ),
        Panel(
            "Response time",
            "With Prometheus: that of the slowest endpoint, because percentiles cannot be merged.",
            "s",
            (
                *percentiles("http_req_duration", MAIN),
                Query(
                    "Limit of p95",
                    "vector($limit_ms / 1000)",
                    select(
                        'mean("value") * 0 + $limit_ms / 1000', "http_req_duration", MAIN.influxdb
                    ),
                ),
            ),
        ),
        Panel(
            "Checks",
            "Share of successful checks.",
            "percentunit",
            (share("Checks", "checks", MAIN),),
        ),
        Panel(
            "Data",
            "Sent to and received from the service.",
            "Bps",
            (
                per_second("Received", "data_received", RUN),
                per_second("Sent", "data_sent", RUN),
            ),
        ),
    ),
)

_ENDPOINTS = Row(
    "Endpoints",
    (
        Panel(
            "Response time by endpoint",
            "p95 of each endpoint.",
            "s",
            (p95("{{name}}", "http_req_duration", MAIN, "name"),),
        ),
        Panel(
            "Requests per second by endpoint",
            "Request rate of each endpoint.",
            "reqps",
            (per_second("{{name}}", "http_reqs", MAIN, "name"),),
        ),
        Panel(
            "Endpoints",
            "Requests by endpoint and status in the selected time range.",
            "short",
            (
                Query(
                    "Requests",
                    f"sum by (name, method, status) (last_over_time("
                    f"k6_http_reqs_total{{{MAIN.prometheus}}}[$__range]))",
                    f'SELECT sum("value") AS "Requests" FROM "http_reqs" WHERE {MAIN.influxdb}'
                    ' GROUP BY "name", "method", "status"',
                ),
            ),
            kind="table",
            wide=24,
        ),
        Panel(
            "Response time by tier",
            "p95 by kind of endpoint, such as health, api or auth.",
            "s",
            (p95("{{kind}}", "http_req_duration", MAIN, "kind"),),
        ),
        Panel(
            "Where the time goes",
            "Average duration of each phase of a request.",
            "s",
            tuple(
                Query(
                    phase,
                    f"avg(k6_http_req_{phase}_avg{{{MAIN.prometheus}}})",
                    select('mean("value") / 1000', f"http_req_{phase}", MAIN.influxdb),
                )
                for phase in ("blocked", "connecting", "sending", "waiting", "receiving")
            ),
        ),
    ),
)

_SERVICE = Row(
    "The service itself",
    (
        Panel(
            "CPU of the service",
            "CPU cores in use, from the service's own metrics.",
            "short",
            (
                Query(
                    "{{instance}}",
                    f'rate(process_cpu_seconds_total{{job=~"$job"}}{WINDOW})',
                    select(
                        'non_negative_derivative(last("process_cpu_seconds_total"), 1s)',
                        "prometheus",
                        "$timeFilter",
                        "instance",
                    ),
                ),
            ),
        ),
        Panel(
            "Memory of the service",
            "Resident memory, from the service's own metrics.",
            "bytes",
            (
                Query(
                    "{{instance}}",
                    'process_resident_memory_bytes{job=~"$job"}',
                    select(
                        'last("process_resident_memory_bytes")',
                        "prometheus",
                        "$timeFilter",
                        "instance",
                    ),
                ),
            ),
        ),
    ),
)

ROWS = (_LOAD, _ENDPOINTS, _SERVICE)
