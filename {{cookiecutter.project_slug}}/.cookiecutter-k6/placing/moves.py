"""Decides what happens to files that the template moved (renames.json).

The user's edits move along. If they do not merge, or would import something that no longer exists,
the new file is placed and the user's version is saved as .yours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .beside import Beside, reached
from .links import Links, Look
from .manifest import Entry, Pending
from .renames import Renames
from .steps import Action, Decision, as_text, wanted_mode
from .tree import Found, NewFile, blob_id, with_line_endings_of

Merge = Callable[[str, Found, Entry, NewFile, str], "bytes | None"]


class Mover:
    """Plans the moves of one generation.

    suite, entries, look, renames, links, beside: see plan.Planner. unfinished: pending steps of an
    interrupted run. pending: pending steps of this run; extended here. merge: merges a file, given
    its old path, what is there, its entry, the new file and the new path.
    """

    def __init__(
        self,
        suite: Mapping[str, NewFile],
        entries: Mapping[str, Entry],
        look: Look,
        renames: Renames,
        links: Links,
        beside: Beside,
        unfinished: Mapping[str, Pending],
        pending: dict[str, Pending],
        merge: Merge,
    ) -> None:
        self._suite = suite
        self._entries = entries
        self._look = look
        self._renames = renames
        self._links = links
        self._beside = beside
        self._unfinished = unfinished
        self._pending = pending
        self._merge = merge

    def half_moved(self) -> list[str]:
        """Return old paths that an unfinished run has copied but not yet removed."""
        return [
            item.moved_from
            for path, item in self._unfinished.items()
            if item.entry is not None
            and item.moved_from in self._entries.keys() - self._suite.keys()
            and reached(self._look, path, item)
            and reached(self._look, item.moved_from, Pending(item.source, None))
        ]

    def end(self, old: str) -> list[Action]:
        """Complete the move of an unfinished run."""
        self._pending[old] = Pending("", None)
        gone = Action("moved", old, expected=self._look(old), removes=True)
        return [*self._beside.tidy(self._entries[old]), gone]

    def planned(self, half_moved: Sequence[str]) -> tuple[dict[str, str], list[str]]:
        """Return new path -> old path for every file that moves, and the old paths joined to them.

        If several files become one, the first existing one is the file that moves.
        """
        moves: dict[str, str] = {}
        joined = []
        moved = [
            path
            for path, entry in self._entries.items()
            if not entry.shim and path not in half_moved and self._renames.heirs(path)
        ]
        moved.sort(key=lambda old: (self._look(old).kind != "file", self._renames.order(old)))
        for old in moved:
            path = self._renames.heirs(old)[0]
            if path in moves or path in self._entries:
                joined.append(old)
            elif self._look(path).kind == "absent":
                moves[path] = old
        return moves, joined

    def move(self, path: str, old: str) -> Decision:
        """Move a file to its new path, including the user's edits."""
        found, new, entry = self._look(old), self._suite[path], self._entries[old]
        gone = Action("moved", old, expected=found, removes=True, needs=path, note=f"now {path}")
        current = Entry(blob_id(new.content), new.executable)
        if found.kind in {"absent", "blocked"}:
            left_out = Action("left-out", path, note=f"you deleted {old}")
            return Decision([left_out, *self._beside.tidy(entry)], current)
        if found.kind != "file" or entry.foreign:
            return self._leave_old(path, old, entry, new)
        return self._move_file(path, gone, entry, new)

    def _leave_old(self, path: str, old: str, entry: Entry, new: NewFile) -> Decision:
        """Place the new file, and keep the user's file at the old path."""
        kept = Action("kept", old, note=f"the template now has it as {path}")
        placed = Action("add", path, new.content, executable=new.executable)
        current = Entry(blob_id(new.content), new.executable)
        return Decision([kept, placed, *self._beside.tidy(entry)], current)

    def _move_file(self, path: str, gone: Action, entry: Entry, new: NewFile) -> Decision:
        """Move a file; an edited one is merged, or saved as .yours."""
        found = gone.expected
        current = Entry(blob_id(new.content), new.executable)
        mode = wanted_mode(found, entry, new)
        move = Action("move", path, mode=mode, note=f"was {gone.path}")
        if blob_id(found.content) == entry.blob:
            move = move._replace(content=with_line_endings_of(new.content, found.content))
        else:
            carried = self._carried(path, gone, entry, new)
            if carried is None:
                return self._move_aside(path, gone, entry, new)
            if entry.blob == current.blob:
                current = entry._replace(executable=new.executable, offer="")
            else:
                current = current._replace(ancestor=as_text(new))
            move = move._replace(content=carried)
        # The old file is removed last: once it is gone, the move is known to be complete.
        return Decision([move, *self._beside.tidy(entry), gone], current)

    def _carried(self, path: str, gone: Action, entry: Entry, new: NewFile) -> bytes | None:
        """Return an edited file adapted to its new path, or None if it would not work there."""
        found = gone.expected
        if entry.blob == blob_id(new.content):
            content: bytes | None = self._links.adjusted(found.content, gone.path, path)
        else:
            content = self._merge(gone.path, found, entry, new, path)
        if content is None or self._links.broken(content, path):
            return None
        return content

    def _move_aside(self, path: str, gone: Action, entry: Entry, new: NewFile) -> Decision:
        """Place the new file, and save the user's version of the old one as .yours."""
        aside, place = self._beside.aside(path, gone.path, gone.expected, f"was {gone.path}")
        if not place:
            return self._leave_old(path, gone.path, entry, new)
        content = with_line_endings_of(new.content, gone.expected.content)
        step = Action("add", path, content, executable=new.executable, needs=place)
        current = Entry(blob_id(new.content), new.executable)
        return Decision([*aside, step, *self._beside.tidy(entry), gone], current)

    def join(self, old: str) -> Decision:
        """Remove a file that has become part of another one; save edits as .yours."""
        path, found, entry = self._renames.heirs(old)[0], self._look(old), self._entries[old]
        if found.kind in {"absent", "blocked"}:
            return Decision(self._beside.tidy(entry))
        gone = Action("moved", old, expected=found, removes=True, needs=path, note=f"now {path}")
        if found.kind == "file" and not entry.foreign:
            if blob_id(found.content) == entry.blob:
                return Decision([gone, *self._beside.tidy(entry)])
            aside, place = self._beside.aside(path, old, found, f"was {old}")
            if place:
                gone = gone._replace(needs=place)
                return Decision([*aside, *self._beside.tidy(entry), gone])
        kept = Action("kept", old, note=f"now part of {path}")
        return Decision([kept, *self._beside.tidy(entry)])
