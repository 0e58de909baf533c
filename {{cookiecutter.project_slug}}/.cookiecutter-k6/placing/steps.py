"""The elements of a plan: a step for one path, or a line of the report."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from typing import NamedTuple

from .manifest import Entry, Manifest
from .tree import ABSENT, Found, NewFile

_X_BITS = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


class Action(NamedTuple):
    """One step, or one line of the report.

    verb: see report.py. path: the file. content: what to write, if anything. mode: permission bits;
    None for those of a new file. executable: for a new file. expected: what was there when the step
    was planned. removes, changes_mode: the other two kinds of step. needs: a path that must be
    written first. origin: for a copy of the user's file, its old path. note: for the user.
    """

    verb: str
    path: str
    content: bytes | None = None
    mode: int | None = None
    executable: bool = False
    expected: Found = ABSENT
    removes: bool = False
    changes_mode: bool = False
    needs: str = ""
    origin: str = ""
    note: str = ""

    @property
    def changes(self) -> bool:
        """Tell whether this is a step and not only a line of the report."""
        return self.content is not None or self.removes or self.changes_mode


class Plan(NamedTuple):
    """The steps, the manifest after them, and the one with which a run can be completed later."""

    actions: Sequence[Action]
    after: Manifest
    during: Manifest


class Decision(NamedTuple):
    """The steps for one path, and its manifest entry afterwards."""

    actions: Sequence[Action] = ()
    entry: Entry | None = None


def wanted_mode(found: Found, entry: Entry, new: NewFile) -> int:
    """Return the user's mode bits, with the template's change of the executable bit, if any."""
    if new.executable == entry.executable or found.executable != entry.executable:
        return found.mode
    readers = (found.mode & 0o444) >> 2
    return found.mode | readers if new.executable else found.mode & ~_X_BITS


def mode_only(path: str, found: Found, mode: int) -> list[Action]:
    """Return the step that changes only the mode bits, if needed."""
    if found.kind != "file" or mode == found.mode:
        return []
    return [Action("mode", path, mode=mode, expected=found, changes_mode=True)]


def as_text(new: NewFile) -> str | None:
    """Return a template file as text for the manifest, or None if it is binary."""
    try:
        return new.content.decode("utf-8")
    except UnicodeDecodeError:
        return None
