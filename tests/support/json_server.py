"""A server of this machine that hands every request to a function and sends what it returns."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BODILESS = frozenset({204, 205, 304})


@dataclass(frozen=True)
class Received:
    """One request: method, path with query, headers by lower-case name, body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON, None for anything else."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


# Status, content (bytes as they are, anything else as JSON), further headers. Without a status, the
# connection is closed.
Answer = tuple[int, Any, Mapping[str, str]]


@contextmanager
def serving_json(answer: Callable[[Received], Answer]) -> Iterator[str]:
    """Serve on a free port; yield the address. Requests are answered one at a time."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                status, content, more = answer(Received(self.command, self.path, headers, body))
            if status == 0:
                self.close_connection = True
                return
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.reply(status, data, more)

        def reply(self, status: int, content: bytes, more: Mapping[str, str]) -> None:
            data = b"" if status in BODILESS or self.command == "HEAD" else content
            self.send_response(status)
            if data:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
