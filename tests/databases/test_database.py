"""The test of a database against a real PostgreSQL: green, red with the cause, and nothing left."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from service.testing import free_port

from tests.support.database_servers import PASSWORD, USER, Postgres
from tests.support.layout import LOAD
from tests.support.suite_runner import SCRIPT_ERROR, THRESHOLDS_CROSSED, Run, Running, Suite

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("databases")]

ENTRY = "scripts/database.js"
QUERIES = ("list_tickets", "search_tickets", "ticket_stats")
BUSY = "db_query_duration=p(95)<5000"
"""THRESHOLDS for runs whose verdict must not depend on how busy this machine is."""

SEEDED = 1000
REMOTE = f"postgres://{USER}:{PASSWORD}@db.example.com:5432/shop"

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def live(suite: Suite, server: Postgres) -> Suite:
    """The suite with an address, and a short load."""
    usual: dict[str, str | float] = {
        "DURATION": "1s",
        "VUS": 2,
        "THRESHOLDS": BUSY,
        "THINK_TIME": 0.1,
    }
    return suite.having(DATABASE_URL=server.url, **usual)


def tickets(server: Postgres, condition: str = "true") -> int:
    return server.count(f"tickets WHERE {condition}")


@pytest.fixture(autouse=True)
def _nothing_is_left(server: Postgres) -> Iterator[None]:
    before = tickets(server)
    yield
    assert tickets(server) == before


@pytest.fixture(scope="module")
def healthy(suite: Suite, server: Postgres) -> Run:
    """A run that several tests look at."""
    busy = suite.having(DATABASE_URL=server.url, DURATION="2s", VUS=3, THRESHOLDS=BUSY)
    return busy.run(ENTRY, samples=True, RUN_ID="healthy-1")


# --- healthy ---------------------------------------------------------------------------------


def test_a_healthy_database(healthy: Run) -> None:
    assert healthy.code == 0, healthy.everything
    assert healthy.passed, healthy.reasons
    assert all(row["ok"] and row["measured"] for row in healthy.summary["thresholds"])
    (table,) = healthy.summary["tables"]
    assert tuple(row[0] for row in table["rows"]) == QUERIES
    assert {row[1] for row in table["rows"]} == {healthy.summary["metrics"]["iterations"]}
    assert all(0 < row[2] <= row[3] <= row[4] for row in table["rows"])
    assert {row[5] for row in table["rows"]} == {0}
    assert f"seeded {SEEDED} rows of run healthy-1" in healthy.err
    assert f"removed {SEEDED} from tickets of run healthy-1" in healthy.err
    assert "list_tickets" in healthy.out


def test_the_report_shows_queries_not_requests(healthy: Run) -> None:
    page = (healthy.folder / "report.html").read_text(encoding="utf-8")
    tiles = re.findall(r'<h2>([^<]+)</h2>\s*<p class="value">([^<]*)<', page)
    assert [name for name, _ in tiles] == [
        *("Queries", "Failed", "Slowest p95", "Slowest median", "Slowest query", "Users")
    ]
    executed = sum(row[1] for row in healthy.summary["tables"][0]["rows"])
    assert dict(tiles)["Queries"] == f"{executed:,}"


def test_what_the_server_says_about_itself(healthy: Run) -> None:
    seen = {(row.metric, row.tags.get("state")) for row in healthy.samples()}
    assert ("db_connections", "active") in seen
    assert "mean_ms" in healthy.err
    assert "SELECT t.id, t.title, t.status" in healthy.err, "the slowest statements are shown"


def test_tags_hold_no_ids_and_no_address(healthy: Run) -> None:
    own = [row for row in healthy.samples() if row.metric.startswith("db_quer")]
    assert {row.tags["query"] for row in own} == set(QUERIES)
    assert all("healthy-1" not in str(row.tags) or "testid" in row.tags for row in own)


def test_nothing_shows_the_password(healthy: Run, server: Postgres) -> None:
    texts = [path.read_text(errors="replace") for path in healthy.folder.iterdir()]
    assert len(texts) >= 5
    assert not [text for text in texts if PASSWORD in text or USER + ":" in text]
    assert healthy.summary["run"]["target"] == f"postgres://127.0.0.1:{server.port}/shop"


def test_the_figures_of_the_original(suite: Suite) -> None:
    found = suite.inspect(ENTRY)
    assert (found.shape.executor, found.shape.peak, found.shape.seconds) == (
        "constant-vus",
        20,
        300,
    )
    assert found.key == "database"
    assert found.thresholds["db_query_duration"] == ["p(95)<100"]
    limits = {
        "list_tickets": "p(95)<100",
        "search_tickets": "p(95)<100",
        "ticket_stats": "p(95)<500",
    }
    for query in QUERIES:
        assert found.thresholds[f"db_query_duration{{query:{query}}}"] == [limits[query]]
        assert found.thresholds[f"db_queries_executed{{query:{query}}}"] == ["count>0"]
    config = (LOAD / "config" / "database.js").read_text(encoding="utf-8")
    assert "const TICKETS = 1000" in config
    assert "LIMIT ${PAGE} OFFSET $2" in config
    sql = (LOAD / "sql" / "slow-queries.sql").read_text(encoding="utf-8")
    assert "total_exec_time" in sql


def test_a_profile_keeps_the_targets(suite: Suite) -> None:
    found = suite.inspect(ENTRY, PROFILE="stress")
    assert found.shape.peak == 200
    assert found.thresholds["db_query_duration"] == ["p(95)<100"]
    assert not [key for key in found.thresholds if key.startswith("http_")]


# --- nothing of ours stays, nothing else goes ------------------------------------------------


def foreign_rows(server: Postgres, run: str) -> None:
    """Rows of others, of names that look like ours."""
    for number, owner in enumerate(
        (f"org_loadtest+{run}-2", f"org_loadtest+{run}%", f"org_loadtest+x{run}", "%", "org_1+_")
    ):
        server.rows(
            f"INSERT INTO tickets (id, organization_id, title) VALUES ('f{number}', '{owner}', 't')"
        )


def seeded(running: Running, server: Postgres, run: str) -> None:
    mine = f"organization_id = 'org_loadtest+{run}'"
    running.wait_for(lambda: tickets(server, mine) == SEEDED)


def test_runs_that_end_early_and_those_beside_them(
    live: Suite, server: Postgres, command: Command
) -> None:
    killed, stopped = "20200101T000000Z-killed-1", "20200101T000000Z-killed"
    foreign_rows(server, stopped)
    try:
        long = live.having(DURATION="30s")
        first = long.start(ENTRY, RUN_ID=killed)
        second = long.start(ENTRY, RUN_ID=stopped)
        seeded(first, server, killed)
        seeded(second, server, stopped)
        first.process.kill()
        second.interrupt()
        run = second.wait()
        first.process.wait()
        assert run.code == 105, run.everything
        assert tickets(server, f"organization_id = 'org_loadtest+{stopped}'") == 0
        assert tickets(server, f"organization_id = 'org_loadtest+{killed}'") == SEEDED
        young = command("cleanup", "--older-than", "3000d", DATABASE_URL=server.url)
        assert young.returncode == 0, young.stderr
        assert tickets(server, f"organization_id = 'org_loadtest+{killed}'") == SEEDED
        done = command("cleanup", killed, DATABASE_URL=server.url)
        assert done.returncode == 0, done.stderr
        assert f"removed {SEEDED} from tickets" in done.stderr
        assert f"of run {killed}" in done.stderr
        again = command("cleanup", killed, DATABASE_URL=server.url)
        assert again.returncode == 0
        assert "removed 0 from tickets" in again.stderr
        assert PASSWORD not in done.stderr + done.stdout
        assert tickets(server, "id LIKE 'f_'") == 5
    finally:
        server.rows("DELETE FROM tickets WHERE id LIKE 'f_' OR id LIKE 'loadtest%'")


ABORTING = """
import exec from 'k6/execution';

export { handleSummary, options, setup, teardown } from '../scripts/database.js';
export default function () {
  exec.test.abort('enough');
}
"""

REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.organization_id LIKE '%+half-1' AND NEW.id LIKE '%\\_500%' THEN
    RAISE EXCEPTION 'enough'; END IF;
  RETURN NEW; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION refuse();
"""


def test_every_way_to_end_early(live: Suite, server: Postgres, command: Command) -> None:
    """All at once. Where k6 tears down nothing is left; elsewhere `cleanup` removes it, twice."""
    script = live.load / "k6" / "aborting.js"
    script.write_text(ABORTING, encoding="utf-8")
    server.rows(REFUSING)
    long = live.having(DURATION="30s")
    runs = {name: long.start(ENTRY, RUN_ID=f"{name}-1") for name in ("term", "hup", "twice")}
    try:
        half = live.start(ENTRY, RUN_ID="half-1")
        aborted = live.start(script, RUN_ID="abort-1")
        red = live.start(ENTRY, RUN_ID="red-1", THRESHOLDS="db_query_duration=p(95)<0.0001")
        for name, running in runs.items():
            seeded(running, server, f"{name}-1")
        runs["term"].process.send_signal(signal.SIGTERM)
        runs["hup"].process.send_signal(signal.SIGHUP)
        for _ in range(2):
            runs["twice"].interrupt()
        codes = {name: running.wait().code for name, running in runs.items()}
        codes.update(half=half.wait().code, abort=aborted.wait().code, red=red.wait().code)
    finally:
        server.rows("DROP TRIGGER refuse ON tickets; DROP FUNCTION refuse")
    wanted = {"term": 105, "half": SCRIPT_ERROR, "abort": 108, "red": THRESHOLDS_CROSSED}
    assert {name: codes[name] for name in wanted} == wanted
    for name in ("term", "abort", "red"):
        assert tickets(server, f"organization_id = 'org_loadtest+{name}-1'") == 0, name
    assert tickets(server, "organization_id = 'org_loadtest+hup-1'") == SEEDED
    for name in ("hup", "twice", "half"):
        for _ in range(2):
            done = command("cleanup", f"{name}-1", DATABASE_URL=server.url)
            assert done.returncode == 0, done.stderr
        assert tickets(server, f"organization_id = 'org_loadtest+{name}-1'") == 0, name


def test_clean_up_by_age(server: Postgres, command: Command) -> None:
    old, young = "20200101T000000Z-a-1", "29990101T000000Z-a-1"
    for run in (old, young):
        server.rows(
            "INSERT INTO tickets (id, organization_id, title) "
            f"VALUES ('{run}', 'org_loadtest+{run}', 't')"
        )
    done = command("cleanup", "--older-than=1h", DATABASE_URL=server.url)
    assert done.returncode == 0, done.stderr
    assert tickets(server, f"id = '{old}'") == 0
    assert tickets(server, f"id = '{young}'") == 1
    server.rows(f"DELETE FROM tickets WHERE id = '{young}'")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "needs a run id or --older-than"),
        (("../x",), "needs a run id or --older-than"),
        (("--older-than", "5"), "a duration with a unit"),
        (("a", "b"), "one run id"),
    ],
)
def test_clean_up_refuses_what_it_does_not_understand(
    command: Command, words: tuple[str, ...], says: str
) -> None:
    done = command("cleanup", *words)
    assert done.returncode == 1
    assert says in done.stderr


# --- faults ----------------------------------------------------------------------------------


def test_a_set_up_that_fails_leaves_nothing(live: Suite, server: Postgres) -> None:
    reader = server.url.replace(f"{USER}:", "reader:")
    refused = server.url.replace(str(server.port), str(free_port()))
    runs = {
        "permission denied": live.start(ENTRY, DATABASE_URL=reader),
        "connection refused": live.start(ENTRY, DATABASE_URL=refused),
        "sslmode=disable": live.start(ENTRY, DATABASE_URL=server.url.split("?")[0]),
        "password authentication failed": live.start(
            ENTRY, DATABASE_URL=server.url.replace(PASSWORD, f"{PASSWORD}x")
        ),
        "DATABASE_URL must be set": live.start(ENTRY, DATABASE_URL=""),
    }
    for says, running in runs.items():
        run = running.wait()
        assert run.code == SCRIPT_ERROR, run.everything
        assert says in run.err
        assert PASSWORD not in run.everything


def test_a_pool_that_is_too_small(live: Suite, server: Postgres) -> None:
    server.rows(f"ALTER ROLE {USER} CONNECTION LIMIT 2")
    try:
        run = live.run(ENTRY, VUS=6, DURATION="2s")
    finally:
        server.rows(f"ALTER ROLE {USER} CONNECTION LIMIT -1")
        server.rows("DELETE FROM tickets WHERE id LIKE 'loadtest%'")
    assert run.code == THRESHOLDS_CROSSED, run.everything
    assert "too many connections" in run.reasons
    assert run.summary["metrics"]["scriptErrors"] == 0
    assert len(run.err) < 20_000


def test_a_database_that_goes_away(live: Suite, server: Postgres, command: Command) -> None:
    running = live.start(ENTRY, RUN_ID="gone-1", DURATION="4s")
    seeded(running, server, "gone-1")
    server.rows(f"ALTER ROLE {USER} NOLOGIN")
    server.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE usename = '{USER}' AND pid <> pg_backend_pid()"
    )
    try:
        run = running.wait()
    finally:
        server.rows(f"ALTER ROLE {USER} LOGIN")
    assert run.code == THRESHOLDS_CROSSED, run.everything
    assert "list_tickets: failed" in run.reasons
    assert "cleanup_errors: expected count<1" in run.reasons
    assert "load-test.sh cleanup gone-1" in run.err
    assert len(run.err) < 20_000
    done = command("cleanup", "gone-1", DATABASE_URL=server.url)
    assert f"removed {SEEDED} from tickets" in done.stderr, done.stderr


def test_results_that_are_too_short(live: Suite, server: Postgres) -> None:
    running = live.start(ENTRY, RUN_ID="short-1", DURATION="3s")
    seeded(running, server, "short-1")
    server.rows("DELETE FROM tickets WHERE organization_id = 'org_loadtest+short-1'")
    run = running.wait()
    assert run.code == THRESHOLDS_CROSSED
    assert "fewer rows than expected" in run.reasons


# --- where it may go -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "settings", "says"),
    [
        (REMOTE, {}, "db.example.com is neither local nor in ALLOWED_HOSTS"),
        (
            f"postgres://127.0.0.1,db.example.com:5432/{USER}",
            {},
            "is neither local nor in ALLOWED_HOSTS",
        ),
        (
            REMOTE.replace("db.example", "localhost.example"),
            {},
            "is neither local nor in ALLOWED_HOSTS",
        ),
        ("postgres://127.0.0.1/shop?host=db.example.com", {}, "no parameter may override the host"),
        (f"host=db.example.com password={PASSWORD}", {}, "expected postgres:// or postgresql://"),
        (REMOTE, {"ALLOWED_HOSTS": "db.example.com"}, "ALLOW_WRITES=true"),
    ],
)
def test_other_hosts_are_refused(
    suite: Suite, url: str, settings: dict[str, str], says: str
) -> None:
    run = suite.having(DATABASE_URL=url, DURATION="1s", **settings).run(ENTRY)
    assert run.code == SCRIPT_ERROR
    assert says in run.err
    assert PASSWORD not in run.everything


def test_a_plain_k6_is_refused_before_any_load(command: Command, k6_binary: Path) -> None:
    done = command("database", K6_BIN=str(k6_binary), DATABASE_URL=REMOTE)
    assert done.returncode == 1
    assert "database.js needs k6/x/sql" in done.stderr
    assert "xk6 build" in done.stderr
    assert "Failed to provision" not in done.stderr
    assert PASSWORD not in done.stdout + done.stderr


def test_all_leaves_out_what_this_k6_cannot_run(command: Command, k6_binary: Path) -> None:
    done = command("smoke", "all", "--no-wait", K6_BIN=str(k6_binary), BASE_URL="http://x.invalid")
    assert "database is skipped: it needs k6/x/sql" in done.stderr
    assert done.returncode == 1


def test_the_command_runs_it(command: Command, server: Postgres) -> None:
    """No service is asked for: the address of one leads nowhere."""
    settings = {"DATABASE_URL": server.url, "THRESHOLDS": BUSY, "BASE_URL": "http://127.0.0.1:1"}
    done = command("smoke", "database", "--duration", "1s", **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASSED database (smoke)" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr
