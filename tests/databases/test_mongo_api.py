"""The MongoDB extension: suite and stand-in have its functions, as its sources define them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.support.layout import LOAD

HERE = Path(__file__).parent
API = json.loads((HERE / "mongo-api.json").read_text(encoding="utf-8"))
FUNCTIONS: dict[str, list[str]] = API["functions"]
CDC = LOAD / "engine" / "features" / "cdc"


def parameters(text: str) -> int:
    """Count the parameters between two parentheses, of Go, TypeScript or a call.

    Example:
        >>> parameters("database, collection string, limit int64")
        3
    """
    depth, count = 0, 1 if text.strip() else 0
    for character in text.strip().rstrip(","):
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(character, 0)
        count += character == "," and depth == 0
    return count


def calls(text: str, name: str) -> list[str]:
    """Return the arguments of every call of a function of the extension."""
    found = []
    for match in re.finditer(rf"\b(?:connected|client|mongo)\??\.{name}\(", text):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        found.append(text[match.end() : end - 1])
    return found


def test_the_stand_in_has_the_functions_of_the_extension() -> None:
    text = (HERE / "k6" / "mongo" / "mongo.go").read_text(encoding="utf-8")
    method = r"^func \((?:c )?\*(?:Client|Mongo)\) ([A-Z]\w+)\((.*?)\) "
    methods = re.findall(method, text, re.MULTILINE)
    found = {name[0].lower() + name[1:]: parameters(given) for name, given in methods}
    assert found == {name: len(given) for name, given in FUNCTIONS.items()}


def test_the_types_declare_them() -> None:
    text = (CDC / "extensions.d.ts").read_text(encoding="utf-8")
    declared = re.findall(r"^    (\w+)\(([^)]*)\):", text, re.MULTILINE)
    assert len(declared) >= 4
    for name, given in declared:
        assert parameters(given) == len(FUNCTIONS[name]), name


def test_the_suite_calls_them_so() -> None:
    text = (CDC / "mongodb.js").read_text(encoding="utf-8")
    used = {name: calls(text, name) for name in FUNCTIONS}
    assert all(used[name] for name in ("newClient", "find", "deleteMany", "disconnect"))
    for name, found in used.items():
        for given in found:
            assert parameters(given) == len(FUNCTIONS[name]), (name, given)


def test_the_pages_name_the_version() -> None:
    for page in (LOAD / "docs" / "cdc.md", LOAD / "k6" / "databases.dockerfile"):
        assert API["extension"] in page.read_text(encoding="utf-8"), page
