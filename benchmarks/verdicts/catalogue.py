"""Which faults there are, where they are injected, and which journeys should notice.

A row is a fault of the reference service (`python -m service --faults`) or of the wire before it.
The target of a fault is a path; a journey notices when its run turns red and names an endpoint of
that path.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

API = "/api/v1"


class Target(NamedTuple):
    """Where a fault strikes: path, method, and the endpoints that meet it there."""

    path: str
    method: str
    endpoints: tuple[str, ...]
    skip: int = 0


# One request to the health path belongs to set-up; after it, the journey itself meets the fault.
HEALTH = Target(f"{API}/health", "GET", ("health",), skip=1)
OPENAPI = Target("/openapi.json", "GET", ("openapi",))
ROOT = Target("/", "GET", ("root",))
LIST = Target(f"{API}/items", "GET", ("GET /items", "GET /items/{id}"))
CREATE = Target(f"{API}/items", "POST", ("POST /items",))
UPDATE = Target(f"{API}/items", "PATCH", ("PATCH /items/{id}",))
DELETE = Target(f"{API}/items", "DELETE", ("DELETE /items/{id}",))
ME = Target(f"{API}/user/me", "GET", ("GET /user/me",))

JOURNEYS = {
    "health": HEALTH,
    "api-public": OPENAPI,
    "api-authenticated": LIST,
    "auth-flow": ME,
}
"""The journeys, and where the faults that can strike anywhere strike each."""

ANYWHERE: dict[str, dict[str, Any]] = {
    "status 500": {"error": {"value": 500}},
    "status 502": {"error": {"value": 502}},
    "status 503 with a large page": {"error": {"value": 503, "size": 200_000}},
    "status 504": {"error": {"value": 504}},
    "status 400": {"error": {"value": 400}},
    "status 401": {"error": {"value": 401}},
    "status 403": {"error": {"value": 403}},
    "status 404": {"error": {"value": 404}},
    "500 for one request in five": {"error": {"value": 500, "rate": 0.2}},
    "500 for one request in twenty": {"error": {"value": 500, "rate": 0.05}},
    "rate limit": {"rate-limit": {"value": 5}},
    "2 s slower": {"slow": {"value": 2000}},
    "0.8 s slower": {"slow": {"value": 800}},
    "0.8 s slower for one in five": {"slow": {"value": 800, "rate": 0.2}},
    "never answers": {"hang": {}},
    "body drips": {"drip": {}},
    "HTML instead of JSON": {"garbage": {}},
    "empty body": {"empty": {}},
    "null": {"null": {}},
    "an empty list": {"list": {}},
    "204 without content": {"no-content": {}},
    "wrong types": {"wrong-types": {}},
    "byte order mark": {"bom": {}},
    "NaN": {"nan": {}},
    "wrong content type": {"wrong-content-type": {}},
    "body cut off": {"truncated": {}},
    "body cut off, connection open": {"truncated": {"hold": True}},
    "connection closed": {"close": {}},
    "connection reset": {"reset": {}},
    "connection reset in the body": {"reset": {"value": "middle"}},
    "bytes that are not HTTP": {"not-http": {}},
    "redirect loop": {"redirect-loop": {}},
    "redirect to a login page": {"redirect-login": {}},
    "redirect to another host": {"redirect-host": {}},
}
"""Faults that can strike any path: one in each journey."""

DATA = ("GET /items", "GET /items/{id}", "POST /items", "PATCH /items/{id}", "DELETE /items/{id}")
LOGIN = ("POST /auth/login", "GET /user/me", "login")
# Where set-up refuses, the message names the path.
SET_UP = ("health",)


class Special(NamedTuple):
    """A fault of one place: settings, who should notice, and what has to be named."""

    faults: dict[str, Any]
    journeys: tuple[str, ...]
    names: tuple[str, ...]
    start: str = "faults"


PUBLIC = ("health", "api-public")
EVERYONE = tuple(JOURNEYS)
SPECIAL: dict[str, Special] = {
    "root fails": Special({"error": {"value": 500, "only": "/"}}, ("api-public",), ("root",)),
    "health says degraded": Special({"unhealthy": "degraded"}, PUBLIC, SET_UP),
    "still starting": Special({"late": 60}, PUBLIC, SET_UP),
    "another service on the port": Special({"wrong-service": True}, PUBLIC, SET_UP),
    "API description broken": Special({"openapi-broken": True}, ("api-public",), ("openapi",)),
    "login refused": Special({"login": 401}, ("auth-flow",), LOGIN),
    "login fails": Special({"login": 500}, ("auth-flow",), LOGIN),
    "login without token": Special({"login": "no-token"}, ("auth-flow",), LOGIN),
    "refresh refused": Special({"refresh": 401}, ("auth-flow",), ("POST /auth/refresh",)),
    "refresh fails": Special({"refresh": 500}, ("auth-flow",), ("POST /auth/refresh",)),
    "refresh without token": Special(
        {"refresh": "no-token"}, ("auth-flow",), ("POST /auth/refresh",)
    ),
    "list of the wrong shape": Special(
        {"wrong-shape": {"only": LIST.path}}, ("api-authenticated",), DATA
    ),
    "list is empty": Special({"empty-list": True}, ("api-authenticated",), DATA),
    "writes are lost": Special({"lost-writes": True}, ("api-authenticated",), DATA),
    "the same id for every creation": Special(
        {"duplicate-ids": True}, ("api-authenticated",), DATA
    ),
    "create fails": Special(
        {"error": {"value": 500, "only": CREATE.path, "method": "POST"}},
        ("api-authenticated",),
        CREATE.endpoints,
    ),
    "update fails": Special(
        {"error": {"value": 500, "only": UPDATE.path, "method": "PATCH"}},
        ("api-authenticated",),
        UPDATE.endpoints,
    ),
    "delete fails": Special(
        {"error": {"value": 500, "only": DELETE.path, "method": "DELETE"}},
        ("api-authenticated",),
        DELETE.endpoints,
    ),
    "dies in the middle": Special(
        {"die": {"skip": 25}}, EVERYONE, (*SET_UP, "openapi", "root", *DATA, *LOGIN), start="own"
    ),
    "nothing listens": Special({}, EVERYONE, SET_UP, start="dead"),
    "accepts and says nothing": Special({}, EVERYONE, SET_UP, start="silent"),
    "accepts and closes": Special({}, EVERYONE, SET_UP, start="close"),
    "accepts and resets": Special({}, EVERYONE, SET_UP, start="reset"),
    "speaks no HTTP": Special({}, EVERYONE, SET_UP, start="garbage"),
}


class Case(NamedTuple):
    """One fault in one journey."""

    fault: str
    journey: str
    settings: dict[str, Any]
    names: tuple[str, ...]
    start: str = "faults"


def cases() -> Iterator[Case]:
    """Yield every fault in every journey that should notice it."""
    for fault, settings in ANYWHERE.items():
        for journey, target in JOURNEYS.items():
            where = {"only": target.path, "method": target.method, "skip": target.skip}
            placed = {name: {**values, **where} for name, values in settings.items()}
            yield Case(fault, journey, placed, target.endpoints)
    for fault, special in SPECIAL.items():
        for journey in special.journeys:
            yield Case(fault, journey, special.faults, special.names, special.start)
