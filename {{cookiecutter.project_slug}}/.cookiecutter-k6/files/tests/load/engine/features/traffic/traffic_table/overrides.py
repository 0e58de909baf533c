"""The user's word: data/traffic.overrides.json. It turns decisions of an import round."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .filters import TURNABLE
from .model import Refused

FILE = "tests/load/data/traffic.overrides.json"

_NEW = ("text", "email", "uuid", "time", "random", "password")


@dataclass
class Overrides:
    """What the file says.

    Attributes:
        keep: rules of filters that are turned round.
        journeys: name -> weight and skip.
        steps: name of a step -> skip, ok, check, undo.
        values: name of a value -> `recorded`, `data`, a way to make it anew, or `{"value": ...}`.
    """

    keep: list[str] = field(default_factory=list)
    journeys: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def of(self, journey: str, kind: str) -> dict[str, Any]:
        """Return entries of `steps` or `values`: those for all journeys, then `JOURNEY: NAME`."""
        found: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for name, entry in getattr(self, kind).items():
            first, colon, rest = name.partition(": ")
            if colon and first == journey:
                own[rest] = entry
            else:
                found[name] = entry
        return {**found, **own}


_KEYS = {"keep": list, "journeys": dict, "steps": dict, "values": dict}
_STEP_KEYS = {"skip": (bool, str), "ok": (list,), "check": (bool,), "undo": (bool,)}
_JOURNEY_KEYS = {"weight": (int, float), "skip": (bool, str)}


def loads(text: str) -> Overrides:
    """Parse the file; raise Refused for keys and values that mean nothing."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise Refused(f"{FILE} is no JSON: {error}") from None
    if not isinstance(content, dict):
        raise Refused(f"{FILE}: expected an object")
    _refuse_unknown(content, _KEYS, "the file")
    for key, kind in _KEYS.items():
        if key in content and not isinstance(content[key], kind):
            raise Refused(f"{FILE}: {key} has to be {'a list' if kind is list else 'an object'}")
    own = Overrides(**content)
    for rule in own.keep:
        if rule not in TURNABLE:
            raise Refused(f"{FILE}: keep {rule!a} is invalid: expected {', '.join(TURNABLE)}")
    _check(own.steps, _STEP_KEYS, "steps")
    _check(own.journeys, _JOURNEY_KEYS, "journeys")
    for name, value in own.values.items():
        valid = (
            value in ("recorded", "data", *_NEW)
            if isinstance(value, str)
            else (isinstance(value, dict) and set(value) == {"value"})
        )
        if not valid:
            raise Refused(
                f"{FILE}: values {name!a} is {json.dumps(value)}: expected recorded, data,"
                f' {", ".join(_NEW)}, or {{"value": "..."}}'
            )
    return own


def _check(entries: Mapping[str, Any], keys: Mapping[str, tuple[type, ...]], what: str) -> None:
    for name, entry in entries.items():
        if not isinstance(entry, dict):
            raise Refused(f"{FILE}: {what} {name!a}: expected an object")
        _refuse_unknown(entry, keys, f"{what} {name!a}")
        for key, value in entry.items():
            if not isinstance(value, keys[key]) or (isinstance(value, int | float) and value < 0):
                raise Refused(f"{FILE}: {what} {name!a}: {key} {json.dumps(value)} is invalid")


def _refuse_unknown(content: Iterable[str], known: Iterable[str], where: str) -> None:
    for key in content:
        if key not in known:
            near = difflib.get_close_matches(key, list(known), 1)
            hint = f" Did you mean {near[0]!a}?" if near else ""
            raise Refused(
                f"{FILE}: {where} has the unknown key {key!a}.{hint} Accepted: {', '.join(known)}"
            )
