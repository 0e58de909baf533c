"""The shop: products, orders, reports and imports of tenants in three tiers.

It has no inventory to look at, three users, and field names with underscores. A token lasts as
long as its answer says.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

from tests.systems.frame import Answer, Request, System

PASSWORD = "loadtest123"
LIMITS = {"free-tier": 100, "starter-tier": 1000, "pro-tier": 10_000}
"""Requests a window, by user."""

CATEGORIES = ("books", "games", "garden", "kitchen", "music")
PRODUCTS = [
    {"id": f"product-{n:04}", "name": f"Product {n}", "category": CATEGORIES[n % 5]}
    for n in range(1, 501)
]
KNOWN = {str(product["id"]) for product in PRODUCTS}
SALE = "flash-sale-product-001"
STOCK = 15


class Shop:
    """The data of the shop, and who uses it."""

    def __init__(self, system: System, window: float, life: float) -> None:
        self._system = system
        self._window, self._life = window, life
        self._numbers = itertools.count(1)
        self._tokens: dict[str, tuple[str, float]] = {}
        self._used: dict[str, tuple[float, int]] = {}
        self.stock = STOCK
        self._started = time.monotonic()

    def login(self, request: Request) -> Answer:
        """Give a token to one of the three users."""
        body = request.body or {}
        user = str(body.get("email", "")).removesuffix("@example.com")
        if user not in LIMITS or body.get("password") != PASSWORD:
            return 401, {"error": "unknown user"}
        token = f"{user}-{next(self._numbers)}"
        self._tokens[token] = (user, time.monotonic() + self._life)
        return 200, {"token": token}

    def guarded(self, respond: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
        """Return a responder for tenants within their limit."""

        def guard(request: Request) -> Answer:
            user, ends = self._tokens.get(request.bearer, ("", 0.0))
            if time.monotonic() > ends:
                return 401, {"error": "unauthorized"}
            return respond(request) if self._allows(user) else (429, {"error": "slow down"})

        return guard

    def _allows(self, user: str) -> bool:
        broken = self._system.broken
        key = "everybody" if "shared-limit" in broken else user
        limit = LIMITS[user]
        if "shared-limit" in broken:
            limit = min(LIMITS.values())
        if "low-limit" in broken:
            limit //= 2
        start, used = self._used.get(key, (0.0, 0))
        if time.monotonic() - start > self._window and not ("stuck-limit" in broken and start):
            start, used = time.monotonic(), 0
        self._used[key] = (start, used + 1)
        return used < limit or "no-limit" in broken

    def products(self, request: Request) -> Answer:
        """List products."""
        limit = int(request.query.get("limit", "20"))
        offset = int(request.query.get("offset", "0"))
        return 200, {"data": PRODUCTS[offset : offset + limit]}

    def search(self, request: Request) -> Answer:
        """Find products; needs a filter besides the words."""
        if "q" not in request.query or "category" not in request.query:
            return 400, {"error": "expected q and category"}
        wanted = request.query["category"]
        return 200, {"data": [row for row in PRODUCTS if row["category"] == wanted][:20]}

    def order(self, request: Request) -> Answer:
        """Take an order."""
        lines = (request.body or {}).get("items")
        if not lines or any(set(line) != {"product_id", "quantity"} for line in lines):
            return 422, {"error": "expected items with product_id and quantity"}
        for line in lines:
            if line["product_id"] == SALE:
                if self.stock < line["quantity"] and "oversell" not in self._system.broken:
                    return 409, {"error": "out of stock"}
                self.stock -= line["quantity"]
            elif line["product_id"] not in KNOWN:
                return 422, {"error": "unknown product"}
        return 201, {"id": f"order-{next(self._numbers)}"}

    def adjust(self, request: Request) -> Answer:
        """Adjust stocks."""
        rows = (request.body or {}).get("adjustments", [])
        if not rows or any("product_id" not in row for row in rows):
            return 422, {"error": "expected adjustments with product_id"}
        return 201, {"applied": len(rows)}

    def take_in(self, request: Request) -> Answer:
        """Import products."""
        rows = (request.body or {}).get("products", [])
        kept = len(rows) // 2 if "half-import" in self._system.broken else len(rows)
        return 200, {"imported": kept}

    def order_report(self, _: Request) -> Answer:
        """Start a report."""
        return 202, {"id": f"report-{next(self._numbers)}"}

    def report(self, _: Request) -> Answer:
        """Show a report."""
        return 200, {"status": "pending" if "stuck-report" in self._system.broken else "ready"}

    def metrics(self, _: Request) -> Answer:
        """Tell the memory in use."""
        leak = 50 * (time.monotonic() - self._started) if "leak" in self._system.broken else 0
        return 200, {"process": {"memory_usage_mb": 80 + leak}}


def shop(window: float = 60, life: float = 3600) -> Callable[[System], None]:
    """Return what prepares a shop.

    Args:
        window: of the rate limits, seconds.
        life: of tokens, seconds.
    """

    def prepare(system: System) -> None:
        data = Shop(system, window, life)
        guarded = {
            "GET /api/products": data.products,
            "GET /api/products/search": data.search,
            "POST /api/orders": data.order,
            "GET /api/reports/inventory": lambda _: (200, {"products": len(PRODUCTS)}),
            "GET /api/reports/order-details": lambda _: (200, {"data": []}),
            "GET /api/analytics/inventory-summary": lambda _: (200, {"products": len(PRODUCTS)}),
            "POST /api/inventory/adjustments": data.adjust,
            "POST /api/bulk/import": data.take_in,
            "POST /api/reports": data.order_report,
            "GET /api/reports/{}": data.report,
            "GET /api/metrics": data.metrics,
        }
        system.routes = {
            "GET /api/health": lambda _: (200, {"status": "ok"}),
            "POST /api/auth/login": data.login,
            **{name: data.guarded(respond) for name, respond in guarded.items()},
        }

    return prepare
