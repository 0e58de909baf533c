"""The dashboard of the WebSocket test: connections and messages."""

from __future__ import annotations

from .queries import RUN, Panel, Row, per_second, percentiles, share

ROWS = (
    Row(
        "WebSocket",
        (
            Panel(
                "Connections per second",
                "Connections that were opened.",
                "cps",
                (per_second("Connections", "ws_connections", RUN),),
            ),
            Panel(
                "Errors",
                "Connections, messages and answers that went wrong.",
                "percentunit",
                (share("Error %", "ws_errors", RUN),),
            ),
            Panel(
                "Messages per second",
                "Messages of the service, and those that the test sent.",
                "cps",
                (
                    per_second("Received", "ws_messages_received", RUN),
                    per_second("Sent", "ws_messages_sent", RUN),
                ),
            ),
            Panel(
                "Message latency",
                "From the service's time stamp to arrival, clocks put right.",
                "s",
                percentiles("ws_message_latency", RUN),
            ),
            Panel(
                "Round trip",
                "From a question to its answer.",
                "s",
                percentiles("ws_round_trip", RUN),
            ),
        ),
    ),
)
