"""What a journey created and its recording did not delete: how it is deleted at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .addresses import below
from .correlate import Correlator, Step
from .model import Exchange
from .routes import Routes, graphql
from .rows import Row
from .slots import Part, Parts, slots_of
from .sources import sources_of
from .texts import is_id_key
from .values import Values

_ID_KEYS = {"id", "uuid", "_id", "pk", "guid"}
_LOGIN_WORDS = ("login", "signin", "sign-in", "auth", "token", "session", "logout")


def clean_up(
    steps: Sequence[Step], correlator: Correlator, values: Values, routes: Routes
) -> tuple[list[Row], list[str]]:
    """Return rows that delete what the journey created and the recording did not, and notes."""
    undo: list[Row] = []
    notes = []
    unknown = []
    for index, step in enumerate(steps):
        one = step.exchange
        name = routes.name(one, step.ids)
        if _signs_in(one):
            continue
        if not correlator.creates(one):
            if _may_create(one):
                unknown.append(name)
            continue
        later = steps[index + 1 :]
        ids = _created(one, index, later)
        renamed = _renamed(one, set(ids.values()), later)
        if _is_deleted(later, {*ids.values(), *renamed}):
            continue
        if graphql(one) is None and any(place.startswith("path.") for place in step.own):
            continue  # part of something that this journey deletes
        by_id = graphql(one) is None and one.request.method == "POST"
        if by_id and ids and one.answer.status in {200, 201}:
            part = correlator.typed.made.get(renamed[-1]) if renamed else None
            undo.append(_deletion(step, index, ids, values, routes, part))
            notes.append(f"{name} creates something; it is deleted with {undo[-1]['name']}")
        elif not (one.request.method == "POST" and _is_form(one) and _deletes_later(later)):
            notes.append(
                f"{name} creates something, and nothing in the recording deletes it: it stays. "
                "Record how it is deleted, too"
            )
    if unknown:
        notes.append(
            f"{', '.join(dict.fromkeys(unknown))}: what came back is not known, so whatever this "
            "creates stays. A HAR recording has the answers"
        )
    return list(reversed(undo)), notes


def _signs_in(one: Exchange) -> bool:
    gql = graphql(one)
    text = (gql[1] if gql else one.request.parts.path).lower()
    return any(word in text for word in _LOGIN_WORDS)


def _may_create(one: Exchange) -> bool:
    """Tell whether this is a POST of a source without answers, such as curl commands."""
    is_known = not one.answer.assumed or one.links or graphql(one)
    return one.request.method == "POST" and not is_known


def _is_form(one: Exchange) -> bool:
    return "form" in one.request.type


def _deletes_later(steps: Sequence[Step]) -> bool:
    for step in steps:
        request = step.exchange.request
        writes = request.method not in {"GET", "HEAD"} and step.own and not step.foreign
        if writes and "delete" in f"{request.url} {request.body}".lower():
            return True
    return False


def _created(one: Exchange, index: int, later: Sequence[Step]) -> dict[str, str]:
    """Return the ID of what was created, as the place where the answer has it -> the ID."""
    sources = sources_of(one.answer, index)
    path = one.request.parts.path.rstrip("/")
    addresses = _addresses(one, later)
    for source in sources:
        where = source.place
        if where["in"] == "header" and where["name"].lower() == "location" and "segment" in where:
            location = one.answer.header("location")
            if location.rstrip("/").endswith(f"{path}/{source.value}"):
                return {source.where: source.value}
    near = [source for source in sources if _is_near(source.place)]
    found = (
        next((source for source in near if source.value in addresses), None)
        or next((source for source in near if source.key in _ID_KEYS), None)
        or next((source for source in near if is_id_key(source.key)), None)
    )
    return {found.where: found.value} if found else {}


def _is_near(where: Mapping[str, Any]) -> bool:
    return (
        where["in"] == "json"
        and len(where["path"]) <= 3
        and not any(isinstance(step, int) for step in where["path"])
    )


def _renamed(one: Exchange, ids: set[str], later: Sequence[Step]) -> list[str]:
    """Return the addresses that the created thing is given by later requests, in their order."""
    addresses = _addresses(one, later)
    found: list[str] = []
    for step in later:
        request = step.exchange.request
        if request.method in {"PUT", "PATCH", "POST"} and _addresses(one, [step]) & {*ids, *found}:
            slots = [slot for slot in slots_of(request) if slot.where == "body"]
            found += [slot.value for slot in slots if slot.value in addresses - {*ids, *found}]
    return found


def _addresses(one: Exchange, later: Sequence[Step]) -> set[str]:
    """Return what later requests have right below the path of a create."""
    return below(one.request.parts.path, [step.exchange for step in later])


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


def _named(index: int, where: str, values: Values) -> Part:
    """Return what stands for a value of the answer of a step."""
    for name, one in values.defined.items():
        if one.get("from") == index and json.dumps(one["where"]) == where:
            return {"v": name}
    place = {"from": index, "where": json.loads(where)}
    return values.add("created id", place, "for the clean-up")


def _without_query(url: Parts) -> Parts:
    found: Parts = []
    for part in url:
        if isinstance(part, str) and "?" in part:
            return [*found, part.partition("?")[0]]
        found.append(part)
    return found


def _deletion(
    step: Step, index: int, ids: Mapping[str, str], values: Values, routes: Routes, new: Part | None
) -> Row:
    where, value = next(iter(ids.items()))
    part: Any = new or _named(index, where, values)
    one = step.exchange
    url = _without_query(step.template.url)
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
