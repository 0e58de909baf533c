"""A port that does not speak HTTP."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from service.faults.effects import NOT_HTTP
from service.net import BACKLOG, announce, listen, reset

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable


class _Raw(asyncio.Protocol):
    def __init__(self, behave: Callable[[asyncio.Transport], None]) -> None:
        self._behave = behave

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._behave(transport)


def _garbage(transport: asyncio.Transport) -> None:
    transport.write(NOT_HTTP)
    transport.close()


def _close(transport: asyncio.Transport) -> None:
    transport.close()


def _reset(transport: asyncio.Transport) -> None:
    reset(transport)


def _silent(transport: asyncio.Transport) -> None:
    """Accept and read, but never answer."""


MODES: dict[str, Callable[[asyncio.Transport], None]] = {
    "garbage": _garbage,
    "close": _close,
    "reset": _reset,
    "silent": _silent,
}
"""Functions that handle a new connection, by mode."""


def serve(mode: str, host: str, port: int) -> None:
    """Serve a raw mode until SIGTERM or SIGINT.

    Raises:
        ListenError: the port cannot be bound.
    """
    asyncio.run(_serve(MODES[mode], listen(host, port)))


async def _serve(behave: Callable[[asyncio.Transport], None], bound: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(lambda: _Raw(behave), sock=bound, backlog=BACKLOG)
    announce(bound)
    await stopped.wait()
    server.close()
