"""Serves the application with uvicorn: a ready line, an optional late start, a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from service.app import Service, build
from service.net import BACKLOG, announce, listen
from service.wire import socket_protocol, wire_protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from service.settings import Settings

KEEP_ALIVE = 75
"""Keep-alive timeout in seconds, longer than think times to avoid races with clients."""

GRACE = 3
"""Seconds that requests have to finish after a signal."""

POLL = 0.05
"""Seconds between two checks for a signal while the start is delayed."""


class Server(uvicorn.Server):
    """uvicorn's server with a late bind, the ready line, and the release of held requests."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Bind the port, after the start delay."""
        assert not sockets, "this server binds its own socket"
        await self._delay(float(self._service.board.setting("start-delay", 0)))
        if self.should_exit:
            return
        bound = listen(self.config.host, self.config.port)
        await super().startup([bound])
        announce(bound, "https" if self.config.is_ssl else "http")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End requests that are held by a fault, then the others."""
        self._service.stopping.set()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT; both are a normal end, with exit code 0."""
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def _delay(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self.should_exit and loop.time() < end:
            await asyncio.sleep(min(POLL, end - loop.time()))


def serve(settings: Settings, *, access_log: bool = False) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        FaultError: a fault in the settings is unknown or invalid.
        ListenError: the port cannot be bound.
    """
    service = build(settings)
    config = uvicorn.Config(
        service.app,
        host=settings.host,
        port=settings.port,
        http=wire_protocol(service.stats),
        ws=socket_protocol(),
        # For thousands of idle sockets: no pings, and no buffers for compression.
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=LOGGING_CONFIG if access_log else None,
        log_level="info" if access_log else "error",
        access_log=access_log,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )
    Server(config, service).run()
