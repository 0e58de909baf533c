"""Headers of every request: the same in runs, the readiness check, the OpenAPI test and sockets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.openapi.running import compiled_suite
from tests.support.recording_server import recording
from tests.support.suite_runner import PATIENT, Suite

pytestmark = pytest.mark.slow

HEADERS = {
    "HEADERS": "X-Tenant: acme | X-Region: eu",
    "SECRET_HEADERS": "X-Gateway: g4teway-token",
    "HOST_HEADER": "api.example.com",
}
WANTED = {
    "x-tenant": "acme",
    "x-region": "eu",
    "x-gateway": "g4teway-token",
    "host": "api.example.com",
}
ANSWERS: dict[str, tuple[int, object]] = {
    "GET /livez": (200, {"status": "ok"}),
    "GET /openapi.json": (200, {"paths": {}}),
    "GET /things": (200, [{"id": 1}]),
    "GET /": (200, {}),
}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {"/things": {"get": {"responses": {"200": {"description": "all of them"}}}}},
}
ENTRIES = {
    "engine/commands/wait-for-service.js": "/livez",
    "engine/commands/doctor.js": "/",
    "scenarios/smoke.js": "/openapi.json",
    "scripts/api-public.js": "/",
    "scripts/resources.js": "/items",
    "scripts/openapi.js": "/things",
    "scripts/websocket.js": "/ws",
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_request_carries_the_headers(
    entry: str, k6_binary: Path, tmp_path: Path, suite: Suite
) -> None:
    if "openapi" in entry:
        document = tmp_path / "openapi.json"
        document.write_text(json.dumps(DOCUMENT))
        suite = compiled_suite(k6_binary, tmp_path, document)
    quick: dict[str, str | float] = {
        "VUS": 1,
        "DURATION": "1s",
        "TIME_SCALE": "0.005",
        "THINK_TIME": "0.1",
    }
    with recording(ANSWERS) as server:
        live = suite.against(server.url, API_PREFIX="/", HEALTH_PATHS="/livez", **quick)
        run = live.having(THRESHOLDS=PATIENT, **HEADERS).run(entry)
    asked = {one.path.split("?")[0] for one in server.requests}
    assert ENTRIES[entry] in asked, run.everything
    for one in server.requests:
        found = {name: one.headers.get(name) for name in WANTED}
        assert found == WANTED, one
        assert "cookiecutter-k6/" in one.headers["user-agent"]
    assert "g4teway-token" not in run.everything
