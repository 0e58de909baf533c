"""The help desk: logins, tickets, a knowledge base, lists as `{"data": [...]}`, and Socket.IO.

Its Socket.IO side has no callbacks: it acknowledges no event and ignores those it does not know.
"""

from __future__ import annotations

import itertools
import json
import time

from tests.systems.frame import Answer, Request, Responder, Socket, System

PASSWORD = "loadtest123"
TOKEN = "access-"
PING_SECONDS = 25
NEWS_SECONDS = 0.2


def prepare(system: System) -> None:
    """Add the routes."""
    desk = Desk(system)
    signed_in = {
        "GET /api/v1/user/me": desk.me,
        "POST /api/v1/tickets": desk.create,
        "GET /api/v1/tickets": desk.tickets,
        "GET /api/v1/tickets/search": desk.search,
        "GET /api/v1/tickets/{}": desk.read,
        "PATCH /api/v1/tickets/{}": desk.change,
        "POST /api/v1/tickets/{}/comments": desk.comment,
        "GET /api/v1/analytics/dashboard": desk.dashboard,
        "GET /api/v1/knowledge-base": desk.articles,
        "GET /api/v1/knowledge-base/search": desk.articles,
        "GET /api/v1/knowledge-base/{}": desk.article,
    }
    system.routes = {
        # A word, as load balancers ask for; the other one is a document.
        "GET /health": lambda _: (200, "OK"),
        "GET /api/v1/health": lambda _: (200, {"status": "ok"}),
        "POST /api/v1/auth/login": desk.login,
        "POST /api/v1/auth/refresh": desk.refresh,
        **{name: desk.guarded(respond) for name, respond in signed_in.items()},
    }
    system.sockets = {"/socket.io/": desk.socket}


class Desk:
    """The data of the desk."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._numbers = itertools.count(1)
        self._tickets: dict[str, dict[str, object]] = {
            "ticket-0": {"id": "ticket-0", "title": "The printer is on fire", "status": "OPEN"}
        }

    def guarded(self, respond: Responder) -> Responder:
        """Return a responder for those who are signed in."""

        def guard(request: Request) -> Answer:
            if not request.bearer.startswith(TOKEN):
                return 401, {"error": "unauthorized"}
            return respond(request)

        return guard

    def login(self, request: Request) -> Answer:
        """Give tokens to whoever knows the password."""
        body = request.body or {}
        if set(body) != {"email", "password"}:
            return 422, {"error": "expected email and password"}
        if body["password"] != PASSWORD or "no-login" in self._system.broken:
            return 401, {"error": "wrong password"}
        return 200, self._tokens(body["email"])

    def _tokens(self, email: str) -> dict[str, object]:
        return {"accessToken": f"{TOKEN}{email}", "refreshToken": f"refresh-{email}"}

    def refresh(self, request: Request) -> Answer:
        """Give new tokens for a refresh token."""
        token = (request.body or {}).get("refreshToken", "")
        if not token.startswith("refresh-"):
            return 401, {"error": "unauthorized"}
        return 200, self._tokens(token.removeprefix("refresh-"))

    def me(self, request: Request) -> Answer:
        """Tell who asks."""
        return 200, {"email": request.bearer.removeprefix(TOKEN)}

    def create(self, request: Request) -> Answer:
        """Open a ticket."""
        body = request.body or {}
        if not set(body) <= {"title", "description", "priority"} or "title" not in body:
            return 422, {"error": "expected title, description and priority"}
        if body.get("priority") not in ("LOW", "MEDIUM", "HIGH", "URGENT"):
            return 422, {"error": "unknown priority"}
        ticket = {"id": f"ticket-{next(self._numbers)}", "status": "OPEN", **body}
        self._tickets[str(ticket["id"])] = ticket
        return 201, ticket

    def tickets(self, request: Request) -> Answer:
        """List the newest tickets."""
        limit = int(request.query.get("limit", "20"))
        shown = list(self._tickets.values())[-limit:][::-1]
        return 200, shown if "bare" in self._system.broken else {"data": shown}

    def search(self, request: Request) -> Answer:
        """Find tickets."""
        if "q" not in request.query:
            return 400, {"error": "q is missing"}
        return 200, {"data": []}

    def read(self, request: Request) -> Answer:
        """Show a ticket."""
        ticket = self._tickets.get(request.values[0])
        if ticket is not None and "other-ticket" in self._system.broken:
            ticket = {**ticket, "id": "ticket-0"}
        return (200, ticket) if ticket else (404, {"error": "no such ticket"})

    def change(self, request: Request) -> Answer:
        """Change the status of a ticket."""
        ticket = self._tickets.get(request.values[0])
        if ticket is None:
            return 404, {"error": "no such ticket"}
        ticket.update(request.body)
        return 200, ticket

    def comment(self, request: Request) -> Answer:
        """Add a comment."""
        if set(request.body or {}) != {"content"}:
            return 422, {"error": "expected content"}
        return 201, {"id": f"comment-{next(self._numbers)}", **request.body}

    def dashboard(self, _: Request) -> Answer:
        """Show figures."""
        return 200, {"open": len(self._tickets)}

    def articles(self, _: Request) -> Answer:
        """List articles."""
        return 200, {"data": [{"id": "kb-1", "title": "First steps"}]}

    def article(self, request: Request) -> Answer:
        """Show an article."""
        if request.values[0] != "kb-1":
            return 404, {"error": "no such article"}
        return 200, {"id": "kb-1", "title": "First steps", "content": "Turn it off and on again."}

    def socket(self, talking: Socket, request: Request) -> None:
        """Speak Engine.IO 4 and Socket.IO 5."""
        query, broken = request.query, self._system.broken
        if query.get("EIO") != "4" or not query.get("token", "").startswith(TOKEN):
            talking.close()
            return
        interval = 300 if "no-ping" in broken else PING_SECONDS * 1000
        hello = {"sid": "1", "upgrades": [], "pingInterval": interval, "pingTimeout": 300}
        talking.send(f"0{json.dumps(hello)}")
        subscribed, due, news = False, time.monotonic() + PING_SECONDS, 0.0
        while talking.is_open:
            text = talking.receive(0.05)
            if text == "40":
                reject = '44{"message":"not allowed"}'
                talking.send(reject if "rejects" in broken else '40{"sid":"1"}')
            elif text is not None and text.startswith("42"):
                # Digits ask for a callback, which nobody wrote.
                event = json.loads(text[2:].lstrip("0123456789"))
                subscribed |= event == ["subscribe", "tickets:org_123"]
            if time.monotonic() > due and "no-ping" not in broken:
                talking.send("2")
                due += PING_SECONDS
            if subscribed and time.monotonic() > news:
                news = time.monotonic() + NEWS_SECONDS
                self._tell(talking)

    def _tell(self, talking: Socket) -> None:
        broken = self._system.broken
        age = 0.4 if "old-news" in broken else 0.0
        told = {"ticketId": "ticket_123", "timestamp": round((time.time() - age) * 1000)}
        if "hangs-up" in broken:
            talking.close()
        elif "silent" not in broken:
            # Not every message is JSON: the document tolerates others.
            talking.send(f"42{json.dumps(['ticket:updated', told])}")
