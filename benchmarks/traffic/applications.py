"""The applications of the benchmark `traffic`: how they are started, and what they store."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from tests.support.database_servers import Postgres, postgres
from tests.support.installed import installed
from tests.support.processes import process
from tests.traffic.recording import CANARY

HERE = Path(__file__).parent
TESTED = HERE.parents[1] / "tests/traffic/apps"

Counts = tuple[int, int]
"""How many things were ever made, and how many are there."""


@dataclass(frozen=True)
class Installed:
    """What runs the applications.

    Attributes:
        folder: of the installation.
        postgres: a server, for those that need one.
    """

    folder: Path
    postgres: Postgres

    @property
    def python(self) -> Path:
        """The Python that has their packages."""
        return self.folder / "python/bin/python"

    @property
    def modules(self) -> Path:
        """Their npm packages."""
        return self.folder / "node/node_modules"


@contextmanager
def installation(folder: Path) -> Iterator[Installed]:
    """Install the applications' packages, and start what they need."""
    subprocess.run([sys.executable, "-m", "venv", folder / "python"], check=True)
    # Not in one call: one of them pins hashes.
    for lock in (HERE.parents[1] / "requirements/servers.txt", HERE / "requirements.txt"):
        subprocess.run([folder / "python/bin/pip", "install", "-q", "-r", lock], check=True)
    (folder / "node").mkdir(exist_ok=True)
    shutil.copy(HERE / "package.json", folder / "node")
    flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(["npm", "install", *flags], check=True, cwd=folder / "node")
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    with postgres(installed("system", "postgres").parent) as server:
        yield Installed(folder, server)


@dataclass(frozen=True)
class Application:
    """An application, and a session with it.

    Attributes:
        name: for people; scenario: of record.js; user: who logs in when it is played.
        start: its command and its variables; clear: makes it forget everything.
    """

    name: str
    scenario: str
    user: str
    start: Callable[[Installed, Path], tuple[list[str | Path], dict[str, str]]]
    count: Callable[[Installed, Path], Counts]
    clear: Callable[[Installed, Path], None]

    @contextmanager
    def running(self, tools: Installed, folder: Path, port: int) -> Iterator[str]:
        """Run it with a store in a folder; yield its address."""
        command, more = self.start(tools, folder)
        env = {"PORT": str(port), "FOLDER": str(folder), "PASSWORD": CANARY, **more}
        with process(command, port, folder / "app.log", folder, **env) as url:
            yield url


def of_python(
    name: str, scenario: str, app: Path, user: str, made: str, left: str | Path
) -> Application:
    """Return an application in Python that keeps what was made in an SQLite file.

    Args:
        name: for people.
        scenario: of record.js.
        app: its file; `X_app.py` keeps `X.sqlite3`.
        user: who logs in.
        made: query that counts what was ever made.
        left: query that counts what is there; or the folder of the files that are it.
    """
    base = f"{app.stem.removesuffix('_app')}.sqlite3"

    def count(_: Installed, folder: Path) -> Counts:
        with sqlite3.connect(folder / base) as held:
            (found,) = held.execute(made).fetchone() or (0,)
            if isinstance(left, str):
                return found, held.execute(left).fetchone()[0]
        return found, sum(path.is_file() for path in (folder / left).iterdir())

    def clear(_: Installed, folder: Path) -> None:
        for path in folder.glob(f"{base}*"):
            path.unlink()

    return Application(
        name, scenario, user, lambda tools, _: ([tools.python, app], {}), count, clear
    )


def _flags() -> Application:
    def address(tools: Installed) -> str:
        return tools.postgres.admin.replace("/shop?", "/flags?")

    def start(tools: Installed, _: Path) -> tuple[list[str | Path], dict[str, str]]:
        known = tools.postgres.rows("SELECT 1 FROM pg_database WHERE datname = 'flags'")
        if not known:
            tools.postgres.rows("CREATE DATABASE flags")
        return ["node", tools.modules / "unleash-server/dist/server.js"], {
            "DATABASE_URL": address(tools),
            "HTTP_HOST": "127.0.0.1",
            "UNLEASH_DEFAULT_ADMIN_USERNAME": "recorder",
            "UNLEASH_DEFAULT_ADMIN_PASSWORD": CANARY,
            "SIMPLE_LOGIN_LIMIT_PER_MINUTE": "100000",
            "CHECK_VERSION": "false",
            "SEND_TELEMETRY": "false",
        }

    def count(tools: Installed, _: Path) -> Counts:
        with psycopg2.connect(address(tools)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM events WHERE type = 'feature-created'")
            made = cursor.fetchone()[0]
            cursor.execute("SELECT count(*) FROM features")
            return made, cursor.fetchone()[0]

    def clear(tools: Installed, _: Path) -> None:
        tools.postgres.rows("DROP DATABASE IF EXISTS flags WITH (FORCE)")

    return Application(
        "Unleash", str(HERE / "sessions/flags.js"), "recorder", start, count, clear
    )  # fmt: skip


_GROUPS = (
    "select seq from sqlite_sequence where name='auth_group'",
    "select count(*) from auth_group",
)
APPLICATIONS = (
    of_python("Django admin", "admin", TESTED / "admin_app.py", "recorder", *_GROUPS),
    of_python("Django REST framework", "rest", TESTED / "rest_app.py", "recorder", *_GROUPS),
    of_python(
        "help desk on FastAPI", "desk", TESTED / "desk_app.py", "a@example.com",
        "select count(*) from made", "select count(*) from tickets",
    ),
    of_python(
        "Strawberry", "graphql", TESTED / "graphql_app.py", "a@example.com",
        "select seq from sqlite_sequence", "select count(*) from books",
    ),
    of_python(
        "JupyterLab", str(HERE / "sessions/lab.js"), HERE / "apps/lab_app.py", "recorder",
        "select count(*) from made", Path("files"),
    ),
    _flags(),
)  # fmt: skip
