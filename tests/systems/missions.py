"""The mission server: missions, specs, lists that are bare arrays, and a WebSocket.

Its socket sends messages with a `type` to those who subscribed. It acknowledges nothing, and hangs
up on whoever says something it does not know.
"""

from __future__ import annotations

import itertools
import json

from tests.systems.frame import Answer, Request, Socket, System

KEY = "test-api-key"
SPECS = ("001", "002", "003", "010")
FIELDS = {"name", "prompt", "backend"}
SUBSCRIPTION = {"type": "subscribe", "channel": "missions"}


class Missions:
    """The data of the server."""

    def __init__(self, system: System) -> None:
        self._broken = system.broken
        self._numbers = itertools.count(1)
        self._missions: list[dict[str, object]] = []

    def create(self, request: Request) -> Answer:
        """Create a mission."""
        if request.bearer != KEY:
            return 401, {"error": "unauthorized"}
        if not isinstance(request.body, dict) or set(request.body) != FIELDS:
            return 422, {"error": f"expected {sorted(FIELDS)}"}
        number = 1 if "same-id" in self._broken else next(self._numbers)
        mission = {"id": f"mission-{number}", **request.body}
        if "lost-mission" not in self._broken:
            self._missions.append(mission)
        return 201, mission

    def listed(self, request: Request) -> Answer:
        """List missions."""
        if request.bearer != KEY:
            return 401, {"error": "unauthorized"}
        shown = self._missions[-20:]
        return 200, {"data": shown} if "wrapped" in self._broken else shown

    def socket(self, talking: Socket, request: Request) -> None:
        """Send news to a subscriber."""
        if request.query.get("token") == KEY:
            self._talk(talking)
        talking.close()

    def _talk(self, talking: Socket) -> None:
        subscribed = False
        while talking.is_open and not (subscribed and "closes" in self._broken):
            text = talking.receive(0.1)
            if text is not None:
                if json.loads(text) != SUBSCRIPTION:
                    return
                subscribed = True
            elif subscribed and "silent" not in self._broken:
                talking.send(self._news())

    def _news(self) -> str:
        if "garbage" in self._broken:
            return "mission updated"
        mission = {"id": f"mission-{len(self._missions)}"}
        kind = {} if "untyped" in self._broken else {"type": "mission_updated"}
        return json.dumps({**kind, "mission": mission})


def read_spec(request: Request) -> Answer:
    """Show a spec."""
    [spec] = request.values
    if spec not in SPECS:
        return 404, {"error": "no such spec"}
    return 200, {"id": spec, "title": f"Spec {spec}"}


def search(request: Request) -> Answer:
    """Find specs."""
    if "q" not in request.query:
        return 400, {"error": "q is missing"}
    return 200, [{"id": spec} for spec in SPECS[:2]]


def prepare(system: System) -> None:
    """Add the routes."""
    missions = Missions(system)
    system.routes = {
        "GET /api/health": lambda _: (200, {"status": True}),
        "POST /api/missions": missions.create,
        "GET /api/missions": missions.listed,
        "GET /api/specs/search": search,
        "GET /api/specs/{}": read_spec,
    }
    system.sockets = {"/ws": missions.socket}
