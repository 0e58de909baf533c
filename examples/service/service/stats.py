"""Statistics of received requests and their responses, for tests."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ADMIN = "/_"
"""Prefix of the service's switches, which are never counted and have no faults."""

MAX_UNKNOWN_ROUTES = 200
"""Paths without a route that are counted by name; the rest share one row."""

NO_STATUS = 0
"""The status of a request that was never answered, or below HTTP."""


class Stats:
    """Counts by method, route and status, and the newest raw requests.

    Args:
        keep: how many raw requests are kept.
    """

    def __init__(self, keep: int) -> None:
        self.counts: Counter[tuple[str, str, int]] = Counter()
        self.recent: deque[dict[str, Any]] = deque(maxlen=keep)
        self.connections = 0
        self.sockets = {"opened": 0, "open": 0, "peak": 0}
        self._unknown: set[str] = set()

    def clear(self) -> None:
        """Reset all statistics."""
        self.counts.clear()
        self.recent.clear()
        self.connections = 0
        self.sockets.update(opened=0, peak=self.sockets["open"])
        self._unknown.clear()

    def socket_opened(self) -> None:
        """Count a WebSocket that was not refused."""
        self.sockets["opened"] += 1
        self.sockets["open"] += 1
        self.sockets["peak"] = max(self.sockets["peak"], self.sockets["open"])

    def socket_closed(self) -> None:
        """Count the end of a WebSocket."""
        self.sockets["open"] -= 1

    def record(self, scope: Scope, body: bytes, status: int) -> None:
        """Count one completed request."""
        self.counts[scope["method"], self._route(scope), status] += 1
        self.recent.append({"scope": scope, "body": body, "status": status})

    def report(self) -> dict[str, Any]:
        """Return the statistics as JSON data; bytes are decoded as Latin-1."""
        return {
            "total": sum(self.counts.values()),
            "connections": self.connections,
            "sockets": self.sockets,
            "requests": [
                {"method": method, "route": route, "status": status, "count": count}
                for (method, route, status), count in sorted(self.counts.items())
            ],
            "recent": [_readable(**request) for request in self.recent],
        }

    def _route(self, scope: Scope) -> str:
        route = scope.get("route")
        if route is not None:
            return str(route.path)
        path = str(scope["path"])
        if path not in self._unknown and len(self._unknown) >= MAX_UNKNOWN_ROUTES:
            return "(other)"
        self._unknown.add(path)
        return path


def _readable(scope: Scope, body: bytes, status: int) -> dict[str, Any]:
    return {
        "method": scope["method"],
        "path": scope["raw_path"].decode("latin-1"),
        "query": scope["query_string"].decode("latin-1"),
        "http_version": scope["http_version"],
        "headers": [[k.decode("latin-1"), v.decode("latin-1")] for k, v in scope["headers"]],
        "body": body.decode("latin-1"),
        "status": status,
    }


class StatsMiddleware:
    """Records the statistics, outside of the faults, so that it sees what the client sees."""

    def __init__(self, app: ASGIApp, stats: Stats) -> None:
        self._app = app
        self._stats = stats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request and record its result."""
        if scope["type"] != "http" or scope["path"].startswith(ADMIN):
            await self._app(scope, receive, send)
            return
        status = NO_STATUS
        body = bytearray()

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        async def watched_receive() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        try:
            await self._app(scope, watched_receive, watched_send)
        finally:
            self._stats.record(scope, bytes(body), status)
