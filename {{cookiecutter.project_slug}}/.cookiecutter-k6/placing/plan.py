"""Decides what to do with every file of the suite. Changes nothing: the plan is the dry run.

The rules, for a file of the project (yours), the manifest (recorded) and the template (new):

    yours     | recorded | new      | what happens
    ----------|----------|----------|---------------------------------------------------------
    absent    | no       | any      | add
    absent    | yes      | any      | left out: you deleted it
    = new     | any      | any      | nothing
    pristine  | yes      | changed  | update
    edited    | yes      | same     | nothing
    edited    | yes      | changed  | merge, or keep yours and put the new one beside it (.new)
    any       | no       | any      | keep yours and put the new one beside it
    pristine  | yes      | none     | remove
    edited    | yes      | none     | keep, and forget

"Pristine" is text that equals what was recorded, whatever its line endings and mode bits are. A
link, a folder or a device in the place of a file is yours, and counts as edited.

A file that the template moved (renames.json) takes your edits to its new path. Where they do not
merge, or would import something that no longer exists, the new file is placed and yours is put
beside it (.yours). relink.py does the rest: imports of moved files in files that stay.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from .imports import decode
from .links import Links, Look
from .manifest import Entry, Manifest, Pending
from .merge import Merger
from .relink import Relinker
from .renames import Renames
from .steps import Action, Plan
from .tree import ABSENT, Found, NewFile, blob_id, to_lf, with_line_endings_of

_X_BITS = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
_OFFERS = (".new", ".new2", ".new3", ".new4", ".new5", ".new6", ".new7", ".new8", ".new9")
_ASIDE = (".yours", *(f".yours{number}" for number in range(2, 10)))
_BOTH_CHANGED = "you changed it, and so did the template"
_TOGETHER = "your version does not work with the new files"


class Decision(NamedTuple):
    """What happens to one path, and what the manifest says about it afterwards."""

    actions: Sequence[Action] = ()
    entry: Entry | None = None


class Planner:
    """Plans one generation.

    suite: the files as the template wants them. before: the manifest of the last run.
    look: returns what is at a path of the project. merger: merges texts.
    renames: the rows of renames.json, see renames.py. sources: lists the modules of the project.
    """

    def __init__(
        self,
        suite: Mapping[str, NewFile],
        before: Manifest,
        look: Look,
        merger: Merger,
        renames: Sequence[tuple[str, str]] = (),
        sources: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._suite = suite
        self._before = before
        self._look = look
        self._merger = merger
        self._sources = sources
        self.renames = Renames(renames, suite)
        self._pending: dict[str, Pending] = {}
        self._yours = {
            place: path for place, path in before.yours.items() if look(place).kind != "absent"
        }
        self._claimed_asides: set[str] = set()
        self._entries = self._settle()
        self.links = Links(suite, self._entries, look, self.renames)

    def plan(self, after: Manifest, extra: Sequence[Action] = (), *, rewrite: bool = False) -> Plan:
        """Return the plan.

        after: the manifest to complete. extra: steps planned elsewhere. rewrite: whether to correct
        imports of moved files in the user's own lines.
        """
        files: dict[str, Entry] = {}
        half_moved = self._half_moved()
        actions = [action for path in half_moved for action in self._end_move(path)]
        moves, joined = self._moves(half_moved)
        elsewhere = {*half_moved, *moves.values(), *joined}
        for path in sorted({*self._suite, *self._entries} - elsewhere):
            decision = self._move(path, moves[path]) if path in moves else self._decide(path)
            actions.extend(decision.actions)
            if decision.entry is not None:
                files[path] = decision.entry
            self._remember(decision)
        for old in joined:
            decision = self._join(old)
            actions.extend(decision.actions)
            self._remember(decision)
        actions, files, pending = Relinker(
            self._suite,
            self._entries,
            self._look,
            self.renames,
            self.links,
            self._sources,
            after.version,
        ).complete(actions, files, rewrite=rewrite)
        self._pending.update(pending)
        actions.extend(self._leftovers(files, actions))
        actions.extend(self._still_beside(actions))
        actions.extend(extra)
        after = after._replace(files=files, yours=self._yours)
        during = self._before._replace(
            version=self._before.version or after.version,
            slug=self._before.slug or after.slug,
            answers=self._before.answers or after.answers,
            files=self._entries,
            pending=self._pending,
            pending_additions=after.additions,
            yours=self._yours,
        )
        return Plan(actions, after, during)

    # --- what is known -------------------------------------------------------------------

    def _settle(self) -> dict[str, Entry]:
        """Return what is recorded, brought up to date with how far an unfinished run got."""
        known = dict(self._before.files)
        for path, item in self._before.pending.items():
            if not self._reached(path, item):
                continue
            if item.entry is not None:
                known[path] = item.entry
            elif item.placed:
                self._pending[path] = item  # an offer of ours beside a file
            else:
                known.pop(path, None)
        return known

    def _reached(self, path: str, item: Pending) -> bool:
        """Tell whether an unfinished run did what it was about to do to a path."""
        found = self._look(path)
        if not item.placed:
            return found.kind == "absent"
        return found.kind == "file" and blob_id(found.content) == item.placed

    def _remember(self, decision: Decision) -> None:
        """Note for the pending manifest what the steps of a decision lead to."""
        moved = next((action for action in decision.actions if action.verb == "moved"), None)
        for action in decision.actions:
            if action.removes:
                self._pending[action.path] = Pending("", None)
            elif action.verb == "beside":
                self._pending[action.path] = Pending(blob_id(action.content or b""), None)
            elif action.verb == "aside":
                blob = blob_id(action.content or b"")
                self._pending[action.path] = Pending(blob, None, action.origin, blob)
            elif action.content is not None:
                item = Pending(blob_id(action.content), decision.entry)
                if moved is not None:
                    source = blob_id(moved.expected.content)
                    item = item._replace(moved_from=moved.path, source=source)
                self._pending[action.path] = item

    # --- one path ------------------------------------------------------------------------

    def _decide(self, path: str) -> Decision:
        """Apply the table to one path."""
        found = self._look(path)
        entry = self._entries.get(path)
        new = self._suite.get(path)
        if new is None:
            return self._retire(path, found, entry)
        if found.kind == "blocked":
            return Decision([Action("blocked", path, note=found.why)], entry)
        if entry is None:
            return self._first_time(path, found, new)
        if found.kind == "absent":
            return self._deleted(path, entry, new)
        return self._placed_before(path, found, entry, new)

    def _retire(self, path: str, found: Found, entry: Entry | None) -> Decision:
        """The template no longer has the file, or an option switched it off."""
        if entry is None:
            return Decision()
        if entry.shim and found.kind == "file" and blob_id(found.content) == entry.blob:
            return Decision((), entry)  # see relink.py
        if found.kind in {"absent", "blocked"}:
            return Decision(self._tidy(entry))
        if found.kind == "file" and blob_id(found.content) == entry.blob and not entry.foreign:
            actions = [Action("remove", path, expected=found, removes=True)]
            return Decision([*actions, *self._tidy(entry)])
        kept = Action("kept", path, note="no longer part of the suite, but edited")
        return Decision([kept, *self._tidy(entry)])

    def _first_time(self, path: str, found: Found, new: NewFile) -> Decision:
        """The manifest does not know the file."""
        entry = Entry(blob_id(new.content), new.executable)
        if found.kind == "absent":
            action = Action("add", path, new.content, executable=new.executable)
            return Decision([action], entry)
        if found.kind == "file" and blob_id(found.content) == entry.blob:
            return Decision((), entry)
        offer = self._offer(path, new, entry, "a file of yours is there")
        return Decision([offer], entry._replace(foreign=True, offer=self._claimed(offer)))

    def _deleted(self, path: str, entry: Entry, new: NewFile) -> Decision:
        """The user deleted the file: it stays deleted, and a new version is mentioned once."""
        current = Entry(blob_id(new.content), new.executable)
        if entry.blob == current.blob:
            return Decision((), entry)
        return Decision([Action("left-out", path, note="you deleted it")], current)

    def _placed_before(self, path: str, found: Found, entry: Entry, new: NewFile) -> Decision:
        """The file was placed before, and something is there."""
        current = Entry(blob_id(new.content), new.executable)
        yours = blob_id(found.content) if found.kind == "file" else ""
        mode = self._wanted_mode(found, entry, new)
        if yours == current.blob:
            actions = self._mode_only(path, found, mode)
            return Decision([*actions, *self._tidy(entry)], current)
        if yours == entry.blob and not entry.foreign:
            content = with_line_endings_of(new.content, found.content)
            action = Action("update", path, content, mode, expected=found)
            return Decision([action, *self._tidy(entry)], current)
        if entry.blob == current.blob:
            kept = entry._replace(executable=new.executable)
            return Decision(self._mode_only(path, found, mode), kept)
        return self._conflict(path, found, entry, new)

    def _conflict(self, path: str, found: Found, entry: Entry, new: NewFile) -> Decision:
        """Both the user and the template changed the file."""
        kept = Entry(blob_id(new.content), new.executable, _as_text(new), entry.foreign)
        mode = self._wanted_mode(found, entry, new)
        merged = self._merged(path, found, entry, new)
        if merged is None:
            if (
                found.kind == "file"
                and not entry.foreign
                and self.links.broken(found.content, path)
            ):
                swap = self._swap(path, found, entry, new)
                if swap is not None:
                    return swap
            offer = self._offer(path, new, entry, _BOTH_CHANGED)
            kept = kept._replace(offer=self._claimed(offer))
            return Decision([offer, *self._mode_only(path, found, mode)], kept)
        if merged == found.content:
            return Decision(self._mode_only(path, found, mode), kept)
        return Decision([Action("merge", path, merged, mode, expected=found)], kept)

    def _swap(self, path: str, found: Found, entry: Entry, new: NewFile) -> Decision | None:
        """Place the new file, and put the user's beside it; None without a free name for that."""
        aside, place = self._aside(path, path, found, _TOGETHER)
        if not place:
            return None
        content = with_line_endings_of(new.content, found.content)
        mode = self._wanted_mode(found, entry, new)
        step = Action("update", path, content, mode, expected=found, needs=place)
        current = Entry(blob_id(new.content), new.executable)
        return Decision([*aside, step, *self._tidy(entry)], current)

    def _merged(
        self, path: str, found: Found, entry: Entry, new: NewFile, moved_to: str = ""
    ) -> bytes | None:
        """Return the merge of the user's and the template's changes, or None without a clean one.

        Imports of moved files are corrected on both sides first, or each of them would be a
        conflict with an edit beside it. A line of the user's own stays as it is, unless the file
        itself moves.

        An offer that is still beside the file was not dealt with: its changes are not in the
        user's file, so that it is no ancestor, and a newer offer replaces it.
        """
        now = moved_to or path
        if found.kind != "file" or entry.foreign or self._has_open_offer(path, entry):
            return None
        if b"\0" in found.content or b"\0" in new.content:
            return None
        base = self._merger.base(entry.blob) if entry.ancestor is None else None
        base = entry.ancestor.encode("utf-8") if entry.ancestor is not None else base
        if base is None:
            return None
        lines = None if moved_to else frozenset(decode(base).split("\n"))
        ours = self.links.adjusted(to_lf(found.content), path, now, lines)
        merged = self._merger.merge(ours, self.links.adjusted(base, path, now), new.content)
        return None if merged is None else with_line_endings_of(merged, found.content)

    # --- the new version beside the user's -----------------------------------------------

    def _offer(self, path: str, new: NewFile, entry: Entry, why: str) -> Action:
        """Put the new version beside the user's; never over anything the user may have written."""
        wanted = blob_id(new.content)
        for suffix in _OFFERS:
            place = path + suffix
            there = self._look(place)
            if there.kind == "file" and blob_id(there.content) == wanted:
                return Action("offered", place, note=why)
            if there.kind == "absent" or self._is_our_offer(place, entry):
                mode = there.mode if there.kind == "file" else None
                return Action("beside", place, new.content, mode, new.executable, there, note=why)
        return Action("blocked", path, note=f"{why}, and {path}.new is taken")

    def _claimed(self, offer: Action) -> str:
        """Return the place of an offer that this template wrote; "" for a file of the user's."""
        ours = offer.verb == "beside" or offer.path in self._pending
        return offer.path if ours else ""

    def _has_open_offer(self, path: str, entry: Entry) -> bool:
        """Tell whether an offer, of an earlier run or whoever made it, is still there."""
        places = [path + suffix for suffix in _OFFERS if path + suffix in self._before.pending]
        places += [path + _OFFERS[0], entry.offer or path + _OFFERS[0]]
        return any(self._look(place).kind != "absent" for place in places)

    def _is_our_offer(self, place: str, entry: Entry) -> bool:
        """Tell whether a .new file is there as a run of this template wrote it."""
        ours = {entry.blob} if place == entry.offer else set()
        if place in self._before.pending:
            ours.add(self._before.pending[place].placed)
        there = self._look(place) if place else ABSENT
        return there.kind == "file" and blob_id(there.content) in ours

    def _leftovers(self, files: Mapping[str, Entry], actions: Sequence[Action]) -> list[Action]:
        """Remove what an unfinished run put beside a file and this one has no use for.

        A copy of the user's file is only removed while the file that it is a copy of is there.
        """
        used = {entry.offer for entry in files.values()} | {action.path for action in actions}
        unused = [
            place
            for place, item in self._before.pending.items()
            if item.placed and item.entry is None and place not in used | self._claimed_asides
            if not item.moved_from or self._still_there(item)
        ]
        steps = [
            Action("tidy", place, expected=self._look(place), removes=True)
            for place in unused
            if self._reached(place, self._before.pending[place])
        ]
        for step in steps:
            self._pending[step.path] = Pending("", None)
            self._yours.pop(step.path, None)
        return steps

    def _still_there(self, item: Pending) -> bool:
        """Tell whether the file that an unfinished run copied is there, and is not going."""
        half_moved = item.moved_from in self._half_moved()
        return not half_moved and self._reached(item.moved_from, Pending(item.source, None))

    def _tidy(self, entry: Entry) -> list[Action]:
        """Remove an offer that has become pointless, if it is as it was written."""
        if not self._is_our_offer(entry.offer, entry):
            return []
        return [Action("tidy", entry.offer, expected=self._look(entry.offer), removes=True)]

    # --- the user's version beside the new one --------------------------------------------

    def _aside(self, path: str, old: str, found: Found, why: str) -> tuple[list[Action], str]:
        """Put the user's version beside the new file at `path`, under a name that is free.

        old: where it was. Returns the steps, and the place; "" when every name is taken.
        """
        for suffix in _ASIDE:
            place = path + suffix
            there = self._look(place)
            free = there.kind == "absent" and place not in self._claimed_asides
            if not free and there != found:
                continue
            self._claimed_asides.add(place)
            self._yours[place] = path
            step = Action("aside", place, found.content, found.mode, origin=old, note=why)
            return ([step] if free else []), place
        return [], ""

    def _still_beside(self, actions: Sequence[Action]) -> list[Action]:
        """Name the user's versions that are beside a file since an earlier run."""
        said = {action.path for action in actions}
        return [
            Action("yours", place, note=f"the suite uses {path}")
            for place, path in sorted(self._yours.items())
            if place not in said
        ]

    # --- mode bits -----------------------------------------------------------------------

    @staticmethod
    def _wanted_mode(found: Found, entry: Entry, new: NewFile) -> int:
        """Return the user's mode bits; only a change of the template's own goes into them."""
        if new.executable == entry.executable or found.executable != entry.executable:
            return found.mode
        readers = (found.mode & 0o444) >> 2
        return found.mode | readers if new.executable else found.mode & ~_X_BITS

    @staticmethod
    def _mode_only(path: str, found: Found, mode: int) -> list[Action]:
        if found.kind != "file" or mode == found.mode:
            return []
        return [Action("mode", path, mode=mode, expected=found, changes_mode=True)]

    # --- renames -------------------------------------------------------------------------

    def _half_moved(self) -> list[str]:
        """Return old paths that an unfinished run has moved, but not yet removed."""
        return [
            item.moved_from
            for path, item in self._before.pending.items()
            if item.entry is not None
            and item.moved_from in self._entries.keys() - self._suite.keys()
            and self._reached(path, item)
            and self._reached(item.moved_from, Pending(item.source, None))
        ]

    def _end_move(self, old: str) -> list[Action]:
        """Complete the move of an unfinished run."""
        self._pending[old] = Pending("", None)
        gone = Action("moved", old, expected=self._look(old), removes=True)
        return [*self._tidy(self._entries[old]), gone]

    def _moves(self, half_moved: Sequence[str]) -> tuple[dict[str, str], list[str]]:
        """Return new path -> old path for every file that moves, and the old paths that join them.

        Where several files become one, the first that is there is the one that moves.
        """
        moves: dict[str, str] = {}
        joined = []
        moved = [
            path
            for path, entry in self._entries.items()
            if not entry.shim and path not in half_moved and self.renames.heirs(path)
        ]
        moved.sort(key=lambda old: (self._look(old).kind != "file", self.renames.order(old)))
        for old in moved:
            path = self.renames.heirs(old)[0]
            if path in moves or path in self._entries:
                joined.append(old)
            elif self._look(path).kind == "absent":
                moves[path] = old
        return moves, joined

    def _move(self, path: str, old: str) -> Decision:
        """Carry a file that the template moved to its new path, with the user's edits in it."""
        found, new, entry = self._look(old), self._suite[path], self._entries[old]
        gone = Action("moved", old, expected=found, removes=True, needs=path, note=f"now {path}")
        current = Entry(blob_id(new.content), new.executable)
        if found.kind in {"absent", "blocked"}:
            left_out = Action("left-out", path, note=f"you deleted {old}")
            return Decision([left_out, *self._tidy(entry)], current)
        if found.kind != "file" or entry.foreign:
            return self._leave_old(path, old, entry, new)
        return self._move_file(path, gone, entry, new)

    def _leave_old(self, path: str, old: str, entry: Entry, new: NewFile) -> Decision:
        """Place the new file, and leave what is at the old path to the user."""
        kept = Action("kept", old, note=f"the template has it as {path} now")
        placed = Action("add", path, new.content, executable=new.executable)
        current = Entry(blob_id(new.content), new.executable)
        return Decision([kept, placed, *self._tidy(entry)], current)

    def _move_file(self, path: str, gone: Action, entry: Entry, new: NewFile) -> Decision:
        """Move a file; an edited one is merged, or put beside the new one."""
        found = gone.expected
        current = Entry(blob_id(new.content), new.executable)
        mode = self._wanted_mode(found, entry, new)
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
                current = current._replace(ancestor=_as_text(new))
            move = move._replace(content=carried)
        # The move comes after what belongs to it: a run that finds it done need not look further.
        return Decision([move, *self._tidy(entry), gone], current)

    def _carried(self, path: str, gone: Action, entry: Entry, new: NewFile) -> bytes | None:
        """Return an edited file as it works at its new path, or None."""
        found = gone.expected
        if entry.blob == blob_id(new.content):
            content: bytes | None = self.links.adjusted(found.content, gone.path, path)
        else:
            content = self._merged(gone.path, found, entry, new, moved_to=path)
        if content is None or self.links.broken(content, path):
            return None
        return content

    def _move_aside(self, path: str, gone: Action, entry: Entry, new: NewFile) -> Decision:
        """Place the new file at its path, and the user's version of the old one beside it."""
        aside, place = self._aside(path, gone.path, gone.expected, f"was {gone.path}")
        if not place:
            return self._leave_old(path, gone.path, entry, new)
        content = with_line_endings_of(new.content, gone.expected.content)
        step = Action("add", path, content, executable=new.executable, needs=place)
        current = Entry(blob_id(new.content), new.executable)
        return Decision([*aside, step, *self._tidy(entry), gone], current)

    def _join(self, old: str) -> Decision:
        """Take away a file that has become part of another one; edits stay beside that."""
        path, found, entry = self.renames.heirs(old)[0], self._look(old), self._entries[old]
        if found.kind in {"absent", "blocked"}:
            return Decision(self._tidy(entry))
        gone = Action("moved", old, expected=found, removes=True, needs=path, note=f"now {path}")
        if found.kind == "file" and not entry.foreign:
            if blob_id(found.content) == entry.blob:
                return Decision([gone, *self._tidy(entry)])
            aside, place = self._aside(path, old, found, f"was {old}")
            if place:
                gone = gone._replace(needs=place)
                return Decision([*aside, *self._tidy(entry), gone])
        kept = Action("kept", old, note=f"part of {path} now")
        return Decision([kept, *self._tidy(entry)])


def _as_text(new: NewFile) -> str | None:
    """Return a template file as text for the manifest, or None when it is binary."""
    try:
        return new.content.decode("utf-8")
    except UnicodeDecodeError:
        return None
