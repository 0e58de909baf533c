"""A run changes and deletes only what it created, and cleans that up."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.openapi.compiling import OK, compiled, openapi, row_of
from tests.openapi.running import SCRIPT, Compiled
from tests.openapi.stateful import (
    LOST_ANSWERS,
    OLD_ANSWERS,
    Stateful,
    holding_old,
    losing,
    named_left,
    serving,
)
from tests.support.json_server import Answer
from tests.support.wrapper_project import BASH

Json = dict[str, Any]

ITEM: Json = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
}
ID: Json = {"type": "integer"}
NEW: Json = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}


def content(schema: Json) -> Json:
    return {"description": "d", "content": {"application/json": {"schema": schema}}}


def shop(created: str = "201", *, described: bool = True) -> Json:
    """Return paths of items, and of everything that does harm."""
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    fine = {"200": {"description": "d"}}
    gone = {"204": {"description": "d"}}
    body = {"required": True, "content": {"application/json": {"schema": NEW}}}
    listed = content({"type": "array", "items": ITEM})
    return {
        "/items": {
            "get": {"responses": {"200": listed}},
            "post": {
                "requestBody": body,
                "responses": {created: content(ITEM) if described else {"description": "d"}},
            },
            "put": {"requestBody": body, "responses": fine},
            "delete": {"responses": gone},
        },
        "/items/{id}": {
            "parameters": [key],
            "get": {"responses": fine},
            "put": {"requestBody": body, "responses": fine},
            "patch": {"requestBody": body, "responses": fine},
            "delete": {"responses": gone},
        },
        "/items/{id}/publish": {"parameters": [key], "post": {"responses": fine}},
        "/orders": {"get": {"responses": {"200": listed}}},
        "/orders/{id}": {
            "parameters": [key],
            "get": {"responses": fine},
            "patch": {"requestBody": body, "responses": fine},
            "delete": {"responses": gone},
        },
        "/orders/{id}/notes": {
            "parameters": [key],
            "post": {"requestBody": body, "responses": {"201": {"description": "d"}}},
        },
        "/auth/logout": {"post": {"responses": gone}},
        "/system/shutdown": {"post": {"responses": fine}},
        "/settings/reset": {"post": {"responses": fine}},
        "/users/me": {"delete": {"responses": gone}, "put": {"responses": fine}},
        "/token": {"delete": {"responses": gone}},
        "/wipe-inventory": {"post": {"responses": fine}},
    }


@pytest.fixture
def service() -> Iterator[Stateful]:
    """A service that holds a hundred items and fifty orders."""
    held = Stateful()
    held.hold("/items", 100)
    held.hold("/orders", 50)
    with serving(held) as running:
        yield running


def document(folder: Path, paths: Json, **more: Any) -> Path:
    path = folder / "openapi.json"
    path.write_text(json.dumps(openapi(paths, **more)), encoding="utf-8")
    return path


def wrapped(thing: Any) -> Answer:
    return 200, {"ok": True, "result": {"items": [{"uuid": thing["id"]}]}}, {}


def located(thing: Any) -> Answer:
    return 202, None, {"Location": f"http://127.0.0.1/items/{thing['id']}?x=1"}


def job(thing: Any) -> Answer:
    return 202, {"data": {"id": thing["id"]}}, {"Location": "/jobs/14"}


class TestUnderK6:
    """What arrives at the service."""

    pytestmark = pytest.mark.slow

    def test_nothing_of_others_is_touched_and_nothing_stays(
        self, compiled: Compiled, service: Stateful, tmp_path: Path
    ) -> None:
        suite = compiled(document(tmp_path, shop()))
        run = suite.against(service.url).run(SCRIPT)
        assert run.code == 0, run.everything
        assert (service.harm, service.lost(), service.left()) == ([], [], [])
        for sent in ("POST /items", "PUT /items/", "PATCH /items/", "DELETE /items/"):
            assert service.sent(sent), sent
        for name in (
            "POST /auth/logout",
            "DELETE /items",
            "DELETE /users/me",
            "PATCH /orders/{id}",
        ):
            assert f"left out: {name} - " in run.err or "... and" in run.err

    def test_a_create_that_fails_leaves_its_writes_unsent(
        self, compiled: Compiled, service: Stateful, tmp_path: Path
    ) -> None:
        service.created = lambda _: (422, {"detail": "no"}, {})
        run = compiled(document(tmp_path, shop())).against(service.url).run(SCRIPT)
        assert run.code == 99
        assert (service.harm, service.lost(), service.left()) == ([], [], [])
        assert "PUT /items/{id}: not sent, it needs an ID that this run created" in run.err
        assert "POST /items" in run.reasons
        assert "never requested" not in run.reasons

    def test_what_was_there_before_a_create_stays(self, compiled: Compiled, tmp_path: Path) -> None:
        paths = {}
        for collection in OLD_ANSWERS:
            paths[collection], paths[f"{collection}/{{id}}"] = list(shop().values())[:2]
            for status in ("200", "303", "409"):
                paths[collection]["post"]["responses"][status] = {"description": "d"}
        with serving(holding_old()) as service:
            run = compiled(document(tmp_path, paths)).against(service.url).run(SCRIPT)
        assert (service.harm, service.lost(), service.left()) == ([], [], [])
        for collection in OLD_ANSWERS:
            assert service.sent(f"POST {collection}"), run.everything
        for collection in ("/existing", "/existing_as_created", "/upserted"):
            assert f"POST {collection}: nothing in its response" in run.err
            assert f"POST {collection}: nothing in its response" in named_left(run.summary)

    def test_what_is_in_a_thing_is_deleted_before_it(
        self, compiled: Compiled, service: Stateful, tmp_path: Path
    ) -> None:
        paths = shop()
        item = paths["/items/{id}"]
        part = {**item["parameters"][0], "name": "part"}
        paths["/items/{id}/parts"] = {
            "parameters": item["parameters"],
            "post": paths["/items"]["post"],
        }
        paths["/items/{id}/parts/{part}"] = {
            "parameters": [*item["parameters"], part],
            "delete": item["delete"],
        }
        suite = compiled(document(tmp_path, paths))
        run = suite.against(service.url, OPENAPI_INCLUDE="POST /items,POST /items/{id}/parts").run(
            SCRIPT
        )
        assert run.code == 0, run.everything
        assert service.sent("DELETE /items/1"), run.everything
        assert (service.harm, service.lost(), service.left()) == ([], [], [])

    def test_what_no_answer_names_is_found_by_what_was_sent(
        self, compiled: Compiled, tmp_path: Path
    ) -> None:
        paths = {}
        for collection in (*LOST_ANSWERS, "/unlisted"):
            paths[collection], paths[f"{collection}/{{id}}"] = list(shop().values())[:2]
        del paths["/unlisted"]["get"]
        with serving(losing()) as service:
            run = compiled(document(tmp_path, paths)).against(service.url).run(SCRIPT)
        assert (service.harm, service.lost()) == ([], [])
        for collection in LOST_ANSWERS:
            assert service.sent(f"DELETE {collection}/1"), run.everything
        left = service.left()
        assert {collection for collection, _ in left} == {"/unlisted"}
        assert "/unlisted: its response (" in named_left(run.summary)
        said = re.findall(r"/unlisted: .* may be left behind. Look for name '([^']+)'", run.err)
        assert (
            {service.held[collection][key]["name"] for collection, key in left} >= set(said) > set()
        )

    @pytest.mark.parametrize("answer", [wrapped, located, job], ids=lambda one: one.__name__)
    def test_what_an_undeclared_success_created_is_deleted(
        self, answer: Any, compiled: Compiled, service: Stateful, tmp_path: Path
    ) -> None:
        service.created = answer
        paths = shop("201", described=False)
        run = compiled(document(tmp_path, paths)).against(service.url).run(SCRIPT)
        assert service.sent("DELETE /items/1"), run.everything
        assert (service.harm, service.lost(), service.left()) == ([], [], [])

    def test_a_201_that_the_document_calls_200_is_deleted(
        self, compiled: Compiled, service: Stateful, tmp_path: Path
    ) -> None:
        compiled(document(tmp_path, shop("200"))).against(service.url).run(SCRIPT)
        assert service.sent("DELETE /items/1")
        assert (service.harm, service.lost(), service.left()) == ([], [], [])

    def test_a_selected_create_is_undone_all_the_same(
        self, compiled: Compiled, service: Stateful, tmp_path: Path
    ) -> None:
        suite = compiled(document(tmp_path, shop()))
        run = suite.against(service.url, OPENAPI_INCLUDE="POST /items").run(SCRIPT)
        assert run.code == 0, run.everything
        assert (service.harm, service.lost(), service.left()) == ([], [], [])

    def test_dangerous_ones_that_were_named_come_last(
        self, compiled: Compiled, service: Stateful, tmp_path: Path
    ) -> None:
        suite = compiled(
            document(tmp_path, shop()), {"operations": {"POST /settings/reset": {"skip": False}}}
        )
        run = suite.against(service.url, OPENAPI_DANGEROUS="POST /auth/logout").run(SCRIPT)
        assert run.code == 0, run.everything
        assert service.requests[-2:] == ["POST /settings/reset", "POST /auth/logout"]
        assert service.harm == ["POST /settings/reset"]

    def test_a_wave_of_401_names_what_ended_the_session(
        self, compiled: Compiled, service: Stateful, tmp_path: Path
    ) -> None:
        service.ending = "/bye"
        paths = {"/bye": {"post": {"responses": {"204": {"description": "d"}}}}, **shop()}
        schemes = {"securitySchemes": {"b": {"type": "http", "scheme": "bearer"}}}
        path = document(tmp_path, paths, components=schemes, security=[{"b": []}])
        run = compiled(path).against(service.url, OPENAPI_KEY="k").run(SCRIPT)
        assert "every request since POST /bye was answered 401" in run.err
        assert "OPENAPI_EXCLUDE='POST /bye'" in run.err

    def test_a_value_of_the_user_is_a_consent(
        self, compiled: Compiled, service: Stateful, tmp_path: Path
    ) -> None:
        overrides = {"operations": {"PATCH /orders/{id}": {"values": {"path.id": 7}}}}
        run = compiled(document(tmp_path, shop()), overrides).against(service.url).run(SCRIPT)
        assert set(service.harm) == {"PATCH /orders/7"}, run.everything


def everything_dangerous() -> Json:
    """Return paths with all of DANGEROUS, and creates for what some of them act on."""
    paths = shop()
    for collection in ("/users", "/orders", "/webhooks"):
        paths[collection] = paths["/items"]
        paths[f"{collection}/{{id}}"] = paths["/items/{id}"]
    for number, (method, path, more) in enumerate(DANGEROUS):
        own = path.replace("/x", f"/x{number}")
        paths.setdefault(own, {}).setdefault(method.lower(), node_of(own, more))
    return paths


# These act on what the run itself created, which is no harm.
OWN = {"POST /users/{id}/revoke", "GET /items/{id}/delete"}


@pytest.mark.slow
def test_no_dangerous_operation_is_sent_unasked(
    compiled: Compiled, service: Stateful, tmp_path: Path
) -> None:
    for collection in ("/users", "/webhooks"):
        service.hold(collection, 20)
    suite = compiled(document(tmp_path, everything_dangerous()))
    run = suite.against(service.url).run(SCRIPT)
    assert (service.harm, service.lost(), service.left()) == ([], [], [])
    asked = suite.against(service.url, OPENAPI_PLAN="true").inspect(SCRIPT)
    lines = [line.replace("\\", "") for line in asked.err.splitlines()]
    for number, (method, path, _) in enumerate(DANGEROUS):
        name = f"{method} {path}".replace("/x", f"/x{number}")
        pattern = re.compile(re.escape(name).replace(r"\{id\}", r"[\w-]+"))
        sent = [request for request in service.requests if pattern.fullmatch(request)]
        if name in OWN:
            assert sent, run.everything
            continue
        assert sent == [], name
        (line,) = [line for line in lines if f"left out  {name}: " in line]
        assert f"OPENAPI_DANGEROUS='{name}'" in line, line
    everything = suite.against(service.url, OPENAPI_DANGEROUS="*").run(SCRIPT)
    assert everything.summary["metrics"]["scriptErrors"] == 0
    # What was named is sent, but still with no one else's ID.
    assert not [text for text in service.harm if re.search(r"/(users|items|orders)/\d+", text)]


@pytest.mark.slow
def test_the_plan_names_what_would_be_done(baked: Any, service: Stateful, k6_binary: Path) -> None:
    project = baked.copy(openapi_spec="live")
    document(project, shop())
    command = [BASH, "scripts/load-test.sh", "openapi"]
    environ = {**os.environ, "BASE_URL": service.url, "K6_BIN": str(k6_binary)}

    def run(*arguments: str, **settings: str) -> str:
        done = subprocess.run(
            [*command, *arguments],
            cwd=project,
            env={**environ, **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("update", "openapi.json")
    for plan in (run("plan"), run("--dry-run")):
        lines = plan.splitlines()
        assert "# openapi: creates  POST /items, deleted again with DELETE /items/{id}" in lines
        assert "# openapi: changes  PUT /items/{id}" in lines
        assert "# openapi: deletes  DELETE /items/{id}" in lines
        assert any(
            line.startswith("# openapi: left out  POST /auth/logout: ends") for line in lines
        )
    assert "k6 run" not in run("plan")
    assert "# openapi: at the end  POST /auth/logout" in run(
        "plan", OPENAPI_DANGEROUS="POST /auth/logout"
    )
    assert service.requests == []


DANGEROUS: list[tuple[str, str, Json]] = [
    ("POST", "/auth/logout", {}),
    ("GET", "/logout", {}),
    ("POST", "/v1/signOut", {}),
    ("POST", "/x", {"operationId": "logOutUser"}),
    ("POST", "/x", {"summary": "Log out the current user"}),
    ("POST", "/oauth/revoke", {}),
    ("DELETE", "/token", {}),
    ("DELETE", "/sessions", {}),
    ("DELETE", "/users/me", {}),
    ("POST", "/account/deactivate", {}),
    ("POST", "/me/change-password", {}),
    ("POST", "/__admin/shutdown", {}),
    ("PUT", "/server/reboot", {}),
    ("POST", "/system/stop", {}),
    ("POST", "/settings/reset", {}),
    ("POST", "/wipe-inventory", {}),
    ("POST", "/caches/purge", {}),
    ("POST", "/x", {"operationId": "deleteAllItems"}),
    ("DELETE", "/items", {"summary": "Delete ALL items"}),
    ("DELETE", "/items", {}),
    ("PUT", "/settings", {}),
    ("PATCH", "/users/me", {}),
    ("POST", "/mappings/remove", {}),
    ("POST", "/users/{id}/revoke", {}),
    ("POST", "/users/deactivate", {}),
    ("POST", "/v3/kv/deleterange", {"operationId": "KV_DeleteRange"}),
    ("POST", "/x", {"operationId": "Items_RemoveItem"}),
    ("POST", "/settings", {}),
    ("POST", "/x", {"operationId": "updateGlobalSettings"}),
    ("POST", "/orders/cancel", {}),
    ("POST", "/factory-reset", {}),
    ("POST", "/tables/truncate", {}),
    ("POST", "/items/bulk-update", {}),
    ("POST", "/items/delete-by-query", {}),
    ("POST", "/api/deploy", {}),
    ("POST", "/keys/rotate", {}),
    ("POST", "/me/password", {}),
    ("PUT", "/users/me/password", {}),
    ("POST", "/me/2fa", {}),
    ("POST", "/auth/mfa/enable", {}),
    ("PATCH", "/me", {}),
    ("PUT", "/items", {}),
    ("DELETE", "/items", {"parameters": [{"name": "olderThan", "in": "query"}]}),
    ("GET", "/delete", {"parameters": [{"name": "id", "in": "query", "required": True}]}),
    ("GET", "/items/{id}/delete", {}),
    ("GET", "/remove-item", {}),
    ("GET", "/x", {"operationId": "deleteItem"}),
    ("GET", "/unsubscribe", {}),
    ("GET", "/send-report", {}),
    ("POST", "/send", {}),
    ("POST", "/notify", {}),
    ("POST", "/invite", {}),
    ("POST", "/invitations", {}),
    ("POST", "/mail/messages", {"operationId": "sendMail"}),
    ("POST", "/forgot-password", {}),
    ("POST", "/orders/{id}/send-invoice", {}),
    ("POST", "/webhooks/{id}/test", {}),
    ("POST", "/charge", {}),
    ("POST", "/v1/refunds", {}),
    ("POST", "/payments", {}),
    ("POST", "/orders/{id}/refund", {}),
    ("POST", "/cart/checkout", {}),
    ("POST", "/transfers", {}),
    ("POST", "/x", {"tags": ["Danger zone"]}),
]
HARMLESS: list[tuple[str, str, Json]] = [
    ("POST", "/items", {"summary": "Create an item; clears the cache"}),
    ("POST", "/password-resets", {}),
    ("GET", "/restart-policies", {}),
    ("GET", "/resets", {}),
    ("POST", "/auth/login", {}),
    ("POST", "/sessions", {}),
    ("POST", "/dropoffs", {}),
    ("DELETE", "/items/{id}", {}),
    ("GET", "/delete-requests", {}),
    ("GET", "/items/deleted", {}),
    ("GET", "/payments", {}),
    ("GET", "/invite/{id}", {}),
    ("POST", "/payment-methods", {}),
    ("POST", "/mailboxes", {}),
    ("POST", "/messages", {}),
    ("POST", "/webhooks", {}),
    ("POST", "/items/search", {}),
    ("POST", "/orders/{id}/cancel", {}),
]


def node_of(path: str, more: Json) -> Json:
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    listed = [key] if "{" in path else []
    schema = {"schema": {"type": "string"}}
    listed += [{**parameter, **schema} for parameter in more.get("parameters", [])]
    return {"responses": OK, **more, "parameters": listed}


def danger(method: str, path: str, more: Json) -> Any:
    table = compiled(openapi({path: {method.lower(): node_of(path, more)}}))
    return row_of(table, f"{method} {path}").get("danger")


@pytest.mark.parametrize(("method", "path", "more"), DANGEROUS)
def test_a_dangerous_operation_is_recognised(method: str, path: str, more: Json) -> None:
    assert danger(method, path, more)


def test_only_the_body_that_is_sent_first_names_what_is_changed() -> None:
    paths = shop()
    bodies = {
        kind: {"schema": {"type": "object", "required": [name], "properties": {name: ID}}}
        for kind, name in (("application/json", "item_id"), ("multipart/form-data", "order_id"))
    }
    paths["/x"] = {"put": {"requestBody": {"required": True, "content": bodies}, "responses": OK}}
    row = row_of(compiled(openapi(paths)), "PUT /x")
    assert row["targets"] == {"body.item_id": "/items#id"}


@pytest.mark.parametrize("method", ["post", "put"])
def test_a_kind_of_thing_in_the_path_of_a_post_is_no_thing(method: str) -> None:
    key = {"name": "kind", "in": "path", "required": True, "schema": {"enum": ["a", "b"]}}
    operation = {"parameters": [key], "responses": OK}
    (row,) = compiled(openapi({"/x/{kind}": {method: operation}})).rows
    assert row.get("targets") == (None if method == "post" else {"path.kind": ""})


@pytest.mark.parametrize("path", ["/auth/logout/{id}", "/auth//logout/"])
def test_the_last_word_of_a_path_says_what_is_done(path: str) -> None:
    assert danger("POST", path, {}) == "ends the session"


@pytest.mark.parametrize(("method", "path", "more"), HARMLESS)
def test_a_harmless_operation_is_not(method: str, path: str, more: Json) -> None:
    assert danger(method, path, more) is None
