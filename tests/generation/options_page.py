"""Writes the entries of docs/options.md.

The hook's OPTIONS table says what is accepted, docs/options.yaml what an option changes, and
cookiecutter.json holds the defaults.

    python -m tests.generation.options_page

`test_documents.py` fails when the page is out of date.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Any

import yaml

from tests.support.hooks import defaults, load_hook
from tests.support.layout import REPOSITORY

PAGE = REPOSITORY / "docs" / "options.md"
PROSE = REPOSITORY / "docs" / "options.yaml"
BEGIN = "<!-- options: written by tests/generation/options_page.py -->"
WIDTH = 105
END = "<!-- /options -->"


def shown_default(default: object) -> str:
    """Return a default as the page shows it."""
    if isinstance(default, bool):
        return "yes" if default else "no"
    if "{{" in str(default):
        return "`project_name` in lower case, with dashes"
    return f"`{default}`" if default != "" else "empty"


def section() -> str:
    """Return one entry for each option; raise when the prose is not of the same options."""
    options = {option.name: option for option in load_hook("pre_gen_project").OPTIONS}
    prose = yaml.safe_load(PROSE.read_text(encoding="utf-8"))
    if list(prose) != list(options):
        raise ValueError(f"{PROSE.name} needs exactly these keys, in this order: {list(options)}")
    values = defaults()
    return "\n".join(entry(options[name], prose[name], values[name]) for name in options)


def entry(option: Any, prose: str, default: object) -> str:
    """Return the entry of one option."""
    accepted = fill(f"- Accepted: {option.accepts}", WIDTH, subsequent_indent="  ")
    return (
        f"### `{option.name}`\n\n"
        f"{fill(prose, WIDTH)}\n\n"
        f"- Kind: {option.kind}\n"
        f"- Default: {shown_default(default)}\n"
        f"{accepted}\n"
    )


def page_with_section(page: str) -> str:
    """Return the page with the part between the marks written anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{section()}\n{END}{after}"


def main(page: Path = PAGE) -> None:
    """Update the page."""
    page.write_text(page_with_section(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
