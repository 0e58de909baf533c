"""The faults to inject, where, and which journeys must detect them.

A row is a fault of the reference service (`python -m service --faults`) or of the connection. The
target of a fault is a path. A journey detects it if its run fails and names an endpoint of that
path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

API = "/api/v1"


class Target(NamedTuple):
    """The target of a fault: path, method, and the affected endpoints."""

    path: str
    method: str
    endpoints: tuple[str, ...]
    skip: int = 0


# The first request to the health path is from setup; the fault applies to the journey after it.
HEALTH = Target(f"{API}/health", "GET", ("health",), skip=1)
# The same: what set-up does not find is not published by the service, and that is no fault.
OPENAPI = Target("/openapi.json", "GET", ("openapi",), skip=1)
ROOT = Target("/", "GET", ("root",))
LIST = Target(f"{API}/items", "GET", ("GET /items", "GET /items/{id}"))
MISSIONS = Target(f"{API}/missions", "GET", ("GET /missions",))
TICKETS = Target(
    f"{API}/tickets", "GET", ("GET /tickets", "GET /tickets/{id}", "GET /tickets/search")
)
CREATE = Target(f"{API}/items", "POST", ("POST /items",))
UPDATE = Target(f"{API}/items", "PATCH", ("PATCH /items/{id}",))
DELETE = Target(f"{API}/items", "DELETE", ("DELETE /items/{id}",))
ME = Target(f"{API}/user/me", "GET", ("GET /user/me",))


class Journey(NamedTuple):
    """A test of the suite, its settings, and the target of faults that can apply anywhere."""

    script: str
    settings: Mapping[str, str]
    target: Target | None = None


API_KEY = {"AUTH_MODE": "api-key", "API_KEY": "test-api-key"}
SOCKETS = {"WS_SOCKETS": "2"}
JOURNEYS = {
    "health": Journey("scripts/health.js", {}, HEALTH),
    "api-public": Journey("scripts/api-public.js", {}, OPENAPI),
    "api-authenticated": Journey("scripts/api-authenticated.js", API_KEY, LIST),
    "auth-flow": Journey("scripts/auth-flow.js", {"AUTH_MODE": "login"}, ME),
    "missions": Journey("scripts/missions.js", API_KEY, MISSIONS),
    "tickets": Journey("scripts/tickets.js", API_KEY, TICKETS),
    "specs": Journey("scripts/specs.js", API_KEY),
    "knowledge-base": Journey("scripts/knowledge-base.js", API_KEY),
    "raw sockets": Journey(
        "scripts/websocket.js", {"WS_PROTOCOL": "raw", "WS_CLOCK": "ask", **SOCKETS}
    ),
    "Socket.IO": Journey("scripts/websocket.js", {"WS_PROTOCOL": "socketio", **SOCKETS}),
}
"""The journeys, including those of resources and sockets."""

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
"""Faults that can apply to any path: each is tested once in every journey."""

DATA = ("GET /items", "GET /items/{id}", "POST /items", "PATCH /items/{id}", "DELETE /items/{id}")
LOGIN = ("POST /auth/login", "GET /user/me", "login")
# If setup refuses to run, the message names the path.
SET_UP = ("health",)


class Special(NamedTuple):
    """A fault of one target: settings, journeys that must detect it, and names to report."""

    faults: dict[str, Any]
    journeys: tuple[str, ...]
    names: tuple[str, ...]
    start: str = "faults"
    seconds: float | None = None


PUBLIC = ("health", "api-public")
EVERYONE = tuple(JOURNEYS)
TALKING = ("raw sockets", "Socket.IO")
REQUESTING = tuple(name for name in JOURNEYS if name not in TALKING)
RESOURCES = (
    *("GET /missions", "POST /missions", "GET /specs/{id}", "GET /specs/search"),
    *(*TICKETS.endpoints, "POST /tickets", "PATCH /tickets/{id}", "POST /tickets/{id}/comments"),
    *("GET /knowledge-base", "GET /knowledge-base/search", "GET /knowledge-base/{id}"),
)


def fails(path: str, method: str, journey: str, name: str, status: int = 500) -> Special:
    """Return the fault of one request of a resource."""
    where = {"value": status, "only": f"{API}{path}", "method": method}
    return Special({"error": where}, (journey,), (name,))


def on_sockets(faults: dict[str, Any], seconds: float | None = None) -> Special:
    """Return a fault of sockets, for every protocol."""
    return Special(faults, TALKING, ("websocket",), seconds=seconds)


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
    "the first entry for every id": Special(
        {"stale": {"only": LIST.path}}, ("api-authenticated",), ("GET /items/{id}",)
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
    "replies to creations are lost": Special(
        {"lost-reply": {"only": CREATE.path, "method": "POST"}},
        ("api-authenticated",),
        CREATE.endpoints,
    ),
    "creations are answered with 200": Special(
        {"other-status": {"value": 200, "only": CREATE.path, "method": "POST"}},
        ("api-authenticated",),
        CREATE.endpoints,
    ),
    "answers are about somebody else": Special(
        {"stranger": True},
        ("api-authenticated", "auth-flow"),
        ("GET /items/{id}", "PATCH /items/{id}", "login", *ME.endpoints),
    ),
    # Resources.
    "missions: list of the wrong shape": Special(
        {"wrong-shape": {"only": MISSIONS.path}}, ("missions",), ("GET /missions",)
    ),
    "missions: list is empty after a creation": Special(
        {"empty-list": {"only": MISSIONS.path}}, ("missions",), ("GET /missions",)
    ),
    "missions: the same id for every creation": Special(
        {"duplicate-ids": True}, ("missions",), ("POST /missions",)
    ),
    "missions: creation fails": fails("/missions", "POST", "missions", "POST /missions"),
    "missions: creation takes 1.5 s": Special(
        {"slow": {"value": 1500, "method": "POST"}}, ("missions",), ("POST /missions",)
    ),
    "specs: search fails": fails("/specs/search", "GET", "specs", "GET /specs/search"),
    "specs: HTML instead of JSON": Special(
        {"garbage": {"only": f"{API}/specs"}}, ("specs",), ("GET /specs/{id}", "GET /specs/search")
    ),
    "specs: nobody is let in": fails("/specs", "GET", "specs", "GET /specs/{id}", 403),
    "tickets: writes are lost": Special(
        {"lost-writes": True}, ("tickets",), ("GET /tickets/{id}", "PATCH /tickets/{id}")
    ),
    "tickets: the first entry for every id": Special(
        {"stale": {"only": TICKETS.path}}, ("tickets",), ("GET /tickets/{id}",)
    ),
    "tickets: the same id for every creation": Special(
        {"duplicate-ids": True}, ("tickets",), ("POST /tickets",)
    ),
    "tickets: list is empty after a creation": Special(
        {"empty-list": {"only": TICKETS.path}}, ("tickets",), ("GET /tickets",)
    ),
    "tickets: creation fails": fails("/tickets", "POST", "tickets", "POST /tickets"),
    "tickets: update fails": fails("/tickets", "PATCH", "tickets", "PATCH /tickets/{id}"),
    "tickets: search fails": fails("/tickets/search", "GET", "tickets", "GET /tickets/search"),
    "knowledge base: list is empty": Special(
        {"empty-list": {"only": f"{API}/knowledge-base"}},
        ("knowledge-base",),
        ("GET /knowledge-base",),
    ),
    "knowledge base: search fails": fails(
        "/knowledge-base/search", "GET", "knowledge-base", "GET /knowledge-base/search"
    ),
    "knowledge base: 0.7 s slower": Special(
        {"slow": {"value": 700, "only": f"{API}/knowledge-base"}},
        ("knowledge-base",),
        ("GET /knowledge-base", "GET /knowledge-base/search", "GET /knowledge-base/{id}"),
    ),
    # Sockets.
    "upgrade refused": on_sockets({"ws-refuse": 403}),
    "upgrade fails": on_sockets({"ws-refuse": 503}),
    "upgrade redirected": on_sockets({"ws-refuse": 302}),
    "upgrade never answered": on_sockets({"ws-hang": True}),
    "nobody is let in": on_sockets({"ws-auth": True}),
    "closed at once": on_sockets({"ws-close": True}),
    "connections break": on_sockets({"ws-drop": 0.3}),
    "no messages": on_sockets({"ws-silent": "news"}),
    "not a word": on_sockets({"ws-silent": "all"}),
    "one socket hears nothing": on_sockets({"ws-silent": {"count": 1}}, 12),
    "messages 0.7 s late": on_sockets({"ws-late": 700}),
    "messages twice": on_sockets({"ws-duplicate": True}),
    "messages are HTML": on_sockets({"ws-garbage": True}),
    "messages are bytes": on_sockets({"ws-binary": True}),
    "close frame never answered": on_sockets({"ws-never-close": True}),
    # All of the service.
    "dies in the middle": Special(
        {"die": {"skip": 25}},
        REQUESTING,
        (*SET_UP, "openapi", "root", *DATA, *LOGIN, *RESOURCES),
        start="own",
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
    seconds: float | None = None


def cases() -> Iterator[Case]:
    """Yield every fault in every journey that must detect it."""
    for fault, settings in ANYWHERE.items():
        for journey, (_, _, target) in JOURNEYS.items():
            if target is None:
                continue
            where = {"only": target.path, "method": target.method, "skip": target.skip}
            placed = {name: {**values, **where} for name, values in settings.items()}
            yield Case(fault, journey, placed, target.endpoints)
    for fault, special in SPECIAL.items():
        for journey in special.journeys:
            faults, _, names, start, seconds = special
            yield Case(fault, journey, faults, names, start, seconds)
