"""What receives the figures in these tests: a real Prometheus, and a socket that keeps lines."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from service.testing import free_port

CONFIG = """\
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: service
    metrics_path: /_metrics
    static_configs:
      - targets: ['{service}']
"""


@dataclass
class Prometheus:
    """A running Prometheus that accepts remote writes."""

    url: str

    def ask(self, path: str, **parameters: object) -> Any:
        """Return the data of an answer of its API.

        Raises ValueError with Prometheus's own words when it refuses the query.
        """
        query = urllib.parse.urlencode(parameters, doseq=True)
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{query}", timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from error

    def series(self, query: str, start: float, end: float) -> list[dict[str, Any]]:
        """Return the series of a query between two times."""
        data = self.ask("query_range", query=query, start=start, end=end, step=1)
        return list(data["result"])


@contextmanager
def running_prometheus(binary: Path, folder: Path, service: str) -> Iterator[Prometheus]:
    """Start a Prometheus that also scrapes the service at `host:port`; stop it at the end."""
    config = folder / "prometheus.yml"
    config.write_text(CONFIG.format(service=service), encoding="utf-8")
    port = free_port()
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(binary),
                f"--config.file={config}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--web.enable-remote-write-receiver",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/-/ready", process, folder / "prometheus.log")
        yield Prometheus(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(30)


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            words = log.read_text("utf-8", "replace")[-2000:]
            assert process.poll() is None, f"Prometheus ended: {words}"
            assert time.monotonic() < deadline, f"Prometheus is not ready: {words}"
            time.sleep(0.1)


@dataclass
class Lines:
    """Measurements that were written: name -> tags and fields that occurred in it."""

    url: str
    tags: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    fields: dict[str, set[str]] = field(default_factory=dict)

    def keep(self, body: str) -> None:
        """Read InfluxDB's line protocol: `measurement,tag=value field=value time`."""
        for line in body.splitlines():
            head, values, _ = re.split(r"(?<!\\) ", line, maxsplit=2)
            name, *tags = re.split(r"(?<!\\),", head)
            known = self.tags.setdefault(name, {})
            for tag in tags:
                key, value = re.split(r"(?<!\\)=", tag, maxsplit=1)
                known.setdefault(key, set()).add(re.sub(r"\\(.)", r"\1", value))
            for pair in re.split(r"(?<!\\),", values):
                self.fields.setdefault(name, set()).add(pair.split("=", 1)[0])


@contextmanager
def line_keeper() -> Iterator[Lines]:
    """Listen like an InfluxDB 1.8 on loopback, and keep what is written."""
    kept = Lines("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith("/write"):
                with lock:
                    kept.keep(body.decode())
                self.send_response(204)
                self.end_headers()
                return
            answer = b'{"results":[{"statement_id":0}]}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST  # noqa: N815 - the name that the base class looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    lock = threading.Lock()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_address[1]}/k6"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join(10)
