"""Rewrites this repository's files in the project's style; `make format` runs it.

The linters check the same formatters: ruff for Python, shfmt for shell, prettier for JavaScript,
JSON and YAML (.prettierrc.json, .prettierignore). Also regenerates the dashboards and the tables of
settings, options, profiles and limits, and writes the template's address into the pages.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sources import shell_scripts, tracked_files
from toolchain import REPOSITORY


def commands(files: list[Path]) -> list[list[str]]:
    """Return the formatters' command lines, in the order they run."""
    python = [str(path) for path in files if path.suffix == ".py"]
    shell = [str(path) for path in shell_scripts(files)]
    return [
        ["ruff", "check", "--fix-only", "--quiet", *python],
        ["ruff", "format", "--quiet", *python],
        ["shfmt", "-w", "-i", "2", "-ci", *shell],
        [sys.executable, "-m", "tools.dashboards"],
        ["prettier", "--write", "--no-require-pragma", "--log-level=warn", "."],
        [sys.executable, "tools/settings_table.py"],
        [sys.executable, "tools/readme_tables.py"],
        [sys.executable, "tools/limits_page.py"],
        [sys.executable, "tools/options_page.py"],
        [sys.executable, "tools/home.py"],
    ]


def main() -> int:
    """Run every formatter; return the worst exit code."""
    runs = commands(tracked_files())
    return max(subprocess.run(run, cwd=REPOSITORY, check=False).returncode for run in runs)


if __name__ == "__main__":
    sys.exit(main())
