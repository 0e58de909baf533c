"""Three-way merges with the user's git, without touching the repository or the network."""

from __future__ import annotations

import os
from typing import Protocol

from . import git


class Merger(Protocol):
    """Interface that the plan uses to merge."""

    def base(self, blob: str) -> bytes | None:
        """Return the content of a git blob, or None if it is not available."""

    def merge(self, ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
        """Return the merged text, or None if there is a conflict or no git."""

    def why_unknown(self) -> str:
        """Say why the content of a blob is not at hand."""


class Git:
    """Merges with the git command; without git every merge is a conflict.

    project: folder of the repository to look up blobs in. scratch: existing folder for temporary
    files.
    """

    def __init__(self, project: str, scratch: str) -> None:
        self._project = project
        self._scratch = scratch
        self._why: tuple[str, str] | None = None

    def base(self, blob: str) -> bytes | None:
        """Return the content of a git blob, or None if it is not available."""
        answer = git.ask(self._project, ["cat-file", "blob", blob])
        return answer.out if answer.code == 0 else None

    def merge(self, ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
        """Return the merged text, or None if there is a conflict or no git."""
        paths = []
        for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            path = os.path.join(self._scratch, f"merge-{name}")
            with open(path, "wb") as file:
                file.write(content)
            paths.append(path)
        answer = git.ask(self._project, ["merge-file", "-p", "-q", *paths])
        return answer.out if answer.code == 0 else None

    def why_unknown(self) -> str:
        """Say why the content of a blob is not at hand."""
        if self._why is None:
            self._why = self._reason()
        return self._why[0]

    def how_to_merge(self) -> str:
        """Return the command that makes blobs known; "" unless one was missing that it can get."""
        return self._why[1] if self._why else ""

    def _reason(self) -> tuple[str, str]:
        answer = git.ask(self._project, ["rev-parse", "--is-shallow-repository"])
        if answer.code == git.MISSING:
            return "git is not installed", ""
        if "dubious ownership" in answer.error:
            trust = f'git config --global --add safe.directory "{self._project}"'
            return "git does not trust this folder, which belongs to another user", trust
        if answer.code != 0:
            return "the project is in no git repository", ""
        if answer.out.strip() == b"true":
            return "the clone is shallow", "git fetch --unshallow"
        filters = ["config", "--get-regexp", r"^remote\..*\.partialclonefilter$"]
        if git.ask(self._project, filters).code == 0:
            return "the clone is partial", "git fetch --refetch --no-filter"
        return "the file as it was placed was never committed", ""
