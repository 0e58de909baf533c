"""Below HTTP: the connection itself, for faults that no ASGI application can produce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.net import reset

if TYPE_CHECKING:
    import asyncio

    from service.stats import Stats

EXTENSION = "service.wire"
"""Key of the connection in ``scope["extensions"]``."""


class Wire:
    """The TCP connection of a request."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    @property
    def closed(self) -> bool:
        """True once either side has ended the connection."""
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send bytes as they are, outside of HTTP."""
        self._transport.write(data)

    def close(self) -> None:
        """End the connection in order (FIN), after what was written."""
        self._transport.close()

    def reset(self) -> None:
        """End the connection at once with RST: the client sees 'connection reset by peer'."""
        reset(self._transport)


def wire_protocol(stats: Stats) -> type[asyncio.Protocol]:
    """Return uvicorn's HTTP protocol, which also counts connections and hands them on."""

    class WireProtocol(HttpToolsProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._extensions: dict[str, Any] = {EXTENSION: Wire(transport)}
            stats.connections += 1

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self.scope["extensions"] = cast("Any", self._extensions)

    return WireProtocol
