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


def prepare(system: System) -> None:
    """Add the routes."""
    numbers = itertools.count(1)
    missions: list[dict[str, object]] = []

    def refused(request: Request) -> bool:
        return request.bearer != KEY

    def health(_: Request) -> Answer:
        return 200, {"status": True}

    def create(request: Request) -> Answer:
        if refused(request):
            return 401, {"error": "unauthorized"}
        if not isinstance(request.body, dict) or set(request.body) != FIELDS:
            return 422, {"error": f"expected {sorted(FIELDS)}"}
        number = 1 if "same-id" in system.broken else next(numbers)
        mission = {"id": f"mission-{number}", **request.body}
        if "lost-mission" not in system.broken:
            missions.append(mission)
        return 201, mission

    def missions_list(request: Request) -> Answer:
        if refused(request):
            return 401, {"error": "unauthorized"}
        shown = missions[-20:]
        return 200, {"data": shown} if "wrapped" in system.broken else shown

    def read_spec(request: Request) -> Answer:
        [spec] = request.values
        if spec not in SPECS:
            return 404, {"error": "no such spec"}
        return 200, {"id": spec, "title": f"Spec {spec}"}

    def search(request: Request) -> Answer:
        if "q" not in request.query:
            return 400, {"error": "q is missing"}
        return 200, [{"id": spec} for spec in SPECS[:2]]

    def socket(talking: Socket, request: Request) -> None:
        if request.query.get("token") != KEY:
            talking.close()
            return
        subscribed = False
        while talking.is_open and not (subscribed and "closes" in system.broken):
            text = talking.receive(0.1)
            if text is not None:
                wanted = {"type": "subscribe", "channel": "missions"}
                if json.loads(text) != wanted:
                    break
                subscribed = True
            elif subscribed and "silent" not in system.broken:
                talking.send(message())
        talking.close()

    def message() -> str:
        if "garbage" in system.broken:
            return "mission updated"
        news = {"type": "mission_updated", "mission": {"id": f"mission-{len(missions)}"}}
        return json.dumps({"mission": 1} if "untyped" in system.broken else news)

    system.routes = {
        "GET /api/health": health,
        "POST /api/missions": create,
        "GET /api/missions": missions_list,
        "GET /api/specs/search": search,
        "GET /api/specs/{}": read_spec,
    }
    system.sockets = {"/ws": socket}
