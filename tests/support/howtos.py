"""Makes the edits that docs/extending.md describes, in a copy of this repository.

A fenced block belongs to the path in the line before it, or to that of the block before. A `diff`
changes the file: its lines without `+` must be there, once. A block of any other language is a new
file.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from sources import tracked_files

from tests.support.layout import LOAD, REPOSITORY, STAGE

PAGE = REPOSITORY / "docs" / "extending.md"
# What the page calls these folders
SHORT_NAMES = {"load": LOAD, "placing": STAGE / "placing"}

_PATH_OR_BLOCK = re.compile(
    r"^ *`(?P<path>[\w./-]+)`:$|^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


class PageError(Exception):
    """The page describes an edit that cannot be made; the text names it."""


class Edit(NamedTuple):
    """One fenced block: language is `diff` for a change, else the text is a new file."""

    path: str
    language: str
    text: str


def edits_by_guide(page: str) -> dict[str, list[Edit]]:
    """Return the edits of each guide by its heading.

    Raises PageError on a block without a path.

    >>> edits_by_guide("\\n## One\\n\\n`a.js`:\\n\\n```diff\\n+b\\n```\\n")
    {'One': [Edit(path='a.js', language='diff', text='+b\\n')]}
    """
    guides = {}
    for part in page.split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        guides[heading] = edits_of(heading, body)
    return guides


def edits_of(heading: str, body: str) -> list[Edit]:
    """Return the edits of one guide."""
    path = ""
    found = []
    for match in _PATH_OR_BLOCK.finditer(body):
        if match["path"]:
            path = match["path"]
        elif path:
            found.append(Edit(path, match["language"], dedent(match["text"])))
        else:
            raise PageError(f"{heading}: a block without the path of its file")
    return found


def apply(edit: Edit, root: Path) -> None:
    """Make one edit in a copy of the repository; raise PageError if the file is different."""
    file = root / real_path(edit.path)
    if edit.language != "diff":
        if file.exists():
            raise PageError(f"{edit.path}: is there already")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(edit.text, encoding="utf-8")
        return
    if not file.is_file():
        raise PageError(f"{edit.path}: no such file")
    lines = edit.text.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] != "+")
    after = "".join(line[1:] for line in lines if line[0] != "-")
    text = file.read_text(encoding="utf-8")
    if text.count(before) != 1:
        raise PageError(f"{edit.path}: {text.count(before)} times in it, not once:\n{before}")
    file.write_text(text.replace(before, after), encoding="utf-8")


def real_path(path: str) -> str:
    """Return a path of the page as one of the repository."""
    first, _, rest = path.partition("/")
    folder = SHORT_NAMES.get(first)
    return str(folder.relative_to(REPOSITORY) / rest) if folder else path


def copy_of_the_repository(target: Path) -> Path:
    """Copy this repository's own files to `target`."""
    for path in tracked_files():
        place = target / path.relative_to(REPOSITORY)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)
    return target


def checks_of(page: str) -> dict[str, str]:
    """Return what each guide gives to `make test` at its end."""
    return {
        part.partition("\n")[0]: match[1]
        for part in page.split("\n## ")[1:]
        if (match := re.search(r'Check: `make test ARGS="([^"]+)"`', part))
    }
