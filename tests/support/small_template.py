"""A small template in several versions, and a project to place it into repeatedly.

Everything below the hooks is the real thing; only the template is small and git's object store is
a dictionary, so that thousands of sequences can be tried.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from placing import git, ignored, manifest, run, tree
from placing.act import Disk, Workplace, carry_out
from placing.merge import Git
from placing.request import Request
from placing.steps import Action, Plan

ANSWERS: dict[str, Any] = {
    "project_name": "My Service",
    "project_slug": ".",
    "backend_port": 8000,
    "backend_api_prefix": "/api/v1",
    "auth": "none",
    "profile_set": "core",
    "websocket": "none",
    "include_claude_md": False,
}
MARK = re.compile(rb"user-\d+")
MANIFEST = manifest.PATH
SCRATCH = ".cookiecutter-k6"

FEATURES = {
    "auth": {"on": {"auth": ["login", "api-key"]}, "files": ["tests/load/lib/auth.js"]},
    "claude_md": {"on": {"include_claude_md": [True]}},
}
RENAMES = [
    ["tests/load/lib/old.js", "tests/load/lib/mid.js"],
    ["tests/load/lib/mid.js", "tests/load/lib/final.js"],
]
ADDITIONS = [
    {"file": ".gitignore", "kind": "block", "comment": ["# ", ""], "text": "ignore.txt"},
    {
        "file": "CLAUDE.md",
        "kind": "block",
        "comment": ["<!-- ", " -->"],
        "text": "claude.md",
        "feature": "claude_md",
    },
    {"file": "package.json", "kind": "scripts", "scripts": {"load-test": "bash scripts/run.sh"}},
]
# path -> for each version, the number of the text it has there; None is no file.
HISTORY: dict[str, tuple[int | None, ...]] = {
    "scripts/run.sh": (0, 0, 1, 1),
    "tests/load/lib/a.js": (0, 1, 2, 3),
    "tests/load/lib/auth.js": (0, 1, 1, 2),
    "tests/load/lib/steady.js": (0, 0, 0, 0),
    "tests/load/lib/old.js": (0, None, None, None),
    "tests/load/lib/mid.js": (None, 1, 1, None),
    "tests/load/lib/final.js": (None, None, None, 2),
    "tests/load/lib/dropped.js": (0, 0, None, None),
    "tests/load/lib/late.js": (None, None, 0, 0),
    "tests/load/lib/back.js": (0, None, None, 1),
    "tests/load/lib/tool": (0, 0, 0, 1),  # becomes a program in the last version
    "tests/load/lib/board.json": (0, 1, None, 2),
}
VERSIONS = len(HISTORY["scripts/run.sh"])
SUITE_PATHS = (*HISTORY, "tests/load/suite.env")


def text_of(path: str, number: int) -> bytes:
    """Return a template text of 12 lines; each number changes one line in the middle."""
    moved = any(path in row for row in RENAMES)
    title = "moved" if moved else path  # so that edits of a file that moves can merge
    lines = [f"// {title} line {line}" for line in range(12)]
    lines[2 + number * 3] += f" (text {number})"
    if path.endswith(".json"):
        return (json.dumps({"lines": lines}, indent=2) + "\n").encode()
    if path.endswith(".sh") or (path.endswith("tool") and number == 1):
        lines.insert(0, "#!/bin/sh")
    return ("\n".join(lines) + "\n").encode()


def template_files(version: int) -> dict[str, bytes]:
    """Return the staged files of one version of the template."""
    files = {
        path: text_of(path, number)
        for path, texts in HISTORY.items()
        if (number := texts[version]) is not None
    }
    env = "# settings\nPROJECT_NAME=x\n\n# port\nBACKEND_PORT=1\n\n# auth\nAUTH_MODE=none\n"
    files["tests/load/suite.env"] = (env + f"\n# limits\nLIMIT={version}\n").encode()
    files[run.VERSION_FILE] = f"1.{version}.0\n".encode()
    return files


class Killed(BaseException):
    """The process died here."""


class Unfinished(Exception):
    """Some steps could not be done."""


class DyingDisk(Disk):
    """A disk that dies at the n-th change; an interrupted write leaves half of the file."""

    def __init__(self, dies_at: int) -> None:
        self.left = dies_at

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def write(self, path: str, content: bytes, mode: int | None, executable: bool) -> None:
        if self.left <= 0:
            super().write(path, content[: len(content) // 2], mode, executable)
        self._count()
        super().write(path, content, mode, executable)

    def make_folder(self, path: str) -> None:
        self._count()
        super().make_folder(path)

    def replace(self, source: str, target: str) -> None:
        self._count()
        super().replace(source, target)

    def remove(self, path: str) -> None:
        self._count()
        super().remove(path)

    def remove_folder(self, path: str) -> None:
        self._count()
        super().remove_folder(path)

    def set_mode(self, path: str, mode: int) -> None:
        self._count()
        super().set_mode(path, mode)


class StoreMerger(Git):
    """Merges with git, but looks blobs up in a dictionary instead of a repository."""

    def __init__(self, scratch: str, store: dict[str, bytes]) -> None:
        super().__init__(scratch, scratch)
        self._store = store

    def base(self, blob: str) -> bytes | None:
        return self._store.get(blob)


class Shape(NamedTuple):
    """One path of a project on disk; `shapes` compares without times."""

    kind: str
    content: bytes
    executable: bool
    time: int


class Project:
    """A project folder, and a folder `outside` next to it that nothing may touch."""

    def __init__(self, home: Path, store: dict[str, bytes] | None = None) -> None:
        self.home = home
        self.root = home / "project"
        self.outside = home / "outside"
        self.store: dict[str, bytes] = {} if store is None else store

    @classmethod
    def create(cls, tables: Path) -> Project:
        """Make an empty project in a new temporary folder."""
        project = cls(Path(tempfile.mkdtemp(prefix="placing-")))
        project.root.mkdir()
        project.outside.mkdir()
        (project.outside / "precious.js").write_text("// precious\n")
        project.tables = tables
        return project

    tables: Path
    tracked = False
    log: list[str] | None = None  # what generations planned and left; copies share it
    template: Callable[[int], dict[str, bytes]] = staticmethod(template_files)

    def close(self) -> None:
        """Remove the temporary folder."""
        shutil.rmtree(self.home)

    def copy(self) -> Project:
        """Return an independent copy that shares the object store."""
        home = Path(tempfile.mkdtemp(prefix="placing-"))
        shutil.copytree(self.home, home, symlinks=True, dirs_exist_ok=True)
        twin = Project(home, self.store)
        twin.tables, twin.template, twin.log = self.tables, self.template, self.log
        twin.root, twin.tracked = home / self.root.relative_to(self.home), self.tracked
        return twin

    def track(self) -> None:
        """Make the project a git repository, which runs ask what is ignored."""
        assert git.ask(str(self.root), ["init", "-q", "--template="]).code == 0
        self.tracked = True

    def move_into_monorepo(self) -> None:
        """Make the project a subfolder of the repository that it was."""
        top = self.home / "mono"
        target = top / "services" / "api"
        target.parent.mkdir(parents=True)
        self.root.rename(target)
        if self.tracked:
            (target / ".git").rename(top / ".git")
        self.root = target

    def hidden(self) -> set[str]:
        """Return the placed files that git ignores; none without git."""
        if not self.tracked:
            return set()
        placed = [path for path in self.manifest().files if self.path(path).is_file()]
        given = b"\0".join(os.fsencode(path) for path in placed)
        command = ["check-ignore", "--stdin", "-z", "--no-index"]
        answer = git.ask(str(self.root), command, given + b"\0")
        return set(os.fsdecode(answer.out).split("\0")) - {""}

    # --- the template -----------------------------------------------------------------------

    def plan(
        self,
        version: int,
        answers: dict[str, Any],
        *,
        rewrite: bool = False,
        take_over: bool = False,
    ) -> Plan:
        """Return the plan of a generation; the scratch folder must be there."""
        root = os.path.realpath(self.root)
        request = Request({**ANSWERS, **answers}, "my-service", "gh:some/where")
        template = run.Template(self.template(version), str(self.tables))
        found_at = lru_cache(maxsize=None)(partial(tree.look, root))
        merger = StoreMerger(os.path.join(root, SCRATCH), self.store)
        sources = partial(tree.modules, root)
        scratch = os.path.join(root, SCRATCH)
        plan, _before = run.make_plan(
            template,
            request,
            found_at,
            merger,
            sources,
            rewrite=rewrite,
            take_over=take_over,
            repository=ignored.Repository(root, scratch) if self.tracked else None,
        )
        return plan

    def generate(
        self,
        version: int,
        disk: Disk | None = None,
        *,
        rewrite: bool = False,
        take_over: bool = False,
        **answers: Any,
    ) -> Plan:
        """Place a version of the template; return what was planned.

        rewrite: also correct imports of moved files in the user's own lines. take_over: also
        replace files of the user that are in the suite's places.

        Raises Killed when the disk says so; the scratch folder is gone afterwards in any case, as
        the next run would see to.
        """
        root = os.path.realpath(self.root)
        scratch = os.path.join(root, SCRATCH)
        os.mkdir(scratch)
        try:
            plan = self.plan(version, answers, rewrite=rewrite, take_over=take_over)
            problems = carry_out(Workplace(root, scratch, disk or Disk()), plan)
            self._note(plan)
        finally:
            shutil.rmtree(scratch)
        if problems:
            raise Unfinished(problems)
        return plan

    def _note(self, plan: Plan) -> None:
        """Add to the log what a generation planned, and every file that it left."""
        if self.log is None:
            return
        for step in plan.actions:
            given = step._asdict() | {
                "content": _short(step.content),
                "expected": step.expected.kind,
                "mode": None if step.mode is None else f"{step.mode & 0o100:o}",  # no umask
            }
            given = {k: v for k, v in given.items() if v != Action._field_defaults.get(k)}
            self.log.append(json.dumps([given.pop("verb"), given.pop("path"), *given.items()]))
        after = manifest.dumps(plan.after).decode().splitlines()
        during = manifest.dumps(plan.during).decode().splitlines()  # completes a run that died
        self.log += [f"during {line.strip()}" for line in during if line not in after]
        for path, (kind, content, executable) in self.timeless().items():
            if path == MANIFEST:
                self.log += [line.strip() for line in content.decode().splitlines()]
            elif not path.startswith(f"{SCRATCH}/"):
                text = _short(content) if kind == "file" else ""
                self.log.append(json.dumps([path, kind, text, *["runs"] * executable]))

    def kill(self, version: int, dies_at: int, **answers: Any) -> bool:
        """Place a version, but die at the n-th change; return whether it got that far."""
        try:
            self.generate(version, DyingDisk(dies_at), **answers)
        except Killed:
            return True
        return False

    # --- files on disk ----------------------------------------------------------------------

    def path(self, path: str) -> Path:
        """Return the absolute path of a file of the project."""
        return self.root / path

    def read(self, path: str) -> bytes:
        """Return a file's content."""
        return self.path(path).read_bytes()

    def write(self, path: str, content: bytes) -> None:
        """Write a file, as an editor does."""
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).write_bytes(content)

    def files(self) -> Iterator[str]:
        """Iterate over all paths that are not folders, sorted."""
        for path in sorted(self.root.rglob("*")):
            if (path.is_symlink() or not path.is_dir()) and path.parts[
                len(self.root.parts)
            ] != ".git":
                yield path.relative_to(self.root).as_posix()

    def shapes(self) -> dict[str, Shape]:
        """Return everything in the project, with times."""
        return {path: self.shape(path) for path in self.files()}

    def shape(self, path: str) -> Shape:
        """Return one path."""
        full = self.path(path)
        status = full.lstat()
        if full.is_symlink():
            return Shape("link", os.fsencode(full.readlink()), False, status.st_mtime_ns)
        executable = bool(status.st_mode & 0o100)
        return Shape("file", full.read_bytes(), executable, status.st_mtime_ns)

    def timeless(self) -> dict[str, tuple[str, bytes, bool]]:
        """Return everything in the project, without times."""
        return {path: shape[:3] for path, shape in self.shapes().items()}

    def marks(self) -> set[bytes]:
        """Return every mark of the user found in the project."""
        found: set[bytes] = set()
        for path in self.files():
            if path != MANIFEST:
                found.update(MARK.findall(self.shape(path).content))
        return found

    def manifest(self) -> manifest.Manifest:
        """Return the manifest."""
        return manifest.loads(self.read(MANIFEST))

    def commit(self) -> None:
        """Remember every file, as `git commit` does."""
        for path in self.files():
            content = self.shape(path).content
            self.store[tree.blob_id(content)] = tree.to_lf(content)


def _short(content: bytes | None) -> str | None:
    """Return a hash in place of a content."""
    return None if content is None else tree.blob_id(content)[:10]


def write_tables(folder: Path, renames: Any = RENAMES) -> Path:
    """Write the JSON tables of the small template."""
    for name, table in (("features", FEATURES), ("renames", renames), ("additions", ADDITIONS)):
        (folder / f"{name}.json").write_text(json.dumps(table))
    texts = folder / "additions"
    texts.mkdir()
    (texts / "ignore.txt").write_text("/results/\n")
    (texts / "claude.md").write_text("## Load tests\n\nRun them.\n")
    return folder
