"""The dashboard of the WebSocket test: connections and messages."""

from __future__ import annotations

from .queries import RUN, Panel, Row, per_second, percentiles, share

ROWS = (
    Row(
        "WebSocket",
        (
            Panel(
                "Connections per second",
                "Opened connections.",
                "cps",
                (per_second("Connections", "ws_connections", RUN),),
            ),
            Panel(
                "Errors",
                "Share of failed connections, messages and replies.",
                "percentunit",
                (share("Error %", "ws_errors", RUN),),
            ),
            Panel(
                "Messages per second",
                "Messages received from the service, and messages sent.",
                "cps",
                (
                    per_second("Received", "ws_messages_received", RUN),
                    per_second("Sent", "ws_messages_sent", RUN),
                ),
            ),
            Panel(
                "Message latency",
                "Time from the service's timestamp to arrival, corrected for clock differences.",
                "s",
                percentiles("ws_message_latency", RUN),
            ),
            Panel(
                "Round trip",
                "Time from a request message to its reply.",
                "s",
                percentiles("ws_round_trip", RUN),
            ),
        ),
    ),
)
