"""A marker in every secret setting: everything that a run writes or prints is searched."""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest

from tests.support.layout import LOAD
from tests.support.wrapper_project import Project
from tests.wrapper.test_secrets import command_lines

pytestmark = pytest.mark.slow

ROW = re.compile(r"^\| `([A-Z0-9_]+)` \|.*Secret: from the environment only", re.MULTILINE)
NAMES = sorted({
    name for page in (LOAD / "docs").glob("*.md") for name in ROW.findall(page.read_text())
})  # fmt: skip
SHAPES = {
    "SECRET_HEADERS": "X-Gateway: canary-gateway/1+2 | X-Other: Bearer canary-second",
    "TIER_KEY": "free=canary-free,starter=canary-starter",
    "DATABASE_URL": "postgres://me:canary-database@localhost/x",
    "MONGODB_URL": "mongodb://me:canary-mongodb@localhost/x",
    "READ_URL": "http://me:canary-read@localhost/x",
    "WEBHOOK_URL": "http://127.0.0.1:1/canary-webhook",
    # It belongs to a certificate, which this run has not.
    "CLIENT_KEY_PASSWORD": "canary-unused",
}
SECRETS = {name: SHAPES.get(name, f"canary/{name.lower()}+1") for name in NAMES}

MODES: dict[str, dict[str, str]] = {
    "none": {},
    "basic": {},
    "digest": {},
    "ntlm": {},
    "bearer": {},
    "key as a bearer token": {"AUTH_MODE": "api-key"},
    "key in a header": {"AUTH_MODE": "api-key", "API_KEY_IN": "header"},
    "key in the query": {"AUTH_MODE": "api-key", "API_KEY_IN": "query", "API_KEY_NAME": "key"},
    "key in a cookie": {"AUTH_MODE": "api-key", "API_KEY_IN": "cookie", "API_KEY_NAME": "key"},
    "login": {"LOGIN_FIELDS": "tenant=acme"},
    "oauth2": {"OAUTH2_CLIENT_ID": "me"},
    "client in the body": {"AUTH_MODE": "oauth2", "OAUTH2_CLIENT_AUTH": "body"},
    "refresh token": {"AUTH_MODE": "oauth2", "OAUTH2_GRANT": "refresh_token"},
    "session": {},
}


class Echo(BaseHTTPRequestHandler):
    """Gives tokens to everybody, and repeats what it was sent whenever it can."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        said = f"{self.command} {self.path}\n{self.headers}\n{body}"
        status, text, kind = 500, f"failed on {said}", "text/plain"
        if self.path.startswith("/health"):
            status, text = 200, "ok"
        elif "login" in self.path or "token" in self.path:
            tokens = {"access_token": "canary-token", "refresh_token": "canary-refresh"}
            status, text, kind = 200, json.dumps({**tokens, "said": said}), "application/json"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if "login" in self.path:
            self.send_header("Set-Cookie", "session=canary-session; Path=/")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def forms_of(secret: str) -> set[str]:
    """A secret as it may be written: plain, in a URL, in the header of basic authentication."""
    coded = base64.b64encode(f"someone@example.com:{secret}".encode()).decode()
    return {secret, quote(secret, safe=""), coded}


def test_there_are_secrets_of_all_parts() -> None:
    assert {"API_KEY", "OAUTH2_CLIENT_SECRET", "SECRET_HEADERS", "OPENAPI_KEY"} <= set(NAMES)
    assert len(NAMES) >= 9


@pytest.mark.parametrize("mode", MODES)
def test_no_marker_is_written_or_printed(real_project: Project, echo: str, mode: str) -> None:
    settings = {"AUTH_MODE": mode, **MODES[mode]}
    env: dict[str, str | None] = {
        **SECRETS,
        "TEST_USER_EMAIL": "someone@example.com",
        "API_PREFIX": "/",
        "OPENAPI_PATH": "/none",
        **settings,
    }
    words = ["api-authenticated", "--base-url", echo, "--duration", "1s", "--time-scale", "0.005"]
    words += ["--think-time", "0.05", "--vus", "1"]
    words += ["--verbose", "--dashboard", "--output", "raw.json"]
    lists = []
    with real_project.running(*words, env=env) as run:
        while run.process.poll() is None:
            lists.extend(command_lines(run.pid))
            time.sleep(0.1)
        result = run.end()
    assert result.code in {99, 107}, result
    assert any("api-authenticated" in line for line in lists)
    written = {
        path.name: path.read_text(errors="replace") for path in real_project.run_folder.iterdir()
    }
    assert mode == "ntlm" or len(written) >= 1
    everything = {"printed": result.all, "processes": "\n".join(lists), **written}
    for place, text in everything.items():
        assert "canary" not in text, f"{place}: {around(text, 'canary')}"
        for form in {form for secret in SECRETS.values() for form in forms_of(secret)}:
            assert form not in text, f"{place}: {form}"


def around(text: str, word: str) -> str:
    """Return what stands around a word."""
    at = text.find(word)
    return text[max(0, at - 200) : at + 100]


def test_what_prints_whole_requests_is_refused(project: Project) -> None:
    project.run("smoke", "--", "--http-debug=full").refused("--http-debug=full", "tokens")
    result = project.run("smoke", env={"K6_HTTP_DEBUG": "full"}).passed()
    assert "K6_HTTP_DEBUG is ignored" in result.stderr
    assert "K6_HTTP_DEBUG" not in result.call.env
