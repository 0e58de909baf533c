"""A server that answers from a table, for answers that the reference service has no use for."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOT_FOUND = (404, "application/json", '{"detail":"Not Found"}')


@dataclass
class PlainServer:
    """Its address, and path and headers (lower case) of every request."""

    url: str
    received: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def plain_server(
    answers: Mapping[str, tuple[int, str, str]], tls: ssl.SSLContext | None = None
) -> Iterator[PlainServer]:
    """Serve path -> (status, content type, body); the body of a redirect is its target."""
    running = PlainServer("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            running.received.append((self.path, headers))
            status, kind, body = answers.get(self.path, NOT_FOUND)
            self.send_response(status)
            if kind:
                self.send_header("Content-Type", kind)
            if 300 <= status < 400:
                self.send_header("Location", body)
                body = ""
            if status != 204:
                self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    running.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
