"""What the importer makes of recordings, collections and curl commands."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from table_tool import BEHIND, CURRENT
from traffic_table import cli, overrides
from traffic_table.journey import Journey, compile_journey
from traffic_table.model import Recording, Refused
from traffic_table.reading import curl, har, postman, prescripts, scripts
from traffic_table.routes import Routes

HOST = "shop.example.com"
Json = dict[str, Any]


def entry(
    method: str,
    path: str,
    body: Any = None,
    status: int = 200,
    answer: Any = None,
    *,
    host: str = HOST,
    at: int = 0,
    sent: dict[str, str] | None = None,
    got: dict[str, str] | None = None,
) -> Json:
    """Return an entry of a HAR file; objects are JSON, texts are HTML or forms."""
    headers = [{"name": name, "value": value} for name, value in (sent or {}).items()]
    kind = "application/json" if isinstance(body, dict) else "application/x-www-form-urlencoded"
    html = isinstance(answer, str)
    reply = [{"name": name, "value": value} for name, value in (got or {}).items()]
    reply.append({"name": "Content-Type", "value": "text/html" if html else "application/json"})
    made: Json = {
        "startedDateTime": f"2026-11-29T10:00:{at:02}.000Z",
        "time": 100,
        "request": {"method": method, "url": f"https://{host}{path}", "headers": headers},
        "response": {
            "status": status,
            "headers": reply,
            "content": {"text": answer if html else json.dumps(answer)},
        },
    }
    if body is not None:
        text = json.dumps(body) if isinstance(body, dict) else body
        made["request"]["postData"] = {"mimeType": kind, "text": text}
    return made


def recorded(*entries: Json) -> Recording:
    """Return the recording of a HAR file; entries without a time follow each other."""
    for index, one in enumerate(entries):
        if one["startedDateTime"].endswith(":00.000Z"):
            one["startedDateTime"] = f"2026-11-29T10:{index:02}:00.000Z"
    return har.read({"log": {"version": "1.2", "entries": list(entries)}})


def compiled(*entries: Json, own: str = "{}", routes: Routes | None = None) -> Journey:
    """Return the journey of a HAR file."""
    return compile_journey("j", recorded(*entries), overrides.loads(own), routes or Routes())


def row(journey: Journey, name: str) -> Json:
    """Return the row of a step."""
    return next(one for one in journey.rows if one["name"] == name)


def definition(journey: Journey, name: str) -> Json:
    """Return what a value is."""
    found: Json = journey.about["values"][name]
    return found


LOGIN = ("POST", "/login", {"email": "ann@corp.test", "password": "hunter2hunter2"})
TOKEN = "tk_9f8A7b6C5d4E3f2G1h"


class TestLinks:
    def test_a_token_of_a_login(self) -> None:
        journey = compiled(
            entry(*LOGIN, answer={"token": TOKEN}),
            entry("GET", "/orders", sent={"Authorization": f"Bearer {TOKEN}"}, answer=[]),
        )
        assert row(journey, "GET /orders")["headers"]["Authorization"] == [
            "Bearer ",
            {"v": "authorization"},
        ]
        assert definition(journey, "authorization") == {
            "from": 0,
            "where": {"in": "json", "path": ["token"]},
        }
        assert definition(journey, "email") == {"user": "email"}
        assert definition(journey, "password") == {"user": "password"}

    @pytest.mark.parametrize("token", ["aB3dE5fG7hI9jK1l", "2|e42c4d71|3f78e791|1795956734", "k7x"])
    def test_a_cookie_that_a_header_repeats(self, token: str) -> None:
        journey = compiled(
            entry("GET", "/", got={"Set-Cookie": f"csrftoken={token}; Path=/"}, answer="<p>"),
            entry("POST", "/rate", {"stars": 5}, sent={"X-CSRFToken": token}),
        )
        assert definition(journey, "x-csrftoken")["where"] == {"in": "cookie", "name": "csrftoken"}

    @pytest.mark.parametrize(
        ("page", "where"),
        [
            ('<input type="hidden" name="_csrf" value="aB3dE5fG7hI9jK1l">', "field"),
            ('<meta name="_csrf" content="aB3dE5fG7hI9jK1l">', "meta"),
            ('<div data-csrf="aB3dE5fG7hI9jK1l"></div>', "attribute"),
            ('<script>window.app = {"csrf":"aB3dE5fG7hI9jK1l"};</script>', "text"),
        ],
    )
    def test_a_token_in_a_page(self, page: str, where: str) -> None:
        journey = compiled(
            entry("GET", "/", answer=f"<html>{page}</html>"),
            entry("POST", "/rate", "_csrf=aB3dE5fG7hI9jK1l&stars=5"),
        )
        assert definition(journey, "csrf")["where"]["in"] == where
        assert row(journey, "POST /rate")["body"] == [
            "_csrf=", {"v": "csrf", "as": "form"}, "&stars=5",
        ]  # fmt: skip

    def test_an_id_of_what_was_created(self) -> None:
        journey = compiled(
            entry("POST", "/items", {"name": "Lamp"}, 201, {"id": 7, "name": "Lamp"}),
            entry("PATCH", "/items/7", {"price": 3}, answer={"id": 7}),
            entry("DELETE", "/items/7", status=204),
        )
        assert not journey.held
        assert row(journey, "PATCH /items/{id}")["url"] == [
            "/items/",
            {"v": "items-id", "as": "url"},
        ]
        assert not [one for one in journey.rows if one.get("undo")]

    def test_a_create_whose_answer_is_not_known(self) -> None:
        """Commands have no answers: nothing tells what to delete, but whoever imports is told."""
        text = """curl https://shop.example.com/items --json '{"name": "Lamp"}'
        curl https://shop.example.com/login --json '{"email": "a@example.com"}'
        curl https://shop.example.com/items"""
        journey = compile_journey("j", curl.read(text), overrides.loads("{}"), Routes())
        (note,) = [one for one in journey.notes if "what came back is not known" in one]
        assert note.startswith("POST /items: ")

    @pytest.mark.parametrize("method", ["MKCOL", "MOVE", "PURGE", "LINK"])
    def test_methods_of_other_protocols(self, method: str) -> None:
        """A collection that MKCOL makes would stay, and be there already for the next user."""
        found = compiled(entry("PROPFIND", "/files/", status=207), entry(method, "/files/a/"))
        assert list(found.held) == [f"{method} /files/a/"]
        assert [one["kind"] for one in found.rows] == ["api_read"]
        own = compiled(
            entry("POST", "/items", {"name": "Lamp"}, 201, {"id": 7, "name": "Lamp"}),
            entry(method, "/items/7"),
            entry("DELETE", "/items/7", status=204),
        )
        assert not own.held

    def test_of_a_list_the_thing_with_the_new_name(self) -> None:
        journey = compiled(
            entry("POST", "/items", {"name": "Lamp"}, 201, {}),
            entry(
                "GET",
                "/items",
                answer={"items": [{"id": 3, "name": "Old"}, {"id": 7, "name": "Lamp"}]},
            ),
            entry("DELETE", "/items/7", status=204),
        )
        assert definition(journey, "items-id")["where"]["path"] == [
            "items", {"key": "name", "is": "name"}, "id",
        ]  # fmt: skip
        assert not journey.held

    def test_a_typed_text_that_becomes_an_address(self) -> None:
        """A file with the same name can be there only once, whatever the field is called."""
        file = {"path": "night-shift.txt", "type": "file"}
        journey = compiled(
            entry("POST", "/files", {"type": "file"}, 201, {"path": "untitled.txt"}),
            entry("PATCH", "/files/untitled.txt", {"path": "night-shift.txt"}, answer=file),
            entry("DELETE", "/files/night-shift.txt", status=204),
        )
        assert not journey.held
        assert definition(journey, "path") == {
            "new": "text", "like": "night-shift", "join": "-", "end": ".txt",
        }  # fmt: skip
        assert [one["url"][-1].get("v") for one in journey.rows[1:]] == ["files-id", "path"]

    def test_a_name_that_old_state_holds_too(self) -> None:
        """The page remembers a file of an earlier session, and looks for it."""
        file = {"path": "night-shift.txt"}
        journey = compiled(
            entry("GET", "/state", answer={"recent": [{"path": "untitled.txt"}, file]}),
            entry("GET", "/files/untitled.txt", status=404, answer={}),
            entry("GET", "/files/night-shift.txt", status=404, answer={}),
            entry("POST", "/files", {"type": "file"}, 201, {"path": "untitled.txt"}),
            entry("PATCH", "/files/untitled.txt", file, answer=file),
            entry("DELETE", "/files/night-shift.txt", status=204),
        )
        assert not journey.held
        assert definition(journey, "files-id")["from"] == 3
        assert definition(journey, "path")["new"] == "text"
        looks = [one for one in journey.rows if one["name"] == "GET /files/untitled.txt"]
        # Another user may have created one.
        assert [one["ok"] for one in looks] == [[404, 200]]

    def test_a_name_that_a_form_checks_first(self) -> None:
        journey = compiled(
            entry("GET", "/free?q=nightshift", answer={"free": True}),
            entry("POST", "/items", {"name": "nightshift"}, 201, {}),
        )
        assert definition(journey, "q")["new"] == "text"
        assert journey.rows[0]["url"][1]["v"] == journey.rows[1]["body"][1]["v"] == "q"

    def test_a_name_that_was_there_before_is_no_new_one(self) -> None:
        """It is the kind of what is created; a constant of the page's code is none either."""
        code = entry("GET", "/app.js", answer='x={kind:"slowRollout",word:"Lamp"}')
        code["response"]["headers"] = [{"name": "Content-Type", "value": "text/javascript"}]
        journey = compiled(
            code,
            entry("GET", "/kinds", answer=[{"name": "fast"}]),
            entry("POST", "/a", {"name": "fast"}, 201, {}),
            entry("POST", "/b", {"name": "slowRollout", "text": "Lamp"}, 201, {}),
            entry("POST", "/c", {"name": "Lamp"}, 201, {}),
        )
        assert [one["body"] for one in journey.rows[1:]] == [
            ['{"name":"fast"}'],
            ['{"name":"slowRollout","text":"Lamp"}'],
            ['{"name":"', {"v": "name", "as": "json"}, '"}'],
        ]

    def test_what_was_renamed_is_deleted_by_its_new_name(self) -> None:
        """By then, the old one may be the name of what another user created."""
        journey = compiled(
            entry("POST", "/files", {"type": "file"}, 201, {"path": "untitled.txt"}),
            entry("PATCH", "/files/untitled.txt", {"path": "night-shift.txt"}, answer={}),
            entry("GET", "/files/night-shift.txt", answer={}),
        )
        assert journey.rows[-1]["undo"]
        assert journey.rows[-1]["url"] == ["/files", "/", {"v": "path", "as": "url"}]

    def test_a_cursor_and_a_location(self) -> None:
        journey = compiled(
            entry("GET", "/items?limit=2", answer={"items": [], "next_cursor": "b3BhcXVlOjEyMzQ1"}),
            entry("GET", "/items?limit=2&cursor=b3BhcXVlOjEyMzQ1", answer={"items": []}),
            entry(
                "POST",
                "/jobs",
                {"kind": "report"},
                303,
                got={"Location": "/jobs/a81f09c2d4e7/state"},
            ),
            entry("GET", "/jobs/a81f09c2d4e7/state", answer={}),
        )
        assert definition(journey, "cursor")["where"]["path"] == ["next_cursor"]
        assert definition(journey, "jobs-id")["where"] == {
            "in": "header", "name": "Location", "segment": 2,
        }  # fmt: skip

    def test_a_time_that_keeps_caches_from_answering(self) -> None:
        at = 1795946400000  # that of the recording
        journey = compiled(
            entry("GET", f"/items?{at + 10}", answer=[]),
            entry("GET", f"/items?page=2&_={at + 20}", answer=[]),
        )
        assert journey.about["values"] == {"time": {"new": "time", "like": "ms", "each": True}}
        assert journey.rows[0]["url"] == ["/items?", {"v": "time", "as": "form"}]
        assert journey.rows[1]["url"] == ["/items?page=2&_=", {"v": "time", "as": "form"}]

    def test_an_accident_is_no_link(self) -> None:
        journey = compiled(
            entry("GET", "/stats", answer={"count": 2, "open": 5}),
            entry("GET", "/items?page=2&size=5", answer=[]),
        )
        assert journey.about["values"] == {}

    def test_two_recordings_settle_what_is_doubtful(self) -> None:
        first = recorded(
            entry("GET", "/start", answer={"basket": "ab12", "shop": "main"}),
            entry("GET", "/basket?b=ab12&s=main", answer={}),
        )
        second = recorded(
            entry("GET", "/start", answer={"basket": "cd34", "shop": "main"}),
            entry("GET", "/basket?b=cd34&s=main", answer={}),
        )
        own = overrides.loads("{}")
        alone = compile_journey("j", first, own, Routes())
        both = compile_journey("j", first, own, Routes(), again=second)
        assert "b" not in alone.about["values"]
        assert definition(both, "b") == {"from": 0, "where": {"in": "json", "path": ["basket"]}}
        assert "s" not in both.about["values"]


class TestSecrets:
    SECRETS = (
        "sk_live_51HxQ2eZvKY",
        "hunter2hunter2",
        "ann@corp.test",
        "c00kieS3cretValue99",
        "+15551234567",
    )

    def test_none_is_written_down(self) -> None:
        basic = base64.b64encode(b"ann@corp.test:hunter2hunter2").decode()
        journey = compiled(
            entry("GET", "/", sent={"Cookie": "sid=c00kieS3cretValue99; theme=dark"}, answer="<p>"),
            entry(
                "GET", "/a?api_key=sk_live_51HxQ2eZvKY", sent={"X-Api-Key": "sk_live_51HxQ2eZvKY"}
            ),
            entry("GET", "/b", sent={"Authorization": f"Basic {basic}"}),
            entry("POST", "/profile", {"phone": "+15551234567", "note": "mail ann@corp.test"}),
            entry(*LOGIN, answer={"token": TOKEN}),
            entry("GET", "/reset/hunter2hunter2/c00kieS3cretValue99", answer="<p>"),
        )
        text = json.dumps(
            [journey.about, journey.rows, journey.data, journey.evidence, journey.notes]
        )
        assert [secret for secret in (*self.SECRETS, TOKEN, basic) if secret in text] == []
        settings = {one["setting"] for one in journey.about["values"].values() if "setting" in one}
        assert {"TRAFFIC_COOKIE_SID", "TRAFFIC_API_KEY", "TRAFFIC_AUTHORIZATION"} <= settings
        assert row(journey, "GET /")["cookies"] == {"sid": [{"v": "cookie-sid"}]}

    def test_personal_data_is_made_up(self) -> None:
        journey = compiled(
            entry(
                "POST",
                "/contact",
                {"first_name": "Annabelle", "city": "Trondheim", "text": "Hello you"},
            )
        )
        assert journey.data["text"] == "Hello you"
        assert "Annabelle" not in json.dumps([journey.data, journey.rows, journey.about])
        assert journey.data["city"] == "Example"


@pytest.mark.parametrize(
    ("creator", "sent", "expected"),
    [
        ("WebInspector", {}, True),
        ("WebInspector", {"Cookie": "a=b"}, False),
        ("Playwright", {}, False),
    ],
)
def test_chrome_leaves_secrets_out(creator: str, sent: dict[str, str], *, expected: bool) -> None:
    log = {"creator": {"name": creator}, "entries": [entry("GET", "/", sent=sent, answer="<p>")]}
    notes = har.read({"log": log}).notes
    assert any("export it again with sensitive data" in note for note in notes) is expected


class TestWhatIsLeftOut:
    def test_each_rule_says_so(self) -> None:
        journey = compiled(
            entry("GET", "/", answer="<p>"),
            entry("GET", "/app.js", answer="x"),
            entry("GET", "/x", host="cdn.example.net"),
            entry("POST", "/collect", host="www.google-analytics.com"),
            entry("OPTIONS", "/items", sent={"Access-Control-Request-Method": "POST"}),
            entry("GET", "/late", status=0),
        )
        assert [one["name"] for one in journey.rows] == ["GET /"]
        rules = [left.rule for left in journey.left]
        assert rules == ["asset", "foreign", "analytics", "preflight", "unanswered"]

    def test_a_rule_can_be_turned_round(self) -> None:
        journey = compiled(
            entry("GET", "/", answer="<p>"),
            entry("GET", "/app.js", answer="x"),
            own='{"keep": ["asset"]}',
        )
        assert [one["name"] for one in journey.rows] == ["GET /", "GET /app.js"]

    @pytest.mark.parametrize(
        "write",
        [
            entry("DELETE", "/items/3", status=204),
            entry("PUT", "/items/3", {"name": "Changed"}, answer={}),
            entry("PATCH", "/me", {"name": "Somebody"}, answer={}),
            entry("POST", "/items/3/publish", {}, answer={}),
            entry("POST", "/items/update", {"item_id": 3, "note": "x"}, answer={}),
            entry("POST", "/items", "action=delete_selected&ids=3", status=302, answer=""),
            entry(
                "POST",
                "/graphql",
                {
                    "query": "mutation Drop($id: ID!) { deleteItem(id: $id) }",
                    "variables": {"id": "3"},
                },
            ),
            entry("GET", "/items/3/delete", status=302, answer=""),
            # Chromium does not record every body.
            entry("POST", "/items/find", sent={"Content-Length": "96"}, answer={}),
        ],
        ids=lambda one: f"{one['request']['method']} {one['request']['url'][24:]}",
    )
    def test_what_changes_things_of_others(self, write: Json) -> None:
        items = entry("GET", "/items", answer=[{"id": 3, "name": "Old"}])
        journey = compiled(items, write)
        assert [one["name"] for one in journey.rows] == ["GET /items"]
        (name,) = journey.held
        again = compiled(items, write, own=json.dumps({"steps": {name: {"skip": False}}}))
        assert [one["name"] for one in again.rows] == ["GET /items", name]

    @pytest.mark.parametrize(
        "write",
        [
            entry("POST", "/items/update", {"item_id": 7, "note": "x"}, answer={}),
            entry("POST", "/items/7/places/berlin/on", answer={}),
            entry("DELETE", "/items/7/tags/3", status=204),
            entry("POST", "/items/delete", {"items": ["Lamp"]}, answer={}),
        ],
        ids=lambda one: f"{one['request']['method']} {one['request']['url'][24:]}",
    )
    def test_what_changes_what_was_created_is_sent(self, write: Json) -> None:
        """Also parts of it, with names of others in the path."""
        journey = compiled(
            entry("GET", "/places", answer=[{"name": "berlin"}]),
            entry("GET", "/tags", answer=[{"id": 3}]),
            entry("POST", "/items/create", {"name": "Lamp"}, answer={"item_id": 7, "name": "Lamp"}),
            write,
        )
        assert not journey.held

    def test_what_was_created_under_a_name_is_deleted_by_it(self) -> None:
        flag = {"id": 7, "name": "nightshift"}
        journey = compiled(
            entry("POST", "/flags", {"name": "nightshift"}, 201, flag),
            entry("GET", "/flags/nightshift", answer=flag),
        )
        # No blank: it is part of an address.
        assert definition(journey, "name") == {"new": "text", "like": "nightshift", "join": ""}
        undo = journey.rows[-1]
        assert undo["name"] == "DELETE /flags/{id}"
        assert value_of(journey, undo["url"][-1]["v"]) == path_of("name")

    def test_what_was_created_is_deleted_at_the_end(self) -> None:
        journey = compiled(entry("POST", "/items/", {"name": "Lamp"}, 201, {"id": 7}))
        undo = journey.rows[-1]
        assert undo["undo"]
        assert (undo["name"], undo["url"]) == (
            "DELETE /items/{id}/",
            ["/items/", {"v": "created-id", "as": "url"}, "/"],
        )

    def test_a_query_is_no_part_of_what_is_deleted(self) -> None:
        """Else the address would be that of all items."""
        session = "aB3dE5fG7hI9jK1l"
        journey = compiled(
            entry("GET", "/start", answer={"session": session}),
            entry("POST", f"/items?s={session}&draft=1", {"name": "Lamp"}, 201, {"id": 7}),
        )
        assert journey.rows[-1]["url"] == ["/items", "/", {"v": "created-id", "as": "url"}]

    def test_what_refers_to_a_thing_is_deleted_before_it(self) -> None:
        journey = compiled(
            entry("POST", "/customers", {"name": "Ann"}, 201, {"id": 7}),
            entry("POST", "/orders", {"customer": 7, "note": "Lamp"}, 201, {"id": 8}),
        )
        undone = [one["name"] for one in journey.rows if one.get("undo")]
        assert undone == ["DELETE /orders/{id}", "DELETE /customers/{id}"]


def test_routes_follow_the_openapi_document() -> None:
    routes = Routes([("GET", "/shops/{shop}/items/{item}")])
    journey = compiled(entry("GET", "/shops/berlin/items/red-lamp", answer={}), routes=routes)
    assert journey.rows[0]["name"] == "GET /shops/{shop}/items/{item}"


def test_what_an_answer_has_to_have() -> None:
    """Fields that each recorded answer of a route has; no content type where Chrome saw none."""
    silent = entry("POST", "/check", {"a": 1}, answer="")
    silent["response"] = {"status": 200, "headers": [], "content": {"mimeType": "x-unknown"}}
    journey = compiled(
        entry("GET", "/items/7", answer={"id": 7, "state": "new"}),
        entry("GET", "/items/8", answer={"id": 8}),
        silent,
    )
    expected = {"types": ["application/json"], "is": "object", "required": [["id"]]}
    assert [one.get("responses") for one in journey.rows] == [
        {"200": expected}, {"200": expected}, None,
    ]  # fmt: skip


def test_a_word_of_a_route_stays_one() -> None:
    """Although an answer has it as the name of something."""
    journey = compiled(
        entry("GET", "/spaces/default", answer={"name": "default"}),
        entry("POST", "/log", {"space": "default"}, answer={}),
        entry("GET", "/spaces/default", answer={}),
    )
    assert [one["name"] for one in journey.rows[::2]] == ["GET /spaces/default"] * 2


def test_pauses_and_parallel_requests() -> None:
    journey = compiled(
        entry("GET", "/", answer="<p>", at=1),
        entry("GET", "/a", answer={}, at=5),
        {**entry("GET", "/b", answer={}), "startedDateTime": "2026-11-29T10:00:05.050Z"},
    )
    assert journey.rows[1]["pause"] == 3.9
    assert journey.rows[2]["with"] == 1


class TestCurl:
    def test_what_browsers_copy(self) -> None:
        text = """curl 'https://shop.example.com/items?q=lamp' \\
          -H 'accept: application/json' -H $'x-note: it\\'s' --compressed ;
        curl -X PUT https://shop.example.com/items/1 -u ann:pw --json '{"a": 1}'
        curl --data-urlencode "q=a b" -G https://shop.example.com/find
        curl -F name=Lamp -F file=@/etc/passwd https://shop.example.com/upload
        """
        found = [one.request for one in curl.read(text).exchanges]
        assert [f"{one.method} {one.url[24:]}" for one in found] == [
            "GET /items?q=lamp", "PUT /items/1", "GET /find?q=a+b", "POST /upload",
        ]  # fmt: skip
        assert found[0].header("x-note") == "it's"
        assert found[1].header("authorization").startswith("Basic ")
        assert "root:" not in found[3].body

    def test_of_the_windows_prompt(self) -> None:
        text = 'curl "https://shop.example.com/a?b=1^&c=2" ^\n  -H "accept: */*"'
        (one,) = curl.read(text).exchanges
        assert one.request.url == "https://shop.example.com/a?b=1&c=2"


COLLECTION: Json = {
    "info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/"},
    "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}"}]},
    "variable": [{"key": "base", "value": "https://shop.example.com"}],
    "item": [
        {
            "name": "Log in",
            "request": {
                "method": "POST",
                "auth": {"type": "noauth"},
                "url": {"raw": "{{base}}/login"},
                "body": {"mode": "raw", "raw": '{"email": "{{user}}", "password": "{{password}}"}'},
            },
            "event": [
                {
                    "listen": "test",
                    "script": {
                        "exec": [
                            'pm.test("ok", function () { pm.response.to.have.status(200); });',
                            "var data = pm.response.json();",
                            'pm.environment.set("token", data.session.token);',
                            "eval('1');",
                        ]
                    },
                }
            ],
        },
        {
            "name": "Items",
            "item": [
                {
                    "name": "Create",
                    "request": {
                        "method": "POST",
                        "url": "{{base}}/items",
                        "body": {"mode": "raw", "raw": '{"name": "Lamp"}'},
                    },
                    "event": [
                        {
                            "listen": "test",
                            "script": {
                                "exec": "pm.collectionVariables.set('item', pm.response.json().id);"
                            },
                        }
                    ],
                },
                {
                    "name": "Delete",
                    "request": {
                        "method": "DELETE",
                        "url": {
                            "raw": "{{base}}/items/:id",
                            "variable": [{"key": "id", "value": "{{item}}"}],
                        },
                    },
                },
            ],
        },
    ],
}


class TestPostman:
    def made(self) -> Journey:
        environment = {
            "values": [
                {"key": "user", "value": "ann@corp.test"},
                {"key": "password", "value": "hunter2hunter2"},
            ]
        }
        recording = postman.read(COLLECTION, environment)
        return compile_journey("shop", recording, overrides.loads("{}"), Routes())

    def test_folders_authorization_and_scripts(self) -> None:
        journey = self.made()
        names = ["POST /login", "POST /items", "DELETE /items/{id}"]
        assert [one["name"] for one in journey.rows] == names
        assert definition(journey, "token") == {
            "from": 0, "where": {"in": "json", "path": ["session", "token"]},
        }  # fmt: skip
        assert journey.rows[0]["ok"] == [200]
        assert "Authorization" not in journey.rows[0].get("headers", {})
        assert journey.rows[1]["headers"]["Authorization"] == ["Bearer ", {"v": "token"}]
        assert journey.rows[1]["group"] == "Items"
        # Its ID comes from the answer to a POST.
        assert journey.rows[2]["url"] == ["/items/", {"v": "item", "as": "url"}]

    def test_secrets_of_the_environment_stay_there(self) -> None:
        journey = self.made()
        text = json.dumps([journey.about, journey.rows, journey.data])
        assert "hunter2" not in text
        assert "ann@corp.test" not in text

    def test_names_of_scripts_are_followed(self) -> None:
        lines = (
            "test",
            "var body = JSON.parse(responseBody);",
            "var user = body.user || {};",
            "tests['has it'] = body.hasOwnProperty('user');",
            "pm.globals.set('token', user.token);",
            "pm.globals.set('who', window.name);",
        )
        texts = ["\n".join(lines)]
        notes: list[str] = []
        assert scripts.links("Log in", texts, notes) == {"token": "json:user/token"}
        assert notes == ["Log in: how it sets variable who is not understood"]
        assert scripts.checks("Log in", texts, notes) == ([], ["user"])

    def test_a_new_account_needs_no_environment(self) -> None:
        user = '{"email": "{{EMAIL}}", "password": "{{PASSWORD}}"}'
        request = {"method": "POST", "body": {"mode": "raw", "raw": user}}
        items = [
            {"name": path, "request": {**request, "url": f"{{{{base}}}}{path}"}}
            for path in ("/register", "/login")
        ]
        recording = postman.read({"info": {}, "item": items}, {})
        journey = compile_journey("shop", recording, overrides.loads("{}"), Routes())
        assert journey.rows[0]["body"] == journey.rows[1]["body"]
        assert definition(journey, "email")["new"] == "email"
        assert definition(journey, "password") == {"new": "password"}

    def test_what_is_not_understood_is_named(self) -> None:
        assert any(
            "Log in: not understood" in note and "eval" in note for note in self.made().notes
        )


def value_of(journey: Journey, name: str) -> Any:
    """Return what a value is, without the step that it is from."""
    return {key: one for key, one in definition(journey, name).items() if key != "from"}


def path_of(*steps: str) -> Json:
    return {"where": {"in": "json", "path": list(steps)}}


class TestScriptsBeforeRequests:
    @pytest.mark.parametrize(
        ("line", "meaning"),
        [
            ("set('a', 'plain');", {"same": "plain"}),
            ("set('a', Date.now());", {"new": "time", "like": "ms"}),
            ("set('a', Math.floor(Date.now() / 1000));", {"new": "time", "like": "s"}),
            ("set('a', new Date().toISOString())", {"new": "time", "like": "Ts3Z"}),
            ("set('a', pm.variables.replaceIn('{{$guid}}'));", {"new": "uuid"}),
            ("set('a', require('uuid').v4());", {"new": "uuid"}),
            ("set('a', 'u' + Date.now() + '@x.com');", {"new": "email"}),
            ("set('a', `Lamp-${Date.now()}`);", {"new": "text", "like": "Lamp", "join": "-"}),
            ("set('a', Math.floor(Math.random() * 1000));", {"new": "random", "like": "000"}),
        ],
    )
    def test_what_they_make_is_made_anew(self, line: str, meaning: Json) -> None:
        notes: list[str] = []
        text = f"prerequest\npm.environment.{line}"
        assert prescripts.made("R", [text], notes) == {"a": meaning}
        assert notes == []

    @pytest.mark.parametrize(
        ("line", "note"),
        [
            ("pm.environment.set('a', CryptoJS.MD5(x).toString());", "sets variable a is not"),
            (
                "pm.sendRequest('https://x', function (e, r) {",
                "make it a request of the collection",
            ),
            ("eval('1');", "not understood in its script before the request: eval"),
        ],
    )
    def test_what_is_not_understood_is_named(self, line: str, note: str) -> None:
        notes: list[str] = []
        assert prescripts.made("R", [f"prerequest\n{line}"], notes) == {}
        assert [one for one in notes if note in one]

    def test_one_value_is_the_same_until_it_is_set_again(self) -> None:
        body = {"mode": "raw", "raw": '{"title": "{{t}}", "ref": "{{$guid}}"}'}
        event = {"listen": "prerequest", "script": {"exec": "pm.variables.set('t', Date.now());"}}
        sent = [{"method": "POST", "url": f"http://a/{n}", "body": body} for n in ("b", "c", "d")]
        items = [{"name": "1", "request": sent[0], "event": [event]}, {"request": sent[1]}]
        items.append({"name": "3", "request": sent[2], "event": [event]})
        recording = postman.read({"info": {}, "item": items}, {})
        journey = compile_journey("j", recording, overrides.loads("{}"), Routes())
        used = [[part["v"] for part in one["body"] if "v" in part] for one in journey.rows]
        assert used == [["t", "ref"], ["t", "ref-2"], ["t-2", "ref-3"]]
        assert definition(journey, "t-2") == {"new": "time", "like": "ms"}


HTTP_FILE = """
@host = https://shop.example.com
### Log in
# @name login
POST {{host}}/login HTTP/1.1
Content-Type: application/json

{"email": "ann@corp.test", "password": "{{password}}"}

> {% client.test("ok", function () { client.assert(response.status === 200); }); %}

###
POST {{host}}/items
    ?draft=true
Authorization: Bearer {{login.response.body.$.session.token}}
X-Request-Id: {{$uuid}}
Content-Type: application/json

{"name": "Lamp"}

> {%
    client.global.set("item", response.body.id);
%}
### remove
DELETE {{host}}/items/{{item}}
Authorization: Basic ann hunter2hunter2
### upload
PUT {{host}}/items/{{item}}/picture

< ./picture.png
### socket
WEBSOCKET wss://shop.example.com/live
"""

INSOMNIA: Json = {
    "_type": "export",
    "__export_format": 4,
    "resources": [
        {"_id": "wrk", "_type": "workspace", "name": "Shop"},
        {
            "_id": "env",
            "_type": "environment",
            "parentId": "wrk",
            "data": {"host": "https://shop.example.com", "login": {"user": "ann@corp.test"}},
        },
        {
            "_id": "two",
            "_type": "request",
            "parentId": "fld",
            "metaSortKey": -1,
            "name": "Create",
            "method": "POST",
            "url": "{{ _.host }}/items",
            "parameters": [{"name": "draft", "value": "true"}, {"name": "x", "disabled": True}],
            "body": {"mimeType": "application/json", "text": '{"name": "Lamp"}'},
            "authentication": {
                "type": "bearer",
                # $.session.token
                "token": "{% response 'body', 'one', 'b64::JC5zZXNzaW9uLnRva2Vu::46b', 'never' %}",
            },
        },
        {"_id": "fld", "_type": "request_group", "parentId": "wrk", "metaSortKey": 2, "name": "F"},
        {
            "_id": "one",
            "_type": "request",
            "parentId": "wrk",
            "metaSortKey": 1,
            "method": "POST",
            "url": "{{ _.host }}/login",
            "body": {
                "mimeType": "application/json",
                "text": '{"email": "{{ _.login.user }}", "password": "{{ _.secret }}"}',
            },
        },
        {
            "_id": "three",
            "_type": "request",
            "parentId": "fld",
            "metaSortKey": 1,
            "method": "DELETE",
            "url": "{{ _.host }}/items/{% response 'body', 'two', 'b64::JC5pZA==::46b' %}",
        },
    ],
}

BRUNO: Json = {
    "name": "Shop",
    "version": "1",
    "root": {"request": {"auth": {"mode": "bearer", "bearer": {"token": "{{token}}"}}}},
    "environments": [{"variables": [{"name": "host", "value": "https://shop.example.com"}]}],
    "items": [
        {
            "type": "folder",
            "name": "F",
            "seq": 2,
            "items": [
                {
                    "type": "http-request",
                    "name": "Create",
                    "seq": 1,
                    "request": {
                        "method": "POST",
                        "url": "{{host}}/items?draft=true",
                        "params": [{"name": "draft", "value": "true", "type": "query"}],
                        "body": {"mode": "json", "json": '{"name": "Lamp"}'},
                        "auth": {"mode": "inherit"},
                        "script": {"res": "bru.setVar('item', res.body.id);"},
                    },
                },
                {
                    "type": "http-request",
                    "name": "Remove",
                    "seq": 2,
                    "request": {
                        "method": "DELETE",
                        "url": "{{host}}/items/:id",
                        "params": [{"name": "id", "value": "{{item}}", "type": "path"}],
                    },
                },
            ],
        },
        {
            "type": "http-request",
            "name": "Log in",
            "seq": 1,
            "request": {
                "method": "POST",
                "url": "{{host}}/login",
                "auth": {"mode": "none"},
                "body": {
                    "mode": "json",
                    "json": '{"email": "ann@corp.test", "password": "hunter2hunter2"}',
                },
                "vars": {"res": [{"name": "token", "value": "res.body.session.token"}]},
                "assertions": [{"name": "res.status", "value": "eq 200"}],
            },
        },
    ],
}


class TestOtherTools:
    """The same session, as several tools save it."""

    @pytest.mark.parametrize(
        "content", [HTTP_FILE, INSOMNIA, BRUNO], ids=["http", "insomnia", "bruno"]
    )
    def test_a_session_with_a_token_and_an_id(self, content: Any, tmp_path: Path) -> None:
        path = tmp_path / "shop"
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        recording = cli.read_recording(str(path))
        journey = compile_journey("shop", recording, overrides.loads("{}"), Routes())
        login, create, remove = journey.rows[:3]
        assert [one["name"] for one in (login, create, remove)] == [
            "POST /login", "POST /items", "DELETE /items/{id}",
        ]  # fmt: skip
        assert "Authorization" not in login.get("headers", {})
        assert login["body"][-2] == {"v": "password", "as": "json"}
        assert create["url"] == ["/items?draft=true"]
        bearer, token = create["headers"]["Authorization"]
        assert (bearer, value_of(journey, token["v"])) == ("Bearer ", path_of("session", "token"))
        made = remove["url"][1]
        assert value_of(journey, made["v"]) == path_of("id")
        text = json.dumps([journey.about, journey.rows, journey.data])
        assert "hunter2" not in text
        assert "ann@corp.test" not in text

    def test_what_a_file_of_requests_holds_besides(self, tmp_path: Path) -> None:
        path = tmp_path / "shop.http"
        path.write_text(HTTP_FILE)
        recording = cli.read_recording(str(path))
        assert recording.exchanges[0].statuses == [200]
        assert recording.exchanges[2].request.header("authorization").startswith("Basic ")
        assert "upload: its body is a file, which is not read: < ./picture.png" in recording.notes
        assert "socket: only HTTP requests are read" in recording.notes

    def test_an_environment_of_a_file_of_requests(self, tmp_path: Path) -> None:
        path, environment = tmp_path / "shop.http", tmp_path / "http-client.env.json"
        path.write_text("GET {{host}}/items/{{n}}\n")
        environment.write_text('{"$shared": {"n": 7}, "dev": {"host": "https://a.example"}}')
        (one,) = cli.read_recording(str(path), str(environment)).exchanges
        assert one.request.url == "https://a.example/items/7"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("meta {\n  name: a\n}\n", "a request of Bruno. Export the collection"),
            ("type: collection.insomnia.rest/5.0\n", "Export it as Insomnia v4"),
            ('{"_type": "export", "__export_format": 3, "resources": []}', "format 3: expected 4"),
            ("openapi: 3.1.0\n", "openapi update"),
            ('{"openapi": "3.1.0"}', "openapi update"),
            ("<?xml version='1.0'?>\n<jmeterTestPlan>", "Record the session in a browser"),
            ("hello", "of no known kind"),
        ],
    )
    def test_what_cannot_be_read_names_what_to_export(
        self, text: str, message: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "file"
        path.write_text(text)
        with pytest.raises(Refused, match=message):
            cli.read_recording(str(path))


class TestImportAgain:
    @pytest.fixture
    def recording(self, tmp_path: Path) -> Path:
        return self.write(tmp_path / "shop.har", "/items")

    def write(self, path: Path, route: str) -> Path:
        entries = [
            entry("GET", "/", answer="<p>"),
            entry("POST", route, {"name": "Lamp", "text": "Hello you"}, 201, {"id": 7}),
        ]
        path.write_text(json.dumps({"log": {"entries": entries}}))
        return path

    def run(self, project: Path, *arguments: str | Path) -> int:
        return cli.main(["--project", str(project), *map(str, arguments)])

    def test_nothing_changed(
        self, recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(tmp_path, "import", recording) == CURRENT
        table = tmp_path / cli.TABLE
        before = table.read_bytes()
        assert self.run(tmp_path, "import", recording, "--check") == CURRENT
        assert "is up to date" in capsys.readouterr().out
        assert self.run(tmp_path, "import", recording) == CURRENT
        assert table.read_bytes() == before

    def test_a_new_version_of_the_application(
        self, recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.run(tmp_path, "import", recording)
        table = tmp_path / cli.TABLE
        data = tmp_path / cli.DATA
        rows = json.loads(data.read_text())
        rows["shop"].append({"text": "Mine"})
        data.write_text(json.dumps(rows))
        before = table.read_bytes()
        self.write(recording, "/v2/items")
        capsys.readouterr()
        assert self.run(tmp_path, "import", recording, "--check") == BEHIND
        shown = capsys.readouterr()
        assert "added  POST /v2/items" in shown.out
        assert "removed  POST /items" in shown.out
        assert "out of date. Try: ./scripts/load-test.sh import" in shown.err
        assert table.read_bytes() == before
        assert self.run(tmp_path, "import", recording) == CURRENT
        assert json.loads(data.read_text())["shop"] == [{"text": "Hello you"}, {"text": "Mine"}]

    def test_overrides_turn_decisions_round(self, recording: Path, tmp_path: Path) -> None:
        own = tmp_path / overrides.FILE
        own.parent.mkdir(parents=True)
        own.write_text(json.dumps({"values": {"name": "recorded", "shop: text": {"value": "x"}}}))
        self.run(tmp_path, "import", recording)
        about = json.loads((tmp_path / cli.TABLE).read_text().splitlines()[1])
        assert about["values"]["name"] == {"same": "Lamp"}
        assert about["values"]["text"] == {"same": "x"}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("[]", "expected an object"),
            ('{"step": {}}', "Did you mean 'steps'?"),
            ('{"keep": ["assets"]}', "expected foreign, preflight"),
            ('{"values": {"a": "neu"}}', "expected recorded, data"),
            ('{"steps": {"GET /": {"skipp": true}}}', "Did you mean 'skip'?"),
        ],
    )
    def test_a_wrong_override_is_refused(self, text: str, message: str) -> None:
        with pytest.raises(Refused, match=message.replace("?", r"\?")):
            overrides.loads(text)
