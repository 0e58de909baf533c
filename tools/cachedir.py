"""The cache of installed tools, with all-or-nothing installations.

Each tool has its own folder below a cache root. The name of the folder contains the version (or the
hash of the lock file). A marker is written last: a folder without it was left by an interrupted run
and is built again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

CACHE_VARIABLE = "COOKIECUTTER_K6_CACHE"
CACHE_NAME = "cookiecutter-k6"
MARKER = ".complete"
LOCK_TIMEOUT = 1800  # seconds; another run may be compiling k6 on a slow machine
WINDOWS = os.name == "nt"


class CacheError(Exception):
    """The cache cannot be used; the message is for the user."""


def cache_roots(repository: Path, environ: Mapping[str, str]) -> list[Path]:
    """Return the possible cache folders, the preferred one first.

    `$COOKIECUTTER_K6_CACHE`, else `$XDG_CACHE_HOME/cookiecutter-k6`, else
    `$HOME/.cache/cookiecutter-k6`; then `.cache/` in the repository, if HOME is missing or
    read-only.
    """
    fallback = repository / ".cache" / CACHE_NAME
    if environ.get(CACHE_VARIABLE):
        return [Path(environ[CACHE_VARIABLE]).expanduser().resolve(), fallback]
    home = environ.get("HOME") or environ.get("USERPROFILE")
    for base in (environ.get("XDG_CACHE_HOME"), home and os.path.join(home, ".cache")):
        # The XDG specification says to ignore a relative path.
        if base and os.path.isabs(base):
            return [Path(base) / CACHE_NAME, fallback]
    return [fallback]


def writable_root(roots: Sequence[Path]) -> Path:
    """Return the first of `roots` in which a file can be created.

    Raises CacheError when there is none.
    """
    for root in roots:
        probe = root / f".probe-{os.getpid()}"
        try:
            root.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError:
            continue
        return root
    tried = ", ".join(str(root) for root in roots)
    raise CacheError(
        f"no cache folder for tools is writable (tried {tried}): "
        f"set {CACHE_VARIABLE} to a writable folder"
    )


def find_complete(folder_name: str, roots: Sequence[Path]) -> Path | None:
    """Return the folder of a complete installation, or None. Never writes."""
    for root in roots:
        if (root / folder_name / MARKER).is_file():
            return root / folder_name
    return None


def fill_once(folder: Path, fill: Callable[[Path], None], waiting: Callable[[], None]) -> None:
    """Call `fill` on an empty `folder`, unless it is already complete.

    A concurrent run calls `waiting`, waits for the first one and then uses its result. The folder
    is filled in place, because a virtual environment contains its own path.

    Raises whatever `fill` raises, after removing the half-filled folder.
    """
    with exclusive(folder.with_name(f"{folder.name}.lock"), waiting):
        if (folder / MARKER).is_file():
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            fill(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        mark_complete(folder)


def mark_complete(folder: Path) -> None:
    """Mark an installation as complete, atomically."""
    draft = folder / f"{MARKER}.tmp"
    draft.write_text("This folder is complete.\n", encoding="utf-8")
    draft.replace(folder / MARKER)


@contextlib.contextmanager
def exclusive(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file `path`. The system releases it even if this process is killed.

    Raises CacheError after LOCK_TIMEOUT seconds.
    """
    deadline = time.monotonic() + LOCK_TIMEOUT
    told = False
    with path.open("a+") as handle:
        while not try_lock(handle.fileno()):
            if not told:
                waiting()
                told = True
            if time.monotonic() > deadline:
                raise CacheError(f"{path} is still locked after {LOCK_TIMEOUT} s: is a run stuck?")
            time.sleep(0.2)
        yield


if WINDOWS:
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Lock an open file without waiting; tell whether that worked."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock an open file without waiting; tell whether that worked."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
