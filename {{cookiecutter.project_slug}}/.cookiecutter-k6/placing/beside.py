"""Files saved next to others: the new version (.new), or the user's version (.yours).

Neither ever overwrites anything that the user may have written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .links import Look
from .manifest import Entry, Manifest, Pending
from .steps import Action
from .tree import ABSENT, Found, NewFile, blob_id

_OFFERS = (".new", *(f".new{number}" for number in range(2, 10)))
_ASIDE = (".yours", *(f".yours{number}" for number in range(2, 10)))


def reached(look: Look, path: str, item: Pending) -> bool:
    """Tell whether an unfinished run completed its pending step for a path."""
    found = look(path)
    if not item.placed:
        return found.kind == "absent"
    return found.kind == "file" and blob_id(found.content) == item.placed


class Beside:
    """Finds free names for .new and .yours files, and tracks those that still exist.

    before: the manifest of the last run. look: returns what is at a path of the project. pending:
    the pending steps of this run; extended here. `yours` is for the manifest after this run.
    """

    def __init__(self, before: Manifest, look: Look, pending: dict[str, Pending]) -> None:
        self._unfinished = before.pending
        self._look = look
        self._pending = pending
        self._asides: set[str] = set()
        self.yours = {
            place: path for place, path in before.yours.items() if look(place).kind != "absent"
        }

    # --- .new: the new version -------------------------------------------------------------

    def offer(self, path: str, new: NewFile, entry: Entry, why: str) -> Action:
        """Save the new version as .new, without overwriting anything of the user's."""
        wanted = blob_id(new.content)
        for suffix in _OFFERS:
            place = path + suffix
            there = self._look(place)
            if there.kind == "file" and blob_id(there.content) == wanted:
                return Action("offered", place, note=why)
            if there.kind == "absent" or self._is_ours(place, entry):
                mode = there.mode if there.kind == "file" else None
                return Action("beside", place, new.content, mode, new.executable, there, note=why)
        return Action("blocked", path, note=f"{why}, and {path}.new is taken")

    def claimed(self, offer: Action) -> str:
        """Return the path of an offer that this template wrote; "" for a file of the user's."""
        ours = offer.verb == "beside" or offer.path in self._pending
        return offer.path if ours else ""

    def has_open_offer(self, path: str, entry: Entry) -> bool:
        """Tell whether an offer is still there, from an earlier run or anyone else."""
        places = [path + suffix for suffix in _OFFERS if path + suffix in self._unfinished]
        places += [path + _OFFERS[0], entry.offer or path + _OFFERS[0]]
        return any(self._look(place).kind != "absent" for place in places)

    def _is_ours(self, place: str, entry: Entry) -> bool:
        """Tell whether a .new file is there, unchanged since this template wrote it."""
        ours = {entry.blob} if place == entry.offer else set()
        if place in self._unfinished:
            ours.add(self._unfinished[place].placed)
        there = self._look(place) if place else ABSENT
        return there.kind == "file" and blob_id(there.content) in ours

    def leftovers(
        self, files: Mapping[str, Entry], actions: Sequence[Action], half_moved: Sequence[str]
    ) -> list[Action]:
        """Remove .new and .yours files of an unfinished run that are no longer needed.

        A copy of the user's file is removed only while the original still exists.
        """
        used = {entry.offer for entry in files.values()} | {action.path for action in actions}
        unused = [
            place
            for place, item in self._unfinished.items()
            if item.placed and item.entry is None and place not in used | self._asides
            if not item.moved_from or self._still_there(item, half_moved)
        ]
        steps = [
            Action("tidy", place, expected=self._look(place), removes=True)
            for place in unused
            if reached(self._look, place, self._unfinished[place])
        ]
        for step in steps:
            self._pending[step.path] = Pending("", None)
            self.yours.pop(step.path, None)
        return steps

    def _still_there(self, item: Pending, half_moved: Sequence[str]) -> bool:
        """Tell whether the file that an unfinished run copied exists and will not be removed."""
        going = item.moved_from in half_moved
        return not going and reached(self._look, item.moved_from, Pending(item.source, None))

    def tidy(self, entry: Entry) -> list[Action]:
        """Remove an offer that is no longer needed, if it is unchanged."""
        if not self._is_ours(entry.offer, entry):
            return []
        return [Action("tidy", entry.offer, expected=self._look(entry.offer), removes=True)]

    # --- what is still there ---------------------------------------------------------------

    def still_beside(self, files: Mapping[str, Entry], actions: Sequence[Action]) -> list[Action]:
        """List the .new and .yours files of earlier runs, which are conflicts not yet solved."""
        said = {action.path for action in actions}
        offers = [
            Action("offered", entry.offer, note=f"the newer version of {path}")
            for path, entry in sorted(files.items())
            if entry.offer not in {"", *said} and self._look(entry.offer).kind != "absent"
        ]
        asides = [
            Action("yours", place, note=f"the suite uses {path}")
            for place, path in sorted(self.yours.items())
            if place not in said
        ]
        return [*offers, *asides]

    # --- .yours: the user's version --------------------------------------------------------

    def aside(self, path: str, old: str, found: Found, why: str) -> tuple[list[Action], str]:
        """Save the user's version next to the new file at `path`, under a free name.

        old: its old path. Returns the steps and the new path; "" if every name is taken.
        """
        for suffix in _ASIDE:
            place = path + suffix
            there = self._look(place)
            free = there.kind == "absent" and place not in self._asides
            if not free and there != found:
                continue
            self._asides.add(place)
            self.yours[place] = path
            step = Action("aside", place, found.content, found.mode, origin=old, note=why)
            return ([step] if free else []), place
        return [], ""
