"""The dashboard of tenant tests: each tier, and the effect of a noisy one."""

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
                "Requests that each tier sends; `noisy` is the noisy neighbour.",
                "reqps",
                (per_second("{{tier}}", "http_reqs", _TIERED, "tier"),),
            ),
            Panel(
                "Response time by tier",
                "p95 of each tier.",
                "s",
                (p95("{{tier}}", "http_req_duration", _TIERED, "tier"),),
            ),
            Panel(
                "Errors by tier",
                "Share of failed requests.",
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
                "Response time before and during the noise",
                "p95 of each tier while the noisy neighbour is quiet, and while it is noisy.",
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
