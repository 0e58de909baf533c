"""Lists this repository's own files."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from toolchain import REPOSITORY

# Folders with third-party or temporary files.
FOREIGN = frozenset(
    ".cache .git .hypothesis .mypy_cache .pytest_cache .ruff_cache .venv __pycache__ node_modules"
    " venv".split()
)


def tracked_files() -> list[Path]:
    """Return this repository's own files: what git would track, or all of an unpacked archive."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return list(files_below(REPOSITORY))
    paths = (REPOSITORY / name for name in done.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files of a tree, except those in FOREIGN folders."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not FOREIGN & set(path.relative_to(folder).parts):
            yield path


def shell_scripts(paths: Iterable[Path]) -> list[Path]:
    """Return the shell scripts among `paths`, by suffix or by first line."""
    return [path for path in paths if path.suffix in {".sh", ".bash"} or has_shell_line(path)]


def has_shell_line(path: Path) -> bool:
    """Tell whether a file without suffix starts with `#!` and a shell."""
    if path.suffix:
        return False
    first = path.read_bytes().split(b"\n", 1)[0]
    return first.startswith(b"#!") and first.split(b"/")[-1].split()[-1] in {b"sh", b"bash"}
