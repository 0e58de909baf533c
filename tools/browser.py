#!/usr/bin/env python3
"""Make sure that there is a Chromium for the tests of the report, and print where it is.

    python3 tools/browser.py

One that is there is used: CHROME_BIN, then the usual names on PATH. Otherwise Debian's package is
installed, as root or where sudo asks for no password; elsewhere a message says what to do. No
registry of Python, Node or Go packages holds a browser.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APT = ("apt-get", "-q", "-o", "DPkg::Lock::Timeout=120")
INSTALL = (*APT, "install", "-y", "--no-install-recommends", "chromium")
HELP = """\
the tests of the report need a browser, and there is no Chromium or Chrome on PATH.
Install one (Debian: apt-get install chromium; macOS: brew install --cask chromium), or name it:
  CHROME_BIN=/path/to/chrome make test"""


def find() -> str | None:
    """Return the path of a browser, None when there is none."""
    return os.environ.get("CHROME_BIN") or next(filter(None, map(shutil.which, NAMES)), None)


def administrator() -> list[str] | None:
    """Return what to put before a command that changes the system; None: it is not allowed."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    allowed = shutil.which("sudo") and not subprocess.run([*sudo, "true"], check=False).returncode
    return sudo if allowed else None


def install() -> None:
    """Install Debian's package where that is possible; `find` tells whether it worked."""
    prefix = administrator() if shutil.which("apt-get") else None
    if prefix is None:
        return
    print("installing Debian's chromium for the tests of the report ...", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ((*APT, "update"), INSTALL):
        subprocess.run([*prefix, *command], env=environment, stdout=sys.stderr, check=False)


def main() -> int:
    """Print the path; return 1 when there is no browser and none could be installed."""
    if find() is None:
        install()
    found = find()
    print(f"ERROR: {HELP}" if found is None else found, file=sys.stderr if found is None else None)
    return int(found is None)


if __name__ == "__main__":
    sys.exit(main())
