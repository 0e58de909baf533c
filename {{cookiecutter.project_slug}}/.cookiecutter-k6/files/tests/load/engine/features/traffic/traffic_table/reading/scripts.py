"""Test scripts of Postman: the common ones, by their text. They are never run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

# What test scripts commonly say. Everything else is named.
_STATUS = re.compile(
    r"(?:pm\.response\.to\.have\.status|pm\.expect\(pm\.response\.code\)\.to\.(?:equal|eql|be\.equal))"
    r"\(\s*(\d{3})\s*\)|responseCode\.code\s*===?\s*(\d{3})"
)
_STATUSES = re.compile(r"pm\.response\.code\)\.to\.be\.oneOf\(\s*\[([\d,\s]+)\]")
_OK = re.compile(r"pm\.response\.to\.be\.(ok|success)")
_BODY = r"pm\.expect\((?:pm\.response\.json\(\)|\w+)"
_PROPERTY = re.compile(
    _BODY + r"((?:\.\w+)*)\)\.to\.(?:have\.property|include\.key)s?\(\s*['\"]([\w-]+)['\"]"
)
_EXIST = re.compile(_BODY + r"((?:\.\w+)+)\)\.to\.(?:exist|be\.a|not\.be)")
_SET = re.compile(
    r"(?:pm\.(?:environment|globals|collectionVariables|variables)\.set|postman\.set(?:Environment|Global)Variable)"
    r"\(\s*['\"]([\w.-]+)['\"]\s*,\s*(.+?)\s*\)\s*;?\s*(?:$|\n|\})",
    re.MULTILINE,
)
_HARMLESS = re.compile(
    r"^\s*(//.*|/?\*.*|\}\)?;?|\}\s*else\s*\{|\{|try\s*\{|\}\s*catch.*|pm\.test\(.*|console\.\w+\(.*|(?:var|let|const)\s+\w+\s*="
    r"\s*(?:pm\.response\.json\(\)|JSON\.parse\(responseBody\)).*|tests\[.*|pm\.expect\(pm\.response\.responseTime\).*)?\s*$"
)
_FROM_BODY = re.compile(
    r"^(?:pm\.response\.json\(\)|JSON\.parse\(responseBody\)|\w+)((?:\.\w+|\[\d+\]|\[['\"][\w-]+['\"]\])+)$"
)
_FROM_HEADER = re.compile(r"^pm\.response\.headers\.get\(\s*['\"]([\w-]+)['\"]\s*\)$")


def checks(name: str, scripts: Sequence[str], notes: list[str]) -> tuple[list[Any], list[str]]:
    """Return the statuses and fields that test scripts expect; what is not understood is noted."""
    statuses: list[Any] = []
    fields: list[str] = []
    for script in scripts:
        kind, _, text = script.partition("\n")
        if kind == "prerequest":
            notes.append(f"{name or 'collection'}: a script before the request is not run")
            continue
        statuses += [int(match[1] or match[2]) for match in _STATUS.finditer(text)]
        for match in _STATUSES.finditer(text):
            statuses += [int(part) for part in match[1].split(",") if part.strip()]
        if _OK.search(text):
            statuses.append({"min": 200, "max": 299})
        fields += [
            "/".join([*match[1].strip(".").split("."), match[2]]).strip("/")
            for match in _PROPERTY.finditer(text)
        ]
        fields += [match[1].strip(".").replace(".", "/") for match in _EXIST.finditer(text)]
        rest = [
            line.strip()
            for line in text.splitlines()
            if not _HARMLESS.match(line)
            and not any(p.search(line) for p in (_STATUS, _STATUSES, _OK, _PROPERTY, _EXIST))
            and not _SET.search(line + "\n")
        ]
        if rest:
            notes.append(f"{name}: not understood in its test script: {rest[0][:60]}")
    unique = [s for i, s in enumerate(statuses) if s not in statuses[:i]]
    return unique, sorted(set(fields))


def links(name: str, scripts: Sequence[str], notes: list[str]) -> dict[str, str]:
    """Return variables that test scripts set -> where in the answer, such as `json:/a/0`."""
    found = {}
    for script in scripts:
        kind, _, text = script.partition("\n")
        if kind == "prerequest":
            continue
        for match in _SET.finditer(text + "\n"):
            variable, value = match[1], match[2].strip()
            body, header = _FROM_BODY.match(value), _FROM_HEADER.match(value)
            if body:
                steps = re.findall(r"\.(\w+)|\[(\d+)\]|\[['\"]([\w-]+)['\"]\]", body[1])
                found[variable] = "json:" + "/".join(next(filter(None, step)) for step in steps)
            elif header:
                found[variable] = f"header:{header[1]}"
            else:
                notes.append(f"{name}: how it sets variable {variable} is not understood")
                continue
    return found
