"""The shop of many tenants. Each tenant has its own rate limit.

It is not part of the API description, because its operations need related ids, which a description
cannot express.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from service.limits import Limits
from service.routers.lookup import found
from service.shop import (
    Adjustments,
    Applied,
    DetailPage,
    Import,
    Imported,
    Inventory,
    InventorySummary,
    NewOrder,
    NewReport,
    Order,
    Product,
    ProductPage,
    Report,
    Restock,
    Shop,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.faults.board import Board
    from service.routers.auth import Caller
    from service.settings import Paths

Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0)]


class Tenancy:
    """The dependency that counts a request of a tenant, or answers 429."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._limits = Limits(board)

    async def __call__(self, request: Request, response: Response) -> None:
        """Count one request, and set the rate-limit headers."""
        decision = self._limits.take(request.state.user.tier)
        if decision is None:
            return
        headers = {} if self._board.setting("silent-limit", False) else decision.headers()
        if not decision.allowed:
            detail = f"more than {decision.limit} requests in {decision.window:g} s"
            raise HTTPException(429, detail, headers=headers)
        response.headers.update(headers)


def shop_router(paths: Paths, shop: Shop, caller: Caller, board: Board) -> APIRouter:
    """Return the endpoints of the shop; all of them require a token or a key."""
    router = APIRouter(
        prefix=paths.prefix,
        include_in_schema=False,
        dependencies=[Depends(caller), Depends(Tenancy(board))],
    )
    _add_products(router, shop)
    _add_orders(router, shop, board)
    _add_inventory(router, shop)
    _add_reports(router, shop, board)
    return router


def _known(shop: Shop, product_ids: Iterable[str]) -> None:
    unknown = shop.unknown(product_ids)
    if unknown is not None:
        raise HTTPException(422, f"no product {unknown}")


def _add_products(router: APIRouter, shop: Shop) -> None:
    @router.get("/products")
    async def list_products(limit: Limit = 20, offset: Offset = 0) -> ProductPage:
        return shop.page(limit, offset)

    @router.get("/products/search")
    async def search_products(q: str = "", category: str = "", limit: Limit = 20) -> ProductPage:
        return shop.search(q, category, limit)

    @router.get("/products/{product_id}")
    async def read_product(product_id: str) -> Product:
        return found(shop.get(product_id), "product", product_id)


def _add_orders(router: APIRouter, shop: Shop, board: Board) -> None:
    @router.post("/orders", status_code=201)
    async def order(body: NewOrder) -> Order:
        _known(shop, (line.product_id for line in body.items))
        made = await shop.order(body.items, float(board.setting("oversell", 0)) / 1000)
        if made is None:
            raise HTTPException(409, "out of stock")
        return made


def _add_inventory(router: APIRouter, shop: Shop) -> None:
    @router.post("/inventory/adjustments", status_code=201)
    async def adjust(body: Adjustments) -> Applied:
        _known(shop, (row.product_id for row in body.adjustments))
        return Applied(applied=shop.adjust(body.adjustments))

    @router.get("/inventory/{product_id}")
    async def read_inventory(product_id: str) -> Inventory:
        found(shop.get(product_id), "product", product_id)
        return shop.inventory(product_id)

    @router.put("/inventory/{product_id}")
    async def restock(product_id: str, body: Restock) -> Inventory:
        found(shop.get(product_id), "product", product_id)
        return shop.restock(product_id, body.stock)

    @router.get("/analytics/inventory-summary")
    async def summary() -> InventorySummary:
        return shop.summary()


def _add_reports(router: APIRouter, shop: Shop, board: Board) -> None:
    @router.get("/reports/inventory")
    async def inventory_report() -> InventorySummary:
        return shop.summary()

    @router.get("/reports/order-details")
    async def order_details(limit: Limit = 50) -> DetailPage:
        return shop.details(limit)

    @router.post("/reports", status_code=202)
    async def start_report(body: NewReport) -> Report:
        return shop.start_report(body.type)

    @router.get("/reports/{report_id}")
    async def read_report(report_id: str) -> Report:
        stuck = bool(board.setting("stuck-report", False))
        return found(shop.report(report_id, stuck=stuck), "report", report_id)

    @router.post("/bulk/import", status_code=201)
    async def bulk_import(body: Import) -> Imported:
        imported = shop.take_in(body.products, float(board.setting("lost-import", 0)))
        return Imported(imported=imported, total=len(body.products))
