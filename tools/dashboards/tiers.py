"""The dashboard of tests with tenants: each tier by itself, and beside a noisy one."""

from __future__ import annotations

from .queries import MAIN, WINDOW, Filter, Panel, Query, Row, p95, per_second, select

# Prometheus also has the series of requests without a tier; InfluxDB groups them under no name.
_TIERED = Filter(f'{MAIN.prometheus}, tier!=""', MAIN.influxdb)
_RATE = f"sum by (tier) (rate(k6_http_reqs_total{{{_TIERED.prometheus}}}{WINDOW}))"
_FAILED = (
    "sum by (tier) (rate(k6_http_reqs_total"
    f'{{{_TIERED.prometheus}, expected_response="false"}}{WINDOW}))'
)

ROWS = (
    Row(
        "Tiers",
        (
            Panel(
                "Requests per second by tier",
                "What each tier really sends; `noisy` is the one that sends too much.",
                "reqps",
                (per_second("{{tier}}", "http_reqs", _TIERED, "tier"),),
            ),
            Panel(
                "Response time by tier",
                "95 % of the requests were faster.",
                "s",
                (p95("{{tier}}", "http_req_duration", _TIERED, "tier"),),
            ),
            Panel(
                "Errors by tier",
                "Requests that were not answered as expected.",
                "percentunit",
                (
                    Query(
                        "{{tier}}",
                        f"({_FAILED} or 0 * {_RATE}) / {_RATE}",
                        select('mean("value")', "http_req_failed", MAIN.influxdb, "tier"),
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
                        f'(k6_http_req_duration_p95{{{MAIN.prometheus}, neighbour!=""}})',
                        select(
                            'percentile("value", 95) / 1000',
                            "http_req_duration",
                            f"{MAIN.influxdb} AND \"neighbour\" != ''",
                            'tier", "neighbour',
                        ),
                    ),
                ),
            ),
        ),
    ),
)
