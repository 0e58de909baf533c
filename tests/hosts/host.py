"""What a host is: a small service, and the commands that its developers run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# (tool of tools/toolchain.py, command, arguments); "" is a program of this machine.
Command = tuple[str, ...]


class Host(NamedTuple):
    """A service that gets a suite.

    files: path -> text. commands: what its developers run; each ends with 0. hints: file -> the
    text to replace there, and its replacement, as the hint of the generation asks for. built: files
    that the commands make.
    """

    files: Mapping[str, str]
    commands: Mapping[str, Command]
    hints: Mapping[str, tuple[str, str]] = {}
    built: frozenset[str] = frozenset()
