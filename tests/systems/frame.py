"""The frame of the small servers in this folder: routes and faults are tables.

Each server does what the scripts of one design document assume, and nothing more: unknown paths
are 404, unknown fields 422, and nobody answers who was not asked. See docs/trace.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State

Answer = tuple[int, object]
"""Status and body: text is sent as text, None not at all, everything else as JSON."""

Responder = Callable[["Request"], Answer]

ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        values: those of the placeholders of the route, in order.
        body: the JSON document; None if there is none.
    """

    values: tuple[str, ...]
    query: dict[str, str]
    headers: Mapping[str, str]
    body: Any

    @property
    def bearer(self) -> str:
        """The token of the request; empty if it has none."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the requests to one route.

    Attributes:
        route: such as `GET /api/products`; a prefix of it is enough.
        status, body: instead of the right answer.
        delay: seconds before the answer.
        cut: the connection is closed instead of an answer.
        every: only each n-th request. skip: not the first ones, which may be those of set-up.
    """

    route: str = ""
    status: int = 0
    body: object = None
    delay: float = 0
    cut: bool = False
    every: int = 1
    skip: int = 0


@dataclass
class System:
    """A running server, its routes and its faults.

    Attributes:
        routes: `METHOD /path/{}` -> what answers.
        sockets: path -> what is said on a socket; it runs in the thread of the connection.
        faults: of routes. broken: names of behaviour that is wrong.
        counts: requests by route.
    """

    url: str = ""
    routes: dict[str, Callable[[Request], Answer]] = field(default_factory=dict)
    sockets: dict[str, Callable[[Socket, Request], None]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.RLock = field(default_factory=threading.RLock)
    stopped: threading.Event = field(default_factory=threading.Event)

    def route(self, method: str, path: str) -> tuple[str, tuple[str, ...]]:
        """Return the route of a request and the values in its path."""
        parts = path.split("/")
        for name in self.routes:
            wanted, _, pattern = name.partition(" ")
            steps = pattern.split("/")
            if wanted == method and len(steps) == len(parts):
                pairs = list(zip(steps, parts, strict=True))
                if all(step in ("{}", part) for step, part in pairs):
                    return name, tuple(part for step, part in pairs if step == "{}")
        return "", ()

    def fault(self, route: str) -> Fault:
        """Return what is wrong with this request to a route, and count it."""
        with self.lock:
            self.counts[route] += 1
            number = self.counts[route]
        for fault in self.faults:
            late = number - fault.skip
            if route.startswith(fault.route) and late > 0 and late % fault.every == 0:
                return fault
        return Fault()


class Socket:
    """One WebSocket, for a function that talks in plain loops."""

    def __init__(self, connection: socket.socket, system: System) -> None:
        self._connection = connection
        self._protocol = Protocol(Side.SERVER, state=State.OPEN)
        self._texts: list[str] = []
        self._system = system

    @property
    def is_open(self) -> bool:
        """Whether both sides still talk."""
        return self._protocol.state is State.OPEN and not self._system.stopped.is_set()

    def send(self, text: str) -> None:
        """Send a text."""
        if self.is_open:
            self._protocol.send_text(text.encode())
            self._flush()

    def close(self) -> None:
        """Close it."""
        if self.is_open:
            self._protocol.send_close(1000)
            self._flush()

    def receive(self, seconds: float) -> str | None:
        """Return the next text; None if none came in time or the socket is closed."""
        if self._texts:
            return self._texts.pop(0)
        self._connection.settimeout(max(0.001, seconds))
        try:
            data = self._connection.recv(65536)
        except TimeoutError:
            return None
        except OSError:
            data = b""
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        self._flush()
        self._texts += [
            bytes(event.data).decode()
            for event in self._protocol.events_received()
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT
        ]
        return self._texts.pop(0) if self._texts else None

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            try:
                if data:
                    self._connection.sendall(data)
                else:
                    self._connection.shutdown(socket.SHUT_WR)
            except OSError:
                return


class Handler(BaseHTTPRequestHandler):
    """Answers the requests to a system; each system has a class of its own."""

    system: System
    protocol_version = "HTTP/1.1"
    # One packet per answer: Nagle's algorithm would add 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        """Read a request of any method."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self._respond()

    def _respond(self) -> None:
        parts = urlsplit(self.path)
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            body = json.loads(text) if text else None
        except ValueError:
            self._reply(400, {"error": "no JSON"})
            return
        name, values = self.system.route(self.command, parts.path)
        headers = {key.lower(): value for key, value in self.headers.items()}
        request = Request(values, dict(parse_qsl(parts.query)), headers, body)
        if parts.path in self.system.sockets and headers.get("upgrade") == "websocket":
            self._talk(parts.path, request)
        else:
            self._answer(name, request)

    def _answer(self, name: str, request: Request) -> None:
        fault = self.system.fault(name)
        if fault.delay:
            time.sleep(fault.delay)
        if fault.cut:
            self.close_connection = True
        elif fault.status:
            self._reply(fault.status, fault.body)
        elif name:
            with self.system.lock:
                answer = self.system.routes[name](request)
            self._reply(*answer)
        else:
            self._reply(404, {"error": "Not Found"})

    def _talk(self, path: str, request: Request) -> None:
        self.close_connection = True
        fault = self.system.fault(path)
        if fault.status:
            self._reply(fault.status, fault.body)
            return
        key = request.headers["sec-websocket-key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + ACCEPT, usedforsecurity=False).digest())
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept.decode())
        self.end_headers()
        self.wfile.flush()
        talking = Socket(self.connection, self.system)
        self.system.sockets[path](talking, request)
        # The client's answer to a close frame.
        talking.receive(0.1)

    def _reply(self, status: int, body: object = None) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        data = b"" if body is None else text.encode()
        self.send_response(status)
        kind = "text/plain" if isinstance(body, str) else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Many connections at once, and no word about those that break."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """Say nothing: faults and ends of runs cut connections."""


@contextmanager
def running(
    prepare: Callable[[System], None], *, faults: tuple[Fault, ...] = (), broken: str = ""
) -> Iterator[System]:
    """Serve a system on a free port; `prepare` adds its routes."""
    system = System(faults=list(faults), broken=set(broken.split()))
    prepare(system)
    handler = type("SystemHandler", (Handler,), {"system": system})
    server = Server(("127.0.0.1", 0), handler)
    system.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield system
    finally:
        system.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
