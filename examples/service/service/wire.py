"""Below HTTP: the connection itself, for faults that no ASGI application can produce."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.stats import Stats

EXTENSION = "service.wire"
"""Key of the connection in ``scope["extensions"]``."""

LINGER_ZERO = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 seconds: closing sends RST instead of FIN."""


class Wire:
    """The TCP connection of a request."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    @property
    def closed(self) -> bool:
        """True once either side has ended the connection."""
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Sends bytes as they are, outside of HTTP."""
        self._transport.write(data)

    def close(self) -> None:
        """Ends the connection in order (FIN), after what was written."""
        self._transport.close()

    def reset(self) -> None:
        """Ends the connection at once with RST: the client sees 'connection reset by peer'."""
        connection: socket.socket = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        self._transport.abort()


def wire_protocol(stats: Stats) -> type[asyncio.Protocol]:
    """Returns uvicorn's HTTP protocol, which also counts connections and hands them on."""

    class WireProtocol(HttpToolsProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._extensions: dict[str, Any] = {EXTENSION: Wire(transport)}
            stats.connections += 1

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self.scope["extensions"] = cast("Any", self._extensions)

    return WireProtocol
