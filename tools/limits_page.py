"""Keeps the table of docs/limits.md equal to the thresholds that k6 gets.

It asks `k6 inspect` for the thresholds of each test with its own load, under `load` and under
`stress`. Tests that need an extension of k6 are described in docs/databases.md.

python tools/limits_page.py          rewrite the table
python tools/limits_page.py --check  exit 1 if it is out of date
"""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from generated_pages import Part, keep
from readme_tables import SUITE, inspected, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "limits.md"
BEGIN, END = "<!-- limits: written by make format -->", "<!-- /limits -->"
LOADS = {"its own load": "", "`load`": "load", "`stress`": "stress"}
SETTINGS = {"auth-flow": {"AUTH_MODE": "login"}}
"""What a test needs besides its defaults."""

VARIANTS = {
    "websocket (`raw`)": ("websocket", {"WS_PROTOCOL": "raw"}),
    "websocket (`socketio`)": ("websocket", {"WS_PROTOCOL": "socketio"}),
}
BY_ENDPOINT = ("http_req_failed{name:", "checks{name:")
COUNTS = ("iterations{", "script_errors", "http_reqs{", "ws_failures{", "ws_connections", "knee_")


def tests() -> dict[str, tuple[str, dict[str, str]]]:
    """Return the script and the settings of each test, by the name in the table."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for path in sorted((SUITE / "scripts").glob("*.js")):
        text = path.read_text(encoding="utf-8")
        if re.search(r"features/(cdc|database|queries)/|k6/x/", text) or path.stem == "websocket":
            continue
        found[f"`{path.stem}`"] = (path.stem, SETTINGS.get(path.stem, {}))
    return {**found, **VARIANTS}


def limits(k6: str, script: str, profile: str, settings: dict[str, str]) -> str:
    """Return the thresholds of a test as a cell, without those that every test has."""
    chosen = {"PROFILE": profile} if profile else {}
    thresholds = inspected(k6, f"scripts/{script}.js", **settings, **chosen)["thresholds"]
    lines = []
    for metric, entries in sorted(thresholds.items()):
        limits = [entry if isinstance(entry, str) else entry["threshold"] for entry in entries]
        if limits and not metric.startswith((*BY_ENDPOINT, *COUNTS, "timeline_")):
            lines.append(f"`{metric}: {', '.join(limits)}`")
    return "<br>".join(lines)


def rows(k6: str) -> list[tuple[str, ...]]:
    """Return the lines of the table; loads with equal limits share one."""
    cases = [(name, load) for name in tests() for load in LOADS]
    with ThreadPoolExecutor(2) as pool:
        cells = pool.map(
            lambda case: limits(k6, tests()[case[0]][0], LOADS[case[1]], tests()[case[0]][1]), cases
        )
        found = dict(zip(cases, cells, strict=True))
    lines: list[tuple[str, ...]] = [("test", "under", "limits")]
    for name in tests():
        shared: dict[str, list[str]] = {}
        for load in LOADS:
            shared.setdefault(found[name, load], []).append(load)
        lines += [(name, ", ".join(loads), cell) for cell, loads in shared.items()]
    return lines


def parts(k6: str) -> list[Part]:
    """Return the table of the page."""
    return [Part(PAGE, BEGIN, END, table(rows(k6)))]


if __name__ == "__main__":
    sys.exit(keep(__doc__, parts, asks_k6=True))
