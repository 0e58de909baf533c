"""Keeps two tables in the suite's README equal to what k6 gets to see.

It asks `k6 inspect` for the load of each profile of each set, and for the thresholds of each test
under each profile of the set `core`.

python tools/readme_tables.py          rewrite the tables
python tools/readme_tables.py --check  exit 1 if one is out of date
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from generated_pages import PageError, Part, keep

SUITE = (
    Path(__file__).resolve().parent.parent
    / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load"
)
PAGE = SUITE / "README.md"
SETS = ("core", "stress-150", "light", "saas", "extended", "cdc", "desk")
FIRST = ("smoke", "load", "soak", "stress", "spike", "breakpoint")
"""Profiles in the order of the tables; others follow."""

OTHERS = sorted({path.stem for path in SUITE.glob("scenarios/*.js")} - set(FIRST))
PROFILES = (*FIRST, *OTHERS)
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


def limits(k6: str, script: str, profile: str) -> Limits:
    """Return the cells of one test under one profile; an empty profile is its own load."""
    options = inspected(k6, script, **({"PROFILE": profile} if profile else {}))
    found = {
        metric: [entry if isinstance(entry, str) else entry["threshold"] for entry in entries]
        for metric, entries in options["thresholds"].items()
    }
    also = [
        f"`{metric}: {', '.join(found[metric])}`"
        for metric in sorted(found)
        if found[metric] and metric not in COLUMNS and not is_common(metric)
    ]
    return (*(cell(found.get(metric, [])) for metric in COLUMNS), "<br>".join(also) or "-")


def inspected(k6: str, script: str, **settings: str) -> dict[str, Any]:
    """Return the options that k6 gets from a script."""
    env = {"PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", "/")}
    env["GOGC"] = "off"  # it is over before garbage matters
    done = subprocess.run(
        [k6, "inspect", "--include-system-env-vars", SUITE / script],
        env={**env, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise PageError(f"k6 inspect {script} failed: {done.stderr.strip()}")
    return dict(json.loads(done.stdout))


def is_common(metric: str) -> bool:
    """Tell what every test has: rates by endpoint, minimum counts, and no exceptions."""
    return "{name:" in metric or metric.startswith(("iterations{", "script_errors"))


def cell(expressions: list[str]) -> str:
    """Write conditions as a cell of a table."""
    return f"`{', '.join(expressions)}`" if expressions else "-"


def rows(k6: str) -> list[tuple[str, ...]]:
    """Return the rows; profiles with equal limits share one."""
    lines: list[tuple[str, ...]] = []
    scenarios = {name: limits(k6, f"scenarios/{name}.js", "") for name in PROFILES}
    lines += grouped("the profile alone", scenarios)
    for test in TESTS:
        script = f"scripts/{test}.js"
        own = {"its own load": limits(k6, script, "")}
        lines += grouped(f"`{test}`", own | {name: limits(k6, script, name) for name in PROFILES})
    return lines


def grouped(test: str, by_profile: dict[str, Limits]) -> list[tuple[str, ...]]:
    """Merge profiles with the same limits into one row."""
    names: dict[Limits, list[str]] = {}
    for profile, cells in by_profile.items():
        names.setdefault(cells, []).append(f"`{profile}`" if profile in PROFILES else profile)
    return [(test, ", ".join(profiles), *cells) for cells, profiles in names.items()]


def loads(k6: str) -> list[tuple[str, ...]]:
    """Return the VUs and minutes of each profile, by set."""
    cells = [(name, profile) for name in SETS for profile in PROFILES]
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(cells, pool.map(lambda key: load(k6, *key), cells), strict=True))
    lines = [(f"`{profile}`", *(found[name, profile] for name in SETS)) for profile in PROFILES]
    return [("profile", *(f"`{name}`" for name in SETS)), *lines]


def load(k6: str, name: str, profile: str) -> str:
    """Return the peak and the duration of one profile."""
    try:
        options = inspected(k6, f"scenarios/{profile}.js", PROFILE_SET=name)
    except PageError:
        # Not every set has every profile.
        if profile in FIRST:
            raise
        return "-"
    (scenario,) = options["scenarios"].values()
    stages = scenario.get("stages") or [
        {"duration": scenario["duration"], "target": scenario["vus"]}
    ]
    seconds = round(sum(seconds_of(stage["duration"]) for stage in stages))
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    peak = max(stage["target"] for stage in stages)
    users = "1 VU" if peak == 1 else f"{peak:,} VUs"
    return f"{users}, " + " ".join(f"{count} {unit}" for count, unit in parts if count)


def seconds_of(text: str) -> float:
    """Return the seconds of a Go duration."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
    found = re.findall(r"([\d.]+)(ms|h|m|s)", text)
    return sum(float(number) * units[unit] for number, unit in found)


def table(lines: list[tuple[str, ...]]) -> str:
    """Write a table; the first line is its head."""
    head, *rest = lines
    rule = tuple("---" for _ in head)
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *rest))


def parts(k6: str) -> list[Part]:
    """Return the tables of the page."""
    tables = {"profiles": loads(k6), "limits": [HEAD, *rows(k6)]}
    return [
        Part(PAGE, f"<!-- {name} -->", f"<!-- /{name} -->", table(lines))
        for name, lines in tables.items()
    ]


if __name__ == "__main__":
    sys.exit(keep(__doc__, parts, asks_k6=True))
