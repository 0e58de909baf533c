"""Resources as rows of a table: what the rows say, rows of a user, the verdict on each fault."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from service.testing import RunningService, running_service

from tests.support.bakery import Bakery
from tests.support.json_server import Answer, Received, serving_json
from tests.support.layout import LOAD
from tests.support.suite_runner import ANY_LATENCY, GENEROUS, Run, Suite

API = "/api/v1"
QUICK: dict[str, str | float] = {
    "VUS": 2,
    "THINK_TIME": 0.05,
    "TIME_SCALE": 0.005,
    "AUTH_MODE": "api-key",
}

ROWS: dict[str, tuple[list[str], dict[str, list[str]]]] = {
    "missions": (
        ["POST /missions", "GET /missions"],
        {
            "errors": ["rate<0.05"],
            "mission_create_duration": ["p(95)<1000"],
            "mission_list_duration": ["p(95)<500"],
            "http_req_duration{name:POST /missions}": ["p(95)<1000"],
        },
    ),
    "specs": (
        ["GET /specs/{id}", "GET /specs/search"],
        {
            "errors": ["rate<0.05"],
            "spec_get_duration": ["p(95)<300"],
            "spec_search_duration": ["p(95)<500"],
        },
    ),
    "tickets": (
        [
            "POST /tickets",
            "GET /tickets/{id}",
            "PATCH /tickets/{id}",
            "POST /tickets/{id}/comments",
            "GET /tickets",
            "GET /tickets/search",
        ],
        {"http_req_duration": ["p(95)<200", "p(99)<500"], "http_req_failed": ["rate<0.01"]},
    ),
    "knowledge-base": (
        ["GET /knowledge-base", "GET /knowledge-base/search", "GET /knowledge-base/{id}"],
        {"http_req_duration": ["p(95)<200", "p(99)<500"], "http_req_failed": ["rate<0.01"]},
    ),
}
"""Endpoints and thresholds of the rows, typed in by hand."""

METRICS = {
    "missions": {"errors", "mission_create_duration", "mission_list_duration", "missions_created"},
    "specs": {"errors", "spec_get_duration", "spec_search_duration"},
    "tickets": {"errors", "ticket_create_duration", "tickets_created"},
    "knowledge-base": {"errors"},
}
GROUPS = {
    "missions": {"Mission CRUD"},
    "specs": {"Spec Operations"},
    "tickets": {"Ticket CRUD Operations"},
    "knowledge-base": {"Knowledge Base Browsing"},
}


@pytest.mark.parametrize("name", ROWS)
def test_thresholds_of_a_row(suite: Suite, name: str) -> None:
    endpoints, wanted = ROWS[name]
    found = suite.inspect(f"scripts/{name}.js").thresholds
    assert {metric: found.get(metric) for metric in wanted} == wanted
    assert {key for key in found if key.startswith("http_reqs{name:")} == {
        f"http_reqs{{name:{endpoint}}}" for endpoint in endpoints
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_what_a_row_sends_and_measures(live: Suite, name: str) -> None:
    ready = live.having(**QUICK, THRESHOLDS=GENEROUS, RUN_ID="r7")
    run = ready.run(f"scripts/{name}.js", samples=True)
    assert run.code == 0, run.everything
    samples = [row for row in run.samples() if row.tags.get("phase") == "main"]
    assert {row["name"] for row in run.summary["endpoints"]} == set(ROWS[name][0])
    own = {row.metric for row in samples} & set().union(*METRICS.values())
    assert own == METRICS[name]
    groups = {row.tags["group"].split("::")[1] for row in samples if row.metric == "http_reqs"}
    assert groups == GROUPS[name]
    for row in samples:
        assert not re.search(r"mission-\d|ticket_\d|article_\d|r7-\d", str(row.tags)), row


@pytest.mark.slow
def test_bodies_and_words_are_those_of_the_table(suite: Suite, faulty: RunningService) -> None:
    live = suite.against(faulty.url, **QUICK, RUN_ID="r7", THRESHOLDS=GENEROUS, RESOURCES="")
    run = live.having(TIME_SCALE=0.02).run("scripts/resources.js")
    assert run.code == 0, run.everything
    recent = faulty.stats()["recent"]
    bodies = [row["body"] for row in recent if row["method"] == "POST"]
    names = re.findall(
        r'"(?:name|title)":"(Load Test [A-Z]\w+ \d{13} r7-\d+-\d+)"', "".join(bodies)
    )
    assert len(names) == len(set(names)) >= 3
    assert any('"backend":"mock"' in body for body in bodies)
    assert any('"priority":' in body for body in bodies)
    assert all(row["status"] in (200, 201, 204, 404) for row in recent)
    terms = {row["query"] for row in recent if row["path"] == f"{API}/specs/search"}
    assert terms <= {f"q={word}" for word in ("config", "test", "loop", "backend", "ui")}


@dataclass(frozen=True)
class Case:
    """A misbehaviour, and what the reasons must say: endpoint and cause."""

    test: str
    fault: str
    said: Mapping[str, str]
    value: Any = True
    where: Mapping[str, Any] = field(default_factory=dict)
    thresholds: str = f"{ANY_LATENCY};errors=rate<2"

    def __str__(self) -> str:
        return f"{self.test}-{self.fault}-{'+'.join(self.said)}"


MISSIONS, SPECS, TICKETS, ARTICLES = (
    f"{API}/{name}" for name in ("missions", "specs", "tickets", "knowledge-base")
)
PATIENT_BUT = ";".join(f"http_req_duration{tag}=p(95)<5000" for tag in ("", "{name:api}"))

CASES = [
    Case("missions", "error", {"POST /missions": "server error"}, 500, {"method": "POST"}),
    Case("missions", "slow", {"POST /missions": "too slow"}, 1200, {"method": "POST"}, PATIENT_BUT),
    Case("missions", "empty-list", {"GET /missions": "is not empty"}, where={"only": MISSIONS}),
    Case("missions", "wrong-shape", {"GET /missions": "is a list"}, where={"only": MISSIONS}),
    Case("missions", "garbage", {"GET /missions": "is a list"}, where={"only": MISSIONS}),
    Case("missions", "duplicate-ids", {"POST /missions": "gives a new id"}),
    Case("specs", "error", {"GET /specs/search": "client error"}, 404, {"only": f"{SPECS}/search"}),
    Case("specs", "garbage", {"GET /specs/{id}": "is JSON"}, where={"only": SPECS}),
    Case("tickets", "lost-writes", {"GET /tickets/{id}": "client error"}),
    Case("tickets", "stale", {"GET /tickets/{id}": "is the one asked for"}),
    Case("tickets", "duplicate-ids", {"POST /tickets": "gives a new id"}),
    Case("tickets", "wrong-shape", {"GET /tickets": "is a list"}, where={"only": TICKETS}),
    Case("tickets", "empty-list", {"GET /tickets": "is not empty"}, where={"only": TICKETS}),
    Case("tickets", "close", {"PATCH /tickets/{id}": "connection"}, where={"method": "PATCH"}),
    Case(
        "tickets",
        "slow",
        {"GET /tickets/search": "within 500 ms"},
        600,
        {"only": f"{TICKETS}/search"},
        PATIENT_BUT,
    ),
    Case(
        "knowledge-base",
        "empty-list",
        {
            "GET /knowledge-base": "is not empty",
            "GET /knowledge-base/{id}": "was never requested",
        },
        where={"only": ARTICLES},
    ),
    Case(
        "knowledge-base",
        "error",
        {"GET /knowledge-base/search": "not authorised"},
        403,
        {"only": f"{ARTICLES}/search"},
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fault_is_named(suite: Suite, faulty: RunningService, case: Case) -> None:
    faulty.set_fault(case.fault, case.value, **case.where)
    live = suite.against(faulty.url, **QUICK, THRESHOLDS=case.thresholds)
    run = live.run(f"scripts/{case.test}.js")
    assert run.code == 99, run.everything
    assert run.summary["metrics"]["scriptErrors"] == 0
    for endpoint, text in case.said.items():
        [reason] = reasons_of(run, endpoint)
        assert text in reason


@pytest.mark.slow
def test_creates_that_look_failed_leave_nothing_behind(suite: Suite) -> None:
    """Half of the creates are answered with another status, and nobody hears of the others."""
    with running_service(args=("--anonymous", "--items", "3")) as service:
        items = f"{API}/items"
        live = suite.against(service.url, **QUICK, RUN_ID="r7", THRESHOLDS=GENEROUS)
        service.set_fault("other-status", 200, only=items, method="POST", rate=0.5)
        service.set_fault("lost-reply", only=items, method="POST")
        scripts = ("scripts/resources.js", "scripts/api-authenticated.js")
        started = [live.having(RESOURCES="items").start(script) for script in scripts]
        for run in [running.wait() for running in started]:
            assert run.code == 99
            assert "POST /items: its response (connection) contains no ID, but" in run.err
        made = service.count("POST", items)
        assert made > 4
        assert service.count("DELETE", f"{items}/{{item_id}}") == made
        service.clear_faults()
        with urlopen(f"{service.url}{items}?limit=1", timeout=5) as response:
            assert json.load(response)["total"] == 3


@pytest.mark.slow
def test_late_responses_are_used(suite: Suite, faulty: RunningService) -> None:
    """A service that is only slow is called slow, and all its routes are requested."""
    faulty.set_fault("slow", 600, only="/tickets")
    late = ("http_req_duration", "ticket_create_duration")
    loose = ";".join(["checks=rate>0.5", "errors=rate<2", *(f"{name}=p(95)<9000" for name in late)])
    live = suite.against(faulty.url, **QUICK).having(VUS=1, DURATION="2s", THRESHOLDS=loose)
    run = live.run("scripts/tickets.js")
    assert run.code == 0, run.everything
    assert run.endpoint("GET /tickets/{id}")["requests"] > 0
    failed = [row["name"] for row in run.summary["failedChecks"]]
    assert all(name.endswith("answers within 500 ms") for name in failed), failed
    assert "gives a new id" not in run.err


@pytest.mark.slow
def test_an_id_may_be_given_again_once_it_is_free(suite: Suite) -> None:
    """As SQLite does, and everything that gives the highest ID plus one."""
    held = {1: "mine"}

    def answer(request: Received) -> Answer:
        last = request.path.partition("?")[0].rpartition("/")[2]
        number = int(last) if last.isdigit() else 0
        if request.method == "POST":
            number = max(held) + 1
            held[number] = request.json()["name"]
        if request.method == "DELETE":
            return 204 if held.pop(number, None) else 404, b"", {}
        if number:
            return 201 if request.method == "POST" else 200, {"id": number}, {}
        return 200, {"data": [{"id": one} for one in held]}, {}

    with serving_json(answer) as url:
        live = suite.against(url, **QUICK, READINESS="none", THRESHOLDS=GENEROUS)
        run = live.having(VUS=1, RESOURCES="items").run("scripts/resources.js")
    assert run.code == 0, run.everything
    assert run.endpoint("POST /items")["requests"] > 2
    assert run.summary["failedChecks"] == []
    assert held == {1: "mine"}


def test_what_cannot_be_found_again_is_named(suite: Suite, faulty: RunningService) -> None:
    """The list shows the oldest ones first, a page at a time."""
    faulty.set_fault("lost-reply", only=f"{API}/items", method="POST")
    live = suite.against(faulty.url, **QUICK, RUN_ID="r7", THRESHOLDS=GENEROUS)
    run = live.run("scripts/resources.js", RESOURCES="items")
    assert re.search(
        r"POST /items: its response \(connection\) contains no ID; what it created may be left "
        r"behind. Look for name 'Load Test Item \d{13} r7-\d+-\d+'",
        run.err,
    )
    assert faulty.count("DELETE") == 0


def reasons_of(run: Run, endpoint: str) -> list[str]:
    return [reason for reason in run.summary["reasons"] if reason.startswith(f"{endpoint}: ")]


# --- a row of one's own ----------------------------------------------------------------------


def page_blocks() -> list[str]:
    """Return the code of the page about resources."""
    page = (LOAD / "docs" / "resources.md").read_text(encoding="utf-8")
    return re.findall(r"```js\n(.*?)```", page, re.DOTALL)


@pytest.fixture
def extended(baked: Bakery, k6_binary: Path, tmp_path: Path) -> Suite:
    """A generated suite to which a user added the page's row, for a path the service has."""
    load = baked.copy(resources="items") / "tests" / "load"
    row, script = page_blocks()
    table = load / "config" / "resources.js"
    text = table.read_text(encoding="utf-8")
    head, tail = text.rsplit("};", 1)
    table.write_text(f"{head}{row.replace('/orders', '/items')}}};{tail}", encoding="utf-8")
    (load / "scripts" / "orders.js").write_text(script, encoding="utf-8")
    return Suite(k6_binary, load, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "settings"),
    [
        ("scripts/orders.js", {}),
        ("scripts/resources.js", {"RESOURCES": "orders"}),
        ("scripts/resources.js", {"RESOURCES": "orders", "PROFILE": "smoke"}),
    ],
    ids=["own-script", "resources", "under-a-profile"],
)
def test_a_row_of_ones_own(extended: Suite, script: str, settings: Mapping[str, str]) -> None:
    with running_service(args=("--anonymous",)) as open_service:
        quick = {**QUICK, "AUTH_MODE": "none", "TIME_SCALE": 0.02}
        live = extended.against(open_service.url, **quick, **settings)
        generous = f"{GENEROUS};order_create_duration=p(95)<5000"
        run = live.run(script, samples=True, THRESHOLDS=generous)
        assert run.code == 0, run.everything
        assert [row["name"] for row in run.summary["endpoints"]] == [
            "POST /items",
            "GET /items/{id}",
            "GET /items",
        ]
        assert any(row.metric == "order_create_duration" for row in run.samples())
        open_service.set_fault("error", 500, method="POST")
        broken = live.run(script, THRESHOLDS=generous)
        assert broken.code == 99
        assert "server error" in reasons_of(broken, "POST /items")[0]


def test_an_unknown_row_lists_the_known_ones(suite: Suite) -> None:
    found = suite.inspect("scripts/resources.js", RESOURCES="missions,mission")
    assert found.code == 107
    assert "RESOURCES=mission: config/resources.js has no such row" in found.err
    assert "items, missions, specs, tickets, knowledge-base" in found.err


def test_a_step_that_lacks_something_is_named(extended: Suite) -> None:
    table = extended.load / "config" / "resources.js"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("{ do: 'read', pause: 0.5 }", "{ do: 'add' }"), encoding="utf-8")
    found = extended.inspect("scripts/orders.js")
    assert found.code == 107
    assert "config/resources.js, /items: the step 'add' needs 'below'" in found.err


@pytest.mark.slow
def test_nothing_is_written_elsewhere_unless_allowed(suite: Suite) -> None:
    remote = {"BASE_URL": "http://10.1.2.3.example.com", "ALLOWED_HOSTS": "*.example.com"}
    remote = {**remote, "AUTH_MODE": "none"}
    reading = suite.inspect("scripts/tickets.js", **remote).thresholds
    assert {key for key in reading if key.startswith("http_reqs{name:")} == {
        "http_reqs{name:GET /tickets/search}",
        "http_reqs{name:GET /tickets}",
    }
    assert "ticket_create_duration" not in reading
    writing = suite.inspect("scripts/tickets.js", **remote, ALLOW_WRITES="true").thresholds
    assert "http_reqs{name:POST /tickets}" in writing
