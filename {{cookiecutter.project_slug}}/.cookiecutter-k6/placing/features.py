"""Which optional files belong to the suite: features.json, applied to the answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "features.json")


def load_table(path: str = TABLE) -> dict[str, Any]:
    """Read the feature table: name -> {"on": ..., "files": [...], "members": {...}}.

    "on": answer -> values. The feature is on if every answer has one of its values (an answer that
    is a list: if it contains one), or none of them with {"not": values}. With a list of such
    conditions, one of them has to hold.
    "files": files that exist only with the feature; a path that ends with a slash means everything
    below that folder. "members": JSON file -> dotted names of the members that exist only with the
    feature (JSON has no comments, so there are no feature marks).
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
    """Return the members of JSON files that switched-off features own: path -> dotted names."""
    dropped: dict[str, list[str]] = {}
    for feature in _off(table, on):
        for path, names in feature.get("members", {}).items():
            dropped.setdefault(path, []).extend(names)
    return dropped


def _off(table: Mapping[str, Any], on: frozenset[str]) -> list[Mapping[str, Any]]:
    return [feature for name, feature in table.items() if name not in on]
