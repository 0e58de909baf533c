"""Keeps the lists of options in README.md and docs/options.md equal to the template's questions.

The hook's OPTIONS table says what is accepted, cookiecutter.json holds the defaults, and
docs/options.yaml says what an option changes.

python tools/options_page.py          rewrite the lists
python tools/options_page.py --check  exit 1 if one is out of date
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

import yaml
from generated_pages import PageError, Part, keep

REPOSITORY = Path(__file__).resolve().parent.parent
QUESTIONS = REPOSITORY / "cookiecutter.json"
HOOK = REPOSITORY / "hooks" / "pre_gen_project.py"
PROSE = REPOSITORY / "docs" / "options.yaml"
README = REPOSITORY / "README.md"
PAGE = REPOSITORY / "docs" / "options.md"
BEGIN, END = "<!-- options: written by make format -->", "<!-- /options -->"
WIDTH = 105


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

    Raises PageError unless the file describes exactly these options, in this order.
    """
    found: dict[str, dict[str, str]] = yaml.safe_load(PROSE.read_text(encoding="utf-8"))
    if list(found) != names:
        raise PageError(f"{PROSE.name} needs exactly these keys, in this order: {names}")
    for name, texts in found.items():
        if not isinstance(texts, dict) or set(texts) != {"summary", "details"}:
            raise PageError(f"{PROSE.name}: {name} needs `summary` and `details`")
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


def parts(_k6: str = "") -> list[Part]:
    """Return the lists of both pages; raise PageError if the prose does not fit the questions."""
    defaults = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    found = options()
    texts = prose(list(found))
    entries = [entry(found[name], text["details"], defaults[name]) for name, text in texts.items()]
    return [
        Part(README, BEGIN, END, table(texts, defaults)),
        Part(PAGE, BEGIN, END, "\n\n".join(entries)),
    ]


if __name__ == "__main__":
    sys.exit(keep(__doc__, parts))
