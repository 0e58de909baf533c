"""Django's admin, recorded in a browser, imported without editing, and played by several users."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.traffic.conftest import Start
from tests.traffic.recording import (
    SCRIPT,
    Imported,
    leaks,
    record,
    secrets_of,
    share_as_recorded,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def groups(folder: Path) -> tuple[list[str], int]:
    """Return the names of the groups that are there, and how many were ever made."""
    with sqlite3.connect(folder / "admin.sqlite3") as base:
        names = [row[0] for row in base.execute("select name from auth_group")]
        made = base.execute("select seq from sqlite_sequence where name='auth_group'").fetchone()
    return names, made[0]


def test_login_csrf_and_clean_up(start: Start, imported: Imported, tmp_path: Path) -> None:
    url = start("admin_app")
    har = record("admin", url, tmp_path / "admin.har")
    done = imported.load_traffic("import", har)
    assert done.returncode == 0, done.stderr
    before, made = groups(tmp_path)
    assert before == ["There before"]

    run = imported.suite(url).run(SCRIPT)

    assert run.code == 0, run.everything
    assert share_as_recorded(run) == 100
    after, now = groups(tmp_path)
    assert after == before
    iterations = run.summary["metrics"]["iterations"]
    assert now - made == iterations >= 5
    texts = [*imported.files(), ("import", done.stdout + done.stderr), ("run", run.everything)]
    assert leaks(texts, secrets_of(har)) == []
