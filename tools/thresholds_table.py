"""Keeps the table of limits in the suite's README equal to what k6 gets to see.

It asks `k6 inspect` for the thresholds of each test under each profile of the set `core`.

python tools/thresholds_table.py          rewrite the table
python tools/thresholds_table.py --check  exit 1 if it is out of date
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

SUITE = (
    Path(__file__).resolve().parent.parent
    / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load"
)
PAGE = SUITE / "README.md"
BEGIN, END = "<!-- limits -->", "<!-- /limits -->"
PROFILES = ("smoke", "load", "soak", "stress", "spike", "breakpoint")
TESTS = ("health", "api-public")
"""The tests that every suite has."""

HEAD = ("test", "profile", "all responses", "health", "API", "failed requests", "checks", "also")
COLUMNS = (
    "http_req_duration",
    "http_req_duration{name:health}",
    "http_req_duration{name:openapi}",
    "http_req_failed",
    "checks",
)
Limits = tuple[str, ...]


class TableError(Exception):
    """The table cannot be made."""


def limits(k6: str, script: str, profile: str) -> Limits:
    """Return the cells of one test under one profile; an empty profile is its own load."""
    env = {"PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", "/")}
    done = subprocess.run(
        [k6, "inspect", "--include-system-env-vars", SUITE / script],
        env={**env, **({"PROFILE": profile} if profile else {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise TableError(f"k6 inspect {script} failed: {done.stderr.strip()}")
    found = {
        metric: [entry if isinstance(entry, str) else entry["threshold"] for entry in entries]
        for metric, entries in json.loads(done.stdout)["thresholds"].items()
    }
    also = [
        f"`{metric}: {', '.join(found[metric])}`"
        for metric in sorted(found)
        if found[metric] and metric not in COLUMNS and not is_common(metric)
    ]
    return (*(cell(found.get(metric, [])) for metric in COLUMNS), "<br>".join(also) or "-")


def is_common(metric: str) -> bool:
    """Tell what every test has: rates by endpoint, minimum counts, and no exceptions."""
    return "{name:" in metric or metric.startswith(("iterations{", "script_errors"))


def cell(expressions: list[str]) -> str:
    """Write conditions as a cell of a table."""
    return f"`{', '.join(expressions)}`" if expressions else "-"


def rows(k6: str) -> list[tuple[str, ...]]:
    """Return the rows; profiles with equal limits share one."""
    table: list[tuple[str, ...]] = []
    scenarios = {name: limits(k6, f"scenarios/{name}.js", "") for name in PROFILES}
    table += grouped("the profile alone", scenarios)
    for test in TESTS:
        script = f"scripts/{test}.js"
        own = {"its own load": limits(k6, script, "")}
        table += grouped(f"`{test}`", own | {name: limits(k6, script, name) for name in PROFILES})
    return table


def grouped(test: str, by_profile: dict[str, Limits]) -> list[tuple[str, ...]]:
    """Merge profiles with the same limits into one row."""
    names: dict[Limits, list[str]] = {}
    for profile, cells in by_profile.items():
        names.setdefault(cells, []).append(f"`{profile}`" if profile in PROFILES else profile)
    return [(test, ", ".join(profiles), *cells) for cells, profiles in names.items()]


def rendered(text: str, k6: str) -> str:
    """Return the page with a fresh table."""
    before, _, rest = text.partition(BEGIN)
    _, marker, after = rest.partition(END)
    if not marker:
        raise TableError(f"{PAGE.name} needs the lines {BEGIN} and {END}")
    lines = [HEAD, tuple("---" for _ in HEAD), *rows(k6)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def main() -> int:
    """Rewrite or check the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if it is out of date")
    parser.add_argument("--k6", default=shutil.which("k6"), help="path of k6")
    options = parser.parse_args()
    if options.k6 is None:
        parser.error("k6 is not in PATH; run: make format")
    try:
        old = PAGE.read_text(encoding="utf-8")
        new = rendered(old, options.k6)
    except TableError as error:
        print(f"thresholds_table: {error}", file=sys.stderr)
        return 2
    if options.check:
        if old != new:
            print(f"{PAGE.name} is out of date. Run: make format", file=sys.stderr)
        return int(old != new)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
