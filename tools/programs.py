#!/usr/bin/env python3
"""Make sure that the programs are there which the tests need and no registry of packages holds.

    python3 tools/programs.py

What is there is used. Otherwise Debian's packages are installed, as root or where sudo asks for no
password; elsewhere a message says what to do. They have to be installed, not only unpacked as
`debian.py` does: a browser and a JDK are set up by their packages' own scripts.
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
        what: what it is, and for what.
        names: commands, any of which will do.
        variable: a variable that may hold its path instead, or nothing.
        packages: Debian's.
        elsewhere: how to get it on other systems.
    """

    what: str
    names: tuple[str, ...]
    packages: tuple[str, ...]
    elsewhere: str
    variable: str = ""

    def find(self) -> str | None:
        """Return its path, None when there is none."""
        named = os.environ.get(self.variable) if self.variable else None
        return named or next(filter(None, map(shutil.which, self.names)), None)

    def help(self) -> str:
        """Return what to do where it cannot be installed."""
        text = (
            f"{self.what} is missing: none of {', '.join(self.names)} is on PATH.\n"
            f"Install it (Debian: apt-get install {' '.join(self.packages)}; {self.elsewhere})"
        )
        hint = f", or name it:\n  {self.variable}=/path/to/{self.names[-1]} make test"
        return text + (hint if self.variable else "")


BROWSER = Program(
    "a browser for the tests of the report",
    ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    ("chromium",),
    "macOS: brew install --cask chromium",
    "CHROME_BIN",
)
JDK = Program(
    "a Java compiler for the server that the tests of databases ask",
    ("javac",),
    ("default-jdk-headless",),
    "macOS: brew install openjdk",
)
MAVEN = Program("Maven for the same server", ("mvn",), ("maven",), "macOS: brew install maven")
PROGRAMS = (BROWSER, JDK, MAVEN)


def administrator() -> list[str] | None:
    """Return what to put before a command that changes the system; None: it is not allowed."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    allowed = shutil.which("sudo") and not subprocess.run([*sudo, "true"], check=False).returncode
    return sudo if allowed else None


def install(packages: Sequence[str]) -> None:
    """Install Debian's packages where that is possible; `Program.find` tells whether it worked."""
    prefix = administrator() if shutil.which("apt-get") else None
    if prefix is None:
        return
    print(f"installing {', '.join(packages)} for the tests ...", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("update",), ("install", "-y", "--no-install-recommends", *packages)):
        subprocess.run([*prefix, *APT, *command], env=environment, stdout=sys.stderr, check=False)


def main() -> int:
    """Print the paths; return 1 when something is missing and could not be installed."""
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
