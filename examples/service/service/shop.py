"""A shop of many tenants: products, stock, orders, reports and bulk imports."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from typing import TYPE_CHECKING

from pydantic import Field

from service.items import Model

if TYPE_CHECKING:
    from collections.abc import Iterable

PRODUCTS = 500
CATEGORIES = ("books", "games", "garden", "kitchen", "music")
STOCK = 1_000_000_000
"""Stock of ordinary products, more than a load test can buy."""

FLASH_PRODUCT = "flash-sale-product-001"
FLASH_STOCK = 100
KEPT_ORDERS = 500
"""Maximum number of stored orders and reports, to limit the memory during load tests."""

REPORT_SECONDS = 0.3
"""How long a report takes."""

SEARCHED = 500


class NewProduct(Model):
    """A row of a bulk import."""

    sku: str = Field(min_length=1, max_length=100)
    name: str = Field(min_length=1, max_length=200)
    category: str = Field(max_length=50)
    price: float = Field(gt=0)
    stock: int = Field(ge=0)
    description: str = Field(default="", max_length=20_000)


class Product(Model):
    """A product as it is listed."""

    id: str
    name: str
    category: str
    price: float


class ProductPage(Model):
    """One page of the products."""

    data: list[Product]
    total: int


class OrderLine(Model):
    """A quantity of a product."""

    product_id: str
    quantity: int = Field(ge=1, le=1000)


class NewOrder(Model):
    """Request body of an order."""

    items: list[OrderLine] = Field(min_length=1, max_length=100)


class Order(Model):
    """An order as it is stored and sent."""

    id: str
    items: list[OrderLine]
    total: float
    status: str = "confirmed"


class Inventory(Model):
    """Stock of a product, and units sold since the service started."""

    product_id: str
    stock: int
    sold: int


class Restock(Model):
    """Request body to set the stock of a product."""

    stock: int = Field(ge=0)


class Adjustment(Model):
    """An adjustment of the stock of a product."""

    product_id: str
    delta: int = Field(ge=-1000, le=1000)
    reason: str = Field(default="", max_length=100)


class Adjustments(Model):
    """Request body to adjust stocks."""

    adjustments: list[Adjustment] = Field(min_length=1, max_length=1000)


class Applied(Model):
    """Number of applied adjustments."""

    applied: int


class InventorySummary(Model):
    """The stock by category."""

    products: int
    by_category: dict[str, int]


class OrderDetail(Model):
    """An order line with its product."""

    order_id: str
    product: Product
    quantity: int


class DetailPage(Model):
    """Newest order lines."""

    data: list[OrderDetail]
    total: int


class NewReport(Model):
    """Request body to request a report."""

    type: str = Field(default="inventory", max_length=50)


class Report(Model):
    """A report, ready or not."""

    id: str
    type: str
    status: str
    rows: int


class Import(Model):
    """Request body of a bulk import."""

    products: list[NewProduct] = Field(max_length=10_000)


class Imported(Model):
    """Number of imported rows."""

    imported: int
    total: int


class Shop:
    """The data of the shop."""

    def __init__(self) -> None:
        self._products: dict[str, Product] = {}
        self._stock: dict[str, int] = {}
        self._sold: dict[str, int] = {}
        self._orders: deque[Order] = deque(maxlen=KEPT_ORDERS)
        self._reports: dict[str, tuple[str, float]] = {}
        self._numbers = itertools.count(1)
        for number in range(1, PRODUCTS + 1):
            category = CATEGORIES[number % len(CATEGORIES)]
            name = f"{category.capitalize()} {number}"
            self._put(f"product-{number:04}", name, category, 1 + number % 90, STOCK)
        self._put(FLASH_PRODUCT, "Flash sale", "games", 9.99, FLASH_STOCK)

    def _put(self, product_id: str, name: str, category: str, price: float, stock: int) -> None:
        product = Product(id=product_id, name=name, category=category, price=price)
        self._products[product_id] = product
        self._stock[product_id] = stock
        self._sold.setdefault(product_id, 0)

    def get(self, product_id: str) -> Product | None:
        """Return a product, or ``None``."""
        return self._products.get(product_id)

    def page(self, limit: int, offset: int) -> ProductPage:
        """Return one page of products."""
        rows = list(itertools.islice(self._products.values(), offset, offset + limit))
        return ProductPage(data=rows, total=len(self._products))

    def search(self, term: str, category: str, limit: int) -> ProductPage:
        """Return products whose name contains a word, optionally of one category."""
        wanted = term.casefold()
        first = itertools.islice(self._products.values(), SEARCHED)
        hits = (
            row for row in first if wanted in row.name.casefold() and category in ("", row.category)
        )
        data = list(itertools.islice(hits, limit))
        return ProductPage(data=data, total=len(data))

    def unknown(self, product_ids: Iterable[str]) -> str | None:
        """Return the first id without a product."""
        return next((each for each in product_ids if each not in self._products), None)

    async def order(self, lines: list[OrderLine], race: float) -> Order | None:
        """Take what is ordered out of the stock; ``None`` when there is not enough.

        Args:
            lines: of known products.
            race: seconds between the look at the stock and the taking. Above 0 others get in
                between, and more is sold than there is.
        """
        if any(self._stock[line.product_id] < line.quantity for line in lines):
            return None
        if race > 0:
            await asyncio.sleep(race)
        total = 0.0
        for line in lines:
            self._stock[line.product_id] -= line.quantity
            self._sold[line.product_id] += line.quantity
            total += self._products[line.product_id].price * line.quantity
        order = Order(id=f"order-{next(self._numbers)}", items=lines, total=round(total, 2))
        self._orders.append(order)
        return order

    def inventory(self, product_id: str) -> Inventory:
        """Return the stock and the sold units of an existing product."""
        return Inventory(
            product_id=product_id,
            stock=self._stock[product_id],
            sold=self._sold[product_id],
        )

    def restock(self, product_id: str, stock: int) -> Inventory:
        """Set the stock of an existing product."""
        self._stock[product_id] = stock
        self._sold[product_id] = 0
        return self.inventory(product_id)

    def adjust(self, adjustments: list[Adjustment]) -> int:
        """Adjust stocks of existing products; return the number of adjustments."""
        for row in adjustments:
            self._stock[row.product_id] += row.delta
        return len(adjustments)

    def summary(self) -> InventorySummary:
        """Return the stock by category."""
        by_category = dict.fromkeys(CATEGORIES, 0)
        for product_id, stock in self._stock.items():
            category = self._products[product_id].category
            by_category[category] = by_category.get(category, 0) + stock
        return InventorySummary(products=len(self._products), by_category=by_category)

    def details(self, limit: int) -> DetailPage:
        """Return the newest order lines with their products."""
        lines = [
            OrderDetail(
                order_id=order.id,
                product=self._products[line.product_id],
                quantity=line.quantity,
            )
            for order in itertools.islice(reversed(self._orders), limit)
            for line in order.items
        ]
        return DetailPage(data=lines, total=len(lines))

    def start_report(self, kind: str) -> Report:
        """Start a report; it is ready a little later."""
        report_id = f"report-{next(self._numbers)}"
        self._reports[report_id] = (kind, time.monotonic())
        if len(self._reports) > KEPT_ORDERS:
            del self._reports[next(iter(self._reports))]
        return Report(id=report_id, type=kind, status="pending", rows=0)

    def report(self, report_id: str, *, stuck: bool) -> Report | None:
        """Return the current state of a report, or ``None``; a stuck one is never ready."""
        found = self._reports.get(report_id)
        if found is None:
            return None
        kind, since = found
        ready = time.monotonic() - since >= REPORT_SECONDS and not stuck
        status, rows = ("ready", len(self._products)) if ready else ("pending", 0)
        return Report(id=report_id, type=kind, status=status, rows=rows)

    def take_in(self, rows: list[NewProduct], lost: float) -> int:
        """Import products, except a lost fraction of them; return how many were imported."""
        kept = rows[: len(rows) - int(len(rows) * lost)]
        for row in kept:
            self._put(row.sku, row.name, row.category, row.price, row.stock)
        return len(kept)
