"""Imports of moved files in files that stay: reported, rewritten, or served by a shim.

The user's own modules import files of the suite by path. When such a file moves, each line that
imports it is reported with its new form. With `rewrite`, the lines are changed. Otherwise a shim
is placed at the old path: a module that only re-exports the new one. A shim exists only while
something imports it; after that, the next generation removes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from . import imports
from .links import Links, Look
from .manifest import Entry, Pending
from .renames import Renames, as_types
from .steps import Action
from .tree import NewFile, blob_id, with_line_endings_of


class Relinked(NamedTuple):
    """The completed steps, the manifest's files, and the pending steps."""

    actions: list[Action]
    files: dict[str, Entry]
    pending: dict[str, Pending]


class Stale(NamedTuple):
    """A line that imports a file which has moved. new: the import's new form, or ""."""

    path: str
    item: imports.Import
    target: str
    new: str

    def as_action(self, verb: str) -> Action:
        """Return the line of the report."""
        return Action(verb, f"{self.path}:{self.item.line}", note=self._note())

    def _note(self) -> str:
        was = f'"{self.item.specifier}"'
        return f'{was} is now "{self.new}"' if self.new else f"{was} is now in several files"


class Relinker:
    """Completes the steps of one generation.

    suite: the template's files. entries: the files in the manifest before.
    sources: lists the modules of the project. version: of the suite, for the shims.
    """

    def __init__(
        self,
        suite: Mapping[str, NewFile],
        entries: Mapping[str, Entry],
        look: Look,
        renames: Renames,
        links: Links,
        sources: Callable[[], Iterable[str]],
        version: str,
    ) -> None:
        self._suite = suite
        self._entries = entries
        self._look = look
        self._renames = renames
        self._links = links
        self._sources = sources
        self._version = version
        self._steps: list[Action] = []
        self._files: dict[str, Entry] = {}
        self._pending: dict[str, Pending] = {}

    def complete(
        self, actions: Iterable[Action], files: Mapping[str, Entry], *, rewrite: bool
    ) -> Relinked:
        """Return the steps including those for imports of moved files."""
        self._steps, self._files = list(actions), dict(files)
        stale = list(self._stale())
        if rewrite:
            stale = self._rewrite(stale)
        served = {item.target for item in stale if item.item.kind != "comment"}
        new = self._place_shims(served)
        known = self._shim_targets() - new
        self._steps += [
            item.as_action("served" if item.target in known else "stale") for item in stale
        ]
        return Relinked(self._steps, self._files, self._pending)

    # --- state after the steps ---------------------------------------------------------------

    def _content(self, path: str) -> bytes | None:
        """Return the content of a file after the steps; None if it will not exist."""
        step = self._step_at(path)
        if step is not None and step.content is not None:
            return step.content
        if step is not None and step.removes:
            return None
        there = self._look(path)
        return there.content if there.kind == "file" else None

    def _step_at(self, path: str) -> Action | None:
        return next((step for step in self._steps if step.path == path and step.changes), None)

    def _stale(self) -> Iterator[Stale]:
        """Iterate over the lines that import a moved file, except those of the template."""
        placed = {step.path for step in self._steps if step.content is not None}
        for path in sorted({*self._sources(), *placed}):
            content = self._content(path) if path.endswith(imports.SOURCES) else None
            new = self._suite.get(path)
            if content is None or b"\0" in content or self._is_shim(path):
                continue
            if new is not None and blob_id(content) == blob_id(new.content):
                continue
            yield from self._stale_lines(path, content)

    def _stale_lines(self, path: str, content: bytes) -> Iterator[Stale]:
        for item in imports.find(imports.decode(content)):
            target = imports.resolve(path, item.specifier)
            if not self._renames.module_heirs(target) or self._is_the_users(target):
                continue
            heir = self._links.follow(target, item.names)
            yield Stale(path, item, target, imports.specifier(path, heir) if heir else "")

    def _is_the_users(self, target: str) -> bool:
        """Tell whether the user has something else at an old path that stays there."""
        return any(
            self._content(place) is not None and not self._is_shim(place)
            for place in (target, as_types(target))
        )

    def _is_shim(self, path: str) -> bool:
        entry = self._entries.get(path)
        there = self._look(path)
        return entry is not None and entry.shim and blob_id(there.content) == entry.blob

    # --- rewriting ---------------------------------------------------------------------------

    def _rewrite(self, stale: list[Stale]) -> list[Stale]:
        """Plan to change the lines that have a new form; return those without one."""
        rest = [item for item in stale if not item.new]
        for path in sorted({item.path for item in stale if item.new}):
            step = self._step_at(path)
            there = self._look(path)
            before = self._content(path) or b""
            content = self._links.adjusted(before, path, path)
            if step is not None and step.content is not None:
                self._steps[self._steps.index(step)] = step._replace(content=content)
            elif there.kind == "file":
                if step is not None:  # it changes the mode
                    self._steps.remove(step)
                mode = there.mode if step is None else step.mode
                self._steps.append(Action("rewrite", path, content, mode, expected=there))
            if path in self._files:
                self._pending[path] = Pending(blob_id(content), self._files[path])
            self._steps += [
                item.as_action("rewritten") for item in stale if item.path == path and item.new
            ]
        return rest

    # --- shims -------------------------------------------------------------------------------

    def _place_shims(self, wanted: set[str]) -> set[str]:
        """Plan to add the wanted shims and remove the others; return the targets of new ones."""
        wanted |= {as_types(target) for target in wanted}
        new = set()
        for index, step in enumerate(self._steps):
            if step.verb in {"moved", "remove"} and step.removes and step.path in wanted:
                shim = self._shim(step.path, step.expected.content)
                if shim:
                    self._steps[index] = step._replace(
                        verb="shim", content=shim, mode=step.expected.mode, removes=False
                    )
                    self._note(step.path, shim)
                    new.add(self._as_target(step.path))
        for path in [path for path, entry in self._files.items() if entry.shim]:
            if path not in self._pending:
                self._keep_shim(path, path in wanted)
        return new

    def _keep_shim(self, path: str, wanted: bool) -> None:
        """Keep a shim of an earlier run, or remove it."""
        there = self._look(path)
        shim = self._shim(path, there.content) if wanted else b""
        if not shim:
            self._steps.append(Action("tidy", path, expected=there, removes=True))
            self._pending[path] = Pending("", None)
            del self._files[path]
        elif not there.content.replace(b"\r\n", b"\n").endswith(_exports_of(shim)):
            self._steps.append(Action("shim", path, shim, there.mode, expected=there))
            self._note(path, shim)

    def _note(self, path: str, shim: bytes) -> None:
        self._files[path] = Entry(blob_id(shim), shim=True)
        self._pending[path] = Pending(blob_id(shim), self._files[path])

    def _shim_targets(self) -> set[str]:
        return {self._as_target(path) for path, entry in self._files.items() if entry.shim}

    @staticmethod
    def _as_target(path: str) -> str:
        return path.removesuffix(".d.ts") + ".js" if path.endswith(".d.ts") else path

    def _shim(self, path: str, model: bytes) -> bytes:
        """Return the module for an old path, or b""; line endings are those of `model`."""
        heirs = [heir for heir in self._renames.heirs(path) if heir.endswith((".js", ".d.ts"))]
        if not heirs or not path.endswith((".js", ".d.ts")):
            return b""
        lines = [
            f"// Moved in cookiecutter-k6 {self._version}. This file keeps old imports working;",
            "// an update removes it once nothing imports it any more.",
            "",
        ]
        for heir in heirs:
            place = imports.specifier(path, self._as_target(heir))
            lines.append(f'export * from "{place}";')
            names = imports.exports(imports.decode(self._suite[heir].content)) or ()
            if "default" in names:
                lines.append(f'export {{ default }} from "{place}";')
        return with_line_endings_of("\n".join([*lines, ""]).encode(), model)


def _exports_of(shim: bytes) -> bytes:
    return shim.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
