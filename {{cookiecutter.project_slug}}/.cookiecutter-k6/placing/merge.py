"""Three-way merges with the user's git, without touching the repository or the network."""

from __future__ import annotations

import os
from typing import Protocol

from . import git


class Merger(Protocol):
    """What the plan needs to merge."""

    def base(self, blob: str) -> bytes | None:
        """Return the content of a git blob, or None when it is not at hand."""

    def merge(self, ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
        """Return the merged text, or None when there is a conflict or no git."""


class Git:
    """Merges with the git command; without one every merge is a conflict.

    project: folder whose repository may know a blob. scratch: existing folder for work files.
    """

    def __init__(self, project: str, scratch: str) -> None:
        self._project = project
        self._scratch = scratch

    def base(self, blob: str) -> bytes | None:
        """Return the content of a git blob, or None when it is not at hand."""
        answer = git.ask(self._project, ["cat-file", "blob", blob])
        return answer.out if answer.code == 0 else None

    def merge(self, ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
        """Return the merged text, or None when there is a conflict or no git."""
        paths = []
        for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            path = os.path.join(self._scratch, f"merge-{name}")
            with open(path, "wb") as file:
                file.write(content)
            paths.append(path)
        answer = git.ask(self._project, ["merge-file", "-p", "-q", *paths])
        return answer.out if answer.code == 0 else None
