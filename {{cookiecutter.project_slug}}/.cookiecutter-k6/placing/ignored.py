"""Which files of the suite git ignores, by which rule, and how to make it keep them.

The suite's own .gitignore takes back rules that lie above it, but git does not read it when a rule
excludes a folder above it (`tests/`). Only lines in the project's .gitignore help then. Git itself
is asked, with the project's ignore files as they will be: copied into a work tree of their own, so
that a dry run gives the same answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from . import git
from .steps import Action

FILE = ".gitignore"


class Rule(NamedTuple):
    """A rule of an ignore file. where: file and line, "tests/.gitignore:3"."""

    where: str
    pattern: str


class Repository:
    """The ignore rules that hold for the project.

    root: the project. scratch: an existing folder for work files.
    """

    def __init__(self, root: str, scratch: str) -> None:
        self._root = root
        self._work = os.path.join(scratch, "ignored")

    @cached_property
    def _place(self) -> tuple[str, str]:
        """The repository, "" without git, and the project's folder in it, with a slash at the end.

        A project that is in no repository yet gets an empty one to ask.
        """
        answer = git.ask(self._root, ["rev-parse", "--absolute-git-dir", "--show-prefix"])
        os.makedirs(self._work, exist_ok=True)
        lines = os.fsdecode(answer.out).split("\n")
        if answer.code == 0 and len(lines) > 1:
            return lines[0], lines[1]
        empty = os.path.join(os.path.dirname(self._work), "empty")
        there = os.path.isfile(os.path.join(self._root, FILE))
        made = there and git.ask(self._work, ["init", "-q", empty]).code == 0
        return (os.path.join(empty, ".git"), "") if made else ("", "")

    @property
    def prefix(self) -> str:
        """The project's folder in its repository, with a slash at the end; "" at the root."""
        return self._place[1]

    def ignored(
        self, paths: Iterable[str], planned: Mapping[str, bytes], *, tracked: bool
    ) -> dict[str, Rule]:
        """Return the rule for each path that git ignores; folders above the paths are among them.

        planned: ignore files as they will be, by path. tracked: whether files that are in git's
        index count as well, although no rule affects them. Returns nothing without git.
        """
        repository, prefix = self._place
        if not repository:
            return {}
        paths = list(paths)
        folders = folders_of(paths)
        self._copy(folders, planned)
        given = b"\0".join(os.fsencode(prefix + path) for path in [*folders, *paths])
        options = ["--git-dir", repository, "--work-tree", self._work]
        command = ["check-ignore", "--stdin", "-z", "--verbose", *(["--no-index"] * tracked)]
        answer = git.ask(self._work, ["-c", "core.bare=false", *options, *command], given + b"\0")
        fields = os.fsdecode(answer.out).split("\0")
        return {
            path.removeprefix(prefix): Rule(f"{self._shown(source)}:{line}", pattern)
            for source, line, pattern, path in zip(*[iter(fields)] * 4, strict=False)
            if not pattern.startswith("!")
        }

    def _copy(self, folders: Iterable[str], planned: Mapping[str, bytes]) -> None:
        """Write the ignore files of the project, and of the folders around it, as they will be."""
        above = self.prefix.rstrip("/").split("/") if self.prefix else []
        top = self._root
        for _ in above:
            top = os.path.dirname(top)
        places = ["/".join(above[:depth]) for depth in range(len(above))]
        places += [f"{self.prefix}{folder}".rstrip("/") for folder in ("", *folders)]
        for place in places:
            folder = os.path.join(self._work, place)
            os.makedirs(folder, exist_ok=True)
            name = f"{place}/{FILE}".lstrip("/")
            inside = name.startswith(self.prefix)
            content = planned.get(name.removeprefix(self.prefix)) if inside else None
            if content is None:
                content = _read(os.path.join(top, name))
            with open(os.path.join(folder, FILE), "wb") as file:
                file.write(content)

    def _shown(self, source: str) -> str:
        """Return the name of an ignore file as seen from the project."""
        if os.path.isabs(source):
            inside = os.path.relpath(source, self._root)
            return source if inside.startswith("..") else inside.replace(os.sep, "/")
        return os.path.relpath(source, self.prefix or ".").replace(os.sep, "/")


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def folders_of(paths: Iterable[str]) -> list[str]:
    """Return every folder above the paths, outer ones first.

    >>> folders_of(["tests/load/lib/http.js"])
    ['tests', 'tests/load', 'tests/load/lib']
    """
    folders: set[str] = set()
    for path in paths:
        parts = path.split("/")[:-1]
        folders.update("/".join(parts[: depth + 1]) for depth in range(len(parts)))
    return sorted(folders)


def kept_by(ignored: Iterable[str], paths: Sequence[str]) -> str:
    """Return lines for the project's .gitignore that make git keep the suite, and nothing else.

    ignored: files of the suite, and folders above them, that are ignored without these lines.
    paths: all files of the suite.

    >>> print(kept_by(["tests", "tests/load", "tests/load/a.js"], ["tests/load/a.js"]), end="")
    # Rules of yours would keep the load-test suite out of git:
    !/tests/
    /tests/*
    !/tests/load/
    """
    hit = set(ignored)
    folders = [folder for folder in folders_of(paths) if not folder.startswith("tests/load/")]
    lines: dict[str, None] = {}
    for folder in folders:
        if folder not in hit:
            continue
        lines[f"!/{folder}/"] = None
        if folder == "tests/load":
            continue  # the suite's own .gitignore is read from here on
        lines[f"/{folder}/*"] = None
        for inner in folders:
            if os.path.dirname(inner) == folder:
                lines[f"!/{inner}/"] = None
    for path in paths:
        if path in hit and not path.startswith("tests/load/"):
            lines[f"!/{path}"] = None
    if not lines:
        return ""
    about = "# Rules of yours would keep the load-test suite out of git:"
    return "".join(f"{line}\n" for line in (about, *lines))


def named(rules: Mapping[str, Rule], paths: Sequence[str]) -> list[Action]:
    """Return a line of the report for each file, or whole folder, that git ignores."""
    files = set(paths)
    outer = [
        path
        for path in rules
        if path not in files and not any(path.startswith(f"{other}/") for other in rules)
    ]
    lines = [
        Action("ignored", path, note=_by(rule))
        for path, rule in sorted(rules.items())
        if path in files and not any(path.startswith(f"{folder}/") for folder in outer)
    ]
    for folder in sorted(outer):
        count = sum(path in rules and path.startswith(f"{folder}/") for path in files)
        if count:
            note = f"{count} files of the suite, {_by(rules[folder])}"
            lines.append(Action("ignored", f"{folder}/", note=note))
    return lines


def _by(rule: Rule) -> str:
    return f"{rule.where}: {rule.pattern}"
