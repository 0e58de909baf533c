"""Recordings of real single-page applications by the bench, shortened, with made-up secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from traffic_table import overrides
from traffic_table.journey import compile_journey
from traffic_table.reading import har
from traffic_table.routes import Routes

from tests.traffic.recording import CANARY, leaks, secrets_of

RECORDINGS = Path(__file__).parent / "recordings"
PASSWORD = {"user": "password"}


class Case(NamedTuple):
    """What has to come of a recording. held: writes that are left out; values: what some are."""

    held: set[str]
    deletes: str
    values: dict[str, dict[str, Any]]


CASES = {
    "jupyterlab": Case(
        {"PUT /lab/api/workspaces/default"},
        "DELETE /api/contents/{id}",
        {
            "password": PASSWORD,
            "path-2": {"new": "text", "like": "night-shift", "join": "-", "end": ".txt"},
            "time": {"new": "time", "like": "ms", "each": True},
        },
    ),
    "unleash": Case(
        {"POST /api/admin/splash/{id}"},
        "POST /api/admin/projects/default/delete",
        {
            "username": {"user": "email"},
            "password": PASSWORD,
            "name": {"new": "text", "like": "nightshift", "join": ""},
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_real_session(name: str) -> None:
    path = RECORDINGS / f"{name}.har"
    recording = har.read(json.loads(path.read_text("utf-8")))
    journey = compile_journey(name, recording, overrides.loads("{}"), Routes())
    held, deletes, values = CASES[name]
    assert set(journey.held) == held
    # The session deletes all that it creates, so nothing is added for that.
    assert journey.notes == []
    assert deletes in {row["name"] for row in journey.rows}
    assert not [row for row in journey.rows if row.get("undo")]
    found = journey.about["values"]
    assert {key: found[key] for key in values} == values
    assert {key for key in found if "new" in found[key]} == {
        k for k in values if "new" in values[k]
    }
    assert not [key for key in found if "setting" in found[key]]
    secrets = secrets_of(path)
    assert CANARY in secrets
    assert len(secrets) > 1
    assert leaks([(name, json.dumps([journey.about, journey.rows, journey.data]))], secrets) == []
