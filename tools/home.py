"""Writes the template's own address into the documentation; `make format` runs it.

A fork changes it in one place: `_template_home` in cookiecutter.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from toolchain import REPOSITORY

PAGES = ("README.md", "docs/*.md", "presets/*.yaml")

ADDRESS = re.compile(
    r"(?P<start>\b(?:cookiecutter|create|link) )(?:gh:|https://github\.com/)\S+/\S+"
)
"""The address after a command of cookiecutter or cruft."""


def home() -> str:
    """Return the address for cookiecutter, such as `gh:owner/name`."""
    table = json.loads((REPOSITORY / "cookiecutter.json").read_text(encoding="utf-8"))
    return str(table["_template_home"])


def with_home(text: str, address: str) -> str:
    """Return a text with this address in every command.

    Example:
        >>> with_home("uvx cookiecutter gh:a/b -f", "gh:c/d")
        'uvx cookiecutter gh:c/d -f'
    """
    url = address.replace("gh:", "https://github.com/", 1)
    return ADDRESS.sub(
        lambda match: match["start"] + (address if match["start"] == "cookiecutter " else url), text
    )


def pages() -> Iterator[Path]:
    """Yield the files with commands."""
    for pattern in PAGES:
        yield from sorted(REPOSITORY.glob(pattern))


def main() -> None:
    """Rewrite every page."""
    for path in pages():
        text = path.read_text(encoding="utf-8")
        new = with_home(text, home())
        if new != text:
            path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
