"""Runs git in the project, without touching the repository or the network."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

# Set while a git hook runs; they would point git at another repository than the project's.
_FOREIGN_SETTINGS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")


class Answer(NamedTuple):
    """What git said. code: its exit code; MISSING when there is no git."""

    code: int
    out: bytes = b""
    error: str = ""


MISSING = 127


def ask(folder: str, arguments: Sequence[str], given: bytes = b"") -> Answer:
    """Run git in a folder and return its answer; never raises.

    given: its standard input.
    """
    import subprocess  # noqa: PLC0415 - some runs ask git nothing and need not load it

    environment = {k: v for k, v in os.environ.items() if k not in _FOREIGN_SETTINGS}
    # A partial clone would fetch a missing blob; a generation makes no network call.
    environment.update(GIT_NO_LAZY_FETCH="1", GIT_TERMINAL_PROMPT="0", LC_ALL="C")
    command = ["git", "-c", "protocol.allow=never", *arguments]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, input=given, capture_output=True, check=False
        )
    except OSError:
        return Answer(MISSING)
    return Answer(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))
