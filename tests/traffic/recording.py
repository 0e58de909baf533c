"""Records sessions in a real browser, imports them, and plays them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from programs import BROWSER

from tests.support.installed import installed
from tests.support.layout import LOAD
from tests.support.suite_runner import ANY_LATENCY, Run, Suite

HERE = Path(__file__).parent
SCRIPT = "scripts/traffic.js"
RECORD_LIMIT = 240.0
CANARY = "Canary-pw-7731!"
"""The password of every user. It must not reach a file of the project."""


def record(scenario: str, url: str, har: Path, proxy: str = "") -> Path:
    """Record a scenario of record.js in headless Chromium, and return the HAR file."""
    browser = BROWSER.find()
    if browser is None:
        pytest.fail(BROWSER.help(), pytrace=False)
    folder = installed("node", "prettier").parents[1]
    # A short path: the browser opens a socket below it.
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="rec-") as home:
        done = subprocess.run(
            ["node", HERE / "record.js", browser, scenario, url, CANARY, har, proxy],
            env={**os.environ, "NODE_PATH": str(folder), "HOME": home, "TMPDIR": home},
            capture_output=True,
            text=True,
            check=False,
            timeout=RECORD_LIMIT,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    return har


@dataclass
class Imported:
    """A project into which traffic was imported."""

    folder: Path
    k6: Path

    @property
    def load(self) -> Path:
        """The folder of the suite."""
        return self.folder / "tests" / "load"

    def load_traffic(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the importer."""
        tool = self.load / "engine/features/traffic/import.py"
        return subprocess.run(
            [sys.executable, tool, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=self.folder,
        )

    def suite(self, url: str, **settings: str | float) -> Suite:
        """Return the suite, aimed at a service."""
        base: dict[str, str | float] = {
            "BASE_URL": url,
            "DURATION": "3s",
            "VUS": 5,
            "THINK_TIME": 0.05,
            "THRESHOLDS": ANY_LATENCY,
            "TEST_USER_EMAIL": "recorder",
            "TEST_USER_PASSWORD": CANARY,
        }
        return Suite(self.k6, self.load, self.folder, {**base, **settings})

    def files(self) -> Iterator[tuple[Path, str]]:
        """Yield every file of the project with its text."""
        for path in self.folder.rglob("*"):
            if path.is_file():
                yield path, path.read_text(encoding="utf-8", errors="replace")


def secrets_of(har: Path) -> set[str]:
    """Return what a recording holds that must not reach a file: cookies, tokens, passwords."""
    found = {CANARY}
    for entry in json.loads(har.read_text(encoding="utf-8"))["log"]["entries"]:
        for cookie in [*entry["response"].get("cookies", []), *entry["request"].get("cookies", [])]:
            found.add(cookie["value"].strip('"'))
        for header in entry["request"]["headers"]:
            if header["name"].lower() in {"authorization", "x-csrftoken"}:
                found.add(header["value"].rpartition(" ")[2])
        text = entry["response"]["content"].get("text", "")
        found.update(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', text))
    return {text for text in found if len(text) >= 8}


def leaks(texts: Iterable[tuple[object, str]], secrets: Iterable[str]) -> list[str]:
    """Return which secrets are in which texts, however they are encoded there."""
    spellings = {
        one: {one, quote(one, safe=""), quote_plus(one), json.dumps(one)[1:-1]} for one in secrets
    }
    return [
        f"{name}: {secret[:4]}..."
        for name, text in texts
        for secret, forms in spellings.items()
        if any(form in text for form in forms)
    ]


def share_as_recorded(run: Run) -> float:
    """Return the share of requests that were answered as recorded, in percent."""
    rows = run.summary["endpoints"]
    good = sum(row["requests"] - row["errors"] for row in rows)
    return float(100 * good / max(1, sum(row["requests"] for row in rows)))


def project(k6: Path, folder: Path) -> Imported:
    """Copy the suite into a folder."""
    made = Imported(folder / "project", k6)
    shutil.copytree(LOAD, made.load, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    return made
