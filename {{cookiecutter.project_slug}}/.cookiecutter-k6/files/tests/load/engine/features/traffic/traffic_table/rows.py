"""Rows of a journey: its steps as the test runs them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from .correlate import Step
from .model import Answer
from .ownership import SAFE
from .routes import Routes, graphql
from .texts import clean, is_id, is_secret_key
from .values import Values

Row = dict[str, Any]

LONGEST_PAUSE = 30.0
"""Seconds. Longer ones are coffee, not reading."""

_MOST_FIELDS = 20
_SHORTEST_PAUSE = 0.05
_PLAIN_FIELD = re.compile(r"^[A-Za-z_$@][\w$@.-]{0,60}$")


def rows_of(
    journey: str, steps: Sequence[Step], values: Values, routes: Routes, *, timed: bool
) -> list[Row]:
    """Return the rows of a journey.

    Args:
        journey: its name.
        steps: in order.
        values: all that the steps use.
        routes: names routes.
        timed: whether the recording has real times; else people are given a second for each step.
    """
    takes: dict[int, dict[str, Any]] = {}
    for name, definition in values.defined.items():
        if "from" in definition:
            takes.setdefault(definition["from"], {})[name] = definition["where"]
    found: list[Row] = []
    ends = 0.0
    batch = 0
    for index, step in enumerate(steps):
        one = step.exchange
        row: Row = {
            "journey": journey,
            "step": index,
            "name": routes.name(one, step.ids),
            "method": one.request.method,
            "kind": _kind(step),
            "url": step.template.url,
        }
        _add_request(row, step)
        row["ok"] = _statuses(step)
        expected = _expected(one.answer, one.fields)
        if expected:
            row["responses"] = {str(one.answer.status): expected}
        if index in takes:
            row["takes"] = takes[index]
        if _cached(one.answer) and one.request.method == "GET":
            row["cached"] = True
        together = index > 0 and timed and one.started < ends - 0.001
        if together and not _needs(step, values) & set(range(batch, index)):
            row["with"] = batch
        else:
            batch = index
            pause = one.started - ends if timed and index else 1.0 if index else 0.0
            if pause >= _SHORTEST_PAUSE:
                row["pause"] = round(min(pause, LONGEST_PAUSE), 2)
        ends = max(ends, one.started + one.took)
        found.append(row)
    _keep_common_fields(found)
    return found


def _keep_common_fields(rows: Sequence[Row]) -> None:
    """Ask for the fields that each recorded answer of a route has: others are not always there."""
    common: dict[tuple[str, str], list[list[str]]] = {}
    for row in rows:
        for status, expected in row.get("responses", {}).items():
            fields = expected.get("required", [])
            known = common.setdefault((row["name"], status), fields)
            common[row["name"], status] = [field for field in known if field in fields]
    for row in rows:
        for status, expected in row.get("responses", {}).items():
            expected.pop("required", None)
            if common[row["name"], status]:
                expected["required"] = common[row["name"], status]


def _add_request(row: Row, step: Step) -> None:
    template = step.template
    if step.exchange.page:
        row["group"] = clean(step.exchange.page, 80).replace("::", ":").rstrip("\\")
    if template.headers:
        row["headers"] = template.headers
    if step.cookies:
        row["cookies"] = step.cookies
    if template.body is not None:
        row["body"] = template.body
        row["type"] = template.type


def _needs(step: Step, values: Values) -> set[int]:
    """Return the steps whose answers a step needs."""
    template = step.template
    parts = [*template.url, *(template.body or [])]
    for more in [*template.headers.values(), *step.cookies.values()]:
        parts += more
    names = values.used(parts)
    return {values.defined[name]["from"] for name in names if "from" in values.defined[name]}


def _kind(step: Step) -> str:
    gql = graphql(step.exchange)
    reads = step.exchange.request.method in SAFE if gql is None else gql[0] == "query"
    return "api_read" if reads else "api_write"


def _statuses(step: Step) -> list[Any]:
    status = step.exchange.answer.status
    if step.exchange.statuses:
        return list(step.exchange.statuses)
    if step.made_later and step.exchange.request.method in SAFE:
        return [status, 200]
    return [200, 304] if status == 304 else [status]


def _cached(answer: Answer) -> bool:
    control = answer.header("cache-control").lower()
    age = re.search(r"max-age=(\d+)", control)
    return bool(age and int(age[1]) > 0) and "no-store" not in control and "no-cache" not in control


def _expected(answer: Answer, fields: Sequence[str]) -> Row:
    """Return what an answer has to be, by the recorded one: its content type and its shape."""
    expected: Row = {}
    if answer.status in {204, 205, 304} or not (answer.body or answer.type):
        return expected
    if answer.type:
        expected["types"] = [answer.type]
    required: list[list[str]] = [field.split("/") for field in fields]
    if answer.type.endswith("json"):
        try:
            content = json.loads(answer.body)
        except (ValueError, RecursionError):
            return expected
        if isinstance(content, dict):
            expected["is"] = "object"
            required += [[name] for name in _fields(content)]
            data = content.get("data")
            if isinstance(data, dict):
                required += [["data", name] for name in _fields(data)]
        elif isinstance(content, list):
            expected["is"] = "array"
            if content and isinstance(content[0], dict):
                required += [["*", name] for name in _fields(content[0])]
    if required:
        expected["required"] = required
    return expected


def _fields(content: dict[str, Any]) -> list[str]:
    """Return the names that every such answer has; none when names are data, such as IDs."""
    names = [name for name, value in content.items() if value is not None]
    if len(names) > _MOST_FIELDS or any(
        is_id(name) or not _PLAIN_FIELD.match(name) for name in names
    ):
        return []
    # A token is given to those who log in, and what is not there needs no check to be missed.
    return [name for name in names if not is_secret_key(name) or "token" in name.lower()]
