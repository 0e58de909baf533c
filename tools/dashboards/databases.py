"""The dashboard of the database test: each query by itself."""

from __future__ import annotations

from .queries import RUN, Panel, Row, p95, per_second, share

ROWS = (
    Row(
        "Databases",
        (
            Panel(
                "Queries per second",
                "Each query of the test with its rate.",
                "ops",
                (per_second("{{query}}", "db_queries_executed", RUN, "query"),),
            ),
            Panel(
                "Response time by query",
                "95 % of the executions were faster.",
                "s",
                (p95("{{query}}", "db_query_duration", RUN, "query"),),
            ),
            Panel(
                "Errors by query",
                "Share of the executions that failed, in the run so far.",
                "percentunit",
                (share("{{query}}", "db_query_failed", RUN, "query"),),
                wide=24,
            ),
        ),
    ),
)
