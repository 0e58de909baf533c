"""The browser for the tests of the report: found, or asked for in so many words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.layout import REPOSITORY


def look(path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the tool with nothing but one folder on PATH: no apt-get, no sudo."""
    environment = {key: value for key, value in os.environ.items() if key != "CHROME_BIN"}
    return subprocess.run(
        [sys.executable, REPOSITORY / "tools" / "browser.py"],
        env={**environment, "PATH": str(path), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_one_on_the_path_is_used(tmp_path: Path) -> None:
    chrome = tmp_path / "google-chrome"
    chrome.write_text("#!/bin/sh\n")
    chrome.chmod(0o755)
    assert look(tmp_path).stdout.strip() == str(chrome)
    assert look(tmp_path, CHROME_BIN="/opt/chrome").stdout.strip() == "/opt/chrome"


def test_without_one_the_message_says_what_to_do(tmp_path: Path) -> None:
    done = look(tmp_path)
    assert done.returncode == 1
    assert "apt-get install chromium" in done.stderr
    assert "CHROME_BIN=/path/to/chrome make test" in done.stderr
