"""Scripts before a request: the variables that they set to something new. They are never run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .scripts import FRAME, SET

Definition = dict[str, Any]

_UUID = (
    r"(?:require\(['\"]uuid['\"]\)|uuid|uuidv4|crypto)\.?(?:v4|randomUUID)?\(\)"
    r"|pm\.variables\.replaceIn\(['\"]\{\{\$(?:guid|randomUUID)\}\}['\"]\)"
)
_NOW = r"Date\.now\(\)|\+?\s*new Date\(\)(?:\.getTime\(\)|\.valueOf\(\))|moment\(\)\.valueOf\(\)"
_SECONDS = rf"Math\.\w+\(\(?(?:{_NOW})\)?\s*/\s*1000\)|moment\(\)\.unix\(\)"
_ISO = r"new Date\(\)\.to(?:ISOString|JSON)\(\)|moment\(\)\.(?:toISOString|format)\(\)"
_NUMBER = r"Math\.\w+\(Math\.random\(\)\s*\*\s*(?P<most>\d{1,15})\)(?:\s*\+\s*\d+)?"
_RANDOM = r"Math\.random\(\)(?:\.toString\(\d*\)(?:\.\w+\([\d,\s-]*\))*)?|_\.random\([\d,\s]+\)"
_PARTS = re.compile(
    rf"\s*(?:(?P<uuid>{_UUID})|(?P<seconds>{_SECONDS})|(?P<iso>{_ISO})|(?P<number>{_NUMBER})"
    rf"|(?P<now>{_NOW})|(?P<random>{_RANDOM})|'(?P<one>[^'\\]*)'|\"(?P<two>[^\"\\]*)\""
    r"|`(?P<template>[^`\\]*)`|(?P<digits>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w{0,80}))"
    r"(?:\.toString\(\))?\s*(?:\+|$)"
)
_IN_TEMPLATE = re.compile(r"\$\{([^{}]*)\}")
_NAMED = re.compile(r"(?:var|let|const)\s+(\w+)\s*=\s*([^;\n]+?)\s*;?\s*$", re.MULTILINE)
_DYNAMIC_NAME = re.compile(r"pm\.variables\.replaceIn\(['\"](\{\{\$\w+\}\})['\"]\)")

_KINDS: dict[str, Definition] = {
    "uuid": {"new": "uuid"},
    "seconds": {"new": "time", "like": "s"},
    "iso": {"new": "time", "like": "Ts3Z"},
    "now": {"new": "time", "like": "ms"},
    "random": {"new": "random", "like": "a0a0a0a0a0"},
}

DYNAMIC: dict[str, Definition] = {
    "$guid": {"new": "uuid"},
    "$uuid": {"new": "uuid"},
    "$randomuuid": {"new": "uuid"},
    "$random.uuid": {"new": "uuid"},
    "$timestamp": {"new": "time", "like": "s"},
    "$isotimestamp": {"new": "time", "like": "Ts3Z"},
    "$randomint": {"new": "random", "like": "000"},
    "$random.integer": {"new": "random", "like": "000"},
    "$randomemail": {"new": "email"},
    "$randomexampleemail": {"new": "email"},
    "$random.email": {"new": "email"},
    "$randompassword": {"new": "password"},
}
"""Variables that the tools make anew at each use."""


def dynamic(name: str) -> Definition | None:
    """Return what a variable such as `$guid` stands for; None for one with a value of its own."""
    if not name.startswith("$"):
        return None
    return DYNAMIC.get(name.lower(), {"new": "text", "like": name.strip("$").lower()[:40]})


def made(name: str, scripts: Sequence[str], notes: list[str]) -> dict[str, Definition]:
    """Return variables that scripts before a request set -> what they are.

    What is not understood is noted.
    """
    found: dict[str, Definition] = {}
    for script in scripts:
        kind, _, text = script.partition("\n")
        if kind != "prerequest":
            continue
        # Comments would be taken for the rest of a line.
        text = re.sub(r"(?m)(^|\s)//.*$", "", text)
        named = {match[1]: match[2] for match in _NAMED.finditer(text)}
        for match in SET.finditer(text + "\n"):
            definition = _meaning(match[2].strip(), named, 0)
            if definition is None:
                notes.append(f"{name}: how it sets variable {match[1]} is not understood")
            else:
                found[match[1]] = definition
        rest = [
            line.strip()
            for line in text.splitlines()
            if not FRAME.match(line) and not SET.search(line + "\n") and not _NAMED.match(line)
        ]
        if rest:
            what = "not understood in its script before the request"
            hint = " (make it a request of the collection)" if "sendRequest" in rest[0] else ""
            notes.append(f"{name or 'collection'}: {what}: {rest[0][:60]}{hint}")
    return found


def _meaning(expression: str, named: Mapping[str, str], depth: int) -> Definition | None:
    """Return what a JavaScript expression of texts and new values stands for."""
    whole = _DYNAMIC_NAME.fullmatch(expression)
    if whole:
        return dynamic(whole[1].strip("{}"))
    parts: list[Definition] = []
    at = 0
    while at < len(expression):
        match = _PARTS.match(expression, at)
        if match is None or depth > 3:
            return None
        more = _one(match, named, depth)
        if more is None:
            return None
        parts += more
        at = match.end()
    return _joined(parts)


def _one(match: re.Match[str], named: Mapping[str, str], depth: int) -> list[Definition] | None:
    groups = match.groupdict()
    for kind, definition in _KINDS.items():
        if groups[kind] is not None:
            return [definition]
    if groups["number"] is not None:
        return [{"new": "random", "like": "0" * max(1, len(groups["most"]) - 1)}]
    if groups["template"] is not None:
        found = []
        for index, text in enumerate(_IN_TEMPLATE.split(groups["template"])):
            inner = _meaning(text.strip(), named, depth + 1) if index % 2 else {"same": text}
            if inner is None:
                return None
            found.append(inner)
        return found
    if groups["name"] is not None:
        inner = _meaning(named.get(groups["name"], "?"), named, depth + 1)
        return None if inner is None else [inner]
    text = next(groups[key] for key in ("one", "two", "digits") if groups[key] is not None)
    return [{"same": text}]


def _joined(parts: Sequence[Definition]) -> Definition | None:
    parts = [part for part in parts if part != {"same": ""}]
    if not parts:
        return None
    if len(parts) == 1:
        return dict(parts[0])
    texts = [part["same"] for part in parts if "same" in part]
    if len(texts) == len(parts):
        return {"same": "".join(texts)}
    if any("@" in text for text in texts):
        return {"new": "email"}
    start = texts[0] if texts else ""
    like = start.rstrip("-_ ")
    return {"new": "text", "like": like[:40], "join": start[len(like) :][:1]}
