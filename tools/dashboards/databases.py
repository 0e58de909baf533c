"""The dashboard of the database test, by query."""

from __future__ import annotations

from .queries import RUN, Panel, Row, p95, per_second, share

ROWS = (
    Row(
        "Databases",
        (
            Panel(
                "Queries per second",
                "Executions of each query.",
                "ops",
                (per_second("{{query}}", "db_queries_executed", RUN, "query"),),
            ),
            Panel(
                "Response time by query",
                "p95 of each query.",
                "s",
                (p95("{{query}}", "db_query_duration", RUN, "query"),),
            ),
            Panel(
                "Errors by query",
                "Share of failed executions in the run so far.",
                "percentunit",
                (share("{{query}}", "db_query_failed", RUN, "query"),),
                wide=24,
            ),
        ),
    ),
)
