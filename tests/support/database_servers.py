"""PostgreSQL, a MongoDB-wire server and the example's pipeline as processes of a test."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import pymongo
from service.testing import free_port

from tests.support.layout import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "pipeline"
SCHEMA = EXAMPLE / "schema.sql"
PASSWORD = "canary-4c1f-dsn"
USER = "loadtest"
NOBODY = 65534

SETTINGS = {
    "fsync": "off",
    "wal_level": "logical",
    "max_connections": "200",
    "max_wal_senders": "20",
    "max_replication_slots": "20",
    "wal_sender_timeout": "0",
    "shared_preload_libraries": "pg_stat_statements",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}

START_LIMIT = 30.0


@dataclass(frozen=True)
class Programs:
    """PostgreSQL's commands, and how to run them: they refuse to be root."""

    folder: Path
    environ: dict[str, str]

    @property
    def user(self) -> int | None:
        """The user to run them as; None for the user who runs the tests."""
        return NOBODY if os.geteuid() == 0 else None


def reachable(binaries: Path, folder: Path) -> Programs:
    """Make the commands reachable for every user, because the tools may be in root's home."""
    root = binaries.parent / "root"
    if os.geteuid() != 0 or not root.is_dir():
        return Programs(binaries, dict(os.environ))
    copy = folder / "programs"
    shutil.copytree(root, copy, symlinks=True, copy_function=link_or_copy)
    libraries = sorted({str(path.parent) for path in copy.glob("usr/lib/*/*.so*")})
    (found,) = copy.glob("usr/lib/postgresql/*/bin")
    return Programs(found, {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(libraries)})


def link_or_copy(source: str, target: str) -> str:
    """Link a file where that is possible."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def admin(self) -> str:
        """The superuser's connection URL."""
        return f"postgres://postgres:{PASSWORD}@127.0.0.1:{self.port}/shop?sslmode=disable"

    @property
    def url(self) -> str:
        """The connection URL for the suite."""
        return f"postgres://{USER}:{PASSWORD}@127.0.0.1:{self.port}/shop?sslmode=disable"

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, if any."""
        connection = psycopg2.connect(self.admin)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])


@contextmanager
def postgres(binaries: Path) -> Iterator[Postgres]:
    """A server with the example's schema; `binaries` holds initdb and postgres."""
    # Not below pytest's folders, which other users cannot enter.
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=os.environ["PYTEST_DEBUG_TEMPROOT"]))
    try:
        with _postgres(binaries, folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _postgres(binaries: Path, folder: Path) -> Iterator[Postgres]:
    password = folder / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    if os.geteuid() == 0:
        for path in (folder, password):
            os.chown(path, NOBODY, NOBODY)
    programs = reachable(binaries, folder)
    data = folder / "data"
    options = ("--no-sync", "--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8")
    made = subprocess.run(
        [str(programs.folder / "initdb"), "-D", str(data), *options, f"--pwfile={password}"],
        cwd=folder,
        env=programs.environ,
        user=programs.user,
        group=programs.user,
        extra_groups=[] if programs.user else None,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    port = free_port()
    flags = [f"-c{name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items()]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [str(programs.folder / "postgres"), "-D", str(data), *flags],
        cwd=folder,
        env=programs.environ,
        user=programs.user,
        group=programs.user,
        extra_groups=[] if programs.user else None,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    server = Postgres(port, process)
    try:
        _prepare(server, folder / "log")
        yield server
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(START_LIMIT)
        log.close()


def _prepare(server: Postgres, log: Path) -> None:
    first = server.admin.replace("/shop?", "/postgres?")
    deadline = time.monotonic() + START_LIMIT
    while True:
        try:
            connection = psycopg2.connect(first)
            break
        except psycopg2.OperationalError:
            assert server.process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE shop")
        cursor.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
        cursor.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
        cursor.execute(f"GRANT pg_monitor TO {USER}")
    connection.close()
    server.rows(SCHEMA.read_text(encoding="utf-8"))
    server.rows("CREATE EXTENSION pg_stat_statements")
    server.rows(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {USER}")
    server.rows("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")


@contextmanager
def mongo(command: Path) -> Iterator[str]:
    """Run an in-memory server for MongoDB's wire protocol; yield its URL, without a database."""
    process = subprocess.Popen(
        [str(command)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        port = process.stdout.readline().strip()
        assert port.isdigit(), "the server said no port"
        yield f"mongodb://127.0.0.1:{port}"
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(START_LIMIT)


@dataclass
class Stores:
    """Both ends of a pipeline.

    Attributes:
        postgres: where rows are written.
        mongo: address of the document store.
        database: name of its database; each pipeline may have its own.
    """

    postgres: Postgres
    mongo: str
    database: str = "shop"

    @property
    def mongo_url(self) -> str:
        """The URL for the suite and the pipeline."""
        return f"{self.mongo}/{self.database}"

    def other(self, database: str) -> Stores:
        """Return the same servers with another database for documents."""
        return Stores(self.postgres, self.mongo, database)

    def documents(self, collection: str) -> list[dict[str, Any]]:
        """Return all documents of a collection."""
        with pymongo.MongoClient[dict[str, Any]](self.mongo) as client:
            return list(client[self.database][collection].find())

    def insert(self, collection: str, documents: list[dict[str, Any]]) -> None:
        """Insert documents directly, past the pipeline."""
        with pymongo.MongoClient[dict[str, Any]](self.mongo) as client:
            client[self.database][collection].insert_many(documents)


@dataclass
class Pipeline:
    """The example's pipeline as a process."""

    stores: Stores
    environ: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the pipeline and wait until it replicates."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pipeline"],
            cwd=EXAMPLE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "PIPELINE_SOURCE": self.stores.postgres.admin,
                "PIPELINE_TARGET": self.stores.mongo_url,
                **self.environ,
            },
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "{}\n", "the pipeline did not start"

    def set(self, **faults: float | str) -> dict[str, int]:
        """Set the faults; return the counts so far."""
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(faults) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def kill(self) -> None:
        """Kill it."""
        assert self.process is not None
        self.process.kill()
        self._close()

    def stop(self) -> None:
        """Stop it gracefully."""
        if self.process is not None and self.process.poll() is None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            self._close()

    def _close(self) -> None:
        assert self.process is not None
        self.process.wait(START_LIMIT)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


@contextmanager
def pipeline(stores: Stores, **environ: str) -> Iterator[Pipeline]:
    """A running pipeline."""
    running = Pipeline(stores, environ)
    running.start()
    try:
        yield running
    finally:
        running.stop()
