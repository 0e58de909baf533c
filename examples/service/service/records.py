"""In-memory store of records with text ids that are never reused; newest first."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.items import Model

R = TypeVar("R", bound="Model")

SEARCHED = 500
"""Number of newest records to search: load tests create many, and need only recent ones."""


class Records(Generic[R]):
    """Records of one kind by id.

    Args:
        prefix: what ids start with, before their number.

    Example:
        >>> tickets = Records[Ticket]("ticket_")
        >>> tickets.add(lambda id: Ticket(id=id, ...)).id
        'ticket_1'
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._records: dict[str, R] = {}
        self._numbers = itertools.count(1)

    def __len__(self) -> int:
        return len(self._records)

    def add(self, make: Callable[[str], R]) -> R:
        """Store the record that ``make`` returns for a new id."""
        record_id = f"{self._prefix}{next(self._numbers)}"
        self._records[record_id] = record = make(record_id)
        return record

    def get(self, record_id: str) -> R | None:
        """Return a record, or ``None``."""
        return self._records.get(record_id)

    def change(self, record_id: str, fields: dict[str, object]) -> R | None:
        """Change fields of a record and return it, or ``None`` if it does not exist."""
        record = self._records.get(record_id)
        if record is not None:
            record = self._records[record_id] = record.model_copy(update=fields)
        return record

    def remove(self, record_id: str) -> bool:
        """Remove a record; return whether it existed."""
        return self._records.pop(record_id, None) is not None

    def newest(self, limit: int, offset: int = 0) -> list[R]:
        """Return ``limit`` records after the first ``offset``, newest first."""
        return list(itertools.islice(self._newest_first(), offset, offset + limit))

    def search(self, term: str, limit: int, text_of: Callable[[R], str]) -> list[R]:
        """Return up to ``limit`` of the newest records that contain the term, ignoring case."""
        wanted = term.casefold()
        looked_at = itertools.islice(self._newest_first(), SEARCHED)
        found = (record for record in looked_at if wanted in text_of(record).casefold())
        return list(itertools.islice(found, limit))

    def _newest_first(self) -> Iterator[R]:
        return reversed(self._records.values())
