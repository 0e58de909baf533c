#!/usr/bin/env python3
"""Makes sure that programs are installed that the tests need and no package registry offers.

    python3 tools/programs.py

Uses installed programs. Otherwise installs the Debian packages, as root or if sudo needs no
password; else prints what to do. Unpacking them as in `debian.py` is not enough: a browser and a
JDK are set up by the installation scripts of their packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

APT = ("apt-get", "-q", "-o", "DPkg::Lock::Timeout=120")


@dataclass(frozen=True)
class Program:
    """A program of the system.

    Attributes:
        what: description and purpose, for messages.
        names: alternative names of the command.
        variable: environment variable with its path, or "".
        packages: Debian packages.
        elsewhere: how to install it on other systems.
    """

    what: str
    names: tuple[str, ...]
    packages: tuple[str, ...]
    elsewhere: str
    variable: str = ""

    def find(self) -> str | None:
        """Return its path, or None if it is not installed."""
        named = os.environ.get(self.variable) if self.variable else None
        return named or next(filter(None, map(shutil.which, self.names)), None)

    def help(self) -> str:
        """Return how to install it manually."""
        text = (
            f"{self.what} is missing: none of {', '.join(self.names)} is on PATH.\n"
            f"Install it (Debian: apt-get install {' '.join(self.packages)}; {self.elsewhere})"
        )
        hint = f", or set its path:\n  {self.variable}=/path/to/{self.names[-1]} make test"
        return text + (hint if self.variable else "")


BROWSER = Program(
    "a browser for the tests of the report",
    ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    ("chromium",),
    "macOS: brew install --cask chromium",
    "CHROME_BIN",
)
JDK = Program(
    "a Java compiler for the server of the database tests",
    ("javac",),
    ("default-jdk-headless",),
    "macOS: brew install openjdk",
)
MAVEN = Program("Maven for the same server", ("mvn",), ("maven",), "macOS: brew install maven")
PROGRAMS = (BROWSER, JDK, MAVEN)


def administrator() -> list[str] | None:
    """Return the prefix for commands that need root; None if this user cannot run them."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    allowed = shutil.which("sudo") and not subprocess.run([*sudo, "true"], check=False).returncode
    return sudo if allowed else None


def install(packages: Sequence[str]) -> None:
    """Install Debian packages if possible; check the result with `Program.find`."""
    prefix = administrator() if shutil.which("apt-get") else None
    if prefix is None:
        return
    print(f"installing {', '.join(packages)} for the tests ...", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("update",), ("install", "-y", "--no-install-recommends", *packages)):
        subprocess.run([*prefix, *APT, *command], env=environment, stdout=sys.stderr, check=False)


def main() -> int:
    """Print the paths; return 1 if something is missing and could not be installed."""
    missing = [program for program in PROGRAMS if program.find() is None]
    if missing:
        install([package for program in missing for package in program.packages])
    for program in PROGRAMS:
        found = program.find()
        print(
            f"ERROR: {program.help()}" if found is None else found,
            file=None if found else sys.stderr,
        )
    return int(any(program.find() is None for program in PROGRAMS))


if __name__ == "__main__":
    sys.exit(main())
