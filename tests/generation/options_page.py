"""Writes the table of docs/options.md from the OPTIONS table of the hook.

    python -m tests.generation.options_page

`test_documents.py` fails when the page is out of date.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Any

from tests.support.hooks import load_hook
from tests.support.layout import REPOSITORY

PAGE = REPOSITORY / "docs" / "options.md"
BEGIN = "<!-- options: written by tests/generation/options_page.py -->"
WIDTH = 105
END = "<!-- /options -->"


def shown_default(default: object) -> str:
    """Return a default as the page shows it."""
    if isinstance(default, bool):
        return "no" if not default else "yes"
    text = str(default)
    return text if " in " in text else f"`{text}`"


def section() -> str:
    """Return one entry for each option."""
    return "\n".join(entry(option) for option in load_hook("pre_gen_project").OPTIONS)


def entry(option: Any) -> str:
    """Return the entry of one option."""
    accepted = fill(f"- Accepted: {option.accepts}", WIDTH, subsequent_indent="  ")
    return (
        f"### `{option.name}`\n\n"
        f"{fill(option.doc, WIDTH)}\n\n"
        f"- Kind: {option.kind}\n"
        f"- Default: {shown_default(option.default)}\n"
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
