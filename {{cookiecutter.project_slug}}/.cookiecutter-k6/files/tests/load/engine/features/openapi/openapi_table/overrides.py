"""The user's overrides: which operations are compiled, and changes to their rows.

    {"select": {"exclude": {"tags": ["admin"], "methods": [], "operations": ["GET /slow*"]}},
     "operations": {"GET /pets": {"weight": 5, "ok": ["200"], "values": {"query.limit": 10}},
                    "GET /pets/{id}": {"skip": "why"}, "GET *": {"check": false}}}

The compiler applies `select`, k6 everything else. The compiler never edits `operations`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .operations.model import Operation

LISTS = ("tags", "methods", "operations")
_KEYS = {"select", "operations"}
_CHANGES = {"skip", "weight", "ok", "check", "values"}
_VALUE_KEY = re.compile(r"(?:path|query|header|cookie)\..+|body(?:\..+)?", re.DOTALL)
_OK = re.compile(r"[1-5](?:\d\d|XX)")


class BadOverrides(Exception):
    """The overrides file is invalid; the message says where and what is accepted."""


class Overrides(NamedTuple):
    """A checked overrides file."""

    content: Mapping[str, Any]

    def values(self, operation: Operation) -> dict[str, Any]:
        """Return the user's own values for an operation: those for names with `*`, then its own."""
        changes = self.content.get("operations", {})
        found: dict[str, Any] = {}
        for form, change in changes.items():
            if "*" in form and form != operation.name and _matches(form, operation):
                found |= change.get("values", {})
        found |= changes.get(operation.name, {}).get("values", {})
        return found

    def wanted(self, operation: Operation) -> bool:
        """Tell whether `select` includes an operation."""
        select = self.content.get("select", {})
        include, exclude = select.get("include", {}), select.get("exclude", {})
        # Empty lists include everything.
        listed = any(include.get(kind) for kind in LISTS)
        return (not listed or _any(include, operation)) and not _any(exclude, operation)

    def unknown(self, names: Iterable[str]) -> list[str]:
        """Return the names of overridden operations that do not exist. names: those that do."""
        known = set(names)
        listed = self.content.get("operations", {})
        return [name for name in listed if name not in known and "*" not in name]


def _any(lists: Mapping[str, Any], operation: Operation) -> bool:
    tags = {tag.lower() for tag in operation.tags}
    if tags & {str(tag).lower() for tag in lists.get("tags", [])}:
        return True
    if operation.method in {str(method).upper() for method in lists.get("methods", [])}:
        return True
    return any(_matches(str(form), operation) for form in lists.get("operations", []))


def _matches(form: str, operation: Operation) -> bool:
    """Tell whether a name or operationId, with `*` for any text, matches an operation."""
    # Names hold `%2C` instead of a comma, which thresholds cannot name.
    expression = ".*".join(re.escape(part) for part in form.replace(",", "%2C").split("*"))
    return any(
        re.fullmatch(expression, name, re.DOTALL) for name in (operation.name, operation.id) if name
    )


def loads(text: str) -> Overrides:
    """Parse an overrides file; raise BadOverrides with the place of the problem."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise BadOverrides(f"it is not JSON: {error}") from None
    _object(content, "the file", _KEYS)
    select = _object(content.get("select", {}), "`select`", {"include", "exclude"})
    for side, lists in select.items():
        for kind, listed in _object(lists, f"`select.{side}`", set(LISTS)).items():
            if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
                raise BadOverrides(f"`select.{side}.{kind}` is not a list of strings")
    changes = content.get("operations", {})
    for name, change in _object(changes, "`operations`", None).items():
        _check_change(f"`operations` {name!a}", change)
    return Overrides(content)


def _object(value: Any, where: str, keys: set[str] | None) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadOverrides(f"{where} is not an object")
    unknown = sorted(value.keys() - keys) if keys else []
    if unknown:
        accepted = ", ".join(sorted(keys or ()))
        raise BadOverrides(f"{where} has the unknown key {unknown[0]!a}; accepted: {accepted}")
    return value


def _check_change(where: str, change: Any) -> None:
    _object(change, where, _CHANGES)
    weight = change.get("weight", 1)
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or weight < 0:
        raise BadOverrides(f"{where}: weight is {weight!a}, expected a number of 0 or more")
    if not isinstance(change.get("check", True), bool):
        raise BadOverrides(f"{where}: check must be true or false")
    if not isinstance(change.get("skip", ""), (str, bool)):
        raise BadOverrides(f"{where}: skip must be a reason, true or false")
    statuses = change.get("ok", [])
    if not isinstance(statuses, list) or not all(
        isinstance(s, str) and _OK.fullmatch(s) for s in statuses
    ):
        raise BadOverrides(f'{where}: ok must be a list of statuses such as "200" or "4XX"')
    for key in _object(change.get("values", {}), f"{where}: values", None):
        if not _VALUE_KEY.fullmatch(key):
            raise BadOverrides(
                f"{where}: {key!a} is not a value; accepted: path.NAME, query.NAME, header.NAME,"
                " cookie.NAME, body.NAME, body"
            )


def with_selection(text: str, add: Iterable[tuple[str, str, str]], *, reset: bool) -> str:
    """Return the text of the overrides file with further selections.

    add: (include or exclude, one of LISTS, value). reset: discard the earlier selections.
    """
    content = dict(loads(text).content)
    select = (
        {} if reset else {side: dict(lists) for side, lists in content.get("select", {}).items()}
    )
    for side, kind, value in add:
        listed = select.setdefault(side, {}).get(kind, [])
        select[side][kind] = listed if value in listed else [*listed, value]
    made = json.dumps(select, indent=2, ensure_ascii=False).replace("\n", "\n  ")
    span = _member(text, "select")
    if span:
        return text[: span[0]] + made + text[span[1] :]
    start = text.index("{") + 1
    rest = text[start:]
    comma = "" if rest.lstrip().startswith("}") else ","
    return f'{text[:start]}\n  "select": {made}{comma}{rest if comma else chr(10) + rest.lstrip()}'


def _member(text: str, key: str) -> tuple[int, int] | None:
    """Return where the value of a key of the outermost object begins and ends, None without it."""
    decoder = json.JSONDecoder()
    at = text.index("{") + 1
    while True:
        at = _after_blanks(text, at)
        if text[at] == "}":
            return None
        name, at = decoder.raw_decode(text, at)
        at = _after_blanks(text, _after_blanks(text, at) + 1)  # the colon
        _, end = decoder.raw_decode(text, at)
        if name == key:
            return at, end
        at = _after_blanks(text, end)
        at += text[at] == ","


def _after_blanks(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at
