"""Pages with parts that are generated: a tool rewrites them, or checks that they are current.

A part stands between two marker lines. Each tool of this kind has a function that returns its parts
and calls `keep` with it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple


class PageError(Exception):
    """A part cannot be made, or its page has no place for it."""


class Part(NamedTuple):
    """What belongs between two markers of a page."""

    page: Path
    begin: str
    end: str
    content: str


def updated(text: str, part: Part) -> str:
    """Return a page with new content between its markers; raise PageError if one is missing."""
    head, begin, rest = text.partition(part.begin)
    _, end, tail = rest.partition(part.end)
    if not begin or not end:
        raise PageError(f"{part.page.name} needs the lines {part.begin} and {part.end}")
    return f"{head}{begin}\n\n{part.content}\n\n{end}{tail}"


def outdated(parts: Iterable[Part]) -> dict[Path, str]:
    """Return the new text of each page that differs from it."""
    texts: dict[Path, str] = {}
    for part in parts:
        text = texts.get(part.page) or part.page.read_text(encoding="utf-8")
        texts[part.page] = updated(text, part)
    return {page: new for page, new in texts.items() if new != page.read_text(encoding="utf-8")}


def keep(
    about: str | None, parts: Callable[[str], Iterable[Part]], *, asks_k6: bool = False
) -> int:
    """Rewrite pages, or with `--check` only say which are out of date.

    Args:
        about: the help of the tool.
        parts: gets the path of k6, empty unless asks_k6, and returns what belongs into the pages.
        asks_k6: the tool has the option `--k6`.

    Returns:
        The exit code: 1 if a page is out of date or a part cannot be made.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--check", action="store_true", help="exit 1 if a page is out of date")
    if asks_k6:
        parser.add_argument("--k6", default=shutil.which("k6"), help="path of k6")
    options = parser.parse_args()
    if asks_k6 and options.k6 is None:
        parser.error("k6 is not in PATH; run: make format")
    try:
        changed = outdated(parts(options.k6 if asks_k6 else ""))
    except PageError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    if options.check and changed:
        names = ", ".join(page.name for page in changed)
        print(f"{names}: out of date. Run: make format", file=sys.stderr)
        return 1
    for page, text in changed.items():
        page.write_text(text, encoding="utf-8")
    return 0
