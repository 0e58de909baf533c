"""A service for START_COMMAND: healthy on every path, after a delay.

python start_command_service.py PORT [--delay S] [--children N] [--stubborn] [--detach]
    [--unhealthy S] [--html]
"""

from __future__ import annotations

import argparse
import http.server
import os
import signal
import subprocess
import sys
import time


class Handler(http.server.BaseHTTPRequestHandler):
    healthy_from = 0.0
    body = b'{"status": "healthy"}'

    def do_GET(self) -> None:
        healthy = time.monotonic() >= self.healthy_from
        body = self.body if healthy else b"{}"
        self.send_response(200 if healthy else 503)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Stay silent."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--children", type=int, default=0)
    parser.add_argument("--stubborn", action="store_true")
    parser.add_argument("--detach", action="store_true")
    parser.add_argument("--unhealthy", type=float, default=0)
    parser.add_argument("--html", action="store_true")
    options = parser.parse_args()
    print(f"booting, pid {os.getpid()}", flush=True)
    if options.detach and os.fork():
        sys.exit(0)
    if options.stubborn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for number in range(options.children):
        # Every second child leaves the process group, as daemons do.
        subprocess.Popen(["sleep", "300"], start_new_session=bool(number % 2))
    time.sleep(options.delay)
    Handler.healthy_from = time.monotonic() + options.unhealthy
    if options.html:
        Handler.body = b"<html>healthy</html>"
    with http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Handler) as server:
        print("ready", flush=True)
        server.serve_forever()


main()
