"""One run of a journey, for a few seconds, against the reference service."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATE = REPOSITORY / "{{cookiecutter.project_slug}}" / ".cookiecutter-k6" / "files"

SHORT = {"PROFILE": "smoke", "VUS": "3", "THINK_TIME": "0.03", "REQUEST_TIMEOUT": "1s"}
"""A few VUs for a few seconds, with 3 % of the usual think time."""


class Verdict(NamedTuple):
    """Output of a run."""

    code: int
    passed: bool
    reasons: list[str]
    errors: str
    p95: dict[str, float]
    only_slower: bool = False

    @property
    def red(self) -> bool:
        """Whether the run failed, for any reason."""
        return self.code != 0

    def names(self, endpoints: Sequence[str]) -> bool:
        """Whether a reason, or the message of a refused start, names one of the endpoints."""
        # Many endpoints with one cause share a line: `server error: 9 endpoints failed: A; B; ...`.
        named = {name for reason in self.reasons for name in re.split("[:;] ?", reason)}
        if any(endpoint in named for endpoint in endpoints):
            return True
        return self.code == 107 and any(endpoint.lower() in self.errors for endpoint in endpoints)


@contextmanager
def suite() -> Iterator[Path]:
    """Yield `tests/load` of a copy of the suite."""
    with tempfile.TemporaryDirectory(prefix="verdicts-") as folder:
        yield Path(shutil.copytree(TEMPLATE, Path(folder, "project"))) / "tests" / "load"


def run(load: Path, script: str, url: str, seconds: float, **settings: str) -> Verdict:
    """Run a script of the suite once."""
    with tempfile.TemporaryDirectory(prefix="verdict-") as folder:
        wanted = {
            **SHORT,
            "BASE_URL": url,
            "DURATION": f"{round(seconds * 1000)}ms",
            "RESULTS_DIR": folder,
            **settings,
        }
        done = subprocess.run(
            ["k6", "run", "--quiet", "--no-usage-report", "--address=", load / script],
            env={**os.environ, **wanted},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        path = Path(folder, "summary.json")
        summary: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    durations = {row["name"]: row["duration"] for row in summary.get("endpoints", [])}
    return Verdict(
        done.returncode,
        summary.get("passed") is True,
        summary.get("reasons", []),
        done.stderr.lower(),
        {name: times["p95"] for name, times in durations.items() if times},
        summary.get("onlySlower") is True,
    )
