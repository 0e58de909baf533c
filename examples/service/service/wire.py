"""Access to the connection below HTTP, for faults that an ASGI application cannot produce."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from service.net import reset

if TYPE_CHECKING:
    from service.stats import Stats

EXTENSION = "service.wire"
"""Key of the connection in ``scope["extensions"]``."""


class Wire:
    """The TCP connection of a request."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    @property
    def closed(self) -> bool:
        """Whether either side has closed the connection."""
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send raw bytes, outside of HTTP."""
        self._transport.write(data)

    def close(self) -> None:
        """Close the connection cleanly (FIN) after the data written so far."""
        self._transport.close()

    def reset(self) -> None:
        """Abort the connection with RST: the client sees 'connection reset by peer'."""
        reset(self._transport)


def wire_protocol(stats: Stats) -> type[asyncio.Protocol]:
    """Return uvicorn's HTTP protocol, extended to count and pass on connections."""

    class WireProtocol(HttpToolsProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._extensions: dict[str, Any] = {EXTENSION: Wire(transport)}
            stats.connections += 1

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self.scope["extensions"] = cast("Any", self._extensions)

    return WireProtocol


class SocketWire(Wire):
    """The TCP connection of a WebSocket.

    Attributes:
        keeps_open: the client's wish to close is not answered.
    """

    keeps_open = False


def socket_protocol() -> type[asyncio.Protocol]:
    """Return uvicorn's WebSocket protocol, extended to pass on its connection and keep it open."""

    class SocketProtocol(WebSocketsSansIOProtocol):
        _wire: SocketWire
        _lost: asyncio.Event

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self._wire = SocketWire(cast("asyncio.Transport", transport))
            self._lost = asyncio.Event()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self._lost.set()

        def handle_connect(self, event: Any) -> None:
            super().handle_connect(event)
            if hasattr(self, "scope"):
                extensions = cast("dict[str, Any]", self.scope["extensions"])
                extensions[EXTENSION] = self._wire

        def handle_close(self, event: Any) -> None:
            if not self._wire.keeps_open:
                super().handle_close(event)

        async def send(self, message: Any) -> None:
            if self._wire.keeps_open and self.conn.close_rcvd is not None:
                await self._lost.wait()
            await super().send(message)
            if self.initial_response is not None:
                self.handshake_complete = True  # a refusal completes it as well

        def shutdown(self) -> None:
            if self._wire.keeps_open:
                self._wire.reset()
            else:
                super().shutdown()

    return SocketProtocol
