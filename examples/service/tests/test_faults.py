"""Every fault is switched on and seen by a client."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from service.cli import example
from service.faults.effects import NOT_HTTP
from service.faults.table import FAULTS
from service.testing import RunningService, running_service

# Faults take their time: most of these wait for one.
pytestmark = pytest.mark.slow

Test = Callable[..., None]
provoked: set[str] = set()

BOM = b"\xef\xbb\xbf"
SHOP = set(
    """
    capacity leak memory-noise slow-join limits no-limit wrong-limit shared-limit stuck-limit
    silent-limit oversell stuck-report lost-import
    """.split()
)
README = Path(__file__).parent.parent / "README.md"


def provokes(*names: str) -> Callable[[Test], Test]:
    """Notes which faults a test is about; see `test_every_fault_is_provoked`."""
    provoked.update(names)
    return lambda test: test


@contextlib.contextmanager
def connected(service: RunningService, path: str = "/api/v1/health") -> Iterator[socket.socket]:
    """A bare connection with one request sent."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=3) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        yield connection


def received(connection: socket.socket) -> bytes:
    """All bytes until the other side ends the connection."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def test_every_fault_is_provoked() -> None:
    # Those of WebSockets: test_sockets.py; of tenants and their shop: test_shop.py.
    own = {fault.name for fault in FAULTS if not fault.name.startswith("ws-")}
    assert provoked == own - SHOP


@provokes("slow")
def test_slow(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("slow", 200)
    before = time.monotonic()
    assert client.get("/health").json()["status"] == "healthy"
    assert 0.2 <= time.monotonic() - before < 4


@provokes("slow")
def test_slow_with_jitter(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("slow", 50, jitter=50)
    times = []
    for _ in range(12):
        before = time.monotonic()
        client.get("/health")
        times.append(time.monotonic() - before)
    assert max(times) - min(times) > 0.03


@provokes("hang")
def test_hang(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("hang")
    with pytest.raises(httpx.ReadTimeout):
        client.get("/health", timeout=0.5)


@provokes("drip")
def test_drip(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("drip", 0.005)
    with client.stream("GET", "/health") as answer:
        assert answer.status_code == 200
        parts = list(answer.iter_raw())
    assert len(parts) > 10
    assert json.loads(b"".join(parts))["status"] == "healthy"


@provokes("drip")
def test_drip_outlives_a_timeout(service: RunningService) -> None:
    service.set_fault("drip", 1)
    with connected(service) as connection:
        connection.settimeout(0.5)
        seen = b""
        while not seen.endswith(b"\r\n\r\n{"):
            seen += connection.recv(1000)
        with pytest.raises(TimeoutError):
            connection.recv(1)


@provokes("error")
@pytest.mark.parametrize("status", [400, 403, 404, 409, 500, 503])
def test_error(client: httpx.Client, service: RunningService, status: int) -> None:
    service.set_fault("error", status)
    answer = client.get("/health")
    assert answer.status_code == status
    assert "fault" in answer.json()["detail"]


@provokes("error")
def test_error_with_a_long_text(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("error", 500, size=10_000)
    assert len(client.get("/health").json()["detail"]) == 10_000


@provokes("rate-limit")
def test_rate_limit(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("rate-limit", 3, window=2)
    answers = [client.get("/health") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["retry-after"] in ("1", "2")
    assert answers[-1].headers["ratelimit-limit"] == "3"
    time.sleep(2)
    assert client.get("/health").status_code == 200


@provokes("root-missing")
def test_root_missing(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("root-missing")
    assert client.get(f"{service.url}/").status_code == 404
    assert client.get("/health").status_code == 200


@provokes("garbage", "empty", "null", "list", "no-content")
@pytest.mark.parametrize(
    ("name", "status", "body"),
    [
        ("garbage", 200, b"<!DOCTYPE html>"),
        ("empty", 200, b""),
        ("null", 200, b"null"),
        ("list", 200, b"[]"),
        ("no-content", 204, b""),
    ],
)
def test_other_bodies(
    client: httpx.Client, service: RunningService, name: str, status: int, body: bytes
) -> None:
    service.set_fault(name)
    for answer in (client.get("/health"), client.post("/auth/login", json={})):
        assert answer.status_code == status
        assert answer.content[: len(body) or 1] == body
    if name == "garbage":
        assert answer.headers["content-type"].startswith("text/html")


@provokes("wrong-types")
def test_wrong_types(api: httpx.Client, service: RunningService) -> None:
    service.set_fault("wrong-types")
    assert api.get("/health").json()["status"] == 7
    page = api.get("/items").json()
    assert isinstance(page["data"], str)
    assert isinstance(page["total"], str)


@provokes("wrong-types", "bom", "nan", "drip", "wrong-content-type")
@pytest.mark.parametrize("name", ["wrong-types", "bom", "nan", "drip", "wrong-content-type"])
def test_changed_bodies_leave_204_alone(
    api: httpx.Client, service: RunningService, name: str
) -> None:
    number = api.post("/items", json={"name": "x"}).json()["id"]
    service.set_fault(name)
    answer = api.delete(f"/items/{number}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-length" not in answer.headers


@provokes("empty-list")
def test_empty_list(api: httpx.Client, service: RunningService) -> None:
    api.post("/missions", json={"name": "x", "prompt": "y"})
    service.set_fault("empty-list")
    assert api.get("/missions").json() == []
    assert api.get("/items").json() == {"data": [], "total": api.get("/items").json()["total"]}
    assert api.get("/specs/001").json()["id"] == "001"


@provokes("wrong-shape")
def test_wrong_shape(api: httpx.Client, service: RunningService) -> None:
    missions, items = api.get("/missions").json(), api.get("/items").json()
    service.set_fault("wrong-shape")
    assert api.get("/missions").json() == {"data": missions}
    assert api.get("/items").json() == items["data"]
    assert api.get("/specs/001").json()[0]["id"] == "001"


@provokes("lost-writes")
@pytest.mark.parametrize(
    ("path", "body"), [("/items", {"name": "x"}), ("/tickets", {"title": "x"})]
)
def test_lost_writes(
    api: httpx.Client, service: RunningService, path: str, body: dict[str, str]
) -> None:
    service.set_fault("lost-writes")
    made = api.post(path, json=body)
    assert made.status_code == 201
    assert api.get(f"{path}/{made.json()['id']}").status_code == 404
    assert api.post(path, json={}).status_code == 422


@provokes("duplicate-ids")
def test_duplicate_ids(api: httpx.Client, service: RunningService) -> None:
    service.set_fault("duplicate-ids")
    ids = [api.post("/tickets", json={"title": "x"}).json()["id"] for _ in range(3)]
    assert len(set(ids)) == 1
    assert api.get(f"/tickets/{ids[0]}").status_code == 200


@provokes("stale")
def test_stale(api: httpx.Client, service: RunningService) -> None:
    ids = [api.post("/tickets", json={"title": "x"}).json()["id"] for _ in range(2)]
    service.set_fault("stale")
    assert [api.get(f"/tickets/{number}").json()["id"] for number in ids] == [ids[0]] * 2
    assert len(api.get("/tickets").json()["data"]) >= 2


@provokes("truncated")
def test_truncated_204(api: httpx.Client, service: RunningService) -> None:
    number = api.post("/items", json={"name": "x"}).json()["id"]
    service.set_fault("truncated")
    with pytest.raises(httpx.RemoteProtocolError):
        api.delete(f"/items/{number}")


@provokes("bom")
def test_bom(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("bom")
    answer = client.get("/health")
    assert answer.content.startswith(BOM + b'{"status":"healthy"')
    assert int(answer.headers["content-length"]) == len(answer.content)


@provokes("nan")
def test_nan(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("nan")
    assert client.get("/health").text.startswith('{"status": NaN')


@provokes("wrong-content-type")
def test_wrong_content_type(client: httpx.Client, service: RunningService) -> None:
    for wanted, seen in ((True, "text/html"), ("text/plain; x=1", "text/plain; x=1")):
        service.set_fault("wrong-content-type", wanted)
        answer = client.get("/health")
        assert answer.headers.get_list("content-type") == [seen]
        assert answer.json()["status"] == "healthy"


@provokes("huge")
def test_huge(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("huge", 3)
    answer = client.get("/health")
    assert len(answer.content) == 3 * 1024 * 1024
    assert answer.json().keys() == {"data"}


@provokes("huge")
def test_huge_when_unpacked(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("huge", 20, gzip=True)
    with client.stream("GET", "/health") as answer:
        packed = b"".join(answer.iter_raw())
    assert len(packed) < 100_000
    assert len(gzip.decompress(packed)) == 20 * 1024 * 1024


@provokes("huge")
def test_huge_to_a_client_that_leaves(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("huge", 10_000, only="/api/v1/items")
    with connected(service, "/api/v1/items") as connection:
        connection.recv(1000)
    assert client.get("/health").status_code == 200


@provokes("truncated")
def test_truncated(service: RunningService) -> None:
    service.set_fault("truncated")
    with connected(service) as connection:
        head, _, body = received(connection).partition(b"\r\n\r\n")
    promised = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert 0 < len(body) < promised
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        httpx.get(f"{service.api}/health")


@provokes("truncated")
def test_truncated_and_held(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("truncated", hold=True)
    with pytest.raises(httpx.ReadTimeout):
        client.get("/health", timeout=0.4)


@provokes("close")
def test_close(service: RunningService) -> None:
    service.set_fault("close")
    with connected(service) as connection:
        assert received(connection) == b""


@provokes("lost-reply", "other-status")
def test_creations_that_look_failed(client: httpx.Client, service: RunningService) -> None:
    def total() -> int:
        return int(client.get("/items", params={"limit": 1}).json()["total"])

    client.headers["Authorization"] = "Bearer test-api-key"
    before = total()
    service.set_fault("lost-reply", method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/items", json={"name": "lost"})
    service.set_fault("lost-reply", False)
    service.set_fault("other-status", 500, method="POST")
    assert client.post("/items", json={"name": "failed"}).status_code == 500
    assert total() == before + 2


@provokes("reset")
def test_reset(service: RunningService) -> None:
    service.set_fault("reset")
    with connected(service) as connection, pytest.raises(ConnectionResetError):
        received(connection)


@provokes("reset")
def test_reset_in_the_middle(service: RunningService) -> None:
    service.set_fault("reset", "middle")
    with connected(service) as connection:
        assert connection.recv(20).startswith(b"HTTP/1.1 200 OK")
        with pytest.raises(ConnectionResetError):
            received(connection)


@provokes("not-http")
def test_not_http(service: RunningService) -> None:
    service.set_fault("not-http")
    with connected(service) as connection:
        assert received(connection) == NOT_HTTP


@provokes("die")
def test_die() -> None:
    with running_service(faults={"die": {"value": 3, "skip": 2}}) as service:
        assert [httpx.get(f"{service.api}/health").status_code for _ in range(2)] == [200, 200]
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{service.api}/health")
        assert service.stop() == 3


@provokes("redirect-loop")
def test_redirect_loop(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("redirect-loop")
    answer = client.get("/health?a=1&b=%20")
    assert answer.status_code == 302
    assert answer.headers["location"] == "/api/v1/health?a=1&b=%20"
    with pytest.raises(httpx.TooManyRedirects):
        client.get("/health", follow_redirects=True)


@provokes("redirect-login")
def test_redirect_login(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("redirect-login")
    answer = client.get("/health", follow_redirects=True)
    assert [step.status_code for step in answer.history] == [302]
    assert answer.url.path == "/login"
    assert answer.status_code == 200
    assert "<form" in answer.text


@provokes("redirect-host")
def test_redirect_host(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("redirect-host")
    answer = client.get("/health?a=1", follow_redirects=True)
    assert (answer.url.host, answer.url.port) == ("localhost", service.port)
    assert answer.json()["status"] == "healthy"
    service.set_fault("redirect-host", "http://elsewhere.test:81")
    answer = client.get("/health")
    assert answer.headers["location"] == "http://elsewhere.test:81/api/v1/health?redirected=1"


@provokes("unhealthy")
def test_unhealthy(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("unhealthy", "down")
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "down")
    assert answer.json()["service"] == "reference-service"
    assert client.get(f"{service.url}/health").json()["status"] == "down"
    assert "status" not in client.get(f"{service.url}/").json()


@provokes("late")
def test_late() -> None:
    with running_service(faults={"late": 1.5}) as service:
        early = httpx.get(f"{service.api}/health")
        assert (early.status_code, early.json()["status"]) == (503, "starting")
        assert httpx.get(service.url).status_code == 200
        time.sleep(1.6)
        assert httpx.get(f"{service.api}/health").status_code == 200


@provokes("wrong-service")
def test_wrong_service(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("wrong-service")
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["app"]) == (200, "billing")
    assert "status" not in answer.json()


@provokes("openapi-broken")
def test_openapi_broken(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("openapi-broken")
    answer = client.get(f"{service.url}/openapi.json")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@provokes("login", "refresh")
@pytest.mark.parametrize("path", ["login", "refresh"])
@pytest.mark.parametrize(("how", "status"), [("401", 401), (500, 500), ("no-token", 200)])
def test_login_and_refresh_fail(
    client: httpx.Client, service: RunningService, path: str, how: object, status: int
) -> None:
    user = {"email": "loadtest@example.com", "password": "loadtest123"}
    session = client.post("/auth/login", json=user).json()
    bodies = {"login": user, "refresh": {"refreshToken": session["refreshToken"]}}
    service.set_fault(path, how)
    for name, body in bodies.items():
        answer = client.post(f"/auth/{name}", json=body)
        assert answer.status_code == (status if name == path else 200)
        assert ("accessToken" in answer.json()) == (name != path)


@provokes("token-life")
def test_tokens_that_live_shorter_than_promised(
    client: httpx.Client, service: RunningService
) -> None:
    service.set_fault("token-life", 1)
    user = {"email": "loadtest@example.com", "password": "loadtest123"}
    session = client.post("/auth/login", json=user).json()
    assert session["expiresIn"] == 3600
    headers = {"Authorization": f"Bearer {session['accessToken']}"}
    assert client.get("/auth/me", headers=headers).status_code == 200
    time.sleep(1.1)
    assert client.get("/auth/me", headers=headers).status_code == 401
    body = {"refreshToken": session["refreshToken"]}
    assert client.post("/auth/refresh", json=body).status_code == 200


@provokes("token-clock", "stranger")
def test_another_clock_and_somebody_else(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("token-clock", -600)
    user = {"email": "loadtest@example.com", "password": "loadtest123"}
    session = client.post("/auth/login", json=user).json()
    assert session["expiresIn"] is None
    payload = session["accessToken"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert -601 < claims["iat"] - time.time() < -599
    headers = {"Authorization": f"Bearer {session['accessToken']}"}
    assert client.get("/auth/me", headers=headers).json()["email"] == user["email"]
    service.set_fault("stranger", True)
    assert client.get("/auth/me", headers=headers).json()["email"] != user["email"]
    made = client.post("/items", json={"name": "mine"}, headers=headers).json()
    assert made["name"] == "mine"
    path = f"/items/{made['id']}"
    for answer in (
        client.get(path, headers=headers),
        client.patch(path, json={"quantity": 2}, headers=headers),
    ):
        assert answer.json()["id"] != made["id"]
        assert answer.json()["name"] != "mine"


@provokes("start-delay")
def test_start_delay() -> None:
    with running_service(faults={"start-delay": 1}, wait=False) as service:
        end = time.monotonic() + 10
        refused = 0
        while time.monotonic() < end:
            try:
                assert httpx.get(f"{service.api}/health").status_code == 200
                break
            except httpx.ConnectError:
                refused += 1
                time.sleep(0.1)
        assert refused > 1
        assert service.running


# Which requests.


def statuses(client: httpx.Client, number: int = 10, path: str = "/health") -> list[int]:
    return [client.get(path).status_code for _ in range(number)]


def test_only_some_paths(api: httpx.Client, service: RunningService) -> None:
    service.set_fault("error", 503, only="/api/v1/items")
    assert api.get("/items").status_code == 503
    assert api.get("/items/1").status_code == 503
    assert api.get("/items/1?x=/").status_code == 503
    assert api.get("/health").status_code == 200
    assert api.get("/itemsandmore").status_code == 404
    service.set_fault("error", 503, only=["/", "/api/v1/health"])
    assert api.get("/health").status_code == 503
    assert api.get(service.url).status_code == 503
    assert api.get("/items").status_code == 200


def test_only_a_method(api: httpx.Client, service: RunningService) -> None:
    service.set_fault("error", 503, method="post|delete")
    assert api.get("/items").status_code == 200
    assert api.post("/items", json={"name": "x"}).status_code == 503
    assert api.delete("/items/1").status_code == 503


def test_share_is_kept_and_repeatable(client: httpx.Client, service: RunningService) -> None:
    runs = []
    for _ in range(2):
        service.set_fault("error", 503, rate=0.2)
        runs.append(statuses(client, 200))
    assert runs[0] == runs[1]
    assert 25 <= runs[0].count(503) <= 55
    service.set_fault("error", 503, rate=0)
    assert set(statuses(client)) == {200}


def test_skip_and_count(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("error", 503, skip=2, count=3)
    assert statuses(client, 7) == [200, 200, 503, 503, 503, 200, 200]
    assert service.faults()["error"]["hits"] == 3


def test_two_faults_at_once(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("error", 503, only="/api/v1/items")
    service.set_fault("slow", 150)
    before = time.monotonic()
    assert client.get("/items").status_code == 503
    assert time.monotonic() - before > 0.15


def test_faulted_requests_are_counted(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("error", 503, count=1)
    client.get("/health")
    service.set_fault("close")
    with connected(service) as connection:
        received(connection)
    rows = [(row["route"], row["status"]) for row in service.stats()["requests"]]
    # One that an earlier test gave up may end only now, with 200.
    faulted = [row for row in rows if row[1] != 200]
    assert faulted == [("/api/v1/health", 0), ("/api/v1/health", 503)]


# Switching.


def test_switch_off(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("error")
    service.set_fault("slow", 1)
    assert statuses(client, 1) == [500]
    service.set_fault("error", False)
    assert statuses(client, 1) == [200]
    assert list(service.faults()) == ["slow"]
    service.clear_faults()
    assert service.faults() == {}


def test_switches_work_under_every_fault(service: RunningService) -> None:
    for fault in FAULTS:
        if fault.stage != "start":
            service.set_fault(fault.name)
    assert len(service.faults()) == len(FAULTS) - 1
    service.clear_stats()
    assert service.stats()["total"] == 0


def test_text_form_at_run_time(client: httpx.Client, service: RunningService) -> None:
    service.set_fault("error", "503,skip=1")
    assert statuses(client, 2) == [200, 503]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("slwo", True, "unknown fault 'slwo': expected one of slow"),
        ("slow", "fast", "slow=fast is invalid: expected milliseconds"),
        ("slow", -1, "slow=-1 is invalid"),
        ("slow", "nan", "slow=nan is invalid"),
        ("error", 99, "error=99 is invalid: expected status code, whole number, 200 to 599"),
        ("error", {"rate": 2}, "error,rate=2 is invalid"),
        ("error", {"only": "items"}, "error,only=items is invalid: expected paths"),
        ("error", {"often": 1}, "error has no parameter 'often': expected one of size, only"),
        ("login", "402", "login=402 is invalid: expected 401 or 500 or no-token"),
        ("hang", "perhaps", "hang=perhaps is invalid: expected true or false"),
        ("token-life", {"only": "/"}, "token-life has no parameter 'only'"),
        ("start-delay", 3, "start-delay works only from the start"),
    ],
)
def test_refused_switches(
    client: httpx.Client, service: RunningService, name: str, value: object, message: str
) -> None:
    answer = client.put(f"{service.url}/_faults", json={"bom": True, name: value})
    assert answer.status_code == 422
    assert message in answer.json()["detail"]
    assert service.faults() == {}, "nothing may be switched when one is refused"
    with pytest.raises(ValueError, match=r"is invalid|unknown|no parameter|only from the start"):
        service.set_fault(name, value)


def test_readme_has_a_row_for_every_fault() -> None:
    rows = [line for line in README.read_text().splitlines() if line.startswith("| `")]
    for fault in FAULTS:
        parameters = [f"`{each.name}=" for each in fault.parameters]
        start = f"| `{example(fault)}` | {fault.help}"
        [row] = [row for row in rows if row.startswith(start)]
        assert all(each in row for each in parameters), row
