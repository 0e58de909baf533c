"""Which recorded journeys a run plays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.recording_server import recording
from tests.traffic.recording import SCRIPT, Imported

pytestmark = pytest.mark.slow

NAMES = ("basket", "orders", "products")


def session(folder: Path, name: str) -> Path:
    """Return a recording with one request."""
    entry = {
        "startedDateTime": "2026-11-30T10:00:00.000Z",
        "request": {"method": "GET", "url": f"http://127.0.0.1/{name}", "headers": []},
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"text": "{}"},
        },
    }
    path = folder / f"{name}.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    return path


def test_a_short_run_plays_every_journey(imported: Imported, tmp_path: Path) -> None:
    """However rare it is: a run fails if a request of its recordings was never sent."""
    weights = {name: {"weight": 1e-9 if name == "orders" else 1} for name in NAMES}
    overrides = imported.load / "data/traffic.overrides.json"
    overrides.write_text(json.dumps({"journeys": weights}))
    for name in NAMES:
        done = imported.load_traffic("import", session(tmp_path, name))
        assert done.returncode == 0, done.stderr
    with recording({f"GET /{name}": (200, {}) for name in NAMES}) as server:
        run = imported.suite(server.url, VUS=2, DURATION="2s", THINK_TIME=0.2).run(SCRIPT)
    assert run.code == 0, run.everything
    played = {row["name"]: row["requests"] for row in run.summary["endpoints"]}
    assert set(played) == {f"GET /{name}" for name in NAMES}
    assert played["GET /orders"] == 1


@pytest.mark.parametrize("exported", ["QWxhZGRpbg==", "Basic QWxhZGRpbg=="])
def test_a_secret_with_the_first_word_of_its_header(
    imported: Imported, tmp_path: Path, exported: str
) -> None:
    """Whoever exports the whole header does not get `Basic Basic`, at which services stumble."""
    commands = tmp_path / "commands.sh"
    commands.write_text("curl http://127.0.0.1/items -H 'Authorization: Basic QWxhZGRpbg=='\n")
    assert imported.load_traffic("import", commands).returncode == 0
    with recording({"GET /items": (200, [])}) as server:
        suite = imported.suite(server.url, VUS=1, DURATION="1s", TRAFFIC_AUTHORIZATION=exported)
        run = suite.run(SCRIPT)
        sent = {one.headers.get("authorization") for one in server.requests}
    assert "Basic QWxhZGRpbg==" in sent, run.everything
    assert not [one for one in sent if one and "Basic Basic" in one]
