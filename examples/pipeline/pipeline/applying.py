"""Applies changes to a document store, with faults on request."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import Any

from pymongo.database import Database

from pipeline.decoding import Change

# Maximum time to hold back an update while waiting for the next one of its row, seconds.
LONGEST_HOLD = 3.0


@dataclass
class Faults:
    """The active faults. They are counted, not random, so that tests know the exact numbers.

    lag: seconds between a change and its application. lose, duplicate, corrupt: every n-th insert
    into `table`; a corrupted one has a wrong value. lose_updates, lose_deletes: every n-th
    update or delete. reorder: every n-th update is applied after the next one of the same row.
    pause: seconds during which nothing is applied.
    """

    lag: float = 0
    lose: int = 0
    duplicate: int = 0
    corrupt: int = 0
    lose_updates: int = 0
    lose_deletes: int = 0
    reorder: int = 0
    pause: float = 0
    table: str = "customers"


@dataclass
class Applier:
    """Writes documents with the columns of their row; `id` is the key."""

    target: Database[dict[str, Any]]
    faults: Faults = field(default_factory=Faults)
    counts: Counter[str] = field(default_factory=Counter)
    waiting: deque[tuple[float, int, Change]] = field(default_factory=deque)
    held: dict[str, tuple[float, Change]] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    current: dict[str, int] = field(default_factory=dict)
    paused_until: float = 0
    applied: int = 0

    def take(self, position: int, change: Change) -> None:
        """Remember a change until it is due."""
        self.waiting.append((time.monotonic() + self.faults.lag, position, change))

    def set(self, faults: Faults) -> None:
        """Set the faults from now on."""
        self.faults = faults
        if faults.pause:
            self.paused_until = time.monotonic() + faults.pause

    def work(self) -> None:
        """Apply everything that is due."""
        now = time.monotonic()
        if now < self.paused_until:
            return
        while self.waiting and self.waiting[0][0] <= now:
            _, position, change = self.waiting.popleft()
            self._route(change)
            self.applied = position
        for key in [key for key, (until, _) in self.held.items() if until <= now]:
            self._apply(self.held.pop(key)[1])

    def _route(self, change: Change) -> None:
        event = f"{change.kind} {change.table}"
        self.counts[event] += 1
        number = self.counts[event]
        if change.table != self.faults.table:
            self._apply(change)
            return
        key = change.row["id"]
        if change.kind == "insert" and is_nth(number, self.faults.lose):
            self.counts["lost"] += 1
        elif change.kind == "update" and is_nth(number, self.faults.lose_updates):
            self.counts["lost updates"] += 1
        elif change.kind == "delete" and is_nth(number, self.faults.lose_deletes):
            self.counts["lost deletes"] += 1
        elif change.kind == "insert" and is_nth(number, self.faults.corrupt):
            self.counts["corrupted"] += 1
            self._apply(replace(change, row=cut_short(change.row)))
        elif change.kind == "update" and is_nth(number, self.faults.reorder):
            self.held[key] = (time.monotonic() + LONGEST_HOLD, change)
        elif change.kind == "delete":
            self.held.pop(key, None)
            self._apply(change)
        else:
            self._apply(change)
            if change.kind == "insert" and is_nth(number, self.faults.duplicate):
                self.counts["duplicated"] += 1
                self._apply(change)
            if key in self.held:
                self.counts["reordered"] += 1
                self._apply(self.held.pop(key)[1])

    def _apply(self, change: Change) -> None:
        documents = self.target[change.table]
        key = change.row["id"]
        if change.kind == "insert":
            # Always insert a new document, so that a change that is read twice is duplicated.
            self.counts["replayed"] += int(documents.find_one({"id": key}) is not None)
            documents.insert_one(dict(change.row))
        elif change.kind == "update":
            documents.update_many({"id": key}, {"$set": change.row})
        else:
            documents.delete_many({"id": key})
        self._watch(key, change)

    def _watch(self, key: str, change: Change) -> None:
        """Count the rows whose document was outdated when it was deleted."""
        revision = change.row.get("revision")
        if change.kind == "delete":
            self.counts["stale"] += int(self.current.pop(key, 0) < self.newest.pop(key, 0))
        elif isinstance(revision, int):
            self.current[key] = revision
            self.newest[key] = max(revision, self.newest.get(key, 0))


def cut_short(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose `name` lost its last character, or its `total` a cent."""
    if "total" in row:
        return {**row, "total": round(row["total"] - 0.01, 2)}
    return {**row, "name": str(row["name"])[:-1]}


def is_nth(number: int, n: int) -> bool:
    """Tell whether the fault applies this time; 0 means never. It first applies at n / 2."""
    return n > 0 and number % n == n // 2
