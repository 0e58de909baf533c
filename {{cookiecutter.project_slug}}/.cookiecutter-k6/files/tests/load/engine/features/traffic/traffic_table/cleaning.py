"""What a journey created and its recording did not delete: how it is deleted at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .correlate import Correlator, Step
from .model import Exchange
from .routes import Routes, graphql
from .rows import Row
from .slots import Parts, slots_of
from .sources import sources_of
from .texts import is_id_key
from .values import Values

_LOGIN_WORDS = ("login", "signin", "sign-in", "auth", "token", "session", "logout")


def clean_up(
    steps: Sequence[Step], correlator: Correlator, values: Values, routes: Routes
) -> tuple[list[Row], list[str]]:
    """Return rows that delete what the journey created and the recording did not, and notes."""
    undo: list[Row] = []
    notes = []
    for index, step in enumerate(steps):
        one = step.exchange
        if not correlator.creates(one) or _signs_in(one):
            continue
        name = routes.name(one, step.ids)
        ids = _created(one, index)
        if _is_deleted(steps[index + 1 :], set(ids.values())):
            continue
        if graphql(one) is None and any(place.startswith("path.") for place in step.own):
            continue  # part of something that this journey deletes
        by_id = graphql(one) is None and one.request.method == "POST"
        if by_id and ids and one.answer.status in {200, 201}:
            undo.append(_deletion(step, index, ids, values, routes))
            notes.append(f"{name} creates something; it is deleted with {undo[-1]['name']}")
        elif not (
            one.request.method == "POST" and _is_form(one) and _deletes_later(steps[index + 1 :])
        ):
            notes.append(
                f"{name} creates something, and nothing in the recording deletes it: it stays. "
                "Record how it is deleted, too"
            )
    return list(reversed(undo)), notes


def _signs_in(one: Exchange) -> bool:
    gql = graphql(one)
    text = (gql[1] if gql else one.request.parts.path).lower()
    return any(word in text for word in _LOGIN_WORDS)


def _is_form(one: Exchange) -> bool:
    return "form" in one.request.type


def _deletes_later(steps: Sequence[Step]) -> bool:
    for step in steps:
        request = step.exchange.request
        writes = request.method not in {"GET", "HEAD"} and step.own and not step.foreign
        if writes and "delete" in f"{request.url} {request.body}".lower():
            return True
    return False


def _created(one: Exchange, index: int) -> dict[str, str]:
    """Return the ID of what was created, as the place where the answer has it -> the ID."""
    sources = sources_of(one.answer, index)
    path = one.request.parts.path.rstrip("/")
    for source in sources:
        where = source.place
        if where["in"] == "header" and where["name"].lower() == "location" and "segment" in where:
            location = one.answer.header("location")
            if location.rstrip("/").endswith(f"{path}/{source.value}"):
                return {source.where: source.value}
    for keys in (("id", "uuid", "_id", "pk", "guid"), ()):
        for source in sources:
            where = source.place
            if (
                where["in"] != "json"
                or len(where["path"]) > 3
                or any(isinstance(step, int) for step in where["path"])
            ):
                continue
            if source.key in keys or (not keys and is_id_key(source.key)):
                return {source.where: source.value}
    return {}


def _is_deleted(steps: Sequence[Step], ids: set[str]) -> bool:
    for step in steps:
        one = step.exchange
        gql = graphql(one)
        deletes = one.request.method == "DELETE" or (gql is not None and "delete" in gql[1].lower())
        if gql and gql[0] == "mutation" and "remove" in gql[1].lower():
            deletes = True
        if deletes and any(slot.value in ids for slot in slots_of(one.request)):
            return True
    return False


def _deletion(
    step: Step, index: int, ids: Mapping[str, str], values: Values, routes: Routes
) -> Row:
    where, value = next(iter(ids.items()))
    known = next(
        (
            name
            for name, one in values.defined.items()
            if one.get("from") == index and json.dumps(one["where"]) == where
        ),
        None,
    )
    place: dict[str, Any] = json.loads(where)
    part: Any = (
        {"v": known}
        if known
        else values.add("created id", {"from": index, "where": place}, "for the clean-up")
    )
    one = step.exchange
    url: Parts = list(step.template.url)
    if isinstance(url[-1], str):
        url[-1] = url[-1].partition("?")[0]
    slash = isinstance(url[-1], str) and url[-1].endswith("/")
    url += [{**part, "as": "url"}, "/"] if slash else ["/", {**part, "as": "url"}]
    path = one.request.parts.path.rstrip("/")
    end = "/" if slash else ""
    template = routes.template("DELETE", f"{path}/{value}{end}", [*step.ids, path.count("/")])
    return {
        "name": f"DELETE {template}",
        "method": "DELETE",
        "kind": "api_write",
        "url": url,
        "headers": dict(step.template.headers),
        "ok": [200, 202, 204, 404, 405, 410, 501],
        "undo": True,
    }
