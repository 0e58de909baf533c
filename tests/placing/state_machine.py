"""The lifecycle of a project as a state machine: people edit it, the template is run again.

After each sequence of steps: no byte that the user wrote is gone (it is in place, merged, moved
with its file, beside a `.new` or in a `.yours`), no import of a moved file is dead, nothing outside
the project was touched, and running the same template once more changes nothing.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from placing import imports, tree

from tests.support.small_template import (
    MANIFEST,
    SUITE_PATHS,
    VERSIONS,
    Project,
    template_files,
    write_tables,
)

# Number of sequences started in this process.
sequences = 0

versions = st.integers(0, VERSIONS - 1)
answer_sets = st.fixed_dictionaries(
    {},
    optional={
        "auth": st.sampled_from(["none", "login"]),
        "backend_port": st.sampled_from([8000, 9000]),
        "include_claude_md": st.booleans(),
    },
)
suite_paths = st.sampled_from(SUITE_PATHS)
yours_paths = st.sampled_from([path + ".yours" for path in SUITE_PATHS])
BOARD = "tests/load/lib/board.json"
IMPORTER = "tests/load/scripts/importer.js"
OLD = "tests/load/lib/old.js"  # moves twice in the small template
host_files = st.sampled_from([".gitignore", "CLAUDE.md", "package.json"])
# Of the collection at github.com/github/gitignore.
STOCK_RULES = [b"lib/", b"lib", b"*.env", b"*.js", b"*.json", b"tests/", b"/scripts", b"/*", b"*"]
stock_rules = st.lists(st.sampled_from(STOCK_RULES), max_size=3)
HOST_TEXTS = {
    ".gitignore": b"*.log\n",
    "CLAUDE.md": b"# Notes\r\n\r\nOurs.\r\n",
    "package.json": b'{\n    "name": "svc",\n    "version": 1.0\n}\n',
}


class ProjectLifecycle(RuleBasedStateMachine):
    """The rules; each is one thing that a user, git, the template or an accident does."""

    def __init__(self) -> None:
        super().__init__()
        global sequences  # noqa: PLW0603 - the one counter that the bench prints
        sequences += 1
        self.tables = Path(tempfile.mkdtemp(prefix="placing-tables-"))
        self.project = Project.create(write_tables(self.tables))
        self.marks: set[bytes] = set()
        self.own: dict[str, bytes] = {}
        self.count = 0
        self.broken = False
        self.last: tuple[int, dict[str, Any]] | None = None

    def teardown(self) -> None:
        self.project.close()
        shutil.rmtree(self.tables)

    # --- the template -----------------------------------------------------------------------

    @initialize(has=st.booleans(), path=suite_paths, rules=st.none() | stock_rules)
    def begin(self, has: bool, path: str, rules: list[bytes] | None) -> None:
        """A service may already have a file where the suite wants one, and some of its own."""
        if rules is not None:
            self.project.track()
            self.take_stock_ignore_file(rules)
        if has:
            self.project.write(path, self._mark() + b" of the service\n")
            self._user_acted()

    @rule(version=versions, answers=answer_sets, rewrite=st.booleans())
    def generate(self, version: int, answers: dict[str, Any], rewrite: bool = False) -> None:
        alive = self._old_import_works()
        plan = self.project.generate(version, rewrite=rewrite, **answers)
        self.last = (version, answers)
        self.broken = False
        assert self._old_import_works() or not alive
        named = [action.path for action in plan.actions if action.verb == "ignored"]
        assert all(path.startswith(tuple(named)) for path in self.project.hidden())
        self._check_kept()
        self._check_settled()

    @rule(version=versions, answers=answer_sets)
    def take_over(self, version: int, answers: dict[str, Any]) -> None:
        """The suite's files replace those that the user had in their places."""
        self.project.generate(version, take_over=True, **answers)
        self.last = (version, answers)
        self.broken = False
        self._check_kept()
        self._check_settled()

    @precondition(lambda self: self.last is not None and not self.broken)
    @rule()
    def same_again(self) -> None:
        """A run without anything new leaves edited files alone."""
        assert self.last is not None
        shims = {path for path, entry in self.project.manifest().files.items() if entry.shim}
        before = self.project.timeless()
        self.project.generate(self.last[0], **self.last[1])
        after = self.project.timeless()
        for path in (*SUITE_PATHS, IMPORTER):
            if path not in shims:  # which go when nothing imports them any more
                assert before.get(path) == after.get(path), path
        self._check_kept()
        self._check_settled()

    @rule(version=versions, answers=answer_sets, dies_at=st.integers(0, 45))
    def die_and_run_again(self, version: int, answers: dict[str, Any], dies_at: int) -> None:
        """A killed run that is repeated ends like an undisturbed one."""
        undisturbed = self.project.copy()
        try:
            undisturbed.generate(version, **answers)
            self.project.kill(version, dies_at, **answers)
            self._check_kept()
            self.generate(version, answers)
            assert self.project.timeless() == undisturbed.timeless()
        finally:
            undisturbed.close()

    @rule(
        version=versions,
        newer=versions,
        answers=answer_sets,
        other=answer_sets,
        dies_at=st.integers(0, 45),
    )
    def die_and_run_newer(
        self,
        version: int,
        newer: int,
        answers: dict[str, Any],
        other: dict[str, Any],
        dies_at: int,
    ) -> None:
        """Two killed runs, then one of another version with other answers."""
        self.project.kill(version, dies_at, **answers)
        self._check_kept()
        self.project.kill(newer, dies_at // 2, **other)
        self._check_kept()
        self.generate(newer, other)

    # --- the user ---------------------------------------------------------------------------

    @rule(path=suite_paths, line=st.integers(0, 12))
    def edit(self, path: str, line: int) -> None:
        """Insert one line."""
        if not self._is_file(path):
            return
        lines = self.project.read(path).splitlines(keepends=True)
        ending = b"\r\n" if tree.uses_crlf(self.project.read(path)) else b"\n"
        lines.insert(min(line, len(lines)), b"// " + self._mark() + ending)
        self.project.write(path, b"".join(lines))
        self._user_acted()

    @rule(path=suite_paths)
    def rewrite(self, path: str) -> None:
        """Replace a whole file, or write one that was deleted."""
        if not self.project.path(path).is_symlink() and not self.project.path(path).is_dir():
            self.project.write(path, b"all " + self._mark() + b"\n")
            self._user_acted()

    @rule(path=suite_paths)
    def delete(self, path: str) -> None:
        full = self.project.path(path)
        if full.is_symlink() or full.is_file():
            full.unlink()
            self._user_acted()

    @rule(path=suite_paths, version=versions)
    def take_template_text(self, path: str, version: int) -> None:
        """Write by hand what some version of the template has."""
        content = template_files(version).get(path)
        if content is not None and self._is_file(path):
            self.project.write(path, content)
            self._user_acted()

    @rule(path=suite_paths)
    def convert_to_crlf(self, path: str) -> None:
        if self._is_file(path):
            content = tree.to_lf(self.project.read(path)).replace(b"\n", b"\r\n")
            self.project.write(path, content)

    @rule(path=suite_paths, mode=st.sampled_from([0o600, 0o644, 0o755, 0o444]))
    def chmod(self, path: str, mode: int) -> None:
        if self._is_file(path):
            self.project.path(path).chmod(mode)

    @rule(path=suite_paths, where=st.sampled_from(["inside", "outside", "nowhere"]))
    def turn_into_link(self, path: str, where: str) -> None:
        full = self.project.path(path)
        if full.is_symlink() or full.is_dir():
            return
        full.parent.mkdir(parents=True, exist_ok=True)
        full.unlink(missing_ok=True)
        inside = self.project.root / "own.txt"
        targets = {
            "inside": inside,
            "outside": self.project.outside / "precious.js",
            "nowhere": self.project.outside / "nothing.js",
        }
        full.symlink_to(targets[where])
        self._user_acted()

    @rule(path=suite_paths)
    def turn_into_folder(self, path: str) -> None:
        full = self.project.path(path)
        if full.is_dir() and not full.is_symlink():
            return
        full.unlink(missing_ok=True)
        self.project.write(f"{path}/inner.txt", self._mark())
        self._user_acted()

    @rule(path=suite_paths)
    def turn_back_into_nothing(self, path: str) -> None:
        full = self.project.path(path)
        if full.is_dir() and not full.is_symlink():
            shutil.rmtree(full)
            self._user_acted()

    @rule(name=st.sampled_from(["own.txt", "tests/load/lib/own.js", "tests/load/own/deep.js"]))
    def add_own_file(self, name: str) -> None:
        self.project.write(name, self._mark())
        self.own[name] = self.project.read(name)
        self._user_acted()

    @rule(name=host_files, crlf=st.booleans())
    def write_host_file(self, name: str, crlf: bool) -> None:
        content = HOST_TEXTS[name]
        if name != "package.json":
            content += self._mark() + b"\n"
        if not self.project.path(name).exists():
            content = tree.to_lf(content).replace(b"\n", b"\r\n") if crlf else content
            self.project.write(name, content)
            self._user_acted()

    @rule(name=host_files)
    def edit_host_file(self, name: str) -> None:
        if self._is_file(name) and name != "package.json":
            self.project.write(name, self._mark() + b"\n" + self.project.read(name))
            self._user_acted()

    @rule(rules=stock_rules)
    def take_stock_ignore_file(self, rules: list[bytes]) -> None:
        """Put rules of a stock ignore file above those that are there."""
        text = self.project.read(".gitignore") if self._is_file(".gitignore") else b""
        if not self.project.path(".gitignore").is_dir():
            self.project.write(".gitignore", b"".join(rule + b"\n" for rule in rules) + text)
            self._user_acted()

    @precondition(lambda self: self.project.root.name == "project")
    @rule()
    def move_into_monorepo(self) -> None:
        self.project.move_into_monorepo()

    @rule(path=suite_paths, take=st.booleans())
    def settle_offer(self, path: str, take: bool) -> None:
        """Take over a `.new` file, or delete it."""
        offer = self.project.path(path + ".new")
        if not offer.is_file():
            return
        if take and self._is_file(path):
            offer.replace(self.project.path(path))
        else:
            offer.unlink()
        self._user_acted()

    @rule(path=suite_paths)
    def edit_offer(self, path: str) -> None:
        if self._is_file(path + ".new"):
            self.project.write(path + ".new", self._mark() + self.project.read(path + ".new"))
            self._user_acted()

    @rule()
    def import_a_file_that_moves(self) -> None:
        """Write a module of the user's own, which a run changes only when asked."""
        line = b'import "../lib/old.js"; // ' + self._mark()
        self.project.write(IMPORTER, line)
        self._user_acted()

    @rule(path=yours_paths, edit=st.booleans())
    def settle_yours(self, path: str, edit: bool) -> None:
        """Edit a `.yours` file, or delete it."""
        if self._is_file(path) and edit:
            self.project.write(path, self._mark() + self.project.read(path))
        elif self._is_file(path):
            self.project.path(path).unlink()
        self._user_acted()

    @rule(path=yours_paths)
    def take_the_name_of_yours(self, path: str) -> None:
        """Put a file of the user's own where a `.yours` file would go."""
        if not self.project.path(path).exists() and self.project.path(path).parent.is_dir():
            self.project.write(path, self._mark())
            self._user_acted()

    @rule()
    def commit(self) -> None:
        self.project.commit()

    @precondition(lambda self: self.project.path(MANIFEST).exists())
    @rule(how=st.sampled_from([b"", b"{", b"<<<<<<< ours\n", b'{"default_context": {}}']))
    def break_manifest(self, how: bytes) -> None:
        self.project.write(MANIFEST, how)
        self.broken = True

    @precondition(lambda self: self.project.path(MANIFEST).exists() and not self.broken)
    @rule(indent=st.sampled_from([None, 1, 4, "\t"]), ordered=st.booleans())
    def format_manifest(self, indent: int | str | None, ordered: bool) -> None:
        """A formatter of the host lays the manifest out in its own way."""
        document = json.loads(self.project.read(MANIFEST))
        text = json.dumps(document, indent=indent, sort_keys=ordered)
        self.project.write(MANIFEST, text.encode())

    @precondition(lambda self: self._is_file(BOARD))
    @rule(indent=st.sampled_from([None, 1, 4, "\t"]))
    def format_json(self, indent: int | str | None) -> None:
        """A formatter of the host does the same to a file of the suite, as long as it is JSON."""
        with suppress(ValueError):
            text = json.dumps(json.loads(self.project.read(BOARD)), indent=indent)
            self.project.write(BOARD, text.encode())

    # --- invariants ---------------------------------------------------------------------

    @invariant()
    def outside_is_untouched(self) -> None:
        found = {path.name: path.read_text() for path in self.project.outside.iterdir()}
        assert found == {"precious.js": "// precious\n"}

    def _mark(self) -> bytes:
        self.count += 1
        return b"user-%d" % self.count

    def _is_file(self, path: str) -> bool:
        full = self.project.path(path)
        return full.is_file() and not full.is_symlink()

    def _old_import_works(self) -> bool:
        """Tell whether the user's import of a file that moves leads somewhere."""
        if not self._is_file(IMPORTER):
            return False
        for item in imports.find(self.project.read(IMPORTER).decode()):
            if imports.resolve(IMPORTER, item.specifier) == OLD:
                return self.project.path(OLD).exists()
        return True

    def _user_acted(self) -> None:
        """A run must never lose what the user has in the project now."""
        self.marks = self.project.marks()

    def _check_kept(self) -> None:
        assert self.marks <= self.project.marks()
        for name, content in self.own.items():
            assert self.project.read(name) == content

    def _check_settled(self) -> None:
        """A second run of the same template changes no byte, mode or time."""
        assert self.last is not None
        before = self.project.shapes()
        plan = self.project.generate(self.last[0], **self.last[1])
        assert [action for action in plan.actions if action.changes] == []
        assert self.project.shapes() == before
