"""The healthy service: health, login, tokens, items, what it says about itself."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import httpx
import pytest
from service.testing import RunningService, running_service

# Most of these start a service of their own.
pytestmark = pytest.mark.slow

USER = {"email": "loadtest@example.com", "password": "loadtest123"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def logged_in(client: httpx.Client, email: str = USER["email"]) -> dict[str, Any]:
    answer = client.post("/auth/login", json={**USER, "email": email})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_health_says_what_it_is(client: httpx.Client, service: RunningService) -> None:
    for url in (f"{service.api}/health", f"{service.url}/health"):
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.json().keys() == {"status", "service", "version", "uptime"}
        assert answer.json()["status"] == "healthy"
        assert answer.json()["uptime"] >= 0


def test_root_and_description(client: httpx.Client, service: RunningService) -> None:
    assert client.get(f"{service.url}/").json()["health"] == "/api/v1/health"
    paths = client.get(f"{service.url}/openapi.json").json()["paths"]
    assert {"/", "/health", "/api/v1/health", "/api/v1/items/{item_id}"} <= paths.keys()
    assert not [path for path in paths if path.startswith("/_") or path == "/login"]


def test_description_names_the_token(client: httpx.Client, service: RunningService) -> None:
    description = client.get(f"{service.url}/openapi.json").json()
    [(scheme, content)] = description["components"]["securitySchemes"].items()
    assert (content["type"], content["scheme"]) == ("http", "bearer")
    assert description["paths"]["/api/v1/items"]["get"]["security"] == [{scheme: []}]
    assert "security" not in description["paths"]["/api/v1/health"]["get"]


def test_login_refresh_me(client: httpx.Client) -> None:
    session = logged_in(client)
    assert session["tokenType"] == "Bearer"
    assert session["expiresIn"] == 3600
    renewed = client.post("/auth/refresh", json={"refreshToken": session["refreshToken"]}).json()
    assert renewed["accessToken"] != session["accessToken"]
    for token in (session["accessToken"], renewed["accessToken"]):
        me = client.get("/auth/me", headers=bearer(token))
        assert me.json()["email"] == USER["email"]


@pytest.mark.parametrize("number", [1, 20])
def test_numbered_users(client: httpx.Client, number: int) -> None:
    session = logged_in(client, f"loadtest{number}@example.com")
    me = client.get("/auth/me", headers=bearer(session["accessToken"])).json()
    assert me["email"] == f"loadtest{number}@example.com"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**USER, "password": "wrong"}, 401),
        ({**USER, "password": "é"}, 401),
        ({**USER, "email": "loadtest21@example.com"}, 401),
        ({"email": USER["email"]}, 422),
        ([], 422),
    ],
)
def test_login_refused(client: httpx.Client, body: object, status: int) -> None:
    answer = client.post("/auth/login", json=body)
    assert answer.status_code == status
    assert answer.json()["detail"]


def forged(token: str) -> str:
    """The same claims with another subject, under the old signature."""
    head, claims, signature = token.split(".")
    data = json.loads(base64.urlsafe_b64decode(claims + "=="))
    other = json.dumps({**data, "sub": "loadtest1@example.com"}).encode()
    return f"{head}.{base64.urlsafe_b64encode(other).decode().rstrip('=')}.{signature}"


def test_tokens_refused(client: httpx.Client) -> None:
    session = logged_in(client)
    wrong = {
        "none": {},
        "empty": {"Authorization": "Bearer"},
        "other scheme": {"Authorization": f"Basic {session['accessToken']}"},
        "nonsense": bearer("nonsense"),
        "dots": bearer(".."),
        "not ASCII": {"Authorization": b"Bearer \xff\xfe"},
        "refresh token": bearer(session["refreshToken"]),
        "forged": bearer(forged(session["accessToken"])),
        "key with more": bearer("test-api-key1"),
    }
    for case, headers in wrong.items():
        answer = client.get("/items", headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 401, case
        assert answer.json()["detail"], case
        assert answer.headers["www-authenticate"] == "Bearer", case


def test_access_token_does_not_refresh(client: httpx.Client) -> None:
    token = logged_in(client)["accessToken"]
    assert client.post("/auth/refresh", json={"refreshToken": token}).status_code == 401


def test_items_from_first_to_last(api: httpx.Client) -> None:
    before = api.get("/items").json()["total"]
    made = api.post("/items", json={"name": "Ünï 'quoted' \"item\"", "quantity": 3})
    assert made.status_code == 201
    item = made.json()
    assert item["name"] == "Ünï 'quoted' \"item\""
    assert api.get("/items").json()["total"] == before + 1
    assert api.get(f"/items/{item['id']}").json() == item
    changed = api.patch(f"/items/{item['id']}", json={"quantity": 4}).json()
    assert (changed["name"], changed["quantity"]) == (item["name"], 4)
    assert changed["updatedAt"] > item["updatedAt"]
    gone = api.delete(f"/items/{item['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    for answer in (
        api.get(f"/items/{item['id']}"),
        api.patch(f"/items/{item['id']}", json={"quantity": 5}),
        api.delete(f"/items/{item['id']}"),
    ):
        assert answer.status_code == 404
        assert str(item["id"]) in answer.json()["detail"]
    assert api.get("/items").json()["total"] == before


def test_item_numbers_are_never_used_twice(api: httpx.Client) -> None:
    numbers = []
    for _ in range(20):
        numbers.append(api.post("/items", json={"name": "x"}).json()["id"])
        api.delete(f"/items/{numbers[-1]}")
    assert len(set(numbers)) == 20


def test_item_pages(api: httpx.Client) -> None:
    pages = [api.get("/items", params={"limit": 7, "offset": 7 * n}).json() for n in range(3)]
    numbers = [item["id"] for page in pages for item in page["data"]]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 21
    assert len(api.get("/items").json()["data"]) == 20
    assert api.get("/items", params={"offset": 10**6}).json()["data"] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/items", {}),
        ("POST", "/items", {"name": ""}),
        ("POST", "/items", {"name": "x", "quantity": -1}),
        ("PATCH", "/items/1", {"quantity": "many"}),
        ("GET", "/items?limit=0", None),
        ("GET", "/items?offset=-1", None),
        ("GET", "/items/abc", None),
    ],
)
def test_validation_errors(api: httpx.Client, method: str, path: str, body: object) -> None:
    answer = api.request(method, path, json=body)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], list)


def test_unknown_address_and_method(api: httpx.Client) -> None:
    assert api.get("/nothing").json() == {"detail": "Not Found"}
    assert api.get("/nothing").status_code == 404
    assert api.put("/items").status_code == 405


def test_statistics_count_routes_and_keep_requests(
    api: httpx.Client, service: RunningService
) -> None:
    api.get("/items/1")
    api.get("/items/2", headers=[(b"X-Odd", b"\xff")])
    body = b'{"name": "\xc3\xa9"}'
    api.post("/items", content=body, headers={"Content-Type": "application/json"})
    api.get("/nothing?a=%20b")
    stats = service.stats()
    rows = {(row["method"], row["route"], row["status"]): row["count"] for row in stats["requests"]}
    assert rows == {
        ("GET", "/api/v1/items/{item_id}", 200): 2,
        ("POST", "/api/v1/items", 201): 1,
        ("GET", "/api/v1/nothing", 404): 1,
    }
    assert stats["total"] == 4
    assert service.count("GET") == 3
    assert service.count(route="/api/v1/items") == 1
    first, odd, post, nothing = stats["recent"]
    assert ["authorization", "Bearer test-api-key"] in first["headers"]
    assert ["x-odd", "\xff"] in odd["headers"]
    assert post["body"].encode("latin-1") == body
    assert (nothing["path"], nothing["query"]) == ("/api/v1/nothing", "a=%20b")
    service.clear_stats()
    assert service.stats()["total"] == 0


def test_statistics_keep_the_newest_and_a_bounded_number_of_names() -> None:
    with running_service(args=("--record", "3")) as service:
        with httpx.Client(base_url=service.url, trust_env=False) as client:
            for number in range(250):
                client.get(f"/nothing/{number}")
        stats = service.stats()
        assert [request["path"] for request in stats["recent"]] == [
            "/nothing/247",
            "/nothing/248",
            "/nothing/249",
        ]
        assert service.count(route="(other)") == 50
        assert len(stats["requests"]) == 201


@pytest.mark.parametrize("prefix", ["", "/v2"])
def test_other_prefixes(prefix: str) -> None:
    with running_service(prefix=prefix) as service:
        assert httpx.get(f"{service.url}{prefix}/health").status_code == 200
        assert httpx.get(f"{service.url}/health").status_code == 200
        assert httpx.get(f"{service.url}{prefix}/items").status_code == 401
        assert httpx.get(f"{service.url}/api/v1/health").status_code == 404
        assert httpx.get(f"{service.url}/").json()["health"] == f"{prefix}/health"


def test_own_token_lifetime_and_key() -> None:
    options = ("--token-lifetime", "1", "--api-key", "another")
    with (
        running_service(args=options) as service,
        httpx.Client(base_url=service.api, trust_env=False) as client,
    ):
        session = logged_in(client)
        assert session["expiresIn"] == 1
        headers = bearer(session["accessToken"])
        assert client.get("/auth/me", headers=headers).status_code == 200
        time.sleep(1.1)
        late = client.get("/auth/me", headers=headers)
        assert (late.status_code, late.json()["detail"]) == (401, "token expired")
        renewed = client.post("/auth/refresh", json={"refreshToken": session["refreshToken"]})
        assert renewed.status_code == 200
        assert client.get("/items", headers=bearer("another")).status_code == 200
        assert client.get("/items", headers=bearer("test-api-key")).status_code == 401
