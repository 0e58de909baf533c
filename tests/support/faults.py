"""Faults from outside that tests can repeat: full disks, limits of a process, clocks that are set.

Signals are those of `wrapper_project.Running`.
"""

from __future__ import annotations

import errno
import itertools
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from placing.act import Disk

# What a folder takes, as on most file systems
FOLDER = 4096

# For bash, after clock.sh: `pass SECONDS` lets time pass in a moment, `set_by SECONDS` sets the
# clock. $file takes the place of /proc/uptime; /nowhere is a system without it.
CLOCK = """
clock_file=$file uptime=1000
# Without its special meaning: a busy machine lets seconds pass between two commands.
unset SECONDS
SECONDS=0
set_by() { SECONDS=$((SECONDS + $1)); }
pass() {
  set_by "$1"
  uptime=$((uptime + $1))
  [ "$file" = /nowhere ] || echo "$uptime.5 1" >"$file"
}
pass 0
"""


class FullDisk(Disk):
    """A disk with room for so many bytes; what does not fit is cut off, as on a real one."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken: list[int] = []

    def _take(self, size: int, path: str) -> None:
        self.taken.append(size)
        self.room -= size
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    def write(self, path: str, content: bytes, mode: int | None, executable: bool) -> None:
        super().write(path, content[: max(self.room, 0)], mode, executable)
        self._take(len(content), path)

    def make_folder(self, path: str) -> None:
        self._take(FOLDER, path)
        super().make_folder(path)

    def sizes(self) -> list[int]:
        """Return the sizes that are too small in different ways: before, in and after each step."""
        ends = list(itertools.accumulate(self.taken))
        starts = [0, *ends[:-1]]
        pairs = zip(starts, ends, strict=True)
        return sorted(
            {room for start, end in pairs for room in (start, (start + end) // 2, end - 1)}
        )


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a small file system; the test is skipped where that is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk; test_crash.py has a simulated one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path, spare: int = 0) -> Path:
    """Fill a disk until `spare` bytes are left; return the file that takes the room."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        status = os.statvfs(disk)
        free = status.f_bavail * status.f_frsize
        # tmpfs counts its pages: only what is written takes room.
        file.write(b"\0" * max(free - spare, 0))
    return ballast


def limited(limits: str, command: Sequence[str | Path]) -> list[str]:
    """Return a command that runs with limits of ulimit, such as `limited("-n 64", [...])`."""
    return ["bash", "-c", f'ulimit {limits}; exec "$@"', "bash", *map(str, command)]
