"""Programs that have to be installed: found, or asked for in so many words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from programs import PROGRAMS, Program

from tests.support.layout import REPOSITORY


def look(path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the tool with nothing but one folder on PATH: no apt-get, no sudo."""
    environment = {key: value for key, value in os.environ.items() if key != "CHROME_BIN"}
    return subprocess.run(
        [sys.executable, REPOSITORY / "tools" / "programs.py"],
        env={**environment, "PATH": str(path), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def program(path: Path, name: str) -> str:
    """Write a program that does nothing."""
    (path / name).write_text("#!/bin/sh\n")
    (path / name).chmod(0o755)
    return str(path / name)


def test_those_on_the_path_are_used(tmp_path: Path) -> None:
    there = [program(tmp_path, name) for name in ("google-chrome", "javac", "mvn")]
    done = look(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == there
    assert look(tmp_path, CHROME_BIN="/opt/chrome").stdout.startswith("/opt/chrome\n")


@pytest.mark.parametrize("missing", PROGRAMS, ids=lambda program: program.packages[0])
def test_without_one_the_message_says_what_to_do(tmp_path: Path, missing: Program) -> None:
    for other in PROGRAMS:
        if other is not missing:
            program(tmp_path, other.names[0])
    done = look(tmp_path)
    assert done.returncode == 1
    assert f"ERROR: {missing.what} is missing" in done.stderr
    assert f"apt-get install {missing.packages[0]}" in done.stderr
    assert done.stderr.count("ERROR") == 1
    assert ("CHROME_BIN=/path/to/chrome make test" in done.stderr) == bool(missing.variable)


def test_packages_are_installed_where_that_is_allowed(tmp_path: Path) -> None:
    """An apt-get of ours, for root or by a sudo of ours, writes down what it is asked for."""
    asked = tmp_path / "asked"
    for name, line in (("apt-get", f'echo "$@" >> "{asked}"'), ("sudo", 'shift; "$@"')):
        Path(program(tmp_path, name)).write_text(f"#!/bin/sh\n{line}\n")
    (tmp_path / "true").symlink_to("/bin/true")
    (tmp_path / "sh").symlink_to("/bin/sh")
    program(tmp_path, "javac")
    assert look(tmp_path).returncode == 1, "this apt-get brings nothing"
    update, install = asked.read_text().splitlines()
    assert update.endswith("update")
    assert install.endswith("install -y --no-install-recommends chromium maven")
