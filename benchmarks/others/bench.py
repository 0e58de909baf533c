"""Which faults turn a run red, and are named: this suite, k6's own templates, Locust, Artillery.

    make bench ARGS="others --install FOLDER"     installs Locust and Artillery in FOLDER first
    make bench ARGS="others --tools FOLDER"       uses them from there; without, only k6 is compared

Every tool runs what its own first page shows, for a few seconds, against a server with one fault at
a time: k6 the scripts of `k6 new`, with the address replaced; Locust a user with one task;
Artillery a scenario with one request. No tool gets a check that its first page does not have. "red"
means that the exit code is not 0; "named" that the last lines of the output also say which request
failed and why.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATE = REPOSITORY / "{{cookiecutter.project_slug}}" / ".cookiecutter-k6" / "files"

SECONDS = 4
SET_UP = 2
"""Requests before a fault begins: those of the tools' own checks before the load."""

LAST_LINES = 40
HEALTHY = {"status": "healthy", "pizza": {"name": "Margherita", "ingredients": ["basil"]}}
DOCUMENT = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}


@dataclass(frozen=True)
class Fault:
    """What the server does wrong; `names` is what has to be said about it."""

    title: str
    names: str
    status: int = 200
    body: str = ""
    delay: float = 0
    every: int = 1
    at_once: bool = False
    dead: bool = False


FAULTS = [
    Fault("healthy", ""),
    Fault("nothing listens", r"refused", dead=True),
    Fault("stops listening after the start", r"refused", at_once=True, dead=True),
    Fault("every response is 500", r"500|5xx|server error", status=500),
    Fault("one response in ten is 500", r"500|5xx|server error", status=500, every=10),
    Fault("one second instead of milliseconds", r"p\(?95|too slow", delay=1.0),
    Fault("redirects to a login page", r"redirect|302", status=302, body="/login"),
    Fault("200 with an error in the body", r"healthy|body|field", body='{"status": "down"}'),
]


class Server(ThreadingHTTPServer):
    """Many connections at once, and no word about those that break."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """Say nothing: the ends of runs cut connections."""


@contextmanager
def serving(fault: Fault) -> Iterator[str]:
    """Serve health, an OpenAPI document and what `k6 new` asks for, with a fault."""
    count = 0
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if self.raw_requestline and self.parse_request():
                self.respond()
            else:
                self.close_connection = True

        def respond(self) -> None:
            nonlocal count
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                count += 1
                number = count
            wrong = number > SET_UP and number % fault.every == 0 and fault.title != "healthy"
            path = self.path.split("?")[0]
            document = DOCUMENT if path == "/openapi.json" else HEALTHY
            status, body = 200, json.dumps(document)
            if path == "/login":
                status, body = 200, "<html><form><input type=password></form></html>"
            elif wrong:
                time.sleep(fault.delay)
                status, body = fault.status, fault.body or body
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body)
                body = ""
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())
            if fault.dead and number > SET_UP:
                self.close_connection = True
                threading.Thread(target=stop).start()

        def log_message(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)

    def stop() -> None:
        server.shutdown()
        server.server_close()

    url = f"http://127.0.0.1:{server.server_address[1]}"
    if fault.dead and not fault.at_once:
        server.server_close()
        yield url
        return
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield url
    finally:
        stop()
        thread.join()


@dataclass(frozen=True)
class Tool:
    """A tool: how to run it, and its exit code that is no verdict, such as that of a crash."""

    title: str
    command: list[str]
    environ: dict[str, str]
    file: str = ""
    text: str = ""

    def run(self, url: str, folder: Path) -> tuple[int, str]:
        """Run it for some seconds; return the exit code and the last lines of its output."""
        if self.file:
            (folder / self.file).write_text(self.text.replace("@URL@", url), encoding="utf-8")
        done = subprocess.run(
            [part.replace("@URL@", url) for part in self.command],
            cwd=folder,
            env={**os.environ, **{k: v.replace("@URL@", url) for k, v in self.environ.items()}},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        lines = (done.stdout + done.stderr).splitlines()
        return done.returncode, "\n".join(lines[-LAST_LINES:])


LOCUST = """
from locust import HttpUser, task

class QuickstartUser(HttpUser):
    @task
    def hello(self):
        self.client.get("/health")
"""
ARTILLERY = f"""
config:
  target: "@URL@"
  phases:
    - duration: {SECONDS}
      arrivalRate: 10
scenarios:
  - flow:
      - get:
          url: "/health"
"""


def k6_template(k6: str, name: str) -> str:
    """Return what `k6 new` writes, for some seconds and with another address."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "script.js")
        subprocess.run([k6, "new", "--template", name, path], check=True, capture_output=True)
        text = path.read_text(encoding="utf-8")
    text = text.replace("https://quickpizza.grafana.com", "@URL@")
    text = re.sub(r"duration: .30s.", f"duration: '{SECONDS}s'", text)
    return re.sub(r'duration: "(10|20)s"', 'duration: "2s"', text)


def tools(k6: str, folder: Path | None, suite: Path) -> list[Tool]:
    """Return the tools that are there."""
    found = [
        Tool(
            "this suite",
            ["bash", str(suite / "scripts" / "load-test.sh"), "smoke", "--no-wait", "--no-color"],
            {
                "K6_BIN": k6,
                "BASE_URL": "@URL@",
                "HEALTH_PATHS": "/health",
                "VUS": "3",
                "DURATION": f"{SECONDS}s",
                "TIMELINE": "false",
            },
        ),
        *(
            Tool(f"k6 new ({name})", [k6, "run", "s.js"], {}, "s.js", k6_template(k6, name))
            for name in ("minimal", "protocol")
        ),
    ]
    locust = folder / "locust" / "bin" / "locust" if folder else None
    if locust and locust.is_file():
        words = "--headless --only-summary --users 10 --spawn-rate 10 --host @URL@".split()
        words += ["--run-time", f"{SECONDS}s"]
        found.append(Tool("Locust", [str(locust), "-f", "f.py", *words], {}, "f.py", LOCUST))
    artillery = folder / "artillery" / "node_modules" / ".bin" / "artillery" if folder else None
    if artillery and artillery.is_file():
        environ = {"ARTILLERY_DISABLE_TELEMETRY": "true"}
        words = [str(artillery), "run", "a.yml"]
        found.append(Tool("Artillery", words, environ, "a.yml", ARTILLERY))
    return found


def install(folder: Path) -> None:
    """Install Locust and Artillery."""
    subprocess.run([sys.executable, "-m", "venv", folder / "locust"], check=True)
    subprocess.run([folder / "locust" / "bin" / "pip", "install", "-q", "locust"], check=True)
    place = folder / "artillery"
    place.mkdir(exist_ok=True)
    (place / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    subprocess.run(["npm", "install", "--ignore-scripts", "artillery"], cwd=place, check=True)


def main() -> int:
    """Run every tool on every fault and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--install", type=Path)
    parser.add_argument("--tools", type=Path)
    options = parser.parse_args()
    if options.install:
        options.install.mkdir(parents=True, exist_ok=True)
        install(options.install)
    k6 = shutil.which("k6") or "k6"
    with tempfile.TemporaryDirectory(prefix="others-") as folder:
        suite = Path(shutil.copytree(TEMPLATE, Path(folder, "project")))
        there = tools(k6, options.install or options.tools, suite)
        print("| fault | " + " | ".join(tool.title for tool in there) + " |")
        print("|---" * (len(there) + 1) + "|")
        for fault in FAULTS:
            cells = []
            for number, tool in enumerate(there):
                work = Path(folder, f"{fault.title.replace(' ', '-')}-{number}")
                work.mkdir()
                with serving(fault) as url:
                    code, text = tool.run(url, work)
                red = "green" if code == 0 else f"red ({code})"
                named = code != 0 and re.search(fault.names, text, re.IGNORECASE)
                cells.append(f"{red}{', named' if named else ''}")
            print(f"| {fault.title} | " + " | ".join(cells) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
