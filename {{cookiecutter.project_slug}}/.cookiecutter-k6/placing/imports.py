"""Finds and changes the relative imports of JavaScript modules, independent of the project.

There is no parser: an import is a quoted relative path after `from`, `import`, `import(`,
`require(` or `import.meta.resolve(`. This covers modules, JSDoc types and `export ... from`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection
from typing import NamedTuple

SOURCES = (".js", ".mjs", ".cjs", ".ts")

_SPECIFIER = re.compile(
    r"""\b(?:from|import|require|import\.meta\.resolve)\s*\(?\s*(["'])(\.{1,2}/[^"'\n\\]*)\1"""
)
_CLAUSE = re.compile(r"\b(?:import|export)\s+(?:type\s+)?([\w$*{}\s,]*?)\s*\bfrom\s*$")
_EXPORTED = re.compile(
    r"^[ \t]*export\s+(?:declare\s+)?(?:async\s+)?"
    r"(?:(?:function\s*\*?|class|const|let|var|interface|type)\s+([\w$]+)|(default)\b|\{([^}]*)\})",
    re.MULTILINE,
)
_UNKNOWN = re.compile(
    r"^[ \t]*export\s*\*|^[ \t]*export\s+(?:const|let|var)\s*[\[{]|\bmodule\.exports\b|\bexports\.",
    re.MULTILINE,
)


class Import(NamedTuple):
    """One import of a text.

    start, end: position of its path. line: line number, from 1. names: imported names; None if
    they cannot be determined. kind: "code", "types" (in a doc comment) or "comment".
    """

    start: int
    end: int
    line: int
    specifier: str
    names: frozenset[str] | None
    kind: str


def decode(content: bytes) -> str:
    """Return a file as text without loss: `encode` returns the same bytes."""
    return content.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Return a text as the bytes of a file."""
    return text.encode("utf-8", "surrogateescape")


def find(text: str) -> list[Import]:
    """Return the relative imports of a module.

    >>> [(i.line, i.specifier) for i in find('import { a } from "./a.js";')]
    [(1, './a.js')]
    """
    return [
        Import(
            match.start(2),
            match.end(2),
            text.count("\n", 0, match.start(2)) + 1,
            match[2],
            _names(text, match),
            _kind(text, match.start()),
        )
        for match in _SPECIFIER.finditer(text)
    ]


def _names(text: str, match: re.Match[str]) -> frozenset[str] | None:
    clause = _CLAUSE.search(text, max(0, match.start() - 2000), match.start(1))
    if clause is None or "*" in clause[1]:
        return None
    default, _, braces = clause[1].partition("{")
    names = {_first_word(item) for item in braces.partition("}")[0].split(",") if item.strip()}
    return frozenset(names | ({"default"} if default.strip(" ,\t\r\n") else set()))


def _first_word(item: str) -> str:
    words = item.split()
    return words[1] if len(words) > 1 and words[0] == "type" else words[0]


def _kind(text: str, start: int) -> str:
    before = text[text.rfind("\n", 0, start) + 1 : start].lstrip()
    if before.startswith(("/**", "*")) or "/** @" in before:
        return "types"
    return "comment" if before.startswith(("//", "/*")) else "code"


def exports(text: str) -> frozenset[str] | None:
    """Return the names that a module exports, or None if they cannot be determined.

    >>> sorted(exports("export { b as c };") or ())
    ['c']
    """
    if _UNKNOWN.search(text):
        return None
    names = set()
    for match in _EXPORTED.finditer(text):
        names.update({match[1] or match[2]} - {None})
        names.update(item.split()[-1] for item in (match[3] or "").split(",") if item.strip())
    return frozenset(names)


def resolve(module: str, specifier: str) -> str:
    """Return the path that an import of a module refers to; "" outside the project.

    >>> resolve("tests/load/scripts/a.js", "../lib/b.js")
    'tests/load/lib/b.js'
    """
    path = posixpath.normpath(posixpath.join(posixpath.dirname(module), specifier))
    return "" if path.startswith("../") else path


def specifier(module: str, target: str) -> str:
    """Return the import path from a module to a target.

    >>> specifier("tests/load/scripts/a.js", "tests/load/lib/b.js")
    '../lib/b.js'
    """
    path = posixpath.relpath(target, posixpath.dirname(module))
    return path if path.startswith("../") else f"./{path}"


Follow = Callable[[str, "frozenset[str] | None"], str]


def adjust(
    text: str, was: str, now: str, follow: Follow, lines: Collection[str] | None = None
) -> str:
    """Return a module with its imports corrected for moves of their targets and of itself.

    was, now: path of the module before and after. follow: returns the new path of a target with
    the given names, or "" if it did not move. lines: change only these lines.

    >>> adjust('import "./b.js";', "lib/a.js", "engine/a.js", lambda target, names: "")
    'import "../lib/b.js";'
    """
    for item in reversed(find(text)):
        target = resolve(was, item.specifier)
        wanted = follow(target, item.names) or target
        if not target or resolve(now, item.specifier) == wanted:
            continue
        if lines is not None and _line_at(text, item.start) not in lines:
            continue
        text = text[: item.start] + specifier(now, wanted) + text[item.end :]
    return text


def _line_at(text: str, position: int) -> str:
    end = text.find("\n", position)
    return text[text.rfind("\n", 0, position) + 1 : len(text) if end < 0 else end]
