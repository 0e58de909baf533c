"""The raw channel: JSON messages, each with a `type`."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from service.sockets.access import Doorkeeper, token_of

if TYPE_CHECKING:
    from service.settings import Paths
    from service.sockets.feed import Clock, Feed

FORBIDDEN = 1008
"""Close code before the upgrade: the server answers 403."""


def raw_router(paths: Paths, feed: Feed, clock: Clock, door: Doorkeeper) -> APIRouter:
    """Return the route of the channel."""
    router = APIRouter()

    async def channel(socket: WebSocket) -> None:
        """Reply to the client's messages until it disconnects."""
        token = token_of(socket.scope["query_string"], socket.headers.get("authorization", ""))
        if not door.admits(token):
            await socket.close(FORBIDDEN)
            return
        await socket.accept()

        async def deliver(message: dict[str, Any]) -> None:
            await socket.send_text(json.dumps(message))

        try:
            with contextlib.suppress(WebSocketDisconnect):
                while True:
                    said = _read(await socket.receive_text())
                    if said.get("type") == "subscribe":
                        feed.join(str(said.get("channel")), socket, deliver)
                    await deliver(_answer(said, clock))
        finally:
            feed.leave(socket)

    router.add_api_websocket_route(paths.channel, channel)
    return router


def _read(text: str) -> dict[str, Any]:
    """Return a client's message; an empty one if it is not a JSON object."""
    with contextlib.suppress(ValueError):
        said = json.loads(text)
        if isinstance(said, dict):
            return said
    return {}


def _answer(said: dict[str, Any], clock: Clock) -> dict[str, Any]:
    kind = said.get("type")
    if kind == "subscribe":
        return {"type": "subscribed", "channel": said.get("channel")}
    if kind == "ping":
        return {"type": "pong", "id": said.get("id"), "timestamp": clock.now()}
    if kind == "typing":
        return {"type": "ack", "id": said.get("id")}
    return {"type": "error", "message": "send JSON with a type: subscribe, typing or ping"}
