"""The protected resource: list, create, read, change, delete."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from service.faults.board import Board
from service.items import Item, ItemChange, ItemPage, ItemStore, NewItem
from service.routers.auth import Caller
from service.routers.lookup import found, missing
from service.settings import Paths


def items_router(paths: Paths, store: ItemStore, caller: Caller, board: Board) -> APIRouter:
    """Return the endpoints of the items; all of them require a token or the API key."""
    router = APIRouter(prefix=paths.items, tags=["items"], dependencies=[Depends(caller)])

    def shown(item: Item) -> Item:
        if board.setting("stranger", False):
            return item.model_copy(update={"id": item.id + 1, "name": "of somebody else"})
        return item

    @router.get("")
    async def list_items(
        limit: Annotated[int, Query(ge=1, le=1000)] = 20,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> ItemPage:
        """Return one page of items, oldest first."""
        return store.page(limit, offset)

    @router.post("", status_code=201)
    async def create_item(body: NewItem) -> Item:
        """Create an item."""
        return store.add(body)

    @router.get("/{item_id}")
    async def read_item(item_id: int) -> Item:
        """Return one item."""
        return shown(found(store.get(item_id), "item", item_id))

    @router.patch("/{item_id}")
    async def change_item(item_id: int, body: ItemChange) -> Item:
        """Change the given fields."""
        return shown(found(store.change(item_id, body), "item", item_id))

    @router.delete("/{item_id}", status_code=204)
    async def delete_item(item_id: int) -> None:
        """Remove an item."""
        if not store.remove(item_id):
            raise missing("item", item_id)

    return router
