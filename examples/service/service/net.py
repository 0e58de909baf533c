"""Binds and announces the port, for HTTP and for raw TCP."""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

BACKLOG = 2048

LINGER_ZERO = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 seconds: closing sends RST instead of FIN."""


class ListenError(Exception):
    """The port cannot be bound; the message says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket; port 0 takes a free one.

    Raises:
        ListenError: the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise ListenError(
            f"cannot listen on {host}:{port}: {error.strerror or error}; "
            f"try another port with --port N, or --port 0 for a free one"
        ) from error
    return bound


def announce(bound: socket.socket, scheme: str = "http") -> None:
    """Print the line that announces that the service is ready, with its address."""
    host, port = bound.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"listening on {scheme}://{shown}:{port}", flush=True)


def reset(transport: asyncio.Transport) -> None:
    """Abort a connection with RST; buffered data is dropped."""
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    transport.abort()


def stop_on_eof() -> None:
    """Stop this process when its standard input ends, i.e. when its parent is gone."""

    def watch() -> None:
        while os.read(0, 1024):
            continue
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
