"""Reads files: the staged template, and the current state of the project."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import NamedTuple

from .imports import SOURCES


class NewFile(NamedTuple):
    """A file of the suite in this generation."""

    content: bytes
    executable: bool


class Found(NamedTuple):
    """What is at a path of the project.

    kind: "absent", "file", "link", "folder", "other" (a device, pipe or unreadable file) or
    "blocked" (a parent is a file, or a link that leads out of the project).
    """

    kind: str
    content: bytes = b""
    executable: bool = False
    mode: int = 0
    why: str = ""


ABSENT = Found("absent")


def to_lf(content: bytes) -> bytes:
    """Return text with LF line endings; content with a NUL byte is binary and left unchanged."""
    return content if b"\0" in content else content.replace(b"\r\n", b"\n")


def uses_crlf(content: bytes) -> bool:
    """Tell whether every line of a text ends in CRLF."""
    lines = content.count(b"\n")
    return lines > 0 and b"\0" not in content and content.count(b"\r\n") == lines


def with_line_endings_of(content: bytes, model: bytes) -> bytes:
    """Return LF content with the line endings of the model."""
    return content.replace(b"\n", b"\r\n") if uses_crlf(model) else content


def blob_id(content: bytes) -> str:
    r"""Return the git blob id of a content; CRLF line endings count as LF.

    >>> blob_id(b"hello\r\n")
    'ce013625030ba8dba906f756967f9e9ca394464a'
    """
    content = to_lf(content)
    head = b"blob %d\0" % len(content)
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def runs(content: bytes) -> bool:
    """Tell whether a file is a program, by its text: archives and Windows lose the mode bits."""
    return content.startswith(b"#!")


def read_tree(folder: str) -> dict[str, bytes]:
    """Read all files below a folder: path with slashes -> content."""
    files: dict[str, bytes] = {}
    for parent, _folders, names in os.walk(folder):
        inside = os.path.relpath(parent, folder).replace(os.sep, "/")
        start = "" if inside == "." else f"{inside}/"
        for name in names:
            with open(os.path.join(parent, name), "rb") as file:
                files[start + name] = file.read()
    return files


def modules(root: str, folder: str = "tests/load") -> list[str]:
    """Return the paths of the JavaScript and TypeScript files below a folder of the project.

    Does not follow links; skips installed packages and results.
    """
    found = []
    for parent, folders, names in os.walk(os.path.join(root, *folder.split("/"))):
        folders[:] = [name for name in folders if name not in {"node_modules", "results"}]
        for name in names:
            full = os.path.join(parent, name)
            if name.endswith(SOURCES) and not os.path.islink(full):
                found.append(os.path.relpath(full, root).replace(os.sep, "/"))
    return sorted(found)


def look(root: str, path: str) -> Found:
    """Look at one path of the project without following a link at its end.

    root: absolute path without links. path: relative, with slashes.
    """
    blocked = parent_problem(root, path)
    if blocked:
        return Found("blocked", why=blocked)
    full = os.path.join(root, *path.split("/"))
    try:
        status = os.lstat(full)
    except OSError:
        return ABSENT
    if stat.S_ISLNK(status.st_mode):
        return Found("link")
    if stat.S_ISDIR(status.st_mode):
        return Found("folder")
    if not stat.S_ISREG(status.st_mode):
        return Found("other")
    try:
        with open(full, "rb") as file:
            content = file.read()
    except OSError:
        return Found("other")
    mode = stat.S_IMODE(status.st_mode)
    return Found("file", content, bool(mode & stat.S_IXUSR), mode)


def parent_problem(root: str, path: str) -> str:
    """Return why a parent folder makes it impossible to place a file at a path, else ""."""
    current = root
    for part in path.split("/")[:-1]:
        current = os.path.join(current, part)
        try:
            mode = os.lstat(current).st_mode
        except OSError:
            return ""  # it does not exist, so neither does anything below it
        shown = current[len(root) :].lstrip(os.sep).replace(os.sep, "/")
        if stat.S_ISLNK(mode):
            target = os.path.realpath(current)
            if os.path.commonpath([root, target]) != root:
                return f"{shown} is a link out of the project"
            if not os.path.isdir(target):
                return f"{shown} is a broken link"
        elif not stat.S_ISDIR(mode):
            return f"{shown} is not a folder"
    return ""
