"""Keeps the lists of options in README.md and docs/options.md equal to the template's questions.

The hook's OPTIONS table says what is accepted, cookiecutter.json holds the defaults, and
docs/options.yaml says what an option changes.

python tools/options_page.py          rewrite the lists
python tools/options_page.py --check  exit 1 if one is out of date
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parent.parent
QUESTIONS = REPOSITORY / "cookiecutter.json"
HOOK = REPOSITORY / "hooks" / "pre_gen_project.py"
PROSE = REPOSITORY / "docs" / "options.yaml"
README = REPOSITORY / "README.md"
PAGE = REPOSITORY / "docs" / "options.md"
BEGIN, END = "<!-- options: written by make format -->", "<!-- /options -->"
WIDTH = 105


class ProseError(Exception):
    """docs/options.yaml does not describe the questions of the template."""


def options() -> dict[str, Any]:
    """Return the hook's OPTIONS by name."""
    spec = importlib.util.spec_from_file_location("pre_gen_project", HOOK)
    assert spec is not None
    assert spec.loader is not None
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    return {option.name: option for option in hook.OPTIONS}


def prose(names: list[str]) -> dict[str, dict[str, str]]:
    """Return the `summary` and `details` of each option.

    Raises ProseError unless the file describes exactly these options, in this order.
    """
    found: dict[str, dict[str, str]] = yaml.safe_load(PROSE.read_text(encoding="utf-8"))
    if list(found) != names:
        raise ProseError(f"{PROSE.name} needs exactly these keys, in this order: {names}")
    for name, texts in found.items():
        if not isinstance(texts, dict) or set(texts) != {"summary", "details"}:
            raise ProseError(f"{PROSE.name}: {name} needs `summary` and `details`")
    return found


def plain_default(default: object) -> str:
    """Return a default as the table of README.md shows it."""
    if "{{" not in str(default):
        return str(default).lower()
    source = "the prefix" if "backend_api_prefix" in str(default) else "the name"
    return f"from {source}"


def shown_default(default: object) -> str:
    """Return a default as docs/options.md shows it."""
    if isinstance(default, bool):
        return "yes" if default else "no"
    if "backend_api_prefix" in str(default):
        return "`backend_api_prefix`, then `/health`"
    if "{{" in str(default):
        return "`project_name` in lower case, with dashes"
    return f"`{default}`" if default != "" else "empty"


def table(texts: Mapping[str, Mapping[str, str]], defaults: Mapping[str, object]) -> str:
    """Return the table of README.md."""
    rows = [
        f"| `{name}` | {plain_default(defaults[name])} | {text['summary']} |"
        for name, text in texts.items()
    ]
    return "\n".join(["| option | default | what it changes |", "|---|---|---|", *rows])


def entry(option: Any, details: str, default: object) -> str:
    """Return the entry of one option in docs/options.md."""
    accepted = fill(
        f"- Accepted: {option.accepts}", WIDTH, subsequent_indent="  ", break_on_hyphens=False
    )
    return (
        f"### `{option.name}`\n\n"
        f"{fill(details, WIDTH, break_on_hyphens=False)}\n\n"
        f"- Kind: {option.kind}\n"
        f"- Default: {shown_default(default)}\n"
        f"{accepted}"
    )


def contents() -> dict[Path, str]:
    """Return what belongs between the markers of each page."""
    defaults = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    found = options()
    texts = prose(list(found))
    entries = [entry(found[name], text["details"], defaults[name]) for name, text in texts.items()]
    return {README: table(texts, defaults), PAGE: "\n\n".join(entries)}


def updated(text: str, content: str) -> str:
    """Return a page with new content between its markers."""
    head, rest = text.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    return f"{head}{BEGIN}\n\n{content}\n\n{END}{tail}"


def main() -> int:
    """Rewrite or check the lists; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether they are up to date")
    check = parser.parse_args().check
    try:
        wanted = contents()
    except ProseError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    outdated = []
    for page, content in wanted.items():
        before = page.read_text(encoding="utf-8")
        after = updated(before, content)
        if before != after:
            outdated.append(page.name)
            if not check:
                page.write_text(after, encoding="utf-8")
    if check and outdated:
        print(f"{', '.join(outdated)}: out of date. Run: make format", file=sys.stderr)
    return 1 if check and outdated else 0


if __name__ == "__main__":
    sys.exit(main())
