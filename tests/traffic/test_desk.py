"""A single-page application with a token login, recorded, imported and played."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.traffic.conftest import Start
from tests.traffic.recording import (
    CANARY,
    SCRIPT,
    Imported,
    leaks,
    record,
    secrets_of,
    share_as_recorded,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def tickets(folder: Path) -> tuple[list[tuple[str, int]], int]:
    """Return titles and versions of the tickets, and how many were ever made."""
    with sqlite3.connect(folder / "desk.sqlite3") as base:
        rows = base.execute("select title, version from tickets").fetchall()
        made = base.execute("select count(*) from made").fetchone()[0]
    return rows, made


def test_tokens_etags_and_clean_up(start: Start, imported: Imported, tmp_path: Path) -> None:
    url = start("desk_app")
    har = record("desk", url, tmp_path / "desk.har")
    with sqlite3.connect(tmp_path / "desk.sqlite3") as base:
        base.execute("delete from tickets where id <> 'before'")
        base.execute("update tickets set version = 1")
    _, made = tickets(tmp_path)
    done = imported.load_traffic("import", har)
    assert done.returncode == 0, done.stderr
    # It changes what was there before the session.
    assert "not sent  PUT /api/tickets/before" in done.stdout

    run = imported.suite(url, TEST_USER_EMAIL="someone@example.com").run(SCRIPT)

    assert run.code == 0, run.everything
    assert share_as_recorded(run) == 100
    after, now = tickets(tmp_path)
    # Each ticket was changed (version 2) and deleted; nothing else was touched.
    assert after == [("There before", 1)]
    assert now - made == run.summary["metrics"]["iterations"] >= 5
    names = [row["name"] for row in run.summary["endpoints"]]
    assert "PUT /api/tickets/{uuid}" in names
    texts = [*imported.files(), ("import", done.stdout + done.stderr), ("run", run.everything)]
    assert leaks(texts, {*secrets_of(har), "recorder@example.com"}) == []


def test_the_password_of_somebody_else_is_refused(
    start: Start, imported: Imported, tmp_path: Path
) -> None:
    """The rest of the session, which would be refused too, is not sent."""
    url = start("desk_app")
    assert imported.load_traffic("import", record("desk", url, tmp_path / "d.har")).returncode == 0
    run = imported.suite(url, TEST_USER_PASSWORD="wrong-password").run(SCRIPT)
    assert run.code == 99
    assert "POST /api/login: the login failed (status 403), the rest of the session" in run.err
    requested = [row["name"] for row in run.summary["endpoints"] if row["requests"]]
    assert requested == ["GET /", "POST /api/login"]
    assert CANARY not in run.everything


def test_sessions_may_end_with_their_clean_up(imported: Imported) -> None:
    """Also those of VUs that a profile takes away on its way down."""
    suite = imported.suite("http://127.0.0.1:9", DURATION="", VUS="")
    scenario = suite.inspect(SCRIPT, PROFILE="load").options["scenarios"]["load"]
    assert (scenario["gracefulStop"], scenario["gracefulRampDown"]) == ("10m0s", "10m0s")
