"""The faults of each server, as a table: what is wrong, which test notices, and what it says."""

from __future__ import annotations

from tests.systems.frame import Fault
from tests.systems.runs import Case
from tests.systems.shop import shop

LIMIT = shop(window=2)

FAULTS: dict[str, list[Case]] = {
    "core": [
        Case("health", r"^health: .*server error", (Fault("GET /api/v1/health", 500, skip=1),)),
        Case(
            "health",
            r"^health: .*health says it is healthy",
            (Fault("GET /api/v1/health", 200, {"status": "down"}, skip=1),),
        ),
        Case("health", r"^health: .*too slow", (Fault("GET /api/v1/health", delay=0.3, skip=1),)),
        Case("health", r"connection lost", (Fault("GET /api/v1/health", cut=True, skip=1),)),
        Case("health", r"rate limited", (Fault("GET /api/v1/health", 429, skip=1),)),
        Case("health", r"redirected", (Fault("GET /api/v1/health", 302, skip=1),)),
        Case("api-public", r"^openapi: .*server error", (Fault("GET /openapi.json", 503, skip=1),)),
        Case(
            "api-public",
            r"^openapi: .*'openapi has paths'",
            (Fault("GET /openapi.json", 200, {"openapi": "3.1.0"}, skip=1),),
        ),
        Case(
            "api-public",
            r"^openapi: .*'openapi body is JSON'",
            (Fault("GET /openapi.json", 200, "<html>", skip=1),),
        ),
        Case(
            "smoke",
            r"^openapi: .*'openapi has paths'",
            (Fault("GET /openapi.json", 200, "null", skip=1),),
        ),
        Case("smoke", r"^openapi: too slow", (Fault("GET /openapi.json", delay=0.7, skip=1),)),
        Case("load", r"^openapi: .*server error", (Fault("GET /openapi.json", 500, skip=1),)),
        Case(
            "load",
            r"^health: .*not authorised",
            (Fault("GET /api/v1/health", 401, skip=1, every=2),),
        ),
        Case("stress", r"^health: .*server error", (Fault("GET /api/v1/health", 500, skip=1),)),
    ],
    "missions": [
        Case("missions", r"^POST /missions: .*server error", (Fault("POST /api/missions", 500),)),
        Case("missions", r"^POST /missions: .*client error", (Fault("POST /api/missions", 422),)),
        Case("missions", r"^POST /missions: .*gives a new id", (), "same-id"),
        Case("missions", r"^GET /missions: .*is not empty", (), "lost-mission"),
        Case("missions", r"^GET /missions: .*is a list", (), "wrapped"),
        Case("missions", r"^GET /missions: too slow", (Fault("GET /api/missions", delay=0.6),)),
        Case("missions", r"^POST /missions: too slow", (Fault("POST /api/missions", delay=1.1),)),
        Case("specs", r"^GET /specs/\{id\}: .*server error", (Fault("GET /api/specs/{}", 500),)),
        Case("specs", r"^GET /specs/\{id\}: too slow", (Fault("GET /api/specs/{}", delay=0.4),)),
        Case(
            "specs",
            r"^GET /specs/search: .*is a list",
            (Fault("GET /api/specs/search", 200, {"data": []}),),
        ),
        Case(
            "specs",
            r"^GET /specs/search: .*not found|client error|404",
            (Fault("GET /api/specs/search", 404),),
        ),
        Case("smoke", r"^health: .*server error", (Fault("GET /api/health", 500, skip=1),)),
        Case("load", r"connection lost", (Fault("POST /api/missions", cut=True),)),
        Case("websocket", r"upgrade refused: the answer was not 101 but 403", (Fault("/ws", 403),)),
        Case("websocket", r"closed by the server", (), "closes"),
        Case("websocket", r"message that cannot be read", (), "garbage"),
        Case("websocket", r"message that cannot be read", (), "untyped"),
    ],
    "desk": [
        Case("tickets", r"^POST /tickets: .*server error", (Fault("POST /api/v1/tickets", 500),)),
        Case("tickets", r"^GET /tickets/\{id\}: .*is the one asked for", (), "other-ticket"),
        Case("tickets", r"^GET /tickets: .*is a list", (), "bare"),
        Case(
            "tickets",
            r"^PATCH /tickets/\{id\}: .*server error",
            (Fault("PATCH /api/v1/tickets/{}", 500),),
        ),
        Case(
            "tickets",
            r"^POST /tickets/\{id\}/comments: .*client error",
            (Fault("POST /api/v1/tickets/{}/comments", 422),),
        ),
        # The overall limit of 200 ms is crossed, the endpoint's own of 500 ms is not.
        Case(
            "tickets",
            r"http_req_duration: expected p\(95\)<200, got .*slowest: GET /tickets/search",
            (Fault("GET /api/v1/tickets/search", delay=0.26),),
        ),
        Case(
            "knowledge-base",
            r"^GET /knowledge-base: .*server error",
            (Fault("GET /api/v1/knowledge-base", 500),),
        ),
        Case(
            "load",
            r"^GET /knowledge-base/search: .*rate limited",
            (Fault("GET /api/v1/knowledge-base/search", 429),),
        ),
        Case(
            "smoke",
            r"^health /api/v1/health: .*server error",
            (Fault("GET /api/v1/health", 500, skip=1),),
        ),
        Case("smoke", r"^health: ", (Fault("GET /health", 200, "down", skip=1),)),
        Case("auth-flow", r"^GET /user/me: .*not authorised", (Fault("GET /api/v1/user/me", 401),)),
        Case(
            "auth-flow",
            r"^POST /auth/refresh: .*server error",
            (Fault("POST /api/v1/auth/refresh", 500),),
        ),
        Case(
            "stress",
            r"^GET /analytics/dashboard: .*server error",
            (Fault("GET /api/v1/analytics/dashboard", 500),),
        ),
        Case(
            "tickets",
            r"^auth login: .*server error",
            (Fault("POST /api/v1/auth/login", 500, skip=1),),
        ),
        Case("websocket", r"upgrade refused", (Fault("/socket.io/", 401),)),
        Case("websocket", r"turned away by the Socket.IO server", (), "rejects"),
        Case("websocket", r"no message", (), "silent"),
        Case("websocket", r"closed by the server", (), "hangs-up"),
        Case("websocket", r"messages too late, p\(95\)|ws_message_latency", (), "old-news"),
        Case("websocket", r"no ping from the server in time", (), "no-ping"),
    ],
    "commerce": [
        Case("load", r"^GET /products: .*server error", (Fault("GET /api/products", 500, skip=1),)),
        Case("load", r"^POST /orders: .*client error", (Fault("POST /api/orders", 422),)),
        Case(
            "smoke",
            r"^GET /products: .*has data\.0\.id",
            (Fault("GET /api/products", 200, {"data": []}),),
        ),
        Case(
            "smoke",
            r"^GET /products/search: too slow",
            (Fault("GET /api/products/search", delay=0.5),),
        ),
        Case("flash-sale", r"flash sale: oversold", (), "oversell", (("FLASH_SALE_STOCK", 15),)),
        Case(
            "flash-sale",
            r"^POST /orders: .*server error",
            (Fault("POST /api/orders", 500, every=2),),
        ),
        Case("rate-limit", r"missing", (), "no-limit", prepare=LIMIT),
        Case("rate-limit", r"too low", (), "low-limit", prepare=LIMIT),
        Case("rate-limit", r"does not reset", (), "stuck-limit", prepare=LIMIT),
        Case("rate-limit", r"shared with other tenants", (), "shared-limit", prepare=LIMIT),
        Case("memory-leak", r"memory leak: grows by", (), "leak"),
        Case(
            "memory-leak",
            r"^GET metrics: .*tells the memory",
            (Fault("GET /api/metrics", 200, {"process": {}}),),
        ),
        Case(
            "bulk-import",
            r"bulk import: .*of \d+ rows were imported|imports every row",
            (),
            "half-import",
        ),
        Case(
            "database-api",
            r"^GET /reports/order-details: .*within 1000 ms",
            (Fault("GET /api/reports/order-details", delay=1.2),),
        ),
        Case(
            "reports",
            r"^GET /reports/inventory: .*server error",
            (Fault("GET /api/reports/inventory", 500),),
        ),
        Case(
            "breaking-point",
            r"breaking point: ",
            (Fault("GET /api/products", delay=0.6),),
        ),
        Case("tiers", r"^auth login: |tier free: ", (Fault("POST /api/auth/login", 500, skip=4),)),
    ],
}
