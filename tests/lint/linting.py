"""Runs linters, and reads text files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import toolchain

BINARY = frozenset(".gif .ico .jpg .png .pyc .woff2 .zip".split())


def lint(command: Sequence[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a linter and fail with all it said unless it is content.

    The linters find each other and the locked packages: PATH and NODE_PATH hold the pinned tools.
    """
    done = run(command, cwd)
    shown = " ".join(str(part) for part in command[:4])
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
    return {**toolchain.run_environment(complete, os.environ), "NO_COLOR": "1"}


def link_node_modules(folder: Path) -> None:
    """Let files in `folder` and below import the locked Node packages."""
    packages = toolchain.find("node", os.environ)
    assert packages, "the Node packages are not installed: run `make tools`"
    (folder / "node_modules").symlink_to(packages / "node_modules", target_is_directory=True)


def text_files(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Yield every text file with its content. Raises UnicodeDecodeError when one is not UTF-8."""
    for path in paths:
        if path.suffix not in BINARY:
            yield path, path.read_bytes().decode("utf-8")
