"""The items and their in-memory store; ids are numbers that are never reused."""

from __future__ import annotations

import itertools
from datetime import datetime, timezone

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """Base of JSON models: ``created_at`` here is ``createdAt`` in JSON."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class NewItem(Model):
    """Request body to create an item."""

    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=2000)
    quantity: int = Field(default=0, ge=0)


class ItemChange(Model):
    """Request body to change an item; omitted fields stay unchanged."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    quantity: int | None = Field(default=None, ge=0)


class Item(Model):
    """An item as it is stored and sent."""

    id: int
    name: str
    description: str
    quantity: int
    created_at: datetime
    updated_at: datetime


class ItemPage(Model):
    """One page of the list of items."""

    data: list[Item]
    total: int


class ItemStore:
    """Items by number.

    Args:
        seed: how many items exist at the start.
    """

    def __init__(self, seed: int = 0) -> None:
        self._items: dict[int, Item] = {}
        self._numbers = itertools.count(1)
        for number in range(1, seed + 1):
            self.add(
                NewItem(
                    name=f"Item {number}",
                    description=f"Sample item number {number}, there since the service was started",
                    quantity=number % 10,
                )
            )

    def add(self, new: NewItem) -> Item:
        """Store a new item under a new number."""
        now = datetime.now(timezone.utc)
        item = Item(**new.model_dump(), id=next(self._numbers), created_at=now, updated_at=now)
        self._items[item.id] = item
        return item

    def page(self, limit: int, offset: int) -> ItemPage:
        """Return ``limit`` items after the first ``offset``, oldest first."""
        chosen = itertools.islice(self._items.values(), offset, offset + limit)
        return ItemPage(data=list(chosen), total=len(self._items))

    def get(self, number: int) -> Item | None:
        """Return an item, or ``None``."""
        return self._items.get(number)

    def change(self, number: int, change: ItemChange) -> Item | None:
        """Change the given fields; return the item, or ``None``."""
        item = self._items.get(number)
        if item is None:
            return None
        fields = change.model_dump(exclude_unset=True, exclude_none=True)
        changed = item.model_copy(update={**fields, "updated_at": datetime.now(timezone.utc)})
        self._items[number] = changed
        return changed

    def remove(self, number: int) -> bool:
        """Remove an item; return whether it existed."""
        return self._items.pop(number, None) is not None
