"""Runs linters and reads trees."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import toolchain

from tests.layout import REPOSITORY

# Folders that hold other people's files or rubbish.
FOREIGN = frozenset(
    ".cache .git .hypothesis .mypy_cache .pytest_cache .ruff_cache .venv __pycache__ node_modules"
    " venv".split()
)
BINARY = frozenset(".gif .ico .jpg .png .pyc .woff2 .zip".split())


def lint(command: Sequence[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a linter and fail with all it said unless it is content.

    The linters find each other and the locked packages: PATH and NODE_PATH hold the pinned tools.
    """
    done = run(command, cwd)
    shown = " ".join(str(part) for part in command)
    assert done.returncode == 0, f"{shown}\n{done.stdout}{done.stderr}"
    return done


def run(command: Sequence[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a linter, whatever it thinks."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def assert_none(complaints: Iterable[str]) -> None:
    """Fail with every complaint on a line of its own."""
    found = list(complaints)
    assert not found, f"{len(found)} complaint(s):\n" + "\n".join(found)


def environment() -> dict[str, str]:
    """Return an environment in which the locked packages come first."""
    folders = {name: toolchain.find(name, os.environ) for name in ("dev", "node")}
    complete = {name: folder for name, folder in folders.items() if folder}
    result = toolchain.run_environment(complete, os.environ)
    if "node" in complete:
        result["NODE_PATH"] = str(complete["node"] / "node_modules")
    return {**result, "NO_COLOR": "1"}


def link_node_modules(folder: Path) -> None:
    """Let files in `folder` and below import the locked Node packages."""
    packages = toolchain.find("node", os.environ)
    assert packages, "the Node packages are not installed: run `make tools`"
    (folder / "node_modules").symlink_to(packages / "node_modules", target_is_directory=True)


def tracked_files() -> list[Path]:
    """Return this repository's own files: what git would track, or all of an unpacked archive."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return list(files_below(REPOSITORY))
    paths = (REPOSITORY / name for name in done.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files of a tree, without other people's."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not FOREIGN & set(path.relative_to(folder).parts):
            yield path


def text_files(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Yield every text file with its content. Raises UnicodeDecodeError when one is not UTF-8."""
    for path in paths:
        if path.suffix not in BINARY:
            yield path, path.read_bytes().decode("utf-8")


def shell_scripts(paths: Iterable[Path]) -> list[Path]:
    """Return the shell scripts among `paths`, by suffix or by first line."""
    return [path for path in paths if path.suffix in {".sh", ".bash"} or has_shell_line(path)]


def has_shell_line(path: Path) -> bool:
    """Tell whether a file without suffix starts with `#!` and a shell."""
    if path.suffix:
        return False
    first = path.read_bytes().split(b"\n", 1)[0]
    return first.startswith(b"#!") and first.split(b"/")[-1].split()[-1] in {b"sh", b"bash"}
