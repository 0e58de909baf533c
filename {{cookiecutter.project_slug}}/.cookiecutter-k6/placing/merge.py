"""Three-way merges with the user's git, without touching the repository or the network."""

from __future__ import annotations

import os
from typing import Protocol

# Set while a git hook runs; they would point git at a repository other than the project's.
_FOREIGN_SETTINGS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")


class Merger(Protocol):
    """Interface that the plan uses to merge."""

    def base(self, blob: str) -> bytes | None:
        """Return the content of a git blob, or None if it is not available."""

    def merge(self, ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
        """Return the merged text, or None if there is a conflict or no git."""


class Git:
    """Merges with the git command; without git every merge is a conflict.

    project: folder of the repository to look up blobs in. scratch: existing folder for temporary
    files.
    """

    def __init__(self, project: str, scratch: str) -> None:
        self._project = project
        self._scratch = scratch

    def base(self, blob: str) -> bytes | None:
        """Return the content of a git blob, or None if it is not available."""
        code, output = self._git(["cat-file", "blob", blob])
        return output if code == 0 else None

    def merge(self, ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
        """Return the merged text, or None if there is a conflict or no git."""
        paths = []
        for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            path = os.path.join(self._scratch, f"merge-{name}")
            with open(path, "wb") as file:
                file.write(content)
            paths.append(path)
        code, output = self._git(["merge-file", "-p", "-q", *paths])
        return output if code == 0 else None

    def _git(self, arguments: list[str]) -> tuple[int, bytes]:
        import subprocess  # noqa: PLC0415 - most runs merge nothing and need not load it

        environment = {k: v for k, v in os.environ.items() if k not in _FOREIGN_SETTINGS}
        # A partial clone would fetch a missing blob, but a generation must not use the network.
        environment.update(GIT_NO_LAZY_FETCH="1", GIT_TERMINAL_PROMPT="0", LC_ALL="C")
        command = ["git", "-c", "protocol.allow=never", *arguments]
        try:
            done = subprocess.run(
                command,
                cwd=self._project,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=False,
            )
        except OSError:
            return 1, b""
        return done.returncode, done.stdout
