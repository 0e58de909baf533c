"""Runs cookiecutter, cruft and git as commands. To generate in this process, use `bake`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from tests.support.layout import REPOSITORY

Bake = Callable[..., Path]
MANIFEST = "tests/load/.cookiecutter-k6"
# The only files that a new project may execute.
PROGRAMS = {
    "scripts/load-test.sh",
    "tests/load/ci/ci.sh",
    "tests/load/ci/monorepo.sh",
    "tests/load/ci/comment.sh",
    "tests/load/ci/history.sh",
    "tests/load/kubernetes/operator.sh",
}
UPDATE = ("--no-input", "-f", "--config-file", MANIFEST)
# Of projects whose manifest has the name of earlier versions
OLD_UPDATE = (*UPDATE[:-1], f"{MANIFEST}.json")


class Result(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The error messages."""
        return [line for line in self.err.split("\n") if line.startswith("ERROR: ")]


def run(command: Iterable[str | Path], cwd: Path, **variables: str) -> Result:
    """Run a command in a folder, with further environment variables."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        timeout=100,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def cookie(cwd: Path, *arguments: str, template: Path | str = REPOSITORY, **env: str) -> Result:
    """Run the cookiecutter command."""
    return run([sys.executable, "-m", "cookiecutter", str(template), *arguments], cwd, **env)


def cruft(cwd: Path, *arguments: str) -> Result:
    """Run the cruft command."""
    return run([sys.executable, "-m", "cruft", *arguments], cwd)


def git(cwd: Path, *arguments: str) -> str:
    """Run git and return its output; raise if it fails."""
    result = run(["git", *arguments], cwd)
    assert result.code == 0, result.err
    return result.out


def commit_all(folder: Path, message: str = "work") -> None:
    """Commit everything below a folder; create the repository if necessary."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)


def tree(folder: Path) -> dict[str, tuple[str, bytes, int, int]]:
    """Return everything below a folder except .git: kind, content, mode and time by path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name == ".git" or name.startswith(".git/"):
            continue
        status = path.lstat()
        if path.is_symlink():
            found[name] = ("link", os.fsencode(path.readlink()), 0, 0)
        elif path.is_dir():
            found[name] = ("folder", b"", status.st_mode & 0o777, 0)
        else:
            content = path.read_bytes()
            found[name] = ("file", content, status.st_mode & 0o777, status.st_mtime_ns)
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder except .git."""
    return {name: shape[1] for name, shape in tree(folder).items() if shape[0] == "file"}


def names(folder: Path) -> set[str]:
    """Return the path of every file and every empty folder below a folder."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() or not list(path.iterdir())
    }
