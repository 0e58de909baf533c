"""Generates the tables of settings in the suite's docs from the suite's code.

docs/settings.md lists the settings of every suite, in the groups of engine/settings/table.js. The
settings of a feature (engine/features/NAME/settings.js) are listed on the page of that feature.

python tools/settings_table.py          rewrite the tables
python tools/settings_table.py --check  exit 1 if one is out of date
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from generated_pages import PageError, Part, keep

SUITE = (
    Path(__file__).resolve().parent.parent
    / "{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load"
)
CORE = SUITE / "engine/settings/table.js"
FEATURES = SUITE / "engine/features"
DOCS = SUITE / "docs"
# Says which page belongs to which folder of engine/features.
OWNERS = SUITE.parents[2] / "placing/features.json"
CORE_PAGE = "settings.md"
# Accepted values are shown in the table if they start like this; others only in error messages.
SHORT_FORMS = ("one of", "a whole number", "a number", "true or false")
BEGIN, END = "<!-- settings -->", "<!-- /settings -->"

# The suite loads the user's files with `require`, which is a global in k6 but not in Node.
_DUMP = """
import { createRequire } from 'node:module';
const [core, features] = JSON.parse(process.argv[1]);
globalThis.require = createRequire(core);
const shown = (settings) =>
  Object.entries(settings).map(
    ([name, s]) => [name, s.accepts, s.fallback ?? null, s.about, !!s.secret],
  );
const groups = Object.entries((await import(core)).GROUPS).map(
  ([heading, settings]) => [heading, shown(settings)],
);
const own = [];
for (const [name, url] of Object.entries(features)) {
  own.push([name, shown((await import(url)).settings)]);
}
console.log(JSON.stringify({ groups, own }));
"""


class Row(NamedTuple):
    """One row of a table of settings."""

    name: str
    accepts: str
    fallback: object
    about: str
    secret: bool


def settings() -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """Return the settings of every suite by heading, and those of the features by folder."""
    files = {path.parent.name: path.as_uri() for path in sorted(FEATURES.glob("*/settings.js"))}
    command = ["node", "--no-warnings", "--input-type=module", "-e", _DUMP]
    output = subprocess.run(
        [*command, json.dumps([CORE.as_uri(), files])], check=True, capture_output=True, text=True
    ).stdout
    found = json.loads(output)
    groups, own = (
        {name: [Row(*row) for row in rows] for name, rows in found[key]}
        for key in ("groups", "own")
    )
    return groups, own


def shown_default(row: Row) -> str:
    """Return a default for the table; empty if there is none."""
    if row.secret or row.fallback in (None, "", []):
        return ""
    if isinstance(row.fallback, bool):
        return f"`{str(row.fallback).lower()}`"
    if isinstance(row.fallback, list):
        return f"`{','.join(row.fallback)}`"
    return f"`{row.fallback}`"


def table(rows: list[Row]) -> str:
    """Return a Markdown table of settings."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for row in rows:
        note = " Secret: from the environment only." if row.secret else ""
        short = row.accepts.startswith(SHORT_FORMS)
        form = f"; {row.accepts.split(', such as')[0]}" if short else ""
        cells = [f"`{row.name}`", shown_default(row), f"{row.about}{form}.{note}"]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def parts(_k6: str = "") -> list[Part]:
    """Return the tables of all pages.

    Raises PageError if a feature with settings has no page.
    """
    groups, features = settings()
    page_of = pages()
    missing = sorted(set(features) - set(page_of))
    if missing:
        raise PageError(
            f"{', '.join(missing)}: settings without a page. Add docs/NAME.md to the files of the"
            f" feature in {OWNERS.name}"
        )
    core = "\n\n".join(f"## {heading}\n\n{table(rows)}" for heading, rows in groups.items())
    tables = {CORE_PAGE: core, **{page_of[name]: table(rows) for name, rows in features.items()}}
    return [Part(DOCS / name, BEGIN, END, content) for name, content in tables.items()]


def pages() -> dict[str, str]:
    """Return the page of each folder of engine/features: both have the same owner."""
    found = {}
    for feature in json.loads(OWNERS.read_text(encoding="utf-8")).values():
        files = [path.removeprefix("tests/load/") for path in feature.get("files", [])]
        docs = [path.removeprefix("docs/") for path in files if path.startswith("docs/")]
        for path in files:
            if path.startswith("engine/features/") and docs:
                found[path.split("/")[2]] = docs[0]
    return found


if __name__ == "__main__":
    sys.exit(keep(__doc__, parts))
