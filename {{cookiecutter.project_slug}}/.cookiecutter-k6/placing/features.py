"""Which optional files belong to the suite: features.json, applied to the answers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "features.json")

# The package.json of the suite has a script for every test, named after its file.
PACKAGE_FILE = "tests/load/package.json"
_TEST_FILE = re.compile(r"tests/load/scripts/([^/]+)\.js")


def load_table(path: str = TABLE) -> dict[str, Any]:
    """Read the feature table: name -> {"on": ..., "needs": [...], "files": [...]}.

    "on": answer -> values. The feature is on if every answer has one of its values (an answer that
    is a list: if it contains one), or none of them with {"not": values}. With a list of such
    conditions, one of them has to hold.
    "needs": features whose files this one imports; they are on whenever it is (checked by a test,
    not here).
    "files": files that exist only with the feature; a path that ends with a slash means everything
    below that folder.
    """
    with open(path, encoding="utf-8") as file:
        table: dict[str, Any] = json.load(file)
    return table


def switched_on(table: Mapping[str, Any], answers: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the features that the answers switch on.

    >>> switched_on({"auth": {"on": {"auth": ["login"]}}}, {"auth": "login"})
    frozenset({'auth'})
    """
    return frozenset(
        name
        for name, feature in table.items()
        if any(_holds(condition, answers) for condition in _conditions(feature["on"]))
    )


def _conditions(on: Any) -> list[Mapping[str, Any]]:
    return on if isinstance(on, list) else [on]


def _holds(condition: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    return all(_fits(answers.get(answer), values) for answer, values in condition.items())


def _fits(answer: Any, values: Any) -> bool:
    """Tell whether an answer, or an item of it, is one of the values; false if it is missing."""
    if isinstance(values, dict):
        return answer is not None and answer not in values["not"]
    items = answer.split(",") if isinstance(answer, str) else [answer]
    return any(item in values for item in items)


def select(table: Mapping[str, Any], on: frozenset[str], paths: Iterable[str]) -> list[str]:
    """Return, sorted, the paths that no switched-off feature owns."""
    off = [owned for feature in _off(table, on) for owned in feature.get("files", [])]
    folders = tuple(owned for owned in off if owned.endswith("/"))
    files = frozenset(off)
    return sorted(path for path in paths if path not in files and not path.startswith(folders))


def dropped_members(table: Mapping[str, Any], on: frozenset[str]) -> dict[str, list[str]]:
    """Return the members of JSON files to leave out: path -> dotted names.

    JSON has no comments, and so no feature lines. Left out of package.json is the script of each
    test that a switched-off feature owns.

    >>> table = {"a": {"on": {}, "files": ["tests/load/scripts/shop.js"]}}
    >>> dropped_members(table, frozenset())
    {'tests/load/package.json': ['scripts.shop']}
    """
    owned = [path for feature in _off(table, on) for path in feature.get("files", [])]
    tests = [match[1] for path in owned if (match := _TEST_FILE.fullmatch(path))]
    return {PACKAGE_FILE: [f"scripts.{name}" for name in tests]}


def _off(table: Mapping[str, Any], on: frozenset[str]) -> list[Mapping[str, Any]]:
    return [feature for name, feature in table.items() if name not in on]
