"""Decides what to do with every file of the suite. Changes nothing: the plan is the dry run.

The rules, for a file of the project (yours), the manifest (recorded) and the template (new):

    yours     | recorded | new      | result
    ----------|----------|----------|---------------------------------------------------------
    absent    | no       | any      | add
    absent    | yes      | any      | left out: you deleted it
    = new     | any      | any      | nothing
    pristine  | yes      | changed  | update
    edited    | yes      | same     | nothing
    edited    | yes      | changed  | merge, or keep yours and save the new version as .new
    any       | no       | any      | keep yours and save the new version as .new
    pristine  | yes      | none     | remove
    edited    | yes      | none     | keep, and forget

"Pristine" text equals the recorded text, apart from line endings and mode bits; a JSON file that a
formatter has laid out in its own way is pristine, too. A link, folder or device in the place of a
file is yours, and counts as edited.

If the template moved a file (renames.json), your edits move with it. If they do not merge, or would
import something that no longer exists, the new file is placed and yours is saved as .yours.
relink.py handles imports of moved files in files that stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from . import answers
from .beside import Beside, reached
from .imports import decode
from .jsontext import same_json
from .links import Links, Look
from .manifest import Entry, Manifest, Pending
from .merge import Merger
from .moves import Mover
from .relink import Relinker
from .renames import Renames
from .rendering import ENV_FILE
from .steps import Action, Decision, Plan, as_text, mode_only, wanted_mode
from .tree import Found, NewFile, blob_id, to_lf, with_line_endings_of

_BOTH_CHANGED = "you changed it, and so did the template"
_TOGETHER = "your version does not work with the new files"


class Planner:
    """Plans one generation.

    suite: the template's files. before: the manifest of the last run.
    look: returns what is at a path of the project. merger: merges texts.
    renames: the rows of renames.json, see renames.py. sources: lists the modules of the project.
    former: the template's files as the answers of the last run render them.
    take_over: whether the suite's files replace those of the user that are in their places.
    """

    def __init__(
        self,
        suite: Mapping[str, NewFile],
        before: Manifest,
        look: Look,
        merger: Merger,
        renames: Sequence[tuple[str, str]] = (),
        sources: Callable[[], Iterable[str]] = tuple,
        former: answers.Former | None = None,
        *,
        take_over: bool = False,
    ) -> None:
        self._suite = suite
        self._before = before
        self._look = look
        self._merger = merger
        self._sources = sources
        self._former = former or answers.Former()
        self._take_over = take_over
        self._renames = Renames(renames, suite)
        self._pending: dict[str, Pending] = {}
        self._beside = Beside(before, look, self._pending)
        self._entries = self._settle()
        self._links = Links(suite, self._entries, look, self._renames, self._base)

    def plan(self, after: Manifest, extra: Sequence[Action] = (), *, rewrite: bool = False) -> Plan:
        """Return the plan.

        after: the manifest to complete. extra: steps planned elsewhere. rewrite: whether to correct
        imports of moved files in the user's own lines.
        """
        files: dict[str, Entry] = {}
        mover = self._mover()
        half_moved = mover.half_moved()
        actions = [action for path in half_moved for action in mover.end(path)]
        moves, joined = mover.planned(half_moved)
        elsewhere = {*half_moved, *moves.values(), *joined}
        for path in sorted({*self._suite, *self._entries} - elsewhere):
            decision = mover.move(path, moves[path]) if path in moves else self._decide(path)
            actions.extend(decision.actions)
            if decision.entry is not None:
                files[path] = decision.entry
            self._remember(decision)
        for old in joined:
            decision = mover.join(old)
            actions.extend(decision.actions)
            self._remember(decision)
        actions, files, pending = Relinker(
            self._suite,
            self._entries,
            self._look,
            self._renames,
            self._links,
            self._sources,
            after.version,
        ).complete(actions, files, rewrite=rewrite)
        self._pending.update(pending)
        actions.extend(self._beside.leftovers(files, actions, half_moved))
        actions.extend(self._beside.still_beside(files, actions))
        actions.extend(self._answers_not_taken(files, actions))
        actions.extend(extra)
        after = after._replace(files=files, yours=self._beside.yours)
        during = self._before._replace(
            version=self._before.version or after.version,
            slug=self._before.slug or after.slug,
            answers=self._before.answers or after.answers,
            files=self._entries,
            pending=self._pending,
            pending_additions=after.additions,
            yours=self._beside.yours,
        )
        return Plan(actions, after, during)

    def _mover(self) -> Mover:
        return Mover(
            self._suite,
            self._entries,
            self._look,
            self._renames,
            self._links,
            self._beside,
            self._before.pending,
            self._pending,
            self._merged,
        )

    # --- what is known -------------------------------------------------------------------

    def _settle(self) -> dict[str, Entry]:
        """Return the recorded files, including the completed steps of an unfinished run."""
        known = dict(self._before.files)
        for path, item in self._before.pending.items():
            if not reached(self._look, path, item):
                continue
            if item.entry is not None:
                known[path] = item.entry
            elif item.placed:
                self._pending[path] = item  # a .new or .yours file of ours
            else:
                known.pop(path, None)
        return known

    def _remember(self, decision: Decision) -> None:
        """Record the steps of a decision for the pending manifest."""
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
        new = self._suite.get(path)
        if new is None:
            return self._retire(path, found, self._entries[path])
        entry = self._entries.get(path)
        if found.kind == "blocked":
            return Decision([Action("blocked", path, note=found.why)], entry)
        if self._take_over and found.kind == "file" and (entry is None or entry.foreign):
            swap = self._taken_over(path, found, entry, new)
            if swap is not None:
                return swap
        if entry is None:
            return self._first_time(path, found, new)
        if found.kind == "absent":
            return self._deleted(path, entry, new)
        return self._placed_before(path, found, entry, new)

    def _retire(self, path: str, found: Found, entry: Entry) -> Decision:
        """The template no longer has the file, or an option switched it off."""
        if entry.shim and found.kind == "file" and blob_id(found.content) == entry.blob:
            return Decision((), entry)  # see relink.py
        if found.kind in {"absent", "blocked"}:
            return Decision(self._beside.tidy(entry))
        if self._is_pristine(path, found, entry):
            actions = [Action("remove", path, expected=found, removes=True)]
            return Decision([*actions, *self._beside.tidy(entry)])
        kept = Action("kept", path, note="no longer part of the suite, but edited")
        return Decision([kept, *self._beside.tidy(entry)])

    def _first_time(self, path: str, found: Found, new: NewFile) -> Decision:
        """The manifest does not know the file."""
        entry = Entry(blob_id(new.content), new.executable)
        if found.kind == "absent":
            action = Action("add", path, new.content, executable=new.executable)
            return Decision([action], entry)
        if found.kind == "file" and blob_id(found.content) == entry.blob:
            return Decision((), entry)
        offer = self._beside.offer(path, new, entry, "you already have a file there")
        return Decision([offer], entry._replace(foreign=True, offer=self._beside.claimed(offer)))

    def _deleted(self, path: str, entry: Entry, new: NewFile) -> Decision:
        """The user deleted the file: it stays deleted, and a new version is reported once."""
        current = Entry(blob_id(new.content), new.executable)
        if entry.blob == current.blob:
            return Decision((), entry)
        return Decision([Action("left-out", path, note="you deleted it")], current)

    def _placed_before(self, path: str, found: Found, entry: Entry, new: NewFile) -> Decision:
        """The file was placed before and still exists."""
        current = Entry(blob_id(new.content), new.executable)
        yours = blob_id(found.content) if found.kind == "file" else ""
        mode = wanted_mode(found, entry, new)
        if yours == current.blob:
            actions = mode_only(path, found, mode)
            return Decision([*actions, *self._beside.tidy(entry)], current)
        if entry.blob != current.blob and self._is_pristine(path, found, entry):
            content = with_line_endings_of(new.content, found.content)
            action = Action("update", path, content, mode, expected=found)
            return Decision([action, *self._beside.tidy(entry)], current)
        if entry.blob == current.blob:
            kept = entry._replace(executable=new.executable)
            return Decision(mode_only(path, found, mode), kept)
        return self._conflict(path, found, entry, new)

    def _is_pristine(self, path: str, found: Found, entry: Entry) -> bool:
        """Tell whether a file of the project says what was placed there."""
        if found.kind != "file":
            return False
        if blob_id(found.content) == entry.blob:
            return True
        base = self._base(entry) if path.endswith(".json") else None
        return base is not None and same_json(found.content, base)

    def _conflict(self, path: str, found: Found, entry: Entry, new: NewFile) -> Decision:
        """Both the user and the template changed the file."""
        kept = Entry(blob_id(new.content), new.executable, as_text(new), entry.foreign)
        mode = wanted_mode(found, entry, new)
        merged = self._merged(path, found, entry, new)
        if merged is not None:
            return Decision(_written(path, found, merged, mode), kept)
        if found.kind == "file" and not entry.foreign and self._links.broken(found.content, path):
            swap = self._swap(path, found, entry, new)
            if swap is not None:
                return swap
        followed, whole = self._followed(path, found, entry, new)
        if whole:
            return Decision(_written(path, found, followed, mode), kept)
        offer = self._beside.offer(path, new, entry, self._why_beside(entry))
        if offer.verb == "blocked":
            return Decision([offer], entry)  # said again until there is a name for it
        steps = _written(path, found, followed, mode, "new answers only")
        return Decision([offer, *steps], kept._replace(offer=self._beside.claimed(offer)))

    def _followed(self, path: str, found: Found, entry: Entry, new: NewFile) -> tuple[bytes, bool]:
        """Return the user's suite.env with the new answers, and whether these are all that is new.

        Of any other file, return what is there.
        """
        changed = self._changed_answers() if path == ENV_FILE and not entry.foreign else {}
        if not changed or found.kind != "file":
            return found.content, False
        base = self._base(entry)
        whole = base is not None and answers.follow(base, changed) == new.content
        followed = answers.follow(found.content, changed)
        return with_line_endings_of(followed, found.content), whole

    def _taken_over(
        self, path: str, found: Found, entry: Entry | None, new: NewFile
    ) -> Decision | None:
        """Place a file of the suite where one of the user is, which is saved as .yours."""
        known = entry or Entry(blob_id(new.content), found.executable)
        if blob_id(found.content) == blob_id(new.content):
            return None
        return self._swap(path, found, known, new, "taken over")

    def _swap(
        self, path: str, found: Found, entry: Entry, new: NewFile, why: str = _TOGETHER
    ) -> Decision | None:
        """Place the new file, and save the user's as .yours; None if no name is free."""
        aside, place = self._beside.aside(path, path, found, why)
        if not place:
            return None
        content = with_line_endings_of(new.content, found.content)
        mode = wanted_mode(found, entry, new)
        step = Action("update", path, content, mode, expected=found, needs=place)
        current = Entry(blob_id(new.content), new.executable)
        return Decision([*aside, step, *self._beside.tidy(entry)], current)

    def _merged(
        self, path: str, found: Found, entry: Entry, new: NewFile, moved_to: str = ""
    ) -> bytes | None:
        """Return the merge of the user's and the template's changes, or None on a conflict.

        Imports of moved files are corrected on both sides first; otherwise each of them would
        conflict with an edit next to it. The user's own lines are not changed, unless the file
        itself moves.

        If a .new file is still there, its changes are not in the user's file yet. It cannot be the
        merge base then, and a newer .new file replaces it.
        """
        now = moved_to or path
        if found.kind != "file" or entry.foreign or self._beside.has_open_offer(path, entry):
            return None
        if b"\0" in found.content or b"\0" in new.content:
            return None
        base = self._base(entry)
        if base is None:
            return None
        lines = None if moved_to else frozenset(decode(base).split("\n"))
        ours = self._links.adjusted(to_lf(found.content), path, now, lines)
        merged = self._merger.merge(ours, self._links.adjusted(base, path, now), new.content)
        return None if merged is None else with_line_endings_of(merged, found.content)

    def _why_beside(self, entry: Entry) -> str:
        """Say why there is no merge."""
        if entry.foreign or self._base(entry) is not None:
            return _BOTH_CHANGED
        return f"{_BOTH_CHANGED}; not merged: {self._merger.why_unknown()}"

    def _base(self, entry: Entry) -> bytes | None:
        """Return the template's text that the user's version of a file is based on."""
        if entry.ancestor is not None:
            return entry.ancestor.encode("utf-8")
        base = self._merger.base(entry.blob)
        # Not in git, but often made again: from the previous answers.
        return self._former.of_blob(entry.blob) if base is None else base

    def _changed_answers(self) -> Mapping[str, answers.Change]:
        """Return the settings of suite.env that the answers set differently than the last time."""
        new, before = self._suite.get(ENV_FILE), self._former.file(ENV_FILE)
        return {} if new is None or before is None else answers.changes(before, new.content)

    def _answers_not_taken(
        self, files: Mapping[str, Entry], actions: Sequence[Action]
    ) -> list[Action]:
        """Name the lines of suite.env that keep another value than the new answer."""
        written = [one.content for one in actions if one.path == ENV_FILE and one.content]
        found = self._look(ENV_FILE)
        if ENV_FILE not in files or not (written or found.kind == "file"):
            return []
        return answers.unheeded(written[-1] if written else found.content, self._changed_answers())


def _written(path: str, found: Found, content: bytes, mode: int, note: str = "") -> list[Action]:
    """Return the steps after which an edited file has a content and its mode bits."""
    if found.kind != "file" or content == found.content:
        return mode_only(path, found, mode)
    return [Action("merge", path, content, mode, expected=found, note=note)]
