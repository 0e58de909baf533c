"""The dashboard of change data capture: how late changes arrive, and whether all do."""

from __future__ import annotations

from .queries import RUN, Panel, Row, p95, percentiles, share, total

ROWS = (
    Row(
        "Change data capture",
        (
            Panel(
                "From write to document",
                "How long a change takes through the pipeline, clocks put right.",
                "s",
                percentiles("cdc_e2e_latency", RUN),
            ),
            Panel(
                "Changes that arrived",
                "Share of the changes that the other side had in time, in the run so far.",
                "percentunit",
                (share("Arrived", "cdc_success_rate", RUN),),
            ),
            Panel(
                "Writes and reads",
                "What the two databases themselves take: 95 % were faster.",
                "s",
                (
                    p95("PostgreSQL", "pg_write_duration", RUN),
                    p95("MongoDB", "mongo_read_duration", RUN),
                ),
            ),
            Panel(
                "Compared at the end",
                "Rows that were compared on both sides after the run, and those that were lost.",
                "short",
                (
                    total("Compared", "cdc_reconciled", RUN),
                    total("Lost", "cdc_lost", RUN),
                ),
            ),
        ),
    ),
)
