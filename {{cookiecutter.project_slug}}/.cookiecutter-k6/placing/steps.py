"""What a plan is made of: one step for one path, or one line of the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .manifest import Manifest
from .tree import ABSENT, Found


class Action(NamedTuple):
    """One step, or one line of the report.

    verb: what happens, see report.py. path: where. content: what is written there, if anything.
    mode: permission bits; None is that of a new file. executable: for a new file.
    expected: what was there when this was planned. removes, changes_mode: the other two kinds of
    step. needs: a path that must have been written before. origin: for a copy of the user's file,
    where it was. note: for the reader.
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
        """Tell whether this is a step, not only a line of the report."""
        return self.content is not None or self.removes or self.changes_mode


class Plan(NamedTuple):
    """The steps; the manifest after them; and the one that makes an interrupted run repairable."""

    actions: Sequence[Action]
    after: Manifest
    during: Manifest
