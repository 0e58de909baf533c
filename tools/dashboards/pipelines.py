"""The dashboard of change data capture: latency and completeness of the pipeline."""

from __future__ import annotations

from .queries import RUN, Panel, Row, p95, percentiles, share, total

ROWS = (
    Row(
        "Change data capture",
        (
            Panel(
                "From write to document",
                "Time from the start of a write until the change was found on the read side.",
                "s",
                percentiles("cdc_e2e_latency", RUN),
            ),
            Panel(
                "Changes that arrived",
                "Share of the changes that arrived in time, in the run so far.",
                "percentunit",
                (share("Arrived", "cdc_success_rate", RUN),),
            ),
            Panel(
                "Writes and reads",
                "p95 of the statements in each database.",
                "s",
                (
                    p95("PostgreSQL", "pg_write_duration", RUN),
                    p95("MongoDB", "mongo_read_duration", RUN),
                ),
            ),
            Panel(
                "Compared at the end",
                "Rows compared on both sides after the run, and lost rows.",
                "short",
                (
                    total("Compared", "cdc_reconciled", RUN),
                    total("Lost", "cdc_lost", RUN),
                ),
            ),
        ),
    ),
)
