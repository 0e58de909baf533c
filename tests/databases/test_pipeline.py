"""The tests of change data capture through a real pipeline: green, or red with count and cause."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from service.testing import free_port

from tests.support.bakery import Bakery
from tests.support.database_servers import PASSWORD, USER, Pipeline, Stores, pipeline
from tests.support.layout import REPOSITORY
from tests.support.suite_runner import SCRIPT_ERROR, THRESHOLDS_CROSSED, Run, Suite

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("databases")]

TESTS = ("baseline", "stress", "spike", "soak", "e2e-latency", "mixed-workload")
TABLES = ("customers", "addresses", "orders")
Command = Callable[..., "subprocess.CompletedProcess[str]"]

BUSY = (
    ";".join(
        f"{metric}=p(95)<60000"
        for metric in """
        cdc_e2e_latency cdc_e2e_latency{stage:recovery} pg_write_duration mongo_read_duration
        e2e_cdc_latency_ms e2e_cdc_propagation_ms
    """.split()
    )
    + ";dropped_iterations=count<1000;cdc_drain_time=max<600000"
)
"""THRESHOLDS for runs whose verdict must not depend on how busy this machine is."""


def settings(stores: Stores, **more: str | float) -> dict[str, str | float]:
    return {
        "DATABASE_URL": stores.postgres.url,
        "MONGODB_URL": stores.mongo_url,
        "THRESHOLDS": BUSY,
        "THINK_TIME": 0,
        **more,
    }


@pytest.fixture(scope="module", autouse=True)
def foreign(stores: Stores) -> Iterator[None]:
    """Rows and documents of others, of names that look like ours; they are all there at the end."""
    run = "killed-1"
    emails = [f"a+{run}-2@loadtest.com", f"a+{run}%@loadtest.com", f"a+{run}@loadtestXcom", "%"]
    database = stores.postgres
    for number, email in enumerate(emails):
        database.rows(
            "INSERT INTO customers (id, email, name, status) VALUES "
            f"('00000000-0000-4000-8000-00000000010{number}', '{email}', 'n', 'active')"
        )
    stores.insert("customers", [{"id": email, "email": email} for email in emails])
    before = database.count("customers")
    yield
    assert database.count("customers") == before
    assert [row["email"] for row in stores.documents("customers")] == emails
    database.rows("DELETE FROM customers WHERE name = 'n'")


def left(stores: Stores, run: str) -> int:
    """Count what a run has on both sides."""
    rows = sum(
        stores.postgres.count(f"{table} WHERE {column} LIKE '%+{run}%' AND {column} NOT LIKE 'a+%'")
        for table, column in (
            ("customers", "email"),
            ("addresses", "street"),
            ("orders", "reference"),
        )
    )
    documents = [row for table in TABLES for row in stores.documents(table)]
    return rows + sum(f"+{run}" in str(row) and "'a+" not in str(row) for row in documents)


# --- every pipeline fault, all at once -------------------------------------------------------


@dataclass
class Fault:
    """A test, what goes wrong meanwhile, and what came out."""

    test: str
    faults: dict[str, float | str] = field(default_factory=dict)
    vus: int = 12
    duration: str = "4s"
    drain: str = "3s"
    crash: bool = False
    scale: float = 0.001
    settings: dict[str, str] = field(default_factory=dict)
    after: float = 0
    run: Run | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def outcome(self) -> dict[str, int]:
        """The figures of the table."""
        assert self.run is not None
        table = self.run.summary["tables"][0]
        return dict(zip(table["head"], table["rows"][0], strict=True))

    @property
    def reason(self) -> str:
        """The first of the reasons."""
        assert self.run is not None
        assert self.run.code == THRESHOLDS_CROSSED, self.run.everything
        return str(self.run.summary["reasons"][0])


def all_faults() -> dict[str, Fault]:
    return {
        "lost": Fault("stress", {"lose": 100}),
        "duplicated": Fault("stress", {"duplicate": 100}),
        "reordered": Fault("mixed-workload", {"reorder": 5}, vus=8, duration="4s", drain="30s"),
        "lag": Fault("baseline", {"lag": 5}, vus=2, duration="2s", drain="30s"),
        "pause": Fault("e2e-latency", {"pause": 20}, vus=20, duration="3s", drain="40s", after=1),
        "restart": Fault("stress", crash=True, vus=6, duration="5s", drain="20s", after=2),
    }


def further_faults() -> dict[str, Fault]:
    return {
        "orders": Fault("mixed-workload", {"lose": 3, "table": "orders"}, vus=4),
        "cents": Fault("mixed-workload", {"corrupt": 3, "table": "orders"}, vus=4),
        "names": Fault("stress", {"corrupt": 10}, vus=4),
        "removed": Fault("baseline", {"corrupt": 4}, vus=2),
        "addresses": Fault("mixed-workload", {"duplicate": 3, "table": "addresses"}, vus=4),
        "updates": Fault("soak", {"lose_updates": 4}, vus=3, duration="3s"),
        "deletes": Fault("baseline", {"lose_deletes": 4}, vus=2, drain="2s"),
    }


def timed_faults() -> dict[str, Fault]:
    return {
        "step": Fault("stress", {"lag": 9}, 6, "4s", "20s", scale=0.02, after=8),
        "soak": Fault("soak", {"lag": 1.2}, vus=2, duration="16s", drain="20s", after=6),
    }


@pytest.fixture(scope="module")
def faults(stores: Stores, suite: Suite) -> dict[str, Fault]:
    """Faults of one table and of the whole pipeline."""
    return outcomes(all_faults(), stores, suite)


@pytest.fixture(scope="module")
def further(stores: Stores, suite: Suite) -> dict[str, Fault]:
    """Faults of other tables and of values."""
    return outcomes(further_faults(), stores, suite)


@pytest.fixture(scope="module")
def timed(stores: Stores, suite: Suite) -> dict[str, Fault]:
    """Faults that come during a run. Few at once: what is slow before them is taken for them."""
    return outcomes(timed_faults(), stores, suite)


def age_of(stores: Stores, run: str) -> float:
    """Return how many seconds ago a run wrote its first row."""
    first = f"SELECT min(created_at) FROM customers WHERE email LIKE '%+{run}@%'"
    [[age]] = stores.postgres.rows(f"SELECT extract(epoch FROM now() - ({first}))")
    return float(age)


def outcomes(cases: dict[str, Fault], stores: Stores, suite: Suite) -> dict[str, Fault]:
    """Run every fault with a pipeline of its own, at the same time: they wait most of it."""
    with ExitStack() as stack:
        pipes: dict[str, Pipeline] = {}
        for name in cases:
            environ = {
                "PIPELINE_SLOT": name,
                "PIPELINE_ONLY": f"+{name}",
                "PIPELINE_CONFIRM": "999",
            }
            pipes[name] = stack.enter_context(pipeline(stores.other(name), **environ))
        started = {}
        for name, case in cases.items():
            own = settings(stores.other(name), VUS=case.vus, DURATION=case.duration)
            own.update(RUN_ID=name, CDC_DRAIN=case.drain, TIME_SCALE=case.scale, **case.settings)
            if case.after == 0:
                pipes[name].set(**case.faults)
            started[name] = suite.having(**own).start(f"scripts/cdc-{case.test}.js")
        for name, case in sorted(cases.items(), key=lambda item: item[1].after):
            if case.after:
                started[name].wait_for(
                    lambda name=name: (
                        stores.postgres.count(  # type: ignore[misc]
                            f"customers WHERE email LIKE '%+{name}@%'"
                        )
                        > 0
                    ),
                    30,
                )
                time.sleep(max(0, case.after - age_of(stores, name)))
                if case.crash:
                    # Only what has arrived can come again.
                    started[name].wait_for(
                        lambda name=name: any(  # type: ignore[misc]
                            f"+{name}@" in str(row)
                            for row in stores.other(name).documents("customers")
                        ),
                        30,
                    )
                    pipes[name].kill()
                    pipes[name].start()
                else:
                    pipes[name].set(**case.faults)
        for name, case in cases.items():
            case.run = started[name].wait(90)
            case.counts = pipes[name].set()
    for name in cases:
        stores.postgres.rows(f"SELECT pg_drop_replication_slot('{name}')")
    return cases


def test_one_percent_lost(faults: dict[str, Fault]) -> None:
    case = faults["lost"]
    lost = case.counts["lost"]
    assert lost >= 1
    assert f"{lost} lost" in case.reason
    assert case.outcome["lost"] == lost
    assert case.outcome["duplicated"] == case.outcome["stale"] == 0
    assert case.outcome["rows"] == case.counts["insert customers"]


def test_the_report_shows_rows_not_requests(faults: dict[str, Fault]) -> None:
    run = faults["lost"].run
    assert run is not None
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    found = re.findall(r'class="tile([^"]*)">\s*<h2>([^<]+)</h2>\s*<p class="value">([^<]*)<', page)
    crossed = {name: value for kind, name, value in found if "crossed" in kind}
    assert crossed == {"Lost, duplicated": f"{faults['lost'].outcome['lost']}, 0"}
    assert {name for _, name, _ in found} >= {"Rows", "Late", "Visible p95"}
    assert "Requests" not in {name for _, name, _ in found}
    assert "Metrics of each load step" not in page


def test_one_percent_duplicated(faults: dict[str, Fault]) -> None:
    case = faults["duplicated"]
    doubled = case.counts["duplicated"]
    assert doubled >= 1
    assert f"{doubled} duplicated" in case.reason
    assert case.outcome["duplicated"] == doubled
    assert case.outcome["lost"] == case.outcome["stale"] == 0


def test_reordered_updates(faults: dict[str, Fault]) -> None:
    case = faults["reordered"]
    assert case.counts["reordered"] >= 1
    assert case.outcome["stale"] + case.outcome["out of order"] >= 1
    assert case.outcome["stale"] == case.counts["stale"]
    assert "stale" in case.reason or "out of order" in case.reason
    assert case.outcome["lost"] == case.outcome["duplicated"] == 0


def test_a_lag_of_five_seconds(faults: dict[str, Fault]) -> None:
    case = faults["lag"]
    assert case.outcome["late"] == case.outcome["rows"] >= 2
    assert f"{case.outcome['rows']} late" in case.reason
    assert case.outcome["lost"] == 0
    assert case.run is not None
    waited = case.run.summary["tables"][1]["rows"][0]
    assert waited[2] >= 4000, "what was never found counts with the whole wait"


def test_a_pause_of_twenty_seconds(faults: dict[str, Fault]) -> None:
    case = faults["pause"]
    assert case.outcome["late"] >= 1
    assert "late" in case.reason
    assert case.outcome["lost"] == case.outcome["duplicated"] == case.outcome["stale"] == 0
    assert case.outcome["drained after ms"] > 3000


def test_a_restart_in_the_middle(faults: dict[str, Fault]) -> None:
    case = faults["restart"]
    assert case.counts["replayed"] >= 1
    assert case.outcome["duplicated"] == case.counts["replayed"]
    assert f"{case.counts['replayed']} duplicated" in case.reason
    assert case.outcome["lost"] == 0


def test_lost_orders(further: dict[str, Fault]) -> None:
    """Every table is compared, not only the one that is followed."""
    case = further["orders"]
    lost = case.counts["lost"]
    assert lost >= 1
    assert re.search(rf"\b{case.outcome['lost']} lost \(orders \d+\)", case.reason)
    # Orders of customers that were deleted meanwhile are deleted as well.
    assert 1 <= case.outcome["lost"] <= lost


@pytest.mark.parametrize(
    ("name", "says"),
    [("cents", r"corrupted \(orders \d+\)"), ("names", "corrupted"), ("removed", "corrupted")],
)
def test_wrong_values(further: dict[str, Fault], name: str, says: str) -> None:
    """Also those of rows that the test deletes while it runs."""
    case = further[name]
    assert case.counts["corrupted"] >= 1
    assert 1 <= case.outcome["corrupted"] <= case.counts["corrupted"]
    assert re.search(says, case.reason)
    assert case.run is not None
    assert re.search(r"(total|name) is '[^']+' instead of '[^']+'", case.run.err)


def test_duplicated_addresses(further: dict[str, Fault]) -> None:
    case = further["addresses"]
    assert case.outcome["duplicated"] >= 1
    assert re.search(r"duplicated \(addresses \d+\)", case.reason)


def test_lost_updates_are_not_late(further: dict[str, Fault]) -> None:
    case = further["updates"]
    assert case.outcome["stale"] >= 1
    assert case.outcome["late"] == 0
    assert f"{case.outcome['stale']} stale" in case.reason
    assert case.run is not None
    assert re.search(r"customers \S+ in state active: not found after \d+ ms", case.run.err)


def test_lost_deletes(further: dict[str, Fault]) -> None:
    case = further["deletes"]
    assert case.outcome["not deleted"] >= 1
    assert f"{case.outcome['not deleted']} not deleted" in case.reason


def test_the_step_at_which_a_pipeline_breaks(timed: dict[str, Fault]) -> None:
    case = timed["step"]
    assert case.run is not None
    broken = case.run.summary["breakingStage"]
    assert broken["name"] != "step-1-2vus"
    assert re.search(r"cdc_(success_rate rate|e2e_latency p\(9\d\)) was", broken["reason"])
    [steps] = [table for table in case.run.summary["tables"] if table["title"] == "STEPS"]
    first, *_, last = steps["rows"]
    assert first[2] == 100
    assert last[2] < 95


def test_a_lag_that_grows_over_a_soak(timed: dict[str, Fault]) -> None:
    case = timed["soak"]
    assert case.run is not None
    assert case.run.code == THRESHOLDS_CROSSED, case.run.everything
    assert "soak_processing_stability{part:end}: expected p(50)<2" in case.run.reasons
    [soak] = [table for table in case.run.summary["tables"] if table["title"] == "SOAK"]
    assert soak["rows"][0][0] > 2
    assert soak["rows"][0][1] is not None


def test_a_read_side_that_fails_is_the_first_reason(replica: Stores, suite: Suite) -> None:
    """An API that fails after set-up: the pipeline is not to blame."""

    class Failing(Documents):
        asked = 0

        def do_GET(self) -> None:
            type(self).asked += 1
            if type(self).asked == 1:
                super().do_GET()
            else:
                self.send_response(503)
                self.end_headers()

    handler = type("Handler", (Failing,), {"stores": replica})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        run = suite.having(**settings(replica, VUS=1, DURATION="1s", CDC_DRAIN="1s")).run(
            "scripts/cdc-stress.js",
            TIME_SCALE=0.005,
            CDC_READ="http",
            READ_URL=f"http://127.0.0.1:{server.server_port}",
            RUN_ID="down-1",
        )
        server.shutdown()
    assert run.code == THRESHOLDS_CROSSED, run.everything
    assert run.summary["reasons"][0].startswith("find: failed (")
    assert "late" not in run.reasons


def test_a_pipeline_that_stands_still_is_noticed_in_set_up(stores: Stores, suite: Suite) -> None:
    """The seed rows have to arrive before the load starts; they are removed again."""
    own = stores.other("nobody")
    run = suite.having(**settings(own, VUS=1, DURATION="1s", CDC_DRAIN="1s")).run(
        "scripts/cdc-mixed-workload.js", RUN_ID="still-1"
    )
    assert run.code == SCRIPT_ERROR, run.everything
    assert "10 of 10 seed rows did not reach MONGODB_URL within 1s" in run.err
    assert left(own, "still-1") == 0


def test_nothing_is_left_behind_by_any_of_them(
    faults: dict[str, Fault],
    further: dict[str, Fault],
    timed: dict[str, Fault],
    stores: Stores,
) -> None:
    for name, case in {**faults, **further, **timed}.items():
        assert left(stores.other(name), name) == 0, name
        assert case.run is not None
        assert PASSWORD not in case.run.everything + case.run.summary_text


# --- a pipeline that works -------------------------------------------------------------------


@pytest.fixture(scope="module")
def replica(stores: Stores) -> Iterator[Stores]:
    """Stores with a pipeline between them that does what it should."""
    own = stores.other("replica")
    with pipeline(own):
        yield own
    stores.postgres.rows("SELECT pg_drop_replication_slot('pipeline')")


@pytest.fixture(scope="module")
def healthy(replica: Stores, suite: Suite, baked: Bakery) -> dict[str, Run]:
    """All six tests of a project made from the preset, all at once."""
    answers = yaml.safe_load((REPOSITORY / "presets" / "cdc.yaml").read_text(encoding="utf-8"))
    load = baked(**answers["default_context"]) / "tests" / "load"
    live = Suite(suite.k6, load, suite.results).having(**settings(replica, CDC_DRAIN="20s", VUS=3))
    short = {
        "baseline": live.having(DURATION="2s"),
        "stress": live.having(TIME_SCALE=0.003),
        "spike": live.having(TIME_SCALE=0.02),
        "soak": live.having(DURATION="2s"),
        "e2e-latency": live.having(DURATION="2s", VUS=20),
        "mixed-workload": live.having(TIME_SCALE=0.006),
    }
    started = {
        name: short[name].start(f"scripts/cdc-{name}.js", samples=True, RUN_ID=f"healthy-{name}")
        for name in TESTS
    }
    return {name: running.wait() for name, running in started.items()}


@pytest.mark.parametrize("name", TESTS)
def test_a_healthy_pipeline(healthy: dict[str, Run], replica: Stores, name: str) -> None:
    run = healthy[name]
    assert run.code == 0, run.everything
    assert run.passed, run.reasons
    assert all(row["ok"] and row["measured"] for row in run.summary["thresholds"])
    table = run.summary["tables"][0]
    assert table["rows"][0][1] >= 1
    assert set(table["rows"][0][2:9]) == {0}
    assert "level=error" not in run.err
    assert left(replica, f"healthy-{name}") == 0


def test_the_parts_of_the_latency_add_up(healthy: dict[str, Run]) -> None:
    run = healthy["e2e-latency"]
    metrics = ("e2e_pg_write_ms", "e2e_cdc_propagation_ms", "e2e_mongo_confirm_ms")
    found: dict[str, list[float]] = {}
    for row in run.samples():
        found.setdefault(row.metric, []).append(row.value)
    for whole, *parts in zip(
        found["e2e_cdc_latency_ms"], *(found[m] for m in metrics), strict=True
    ):
        assert whole == pytest.approx(sum(parts), abs=0.01)
        assert min(parts) >= 0


class Documents(BaseHTTPRequestHandler):
    """An API over the documents: where a pipeline may end as well."""

    stores: Stores

    def do_GET(self) -> None:
        _, table, key = self.path.split("/")
        found = [row for row in self.stores.documents(table) if row["id"] == key]
        self.send_response(200 if found else 404)
        self.end_headers()
        if found:
            self.wfile.write(json.dumps({**found[0], "_id": ""}).encode())

    def log_message(self, *_: object) -> None:
        pass


def test_pipelines_that_end_elsewhere(replica: Stores, suite: Suite) -> None:
    """An API, and another PostgreSQL, for which the same one stands in."""
    entry = "scripts/cdc-baseline.js"
    live = suite.having(**settings(replica, VUS=1, DURATION="1s", CDC_DRAIN="10s"))
    handler = type("Handler", (Documents,), {"stores": replica})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}"
        started = [
            live.start(entry, CDC_READ="http", READ_URL=url, RUN_ID="http-1"),
            live.start(entry, CDC_READ="sql", READ_URL=replica.postgres.url, RUN_ID="sql-1"),
        ]
        runs = [running.wait() for running in started]
        server.shutdown()
    for run, name in zip(runs, ("http-1", "sql-1"), strict=True):
        assert run.code == 0, run.everything
        assert run.summary["tables"][0]["rows"][0][1] >= 1
        assert PASSWORD not in run.everything + run.summary_text
        assert left(replica, name) == 0


# --- runs that are cut short -----------------------------------------------------------------


def test_interrupted_and_killed_runs(replica: Stores, suite: Suite, command: Command) -> None:
    live = suite.having(**settings(replica, VUS=4, DURATION="30s", CDC_DRAIN="10s"))
    entry = "scripts/cdc-mixed-workload.js"
    stopped, killed = (
        live.start(entry, RUN_ID=run, TIME_SCALE=0.01) for run in ("stopped-1", "killed-1")
    )
    for running, run in ((stopped, "stopped-1"), (killed, "killed-1")):
        running.wait_for(lambda run=run: left(replica, run) > 24, 30)  # type: ignore[misc]
    stopped.interrupt()
    killed.process.kill()
    killed.process.wait()
    done = stopped.wait()
    assert done.code == 105, done.everything
    assert left(replica, "stopped-1") == 0
    assert left(replica, "killed-1") > 0
    addresses = {"DATABASE_URL": replica.postgres.url, "MONGODB_URL": replica.mongo_url}
    for words in ("from customers", "removed 0 from"):
        cleaned = command("cleanup", "killed-1", CDC_DRAIN="10s", **addresses)
        assert cleaned.returncode == 0, cleaned.stderr
        assert words in cleaned.stderr
        assert left(replica, "killed-1") == 0
        assert PASSWORD not in cleaned.stdout + cleaned.stderr


# --- refused ---------------------------------------------------------------------------------


def test_what_cannot_work_is_refused(suite: Suite, stores: Stores) -> None:
    live = suite.having(**settings(stores, VUS=1, DURATION="1s"))
    remote = f"mongodb://{USER}:{PASSWORD}@mongo.example.com/shop"
    entry = "scripts/cdc-baseline.js"
    started = {
        "MONGODB_URL: no server responds": live.start(
            entry, MONGODB_URL=f"mongodb://127.0.0.1:{free_port()}/shop"
        ),
        "mongo.example.com is neither local nor in ALLOWED_HOSTS": live.start(
            entry, MONGODB_URL=remote
        ),
        "a % as %25": live.start(entry, MONGODB_URL=f"mongodb://{USER}:50%@127.0.0.1/shop"),
        "MONGODB_URL must be set": live.start(entry, MONGODB_URL=""),
        "READ_URL must be set": live.start(entry, CDC_READ="sql"),
        "ALLOW_WRITES=true": live.start(
            entry, MONGODB_URL=remote, ALLOWED_HOSTS="mongo.example.com"
        ),
    }
    for says, running in started.items():
        run = running.wait()
        assert run.code == SCRIPT_ERROR, run.everything
        assert says in run.err
        assert PASSWORD not in run.everything


def test_a_plain_k6_is_refused(command: Command, k6_binary: Path) -> None:
    done = command("cdc-baseline", K6_BIN=str(k6_binary))
    assert done.returncode == 1
    assert "cdc-baseline.js needs k6/x/sql" in done.stderr
    assert "xk6-mongo" in done.stderr


# --- figures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "peak", "seconds", "targets"),
    [
        ("baseline", 10, 300, {"cdc_e2e_latency": "p(95)<2000", "mongo_read_duration": "p(95)<50"}),
        ("stress", 150, 900, {"cdc_e2e_latency": "p(99)<10000", "pg_write_failed": "rate<0.05"}),
        ("spike", 500, 300, {"cdc_success_rate": "rate>0.90", "cdc_drain_time": "max<30000"}),
        ("soak", 50, 7200, {"cdc_e2e_latency": "p(99)<6000", "pg_write_errors": "count<100"}),
        ("mixed-workload", 50, 540, {"cdc_e2e_latency": "p(95)<3000", "checks": "rate>0.90"}),
    ],
)
def test_the_figures_of_the_original(
    suite: Suite, name: str, peak: int, seconds: int, targets: dict[str, str]
) -> None:
    found = suite.inspect(f"scripts/cdc-{name}.js")
    assert (found.shape.peak, found.shape.seconds) == (peak, seconds)
    for metric, target in targets.items():
        assert target in found.thresholds[metric]
    for metric in ("cdc_lost", "cdc_duplicated", "cdc_stale", "cdc_out_of_order"):
        assert found.thresholds[metric] == ["count<1"]


def test_the_figures_of_the_latency_test(suite: Suite) -> None:
    found = suite.inspect("scripts/cdc-e2e-latency.js")
    scenario = found.scenario
    assert scenario["executor"] == "constant-arrival-rate"
    assert (scenario["rate"], scenario["duration"]) == (10, "5m0s")
    assert (scenario["preAllocatedVUs"], scenario["maxVUs"]) == (20, 50)
    assert found.thresholds["e2e_cdc_latency_ms"] == ["p(50)<500", "p(95)<2000", "p(99)<5000"]
    assert found.thresholds["e2e_cdc_propagation_ms"] == ["p(95)<1500"]
    assert found.thresholds["e2e_propagation_success"] == ["rate>0.99"]
    assert found.thresholds["dropped_iterations"] == ["count<1"]
