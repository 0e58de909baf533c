"""Which writes only touch what the journey created. Others are left out unless asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .correlate import Correlator, Step
from .model import Exchange
from .routes import graphql

# The later ones ask a question, too: those of WebDAV, CalDAV and of search engines.
SAFE = frozenset("GET HEAD OPTIONS TRACE QUERY PROPFIND REPORT SEARCH".split())

_DESTRUCTIVE = re.compile(
    r"(^|[^a-z])(delete|remove|destroy|purge|erase|wipe|drop|reset|truncate|deactivate|cancel|revoke|"
    r"terminate|shutdown|clear)([^a-z]|$)|(delete|remove|destroy)[A-Z_]",
    re.IGNORECASE,
)
_CHANGING = re.compile(
    r"(^|[^a-z])(update|edit|rename|modify|patch|set|replace|move|transfer|assign|archive|restore|"
    r"publish|enable|disable|toggle)([^a-z]|$)|^(update|edit|rename|modify|set|move|assign)[A-Z]",
)
_CREATES = re.compile(r"^(create|add|insert|new|register|signup|sign_up|upload)", re.IGNORECASE)
_LOGIN = re.compile(
    r"log-?_?(in|on|out|off)|sign-?_?(in|out)|auth|token|session|refresh|captcha|csrf",
    re.IGNORECASE,
)


def reason_to_leave(step: Step) -> str:
    """Return why a write is left out, mostly as it might change what the journey did not create."""
    one = step.exchange
    method = one.request.method
    length = one.request.header("content-length")
    if not one.request.body and length.isdigit() and int(length) > 0:
        return (
            f"the recording lacks its body of {int(length)} bytes; a proxy records all (mitmproxy)"
        )
    gql = graphql(one)
    path = one.request.parts.path
    if gql:
        return _graphql(step, *gql)
    if method in SAFE:
        if _DESTRUCTIVE.search(path) and (
            300 <= one.answer.status < 400 or one.answer.status == 204
        ):
            return _unless_own(step, "it seems to delete something, by GET")
        return ""
    if one.answer.status >= 400:
        return "" if not step.foreign else "it names something that this journey does not create"
    # Methods of other protocols, such as MKCOL, MOVE and PURGE, act on what their path names, too.
    if method != "POST":
        if _is_session(path) and method == "DELETE":
            return ""
        return _unless_own(step, f"{method} of something that this journey does not create")
    if _destroys(one):
        return _unless_own(step, "it seems to delete something that this journey does not create")
    in_path = [place for place in step.foreign if place.startswith("path.")]
    if in_path and one.answer.status != 201 and not _LOGIN.search(path):
        return "it acts on something that this journey does not create"
    if step.foreign and _CHANGING.search(path.rstrip("/").rpartition("/")[2]):
        return "it changes something that this journey does not create"
    return ""


def guard(rows: Sequence[dict[str, Any]], steps: Sequence[Step], correlator: Correlator) -> None:
    """Add which IDs have to be of things that the journey really created, and who creates them.

    A service may answer a create with something that was there before: that is seen when the
    journey is played, and what would change or delete it is not sent.

    Args:
        rows: those of the steps, in their order, and after them those that clean up.
        steps: of the journey.
        correlator: that made them.
    """
    defined = correlator.values.defined
    creating = {
        i
        for i, step in enumerate(steps)
        if correlator.creates(step.exchange)
        or (step.exchange.links and step.exchange.request.method == "POST")
    }
    for index, row in enumerate(rows):
        if index >= len(steps):
            names = correlator.values.used(row["url"])
        elif _changes(steps[index]):
            names = steps[index].owned
        else:
            continue
        own = [name for name in dict.fromkeys(names) if _given(defined[name], creating, index)]
        if own:
            row["own"] = own
            for name in own:
                source = defined[name]["from"]
                creator = rows[source]
                if graphql(steps[source].exchange):
                    creator["says"] = True
                if name not in creator.setdefault("creates", []):
                    creator["creates"].append(name)


def _changes(step: Step) -> bool:
    one = step.exchange
    gql = graphql(one)
    if gql:
        return gql[0] == "mutation"
    return one.request.method not in SAFE or bool(_DESTRUCTIVE.search(one.request.parts.path))


def _given(definition: Mapping[str, Any], creating: set[int], before: int) -> bool:
    return definition.get("from", before) < before and definition["from"] in creating


def _graphql(step: Step, kind: str, name: str) -> str:
    if kind != "mutation" or _CREATES.match(name) or _LOGIN.search(name):
        return ""
    if _DESTRUCTIVE.search(name):
        return _unless_own(step, "it seems to delete something that this journey does not create")
    return "it changes something that this journey does not create" if step.foreign else ""


def _destroys(one: Exchange) -> bool:
    text = one.request.parts.path
    if "form" in one.request.type and len(one.request.body) < 100_000:
        text += " " + " ".join(
            match[1]
            for match in re.finditer(
                r"(?:^|&|\n)(?:action|_method|_action|op|cmd)=([\w-]+)", one.request.body
            )
        )
    return bool(_DESTRUCTIVE.search(text))


def _is_session(path: str) -> bool:
    return bool(re.search(r"(session|log-?out|sign-?out|token)s?/?$", path, re.IGNORECASE))


def _unless_own(step: Step, reason: str) -> str:
    """Return the reason, unless all IDs are of the journey's own, and there is one."""
    return "" if step.own and not step.foreign else reason
