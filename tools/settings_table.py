"""Keeps the table of settings in the generated README equal to tests/load/engine/settings/table.js.

python tools/settings_table.py          rewrite the table
python tools/settings_table.py --check  exit 1 when it is out of date
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

SUITE = (
    Path(__file__).resolve().parent.parent
    / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load"
)
README = SUITE / "README.md"
CODE = SUITE / "engine/settings/table.js"
# What the table says about accepted values; longer forms stand in the error message.
SHORT_FORMS = ("one of", "a whole number", "a number", "true or false")
BEGIN, END = "<!-- settings -->", "<!-- /settings -->"

_DUMP = """
const { SETTINGS } = await import(process.argv[1]);
const rows = Object.entries(SETTINGS).map(
  ([name, s]) => [name, s.accepts, s.fallback ?? null, s.about, !!s.secret],
);
console.log(JSON.stringify(rows));
"""

Row = tuple[str, str, object, str, bool]


def settings() -> list[Row]:
    """Return (name, accepted, default, meaning, secret) of every setting."""
    module = CODE.as_uri()
    command = ["node", "--no-warnings", "--input-type=module", "-e", _DUMP, module]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [tuple(row) for row in json.loads(output)]


def features() -> dict[str, str]:
    """Return the feature of each setting that only some suites have, from the marks in the code."""
    owned: dict[str, str] = {}
    open_blocks: list[str] = []
    for line in CODE.read_text(encoding="utf-8").splitlines():
        mark = re.search(r"// @feature (?:(\w+)( \{)?|\})$", line)
        name = re.match(r"  ([A-Z][A-Z0-9_]+):", line)
        if name and (mark or open_blocks):
            owned[name[1]] = mark[1] if mark else open_blocks[-1]
        elif mark and mark[2]:
            open_blocks.append(mark[1])
        elif mark and not mark[1]:
            open_blocks.pop()
    return owned


def shown_default(fallback: object, secret: bool) -> str:
    """Write a default for the table; empty when there is none."""
    if secret or fallback in (None, "", []):
        return ""
    if isinstance(fallback, bool):
        return f"`{str(fallback).lower()}`"
    if isinstance(fallback, list):
        return f"`{','.join(fallback)}`"
    return f"`{fallback}`"


def table(rows: list[Row]) -> str:
    """Return the Markdown table."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    owned = features()
    for name, accepts, fallback, about, secret in rows:
        note = " Secret: from the environment only." if secret else ""
        form = f"; {accepts.split(', such as')[0]}" if accepts.startswith(SHORT_FORMS) else ""
        cells = [f"`{name}`", shown_default(fallback, secret), f"{about}{form}.{note}"]
        row = "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        lines.append(f"{row} <!-- @feature {owned[name]} -->" if name in owned else row)
    return "\n".join(lines)


def updated(readme: str, rows: list[Row]) -> str:
    """Return the README with a fresh table between the markers."""
    head, rest = readme.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    return f"{head}{BEGIN}\n\n{table(rows)}\n\n{END}{tail}"


def main() -> int:
    """Rewrite or check the table; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    check = parser.parse_args().check
    before = README.read_text(encoding="utf-8")
    after = updated(before, settings())
    if check and before != after:
        print("README.md: the settings table is out of date. Run: make format", file=sys.stderr)
        return 1
    if not check:
        README.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
