"""Test scripts of Postman: the common ones, by their text. They are never run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# A name starts where no word goes on: else a long word would be tried from each of its letters.
_BODY = r"(?:pm\.response\.json\(\)|JSON\.parse\(responseBody\)|(?<!\w)\w{1,80})"
_STEPS = r"(?:\.\w{1,80}|\[\d+\]|\[['\"][\w-]+['\"]\])"

_STATUS = re.compile(
    r"pm\.response\.to\.have\.status\(\s*(\d{3})\s*\)"
    r"|pm\.expect\(pm\.response\.code\)\.to\.(?:equal|eql|be\.equal)\(\s*(\d{3})\s*\)"
    r"|responseCode\.code\s*===?\s*(\d{3})"
)
_STATUSES = re.compile(r"pm\.response\.code\)\.to\.be\.oneOf\(\s*\[([\d,\s]+)\]")
_OK = re.compile(r"pm\.response\.to\.be\.(ok|success)")
_PROPERTY = re.compile(
    rf"pm\.expect\(({_BODY}{_STEPS}*)\)\.to\.(?:have\.property|include\.keys?)"
    r"\(\s*['\"]([\w-]+)['\"]"
)
_HAS = re.compile(rf"({_BODY}{_STEPS}*)\.hasOwnProperty\(\s*['\"]([\w-]+)['\"]\s*\)")
_EXIST = re.compile(rf"pm\.expect\(({_BODY}{_STEPS}+)\)\.to\.(?:exist|be\.a|not\.be)")
SET = re.compile(
    r"(?:pm\.(?:environment|globals|collectionVariables|variables)\.set"
    r"|postman\.set(?:Environment|Global)Variable)"
    r"\(\s*['\"]([\w.-]+)['\"]\s*,\s*(.+?)\s*\)\s*;?\s*(?:$|\n|\}\s*(?:[);]|$))",
    re.MULTILINE,
)
_ALIAS = re.compile(
    rf"(?:var|let|const)\s+(\w+)\s*=\s*({_BODY}{_STEPS}*)\s*(?:\|\|[^;\n]*)?(?:;|$)", re.MULTILINE
)
_VALUE = re.compile(rf"^({_BODY})({_STEPS}*)$")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\[['\"]([\w-]+)['\"]\]")
_HEADER = re.compile(r"^pm\.response\.headers\.get\(\s*['\"]([\w-]+)['\"]\s*\)$")
_WHOLE = {"pm.response.json()", "JSON.parse(responseBody)"}

# Lines without a check or a value of their own.
FRAME = re.compile(
    r"^\s*(//.*|/?\*.*|[{}()\];]*|(\}\s*)?(else\s*)?(if\s*\(.*\)\s*)?\{?|try\s*\{|\}\s*catch.*"
    r"|pm\.test\(.*|tests\[.*|console\.\w+\(.*|pm\.expect\(pm\.response\.responseTime\).*"
    r"|(?:var|let|const)\s+\w+\s*=\s*\(?responseCode\.code.*)\s*$"
)
_KNOWN = (_STATUS, _STATUSES, _OK, _PROPERTY, _HAS, _EXIST, _ALIAS, SET)

Path = list[str]


def checks(name: str, scripts: Sequence[str], notes: list[str]) -> tuple[list[Any], list[str]]:
    """Return the statuses and fields that test scripts expect; what is not understood is noted."""
    statuses: list[Any] = []
    fields: list[Path] = []
    for text in _tests(scripts):
        aliases = _aliases(text)
        statuses += [int(next(filter(None, match.groups()))) for match in _STATUS.finditer(text)]
        for match in _STATUSES.finditer(text):
            statuses += [int(part) for part in match[1].split(",") if part.strip()]
        if _OK.search(text):
            statuses.append({"min": 200, "max": 299})
        for pattern in (_PROPERTY, _HAS, _EXIST):
            for match in pattern.finditer(text):
                path = _path(match[1], aliases)
                if path is not None:
                    fields.append([*path, *match.groups()[1:]])
        rest = [
            line.strip()
            for line in text.splitlines()
            if not FRAME.match(line) and not any(p.search(line + "\n") for p in _KNOWN)
        ]
        if rest:
            notes.append(f"{name}: not understood in its test script: {rest[0][:60]}")
    unique = [s for i, s in enumerate(statuses) if s not in statuses[:i]]
    return unique, sorted({"/".join(path) for path in fields if path})


def links(name: str, scripts: Sequence[str], notes: list[str]) -> dict[str, str]:
    """Return variables that test scripts set -> where in the answer, such as `json:a/0`."""
    found = {}
    for text in _tests(scripts):
        aliases = _aliases(text)
        for match in SET.finditer(text + "\n"):
            variable, value = match[1], match[2].strip()
            header, path = _HEADER.match(value), _path(value, aliases)
            if header:
                found[variable] = f"header:{header[1]}"
            elif path:
                found[variable] = f"json:{'/'.join(path)}"
            else:
                notes.append(f"{name}: how it sets variable {variable} is not understood")
    return found


def _tests(scripts: Sequence[str]) -> Iterator[str]:
    for script in scripts:
        kind, _, text = script.partition("\n")
        if kind != "prerequest":
            yield text


def _aliases(text: str) -> dict[str, Path]:
    """Return variables of a script that stand for parts of the answer -> their paths."""
    found: dict[str, Path] = {}
    for match in _ALIAS.finditer(text):
        path = _path(match[2], found)
        if path is not None:
            found[match[1]] = path
    return found


def _path(value: str, aliases: Mapping[str, Path]) -> Path | None:
    """Return the path of a value in the answer; None for values that are not from there."""
    match = _VALUE.match(value)
    if not match:
        return None
    # `\w+` takes the first word of a path, too.
    start = [] if match[1] in _WHOLE else aliases.get(match[1])
    if start is None:
        return None
    return [*start, *(next(filter(None, step)) for step in _STEP.findall(match[2]))]
