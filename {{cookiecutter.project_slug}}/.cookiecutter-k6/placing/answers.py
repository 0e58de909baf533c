"""Carries changed answers into suite.env, line by line: people edit this file more than others.

A line that still says what the previous answer wrote there follows the new answer, wherever it is
now. A line that the user changed stays, and is named: the file has to do what the run says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import NamedTuple

from .rendering import ENV_FILE
from .steps import Action
from .tree import blob_id, to_lf

_LINE = re.compile(r"^(?P<head>(?:export )?(?P<key>[A-Za-z_]\w*)=)(?P<value>.*)$", re.MULTILINE)


class Former:
    """The template's files as the answers of the last run render them, each when it is needed.

    paths: of the files. render: returns the content of one.
    """

    def __init__(
        self, paths: Collection[str] = (), render: Callable[[str], bytes] = str.encode
    ) -> None:
        self._paths = paths
        self._render = render

    def file(self, path: str) -> bytes | None:
        """Return a file, None if the last run had none of that name."""
        return self._render(path) if path in self._paths else None

    def of_blob(self, blob: str) -> bytes | None:
        """Return the file whose content has this id in git."""
        return self._by_blob.get(blob)

    @cached_property
    def _by_blob(self) -> dict[str, bytes]:
        contents = [self._render(path) for path in self._paths]
        return {blob_id(content): content for content in contents}


class Change(NamedTuple):
    """What the template writes behind `KEY=` with the previous and with the new answers."""

    before: str
    after: str


def changes(before: bytes, after: bytes) -> dict[str, Change]:
    r"""Return the settings that two versions of suite.env set differently.

    >>> changes(b"A=1\nB=2\n", b"A=1\nB=3\nC=4\n")
    {'B': Change(before='2', after='3')}
    """
    old, new = _values(before), _values(after)
    return {
        key: Change(old[key][1], value)
        for key, (_number, value) in new.items()
        if key in old and old[key][1] != value
    }


def follow(content: bytes, changed: Mapping[str, Change]) -> bytes:
    r"""Return a suite.env with LF in which the lines that nobody edited have the new values.

    >>> follow(b"B=2\nA=7\n", {"A": Change("1", "9"), "B": Change("2", "3")})
    b'B=3\nA=7\n'
    """

    def replaced(line: re.Match[str]) -> str:
        change = changed.get(line["key"])
        untouched = change is not None and line["value"] == change.before
        return f"{line['head']}{change.after}" if change and untouched else line[0]

    return _LINE.sub(replaced, _text(content)).encode("utf-8", "surrogateescape")


def unheeded(content: bytes, changed: Mapping[str, Change]) -> list[Action]:
    """Return one line of the report for each new answer that suite.env does not have.

    content: the file as it is after this run.
    """
    values = _values(content)
    notes = []
    for key, change in changed.items():
        number, value = values.get(key, (0, ""))
        if key not in values:
            notes.append(f"it has no line {key}=; the new answer needs {key}={change.after}")
        elif value != change.after:
            notes.append(f"line {number} is yours, {key}={value}; the new answer is {change.after}")
    return [Action("kept", ENV_FILE, note=note) for note in notes]


def _values(content: bytes) -> dict[str, tuple[int, str]]:
    """Return the number and the value of the last line of each setting."""
    text = _text(content)
    return {
        line["key"]: (text.count("\n", 0, line.start()) + 1, line["value"])
        for line in _LINE.finditer(text)
    }


def _text(content: bytes) -> str:
    return to_lf(content).decode("utf-8", "surrogateescape")
