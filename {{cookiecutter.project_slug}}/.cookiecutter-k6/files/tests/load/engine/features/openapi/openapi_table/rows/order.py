"""The order of the rows: journey by journey, creates before those who need them."""

from __future__ import annotations

from collections.abc import Sequence

from .maker import Row


def in_order(rows: Sequence[Row], order: Sequence[str]) -> list[Row]:
    """Return the rows grouped by journey; journeys that give ids come first where possible.

    order: the names of all operations, in the order within a journey.
    """
    place = {name: index for index, name in enumerate(order)}
    journeys: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: place[row["name"]]):
        journeys.setdefault(row["journey"], []).append(row)
    before = _dependencies(rows, journeys)
    done: dict[str, list[Row]] = {}
    while len(done) < len(journeys):
        left = [name for name in journeys if name not in done]
        ready = [name for name in left if before[name] <= done.keys()]
        name = (ready or left)[0]
        done[name] = journeys[name]
    return [row for listed in done.values() for row in listed]


def _dependencies(rows: Sequence[Row], journeys: dict[str, list[Row]]) -> dict[str, set[str]]:
    """Return for each journey the other ones that give it ids."""
    home = {row["name"]: row["journey"] for row in rows}
    before: dict[str, set[str]] = {name: set() for name in journeys}
    for row in rows:
        for givers in row.get("needs", {}).values():
            homes = [home[name] for name in givers if name in home]
            if homes and row["journey"] not in homes:
                before[row["journey"]].add(homes[0])
    return before
