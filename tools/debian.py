"""Unpacks programs of Debian packages into a folder, without root, installing or starting them.

Installing a server package would start the server as a system service. Here the packages and their
missing dependencies are only downloaded and unpacked; a small script for each command sets its
library path. Works wherever `apt-get` does.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

Run = Callable[[Sequence[str]], str]
"""Runs a command and returns its output; raises if it fails."""

COMMAND_FOLDERS = ("usr/bin", "usr/sbin", "bin", "sbin", "usr/lib/*/*/bin")
LIBRARY_FOLDERS = ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*", "usr/lib", "lib")

STARTER = """\
#!/bin/sh
LD_LIBRARY_PATH={libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}} exec {program} "$@"
"""


def unpack(packages: Sequence[str], commands: Sequence[str], folder: Path, run: Run) -> None:
    """Unpack `packages` below `folder`, with a start script for each command in `folder/bin`.

    A package may be a pattern, such as `postgresql-[0-9]+`: the newest match is used. Raises what
    `run` raises, LookupError for an unknown package, FileNotFoundError for an unknown command.
    """
    downloads = folder / "downloads"
    apt = apt_command(downloads)
    run([*apt, "update"])
    names = [newest(package, run([*apt_cache(apt), "pkgnames"])) for package in packages]
    flags = ["--yes", "--download-only", "--reinstall", "--no-install-recommends"]
    run([*apt, "install", *flags, *names])
    root = folder / "root"
    for archive in sorted(downloads.glob("archives/*.deb")):
        run(["dpkg", "-x", str(archive), str(root)])
    shutil.rmtree(downloads)
    relink(root)
    (folder / "bin").mkdir()
    for command in commands:
        write_starter(folder / "bin" / command, program(root, command), libraries(root))


def apt_command(downloads: Path) -> list[str]:
    """Return `apt-get` with separate lists, cache and archives, so that it needs no root."""
    for name in ("lists/partial", "cache", "archives/partial"):
        (downloads / name).mkdir(parents=True)
    settings = {
        "Dir::State::lists": downloads / "lists",
        "Dir::Cache": downloads / "cache",
        "Dir::Cache::archives": downloads / "archives",
        "Dir::Log": downloads,
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        # Some container images delete all downloads after each command.
        "DPkg::Post-Invoke": "",
        "APT::Update::Post-Invoke": "",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    return ["apt-get", "-q", *options]


def apt_cache(apt: Sequence[str]) -> list[str]:
    """Return `apt-cache` with the options of an `apt-get` command."""
    return ["apt-cache", *apt[2:]]


def newest(pattern: str, names: str) -> str:
    """Return the matching name with the highest version number; raises LookupError.

    >>> newest("postgresql-[0-9]+", "postgresql-9 postgresql-15 postgresql-15-cron")
    'postgresql-15'
    """
    fitting = [name for name in names.split() if re.fullmatch(pattern, name)]
    if not fitting:
        raise LookupError(f"no package is called `{pattern}`")
    return max(fitting, key=lambda name: [int(digits) for digits in re.findall(r"\d+", name)])


def relink(root: Path) -> None:
    """Make absolute links point to their targets in the unpacked tree."""
    for link in root.rglob("*"):
        if link.is_symlink() and os.readlink(link).startswith("/"):
            inside = root / os.readlink(link).lstrip("/")
            if inside.exists():
                link.unlink()
                link.symlink_to(os.path.relpath(inside, link.parent))


def program(root: Path, command: str) -> Path:
    """Return the path of a command in an unpacked tree; raises FileNotFoundError."""
    for folder in COMMAND_FOLDERS:
        for found in sorted(root.glob(f"{folder}/{command}"), reverse=True):
            return found
    raise FileNotFoundError(f"no unpacked package holds a command `{command}`")


def libraries(root: Path) -> list[Path]:
    """Return the folders of an unpacked tree that hold shared libraries."""
    found = [path for folder in LIBRARY_FOLDERS for path in sorted(root.glob(folder))]
    return [path for path in found if any(path.glob("*.so*"))]


def write_starter(path: Path, program: Path, libraries: Sequence[Path]) -> None:
    """Write a script that starts a program with its libraries; a plain link if it needs none."""
    if not libraries:
        path.symlink_to(program)
        return
    text = STARTER.format(
        libraries=shlex.quote(os.pathsep.join(map(str, libraries))),
        program=shlex.quote(str(program)),
    )
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
