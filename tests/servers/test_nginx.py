"""nginx in front of a service: basic auth, header gates, keys, client certificates, HTTP/2."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from service.certificates import make_certificate
from service.testing import free_port

from tests.support.installed import installed
from tests.support.processes import process
from tests.support.suite_runner import PATIENT, SCRIPT_ERROR, Suite

pytestmark = pytest.mark.slow

SCRIPT = "scripts/api-authenticated.js"
READ_ONLY: dict[str, str | float] = {"VUS": 1, "DURATION": "1s", "THRESHOLDS": PATIENT}

CONFIG = """\
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  default_type application/json;
  server {{
    listen 127.0.0.1:{port}{listen};
    server_name localhost;
    {server}
    location = /health {{ {gate} return 200 '{{"status":"ok"}}'; }}
    location = /items {{
      {items}
      {gate}
      root {folder}/www;
      try_files /list.json =404;
    }}
  }}
}}
"""

Nginx = Callable[..., str]


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Nginx]:
    """Start nginx with some lines of configuration; return its address."""
    with ExitStack() as stack:

        def run(*, items: str = "", gate: str = "", server: str = "", listen: str = "") -> str:
            folder = tmp_path / "nginx"
            (folder / "www").mkdir(parents=True)
            (folder / "www" / "list.json").write_text("[]")
            password = base64.b64encode(hashlib.sha1(b"wonderland-1").digest()).decode()
            (folder / "users").write_text(f"alice:{{SHA}}{password}\n")
            port = free_port()
            text = CONFIG.format(
                # Otherwise root's nginx reads as another user, who may not.
                user="user root;" if os.geteuid() == 0 else "",
                folder=folder,
                port=port,
                items=items,
                gate=gate,
                server=server,
                listen=listen,
            ).replace("FOLDER", str(folder))
            (folder / "nginx.conf").write_text(text)
            command: list[str | Path] = [installed("nginx", "nginx"), "-p", folder]
            command += ["-c", folder / "nginx.conf"]
            url = stack.enter_context(process(command, port, tmp_path / "nginx.log", cwd=tmp_path))
            return url.replace("http:", "https:") if "ssl" in listen else url

        yield run


def reading(suite: Suite, url: str, **settings: str) -> Suite:
    """Only reads: a file server takes no writes."""
    return suite.against(url, **READ_ONLY, **settings)


def only_reads(suite: Suite) -> Suite:
    """A copy of the test that lists, for any target."""
    script = suite.load / "scripts" / "listing.js"
    text = (suite.load / SCRIPT).read_text()
    script.write_text(text.replace("writesAllowed } from", "} from").replace(
        "import k6 from 'k6';", "import k6 from 'k6';\nconst writesAllowed = false;"
    ))  # fmt: skip
    return suite


BASIC = 'auth_basic "api"; auth_basic_user_file FOLDER/users;'
USER = {"TEST_USER_EMAIL": "alice", "TEST_USER_PASSWORD": "wonderland-1"}

GATES = {
    "basic": (BASIC, {"AUTH_MODE": "basic", **USER}, {"TEST_USER_PASSWORD": "wrong-one"}),
    "key in a header": (
        'if ($http_x_key != "k3y-of-ours") { return 401; }',
        {
            "AUTH_MODE": "api-key",
            "API_KEY_IN": "header",
            "API_KEY_NAME": "X-Key",
            "API_KEY": "k3y-of-ours",
        },
        {"API_KEY": "revoked-one"},
    ),
    "key in the query": (
        'if ($arg_api_key != "k3y/of ours") { return 401; }',
        {
            "AUTH_MODE": "api-key",
            "API_KEY_IN": "query",
            "API_KEY_NAME": "api_key",
            "API_KEY": "k3y-of-ours",
        },
        {"API_KEY": "revoked-one"},
    ),
    "key in a cookie": (
        'if ($cookie_key != "k3y-of-ours") { return 401; }',
        {
            "AUTH_MODE": "api-key",
            "API_KEY_IN": "cookie",
            "API_KEY_NAME": "key",
            "API_KEY": "k3y-of-ours",
        },
        {"API_KEY": "revoked-one"},
    ),
    "bearer": (
        'if ($http_authorization != "Bearer t0ken-of-ours") { return 401; }',
        {"AUTH_MODE": "bearer", "BEARER_TOKEN": "t0ken-of-ours"},
        {"BEARER_TOKEN": "revoked-one"},
    ),
    "another word": (
        'if ($http_authorization != "Token t0ken-of-ours") { return 401; }',
        {"AUTH_MODE": "bearer", "BEARER_TOKEN": "t0ken-of-ours", "BEARER_WORD": "Token"},
        {"BEARER_WORD": "Bearer"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", GATES)
def test_credentials(suite: Suite, nginx: Nginx, kind: str) -> None:
    gate, right, wrong = GATES[kind]
    url = nginx(items=gate.replace("k3y/of ours", "k3y-of-ours"))
    live = only_reads(reading(suite, url, **right))
    run = live.run("scripts/listing.js", samples=True)
    assert run.code == 0, run.everything
    for secret in ("wonderland-1", "k3y-of-ours", "t0ken-of-ours"):
        assert secret not in run.everything + run.summary_text + run.samples_text
    run = live.having(**wrong).run("scripts/listing.js")
    assert run.code == 99
    assert "not authorised" in run.summary["reasons"][0]
    assert "revoked-one" not in run.everything


def test_an_expired_token_is_named(suite: Suite, nginx: Nginx) -> None:
    claims = base64.urlsafe_b64encode(b'{"exp":1700000000}').decode().rstrip("=")
    url = nginx(items="return 401;")
    live = only_reads(reading(suite, url, AUTH_MODE="bearer", BEARER_TOKEN=f"e30.{claims}.x"))
    run = live.run("scripts/listing.js")
    assert run.code == SCRIPT_ERROR
    assert "BEARER_TOKEN: the token has expired" in run.reasons.splitlines()[0]


def test_a_header_gate(suite: Suite, nginx: Nginx) -> None:
    url = nginx(gate='if ($http_x_gateway != "g4teway") { return 403; }')
    live = only_reads(reading(suite, url))
    assert live.having(SECRET_HEADERS="X-Gateway: g4teway").run("scripts/listing.js").code == 0
    run = live.run("scripts/listing.js")
    assert run.code == SCRIPT_ERROR
    assert "asks for credentials" in run.err
    assert "SECRET_HEADERS" in run.err


def test_another_host(suite: Suite, nginx: Nginx) -> None:
    url = nginx(gate='if ($host != "api.example.com") { return 421; }')
    live = only_reads(reading(suite, url))
    assert live.having(HOST_HEADER="api.example.com").run("scripts/listing.js").code == 0
    run = live.run("scripts/listing.js")
    assert run.code == SCRIPT_ERROR
    assert "set HOST_HEADER" in run.err


def test_client_certificates_and_http2(suite: Suite, nginx: Nginx, tmp_path: Path) -> None:
    cert, key = make_certificate(tmp_path)
    server = (
        f"ssl_certificate {cert}; ssl_certificate_key {key}; "
        f"ssl_client_certificate {cert}; ssl_verify_client on;"
    )
    url = nginx(server=server, listen=" ssl http2")
    trusted = only_reads(reading(suite, url, SSL_CERT_FILE=str(cert)))
    mine = trusted.having(CLIENT_CERT=str(cert), CLIENT_KEY=str(key))
    run = mine.run("scripts/listing.js")
    assert run.code == 0, run.everything
    assert "HTTP/2.0" in (tmp_path / "nginx" / "access.log").read_text()
    run = trusted.run("scripts/listing.js")
    assert run.code == SCRIPT_ERROR
    assert "set CLIENT_CERT and CLIENT_KEY" in run.err
    run = mine.having(SSL_CERT_FILE="").run("scripts/listing.js")
    assert run.code == SCRIPT_ERROR
    assert "export SSL_CERT_FILE" in run.err


def test_a_mapped_host(suite: Suite, nginx: Nginx, tmp_path: Path) -> None:
    url = nginx(gate='if ($host != "api.localhost") { return 421; }')
    address = url.removeprefix("http://")
    live = only_reads(reading(suite, url.replace("127.0.0.1", "api.localhost")))
    run = live.run("scripts/listing.js", HOSTS=f"api.localhost={address.split(':')[0]}")
    assert run.code == 0, run.everything
