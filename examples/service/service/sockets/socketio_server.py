"""The Socket.IO server: namespaces `/` and `/live`, acknowledged events, rooms by channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import socketio

from service.sockets.access import Doorkeeper, token_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from service.settings import Paths
    from service.sockets.feed import Clock, Feed

NAMESPACES = ("/", "/live")
PING_SECONDS = 25
ANSWER_SECONDS = 20
MAX_BYTES = 1_000_000


class Desk(socketio.AsyncNamespace):  # type: ignore[misc]
    """One namespace."""

    def __init__(self, namespace: str, feed: Feed, clock: Clock, door: Doorkeeper) -> None:
        super().__init__(namespace)
        self._feed = feed
        self._clock = clock
        self._door = door

    async def on_connect(self, _sid: str, environ: dict[str, Any], auth: object = None) -> None:
        """Refuse an invalid token, sent in the URL, a header or the connect packet."""
        said = str(auth.get("token", "")) if isinstance(auth, dict) else ""
        header = str(environ.get("HTTP_AUTHORIZATION", ""))
        token = said or token_of(str(environ.get("QUERY_STRING", "")).encode(), header)
        if not self._door.admits(token):
            raise socketio.exceptions.ConnectionRefusedError("invalid token")

    async def on_disconnect(self, sid: str, *_: object) -> None:
        """End the subscriptions."""
        self._feed.leave((self.namespace, sid))

    async def on_subscribe(self, sid: str, channel: object = None) -> dict[str, Any]:
        """Subscribe to news; the acknowledgement contains the channel."""

        async def deliver(news: dict[str, Any]) -> None:
            await self.emit("message", news, to=sid)

        self._feed.join(str(channel), (self.namespace, sid), deliver)
        return {"ok": True, "channel": channel}

    async def on_typing(self, _sid: str, *_: object) -> dict[str, Any]:
        """Acknowledge a typing event."""
        return {"ok": True}

    async def on_time(self, _sid: str, *_: object) -> dict[str, Any]:
        """Return the server's time in milliseconds."""
        return {"timestamp": self._clock.now()}


def socketio_app(paths: Paths, feed: Feed, clock: Clock, door: Doorkeeper) -> ASGIApp:
    """Return the server as an application for the path `/socket.io/`."""
    server = socketio.AsyncServer(
        async_mode="asgi",
        cors_allowed_origins="*",
        ping_interval=PING_SECONDS,
        ping_timeout=ANSWER_SECONDS,
        max_http_buffer_size=MAX_BYTES,
        logger=False,
        engineio_logger=False,
    )
    for namespace in NAMESPACES:
        server.register_namespace(Desk(namespace, feed, clock, door))
    app: ASGIApp = socketio.ASGIApp(server, socketio_path=paths.socketio.strip("/"))
    return app
