"""Counts sockets, routes Socket.IO, and applies the faults of sockets."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.faults.board import ActiveFault, Board
    from service.stats import Stats
    from service.wire import SocketWire

    Chosen = Mapping[str, ActiveFault]

GARBAGE = "<html>not what you asked for"
SOCKETIO_EVENT = "42"
SOCKETIO_OPEN = "0{"
RAW_NEWS = '{"type": "message"'


class SocketMiddleware:
    """Handles everything about WebSockets except the messages.

    Args:
        app: gets all but Socket.IO.
        socketio: gets what is below `path`, polling included.
        path: of the Socket.IO server.
    """

    def __init__(
        self,
        app: ASGIApp,
        socketio: ASGIApp,
        path: str,
        board: Board,
        stats: Stats,
        stopping: asyncio.Event,
    ) -> None:
        self._app = app
        self._socketio = socketio
        self._path = path
        self._board = board
        self._stats = stats
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; pass on plain requests."""
        app = self._socketio if scope["path"].startswith(self._path) else self._app
        if scope["type"] != "websocket":
            await app(scope, receive, send)
            return
        chosen = {
            active.fault.name: active
            for active in self._board.sockets
            if active.chosen("GET", scope["path"])
        }
        if await self._refused(chosen, send, receive):
            return
        self._stats.socket_opened()
        try:
            await app(scope, receive, Talk(chosen, scope, send).send if chosen else send)
        finally:
            self._stats.socket_closed()

    async def _refused(self, chosen: Chosen, send: Send, receive: Receive) -> bool:
        if "ws-hang" in chosen:
            await receive()
            gone = asyncio.ensure_future(receive())
            stop = asyncio.ensure_future(self._stopping.wait())
            await asyncio.wait({gone, stop}, return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()
            stop.cancel()
        if "ws-refuse" not in chosen:
            return "ws-hang" in chosen
        status = int(chosen["ws-refuse"].values["ws-refuse"])
        await send({"type": "websocket.http.response.start", "status": status, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b'{"detail": "refused"}'})
        return True


class Talk:
    """Sends the messages of one socket to the client, with its faults."""

    def __init__(self, chosen: Chosen, scope: Scope, send: Send) -> None:
        self._chosen = chosen
        self._wire: SocketWire = scope["extensions"]["service.wire"]
        self._send = send
        self._later: set[asyncio.Task[None]] = set()

    async def send(self, message: Message) -> None:
        """Pass on a message, or apply the faults instead."""
        if message["type"] == "websocket.accept":
            await self._send(message)
            await self._accepted()
            return
        if message["type"] != "websocket.send" or not _is_news(message):
            if self._silent("all") and message["type"] == "websocket.send":
                return
            await self._send(self._promising(message))
            return
        if self._silent("news") or self._silent("all"):
            return
        if "ws-late" in self._chosen:
            self._after(self._number("ws-late") / 1000, self._tell, message)
            return
        await self._tell(message)

    async def _tell(self, message: Message) -> None:
        if "ws-garbage" in self._chosen:
            message = {"type": "websocket.send", "text": GARBAGE}
        elif "ws-binary" in self._chosen:
            message = {"type": "websocket.send", "bytes": b"\x00\x01\x02"}
        await self._send(message)
        if "ws-duplicate" in self._chosen:
            await self._send(message)

    async def _accepted(self) -> None:
        self._wire.keeps_open = "ws-never-close" in self._chosen
        if "ws-close" in self._chosen:
            await self._send({"type": "websocket.close", "code": int(self._number("ws-close"))})
        if "ws-drop" in self._chosen:
            asyncio.get_running_loop().call_later(self._number("ws-drop"), self._wire.reset)

    def _promising(self, message: Message) -> Message:
        """Change the ping interval in the first packet of Socket.IO."""
        text = message.get("text") or ""
        if "ws-heartbeat" not in self._chosen or not text.startswith(SOCKETIO_OPEN):
            return message
        pace = {"pingInterval": 1000 * self._number("ws-heartbeat"), "pingTimeout": 0}
        return {**message, "text": "0" + json.dumps({**json.loads(text[1:]), **pace})}

    def _silent(self, what: str) -> bool:
        return "ws-silent" in self._chosen and self._chosen["ws-silent"].values["ws-silent"] == what

    def _number(self, name: str) -> float:
        return float(self._chosen[name].values[name])

    def _after(
        self, seconds: float, act: Callable[[Message], Awaitable[None]], message: Message
    ) -> None:
        async def later() -> None:
            await asyncio.sleep(seconds)
            await act(message)

        task = asyncio.ensure_future(later())
        self._later.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._later.discard(task)
        if not task.cancelled():
            task.exception()  # the client has disconnected in the meantime


def _is_news(message: Message) -> bool:
    """Tell whether this is an event, not part of the protocol or a reply."""
    return (message.get("text") or "").startswith((SOCKETIO_EVENT, RAW_NEWS))
