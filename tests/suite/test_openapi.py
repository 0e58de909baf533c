"""The openapi test under a real k6: journeys, credentials, what is sent and what is not."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from service.testing import RunningService

from tests.support.layout import LOAD
from tests.support.recording_server import Recorder, recording
from tests.support.suite_runner import ANY_LATENCY, Run, Suite

pytestmark = pytest.mark.slow

SCRIPT = "scripts/openapi.js"
KEY = "test-api-key"
Row = dict[str, Any]
Rows = list[Row]
Prepared = Callable[..., Suite]


def operation(name: str, role: str = "query", **more: Any) -> Row:
    """Return a row of the table."""
    method, path = name.split(" ", 1)
    url = re.split(r"[{}]", path)
    return {
        "name": name,
        "method": method,
        "url": url,
        "journey": "j",
        "role": role,
        "ok": ["200"],
    } | more


def bound(slot: str, name: str = "id", **other: Any) -> Row:
    """Return a path parameter that takes an id that was given."""
    return {"in": "path", "name": name, "gen": {"bind": slot, "else": other or {"const": "none"}}}


ITEMS, ITEM = "/api/v1/items", "/api/v1/items/{id}"
SLOT = f"{ITEMS}#id"
NEEDS = {"params": [bound(SLOT)], "needs": {SLOT: [f"POST {ITEMS}", f"GET {ITEMS}"]}}
NEW = {"make": "object", "required": {"name": {"make": "text", "min": 1, "max": 60, "fresh": True}}}
BODY = {"required": True, "types": [{"type": "application/json", "kind": "json", "gen": NEW}]}
REFERENCE: Rows = [
    operation(
        f"POST {ITEMS}",
        "create",
        body=BODY,
        ok=["201"],
        gives={SLOT: ["/id"]},
        undo=f"DELETE {ITEM}",
        responses={"201": {"types": ["application/json"], "is": "object", "required": ["/id"]}},
    ),
    operation(f"GET {ITEMS}", "list", gives={SLOT: ["/data/*/id"]}, tags=["lists"]),
    operation(f"GET {ITEM}", "read", **NEEDS, responses={"200": {"required": ["/name"]}}),
    operation(f"PATCH {ITEM}", "update", body=BODY, **NEEDS),
    operation(f"DELETE {ITEM}", "delete", ok=["204"], **NEEDS),
    operation("GET /health", journey="health"),
]
for _row in REFERENCE:
    _row.setdefault("auth", [["Caller"]])
    _row.setdefault("responses", {"default": {}})
SCHEMES = {"Caller": {"type": "bearer"}}


def table(rows: Rows, schemes: Mapping[str, Row] = SCHEMES, **header: Any) -> str:
    """Return the text of a table."""
    first = {"format": 2, "document": {"title": "x"}, "base": "", "schemes": schemes, **header}
    return "".join(f"{json.dumps(row)}\n" for row in [first, *rows])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suite's files, to be copied with a table of one's own."""
    target = tmp_path_factory.mktemp("openapi") / "load"
    shutil.copytree(LOAD, target, ignore=shutil.ignore_patterns("*-summary.json", "node_modules"))
    return target


@pytest.fixture
def prepared(suite: Suite, folder: Path, tmp_path: Path) -> Prepared:
    """Return a suite whose table holds these rows."""

    def make(text: str, overrides: object = None, **settings: str | float) -> Suite:
        load = tmp_path / "load"
        if not load.exists():
            shutil.copytree(folder, load)
        (load / "data" / "operations.jsonl").write_text(text, encoding="utf-8")
        path = load / "data" / "operations.overrides.json"
        path.write_text(json.dumps(overrides or {}), encoding="utf-8")
        base = {"DURATION": "1s", "THINK_TIME": 0.1, "THRESHOLDS": ANY_LATENCY, **settings}
        return Suite(suite.k6, load, suite.results, base)

    return make


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """A server that knows two pets, and what is done to them."""
    # No name: another one than was sent would say that it was there before.
    pet = {"id": 8}
    answers: dict[str, tuple[int, object]] = {
        "GET /pets": (200, [{"id": 7}]),
        "POST /pets": (201, pet),
        **{f"{method} /pets/{n}": (200, pet) for method in ("GET", "PUT") for n in (7, 8)},
        "DELETE /pets/8": (204, None),
        "GET /open": (200, {}),
        "POST /form": (200, {}),
    }
    with recording(answers) as found:
        yield found


def names(run: Run) -> set[str]:
    """Return the operations a run has figures for."""
    return {row["name"] for row in run.summary["endpoints"]}


def count(service: RunningService) -> int:
    """Return how many items a service holds."""
    request = urllib_request(f"{service.api}/items?limit=1")
    return int(request["total"])


def urllib_request(url: str) -> Row:
    """Return the JSON at a URL of the reference service."""
    import urllib.request  # noqa: PLC0415

    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request) as response:
        return dict(json.load(response))


class TestJourneys:
    """Create, list, read, update, delete, with ids that exist."""

    def test_every_operation_is_answered_and_nothing_is_left(
        self, prepared: Prepared, faulty: RunningService
    ) -> None:
        before = count(faulty)
        run = prepared(table(REFERENCE), OPENAPI_KEY=KEY).against(faulty.url).run(SCRIPT)
        assert run.code == 0, run.everything
        assert names(run) == {row["name"] for row in REFERENCE}
        for row in run.summary["endpoints"]:
            assert row["requests"] >= 1, row
            assert row["errors"] == 0, row
            assert row["checks"]["passes"] >= 1, row
        assert count(faulty) == before

    def test_what_was_created_is_deleted_after_a_failure(
        self, prepared: Prepared, faulty: RunningService
    ) -> None:
        before = count(faulty)
        faulty.set_fault("error", only="/api/v1/items/", method="PATCH")
        rows = [row for row in REFERENCE if row["role"] != "delete"]
        # Not in the walk, only there to undo: takes the last place of its own journey.
        rows.append({**REFERENCE[4], "journey": "z"})
        run = prepared(table(rows), OPENAPI_KEY=KEY).against(faulty.url).run(SCRIPT)
        assert run.code == 99
        assert f"PATCH {ITEM}" in run.reasons
        assert count(faulty) == before

    def test_one_that_cannot_be_sent_keeps_no_other_from_being_sent(
        self, prepared: Prepared, recorder: Recorder
    ) -> None:
        create, *others = pets()
        nowhere = {"in": "path", "name": "id", "gen": {"const": ".."}}
        rows = [
            # k6 refuses the first name's checks, and no threshold could name the second.
            {**create, "name": "POST /pets::new"},
            {**operation("GET /open"), "name": "GET /open'"},
            operation("GET /open/{id}", params=[nowhere]),
            *others,
            operation("GET /open?action=go") | {"params": [{"in": "query", **PAGE}]},
        ]
        run = prepared(table(rows)).against(recorder.url).run(SCRIPT)
        assert run.code == 99
        for row in rows[:3]:
            assert f"{row['name']} ended in an exception" in run.err
        assert "path parameter 'id': the value '..' leads to another path" in run.err
        assert recorder.sent("GET", "/open?action=go&page=1")
        assert len(recorder.sent("POST")) == len(recorder.sent("DELETE", "/pets/8")) >= 1

    def test_a_read_alone_creates_what_it_reads_and_deletes_it(
        self, prepared: Prepared, recorder: Recorder
    ) -> None:
        suite = prepared(table(pets()), OPENAPI_INCLUDE="POST /pets,GET /pets/*,DELETE /pets/*")
        run = suite.against(recorder.url).run(SCRIPT)
        assert run.code == 0, run.everything
        assert recorder.sent("GET", "/pets/8")
        assert len(recorder.sent("DELETE", "/pets/8")) == len(recorder.sent("POST"))
        assert not recorder.sent("GET", "/pets/7")

    def test_what_was_only_listed_is_never_changed(
        self, prepared: Prepared, recorder: Recorder
    ) -> None:
        rows = [row for row in pets() if row["role"] != "create"]
        run = prepared(table(rows)).against(recorder.url).run(SCRIPT)
        assert recorder.sent("GET", "/pets/7"), run.everything
        for method in ("PUT", "DELETE"):
            assert recorder.sent(method, "/pets/none")
            assert not recorder.sent(method, "/pets/7")


PAGE = {"name": "page", "gen": {"const": 1}}


def pets() -> Rows:
    """Return the operations of the recorder's pets."""
    slot = "/pets#id"
    needs = {"params": [bound(slot)], "needs": {slot: ["POST /pets", "GET /pets"]}}
    return [
        operation(
            "POST /pets",
            "create",
            body=BODY,
            ok=["201"],
            gives={slot: ["/id"]},
            undo="DELETE /pets/{id}",
        ),
        operation("GET /pets", "list", gives={slot: ["/*/id"]}, tags=["lists"], id="listPets"),
        operation("GET /pets/{id}", "read", **needs),
        operation("PUT /pets/{id}", "update", body=BODY, **needs),
        operation("DELETE /pets/{id}", "delete", ok=["204"], **needs),
    ]


SAFE = {"GET /pets", "GET /pets/{id}"}
ALL = {row["name"] for row in pets()}


class TestChoosing:
    """Which operations a run takes, seen in its thresholds."""

    @pytest.mark.parametrize(
        ("settings", "wanted"),
        [
            ({}, ALL),
            ({"OPENAPI_WRITES": "never"}, SAFE),
            ({"PROFILE": "load"}, SAFE),
            ({"PROFILE": "smoke"}, ALL),
            ({"PROFILE": "load", "OPENAPI_WRITES": "always"}, ALL),
            ({"OPENAPI_INCLUDE": "tag:lists"}, {"GET /pets"}),
            ({"OPENAPI_INCLUDE": "listPets,method:put"}, {"GET /pets", "PUT /pets/{id}"}),
            ({"OPENAPI_EXCLUDE": "method:DELETE,* /pets"}, {"GET /pets/{id}", "PUT /pets/{id}"}),
            ({"BASE_URL": "https://api.example.com", "ALLOWED_HOSTS": "*.example.com"}, SAFE),
            (
                {
                    "BASE_URL": "https://api.example.com",
                    "ALLOWED_HOSTS": "*.example.com",
                    "ALLOW_WRITES": "true",
                },
                ALL,
            ),
        ],
    )
    def test_settings(self, prepared: Prepared, settings: Row, wanted: set[str]) -> None:
        found = prepared(table(pets()), **settings).inspect(SCRIPT).options["thresholds"]
        keys = [re.fullmatch(r"http_reqs\{name:(.*)\}", key) for key in found]
        assert {match[1] for match in keys if match} == wanted

    def test_what_is_left_out_is_said(self, prepared: Prepared, recorder: Recorder) -> None:
        rows = [*pets(), {**operation("GET /odd"), "skip": "no value for query.x"}]
        overrides = {"operations": {"PUT /pets/{id}": {"skip": "not yet"}}}
        run = prepared(table(rows), overrides).against(recorder.url).run(SCRIPT)
        assert "left out: GET /odd - no value for query.x" in run.err
        assert "left out: PUT /pets/{id} - not yet" in run.err
        assert not recorder.sent("PUT")

    def test_an_empty_table_says_what_to_do(self, prepared: Prepared, recorder: Recorder) -> None:
        run = prepared(table([])).against(recorder.url).run(SCRIPT)
        assert run.code == 107
        assert "openapi update" in run.err

    def test_a_table_of_another_version_is_refused(self, prepared: Prepared) -> None:
        found = prepared(table([], format=1)).inspect(SCRIPT)
        assert found.code == 107
        assert "format 1" in found.err

    def test_values_and_statuses_of_the_user(self, prepared: Prepared, recorder: Recorder) -> None:
        overrides = {
            "operations": {
                "GET /pets": {"values": {"query.limit": [5], "header.X-Tenant": "a"}},
                "POST /pets": {"values": {"body.name": "Fido"}},
                "GET /none": {"ok": ["404"]},
            }
        }
        rows = [*pets(), operation("GET /none", responses={"404": {}})]
        run = prepared(table(rows), overrides).against(recorder.url).run(SCRIPT)
        assert run.code == 0, run.everything
        lists = recorder.sent("GET", "/pets?limit=5")
        assert lists
        assert lists[0].headers["x-tenant"] == "a"
        assert json.loads(recorder.sent("POST")[0].body) == {"name": "Fido"}


class TestRequests:
    """What arrives."""

    def test_a_seed_repeats_a_run_and_another_does_not(
        self, prepared: Prepared, recorder: Recorder
    ) -> None:
        def bodies(seed: int) -> list[bytes]:
            recorder.requests.clear()
            suite = prepared(table(pets()), OPENAPI_SEED=seed).against(recorder.url)
            assert suite.run(SCRIPT).code == 0
            return [request.body for request in recorder.sent("POST")][:1]

        first = bodies(1)
        assert first == bodies(1)
        assert first != bodies(2)

    def test_forms_and_files(self, prepared: Prepared, recorder: Recorder) -> None:
        gen = {
            "make": "object",
            "required": {
                "card": {"const": {"number": "42", "tags": ["a"]}},
                "file": {"make": "file", "name": "a.png", "type": "image/png", "size": 9},
            },
        }
        rows = []
        for kind, media in (
            ("form", "application/x-www-form-urlencoded"),
            ("multipart", "multipart/form-data"),
        ):
            body = {"types": [{"type": media, "kind": kind, "gen": gen}]}
            rows.append(operation("POST /form", body=body) | {"name": f"POST /form {kind}"})
        run = prepared(table(rows)).against(recorder.url).run(SCRIPT)
        assert run.code == 0, run.everything
        form, multipart = recorder.sent("POST")[:2]
        assert form.headers["content-type"] == "application/x-www-form-urlencoded"
        assert form.body.startswith(b"card%5Bnumber%5D=42&card%5Btags%5D%5B0%5D=a&")
        assert b'name="file"; filename="a.png"\r\nContent-Type: image/png\r\n' in multipart.body
        assert b"\x89PNG\r\n" in multipart.body

    def test_hostile_text_is_only_text(self, prepared: Prepared, recorder: Recorder) -> None:
        evil = "'\"`${console.log('PWNED')}*/ throw new Error('PWNED'); //\n<!-- \r\nX-Evil: 1"
        row = operation("GET /open") | {
            "params": [
                {"in": "query", "name": evil, "gen": {"const": evil}},
                {"in": "header", "name": "X-Text", "gen": {"const": evil}},
                {"in": "header", "name": f"X{evil}", "gen": {"const": "1"}},
                {"in": "cookie", "name": "c", "gen": {"const": evil}},
                {"in": "header", "name": "Cookie", "gen": {"const": "declared=1"}},
            ],
            "tags": [evil],
            "journey": evil,
            "responses": {
                "200": {"types": [evil, "application/json"], "required": ["/__proto__/x"]}
            },
            "gives": {evil: ["/constructor", "/__proto__"]},
        }
        run = prepared(table([row])).against(recorder.url).run(SCRIPT)
        assert "PWNED" not in run.err
        assert run.summary["metrics"]["scriptErrors"] == 0
        got = recorder.sent("GET", "/open")[0]
        assert "x-evil" not in got.headers
        assert "PWNED" in got.path
        assert "PWNED" in got.headers["x-text"]
        assert got.headers["cookie"].startswith("c=")
        assert got.headers["cookie"].endswith("; declared=1")


class TestCredentials:
    """From the environment into the requests, and nowhere else."""

    SCHEMES: ClassVar[Row] = {
        "in header": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "in-query": {"type": "apiKey", "in": "query", "name": "token"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
        "login": {"type": "basic"},
        "oauth": {"type": "bearer"},
        "strange": {"type": "other", "what": "mutualTLS"},
    }
    ALTERNATIVES: ClassVar[dict[str, list[list[str]]]] = {
        "header": [["strange"], ["in header"]],
        "query": [["in-query"]],
        "cookie": [["cookie"]],
        "basic": [["login"]],
        "bearer": [["oauth", "strange"], ["oauth"]],
    }
    SECRETS: ClassVar[dict[str, str]] = {
        "OPENAPI_IN_HEADER_KEY": "canary-header",
        "OPENAPI_IN_QUERY_KEY": "canary-query",
        "OPENAPI_COOKIE_KEY": "canary-cookie",
        "OPENAPI_LOGIN_USER": "me",
        "OPENAPI_LOGIN_PASSWORD": "canary-password",
        "OPENAPI_OAUTH_TOKEN": "canary-token",
    }

    def rows(self) -> Rows:
        return [
            operation("GET /open", auth=auth) | {"name": f"GET /open {place}"}
            for place, auth in self.ALTERNATIVES.items()
        ]

    def test_each_in_its_place(self, prepared: Prepared, recorder: Recorder) -> None:
        suite = prepared(table(self.rows(), self.SCHEMES), **self.SECRETS)
        run = suite.against(recorder.url).run(SCRIPT, samples=True)
        assert run.code == 0, run.everything
        header, query, cookie, basic, bearer = recorder.sent("GET", "/open")[:5]
        assert header.headers["x-key"] == "canary-header"
        assert query.path == "/open?token=canary-query"
        assert cookie.headers["cookie"] == "sid=canary-cookie"
        expected = base64.b64encode(b"me:canary-password").decode()
        assert basic.headers["authorization"] == f"Basic {expected}"
        assert bearer.headers["authorization"] == "Bearer canary-token"
        assert "canary" not in run.everything + run.samples_text + run.summary_text

    def test_not_even_when_the_service_repeats_them(
        self, prepared: Prepared, recorder: Recorder
    ) -> None:
        recorder.echo = True
        suite = prepared(table(self.rows(), self.SCHEMES), **self.SECRETS)
        run = suite.against(recorder.url).run(SCRIPT, samples=True)
        assert run.code == 99
        assert "status 500" in run.err
        assert "canary" not in run.everything + run.samples_text + run.summary_text
        assert base64.b64encode(b"me:canary-password").decode() not in run.everything

    def test_one_for_all(self, prepared: Prepared, recorder: Recorder) -> None:
        suite = prepared(table(self.rows(), self.SCHEMES), OPENAPI_KEY="one")
        assert suite.against(recorder.url).run(SCRIPT).code == 0
        header, query, cookie, basic, bearer = recorder.sent("GET", "/open")[:5]
        assert header.headers["x-key"] == "one"
        assert query.path == "/open?token=one"
        assert cookie.headers["cookie"] == "sid=one"
        assert basic.headers["authorization"] == f"Basic {base64.b64encode(b'one:').decode()}"
        assert bearer.headers["authorization"] == "Bearer one"

    def test_missing_ones_are_named(self, prepared: Prepared, recorder: Recorder) -> None:
        run = prepared(table(self.rows(), self.SCHEMES)).against(recorder.url).run(SCRIPT)
        assert "set OPENAPI_IN_QUERY_KEY" in run.err
        assert "OPENAPI_LOGIN_USER and OPENAPI_LOGIN_PASSWORD" in run.err
        assert all("authorization" not in request.headers for request in recorder.requests)
