"""A server that answers from a table of routes and records every request.

For features that the reference service lacks: keys in queries and cookies, forms, hostile routes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request: method, path with query, headers by lower-case name, body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Recorder:
    """The server's address and the requests it received.

    Attributes:
        url: address without a slash at the end.
        requests: all except those of the setup, in order.
        echo: answers with status 500 and the request's own headers and path, as some services do.
    """

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    echo: bool = False

    def sent(self, method: str, start: str = "/") -> list[Received]:
        """Return the requests with this method and a path that starts with `start`."""
        return [r for r in self.requests if r.method == method and r.path.startswith(start)]


@contextmanager
def recording(answers: Mapping[str, tuple[int, object]]) -> Iterator[Recorder]:
    """Serve a table of `METHOD /path` -> (status, JSON); answer 404 to everything else."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if not self.path.endswith("/health"):
                received = Received(self.command, self.path, headers, body)
                recorder.requests.append(received)
            status, document = answers.get(
                f"{self.command} {self.path.split('?')[0]}", (404, {"detail": "no such thing"})
            )
            if recorder.echo:
                status, document = 500, {"path": self.path, **headers}
            self.reply(status, json.dumps(document).encode())

        def reply(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(0 if status == 204 else len(content)))
            self.end_headers()
            if status != 204:
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    recorder.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
