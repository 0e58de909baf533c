"""Determines which imports of a text will work after the update, and their new paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import cached_property

from . import imports
from .manifest import Entry
from .renames import Renames, as_types
from .tree import Found, NewFile, blob_id

Look = Callable[[str], Found]


class Links:
    """The imports between the suite, what it moved, and the user's files.

    suite: the template's files. entries: the files in the manifest. look: returns what is at a path
    of the project. renames: the moves. base: returns the template's text that the user's version of
    a file is based on, or None.
    """

    def __init__(
        self,
        suite: Mapping[str, NewFile],
        entries: Mapping[str, Entry],
        look: Look,
        renames: Renames,
        base: Callable[[Entry], bytes | None],
    ) -> None:
        self._suite = suite
        self._entries = entries
        self._look = look
        self._renames = renames
        self._base = base

    def follow(self, target: str, names: Collection[str] | None) -> str:
        """Return the new path of an import's target; "" if it did not move.

        If the module was split, this is the part that has all the names; "" if none has.
        """
        heirs = self._renames.module_heirs(target)
        if len(heirs) < 2:
            return heirs[0] if heirs else ""
        fitting = [heir for heir in heirs if not self._missing(heir, target, names)]
        return fitting[0] if fitting else ""

    def adjusted(
        self, content: bytes, was: str, now: str, lines: Collection[str] | None = None
    ) -> bytes:
        """Return a module with corrected imports of moved files; other files unchanged.

        was, now: its path before and after. lines: correct only these.
        """
        if not now.endswith(imports.SOURCES) or b"\0" in content:
            return content
        text = imports.decode(content)
        return imports.encode(imports.adjust(text, was, now, self.follow, lines))

    def broken(self, content: bytes, path: str) -> str:
        """Return an import of the user's version of a file that would fail at a path, or "".

        For a program that is not JavaScript: a path it mentions that no longer exists.
        """
        if not path.endswith(imports.SOURCES):
            return self._named_in_vain(content)
        for item in imports.find(imports.decode(content)):
            if item.kind == "comment":
                continue
            target = imports.resolve(path, item.specifier)
            heirs = self._renames.module_heirs(target) or [target]
            if self._going(target) and heirs == [target]:
                return item.specifier
            if all(self._missing(heir, target, item.names) for heir in heirs):
                return item.specifier
        return self._wanted_in_vain(content, path)

    def _wanted_in_vain(self, content: bytes, path: str) -> str:
        """Return a name that the suite imports from a file but this version does not export."""
        exported = imports.exports(imports.decode(content))
        if exported is None:
            return ""
        return min(self._wanted.get(path, frozenset()) - exported, default="")

    @cached_property
    def _wanted(self) -> dict[str, frozenset[str]]:
        """For each module, the names that the modules of the suite import from it."""
        wanted: dict[str, frozenset[str]] = {}
        for path, new in self._suite.items():
            if not path.endswith(".js"):
                continue
            for item in imports.find(imports.decode(new.content)):
                if item.kind == "code" and item.names:
                    target = imports.resolve(path, item.specifier)
                    wanted[target] = wanted.get(target, frozenset()) | item.names
        return wanted

    def _missing(self, path: str, was: str, names: Collection[str] | None) -> bool:
        """Tell whether a module of the suite, or the user's version of it, lacks a name."""
        if not names or path not in self._suite:
            return False
        exported = imports.exports(imports.decode(self._suite[path].content))
        if exported is None:
            return False
        return not set(names) <= exported | self._added_names(path, was)

    def _added_names(self, path: str, was: str) -> frozenset[str]:
        """Return the names that the user has added to a module of the suite.

        Names that the template has dropped do not count. Without the text that the user started
        from, a file that stays is kept as it is, and one that moves is not merged.
        """
        added: frozenset[str] = frozenset()
        # The import may have its new path already, while the user's version is at the old one.
        moved = [old for old in self._moved if path in self._renames.heirs(old)]
        for place in {path, was, *moved}:
            there = self._look(place)
            entry = self._entries.get(place)
            if there.kind != "file" or (entry is not None and blob_id(there.content) == entry.blob):
                continue
            own = imports.exports(imports.decode(there.content)) or frozenset()
            base = self._base(entry) if entry is not None else None
            if base is not None:
                added |= own - (imports.exports(imports.decode(base)) or frozenset())
            elif place == path:
                added |= own
        return added

    def _going(self, target: str) -> bool:
        """Tell whether the target of an import exists now and will be removed."""
        for path in (target, as_types(target)):
            entry = self._entries.get(path)
            if path in self._suite:
                return False
            if entry is not None and self._look(path).kind == "file":
                content = self._look(path).content
                return bool(self._renames.heirs(path)) or blob_id(content) == entry.blob
        return False

    def _named_in_vain(self, content: bytes) -> str:
        """Return a moved file of the suite whose old path a program mentions, or ""."""
        if not content.startswith(b"#!"):
            return ""
        text = imports.decode(content)
        for path in self._moved:
            short = path.removeprefix("tests/load/")
            if re.search(rf"(?<![\w.-]){re.escape(short)}(?![\w-])", text):
                return short
        return ""

    @cached_property
    def _moved(self) -> list[str]:
        """The recorded files that this generation moves."""
        return [path for path in sorted(self._entries) if self._renames.heirs(path)]
