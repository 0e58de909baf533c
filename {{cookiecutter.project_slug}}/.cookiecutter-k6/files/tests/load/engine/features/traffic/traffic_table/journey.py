"""From a recording to a journey: what is left out, what is linked, what is cleaned up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .correlate import Correlator, Step
from .filters import Left, choose, main_host
from .model import Exchange, Recording, Refused
from .overrides import Overrides
from .ownership import reason_to_leave
from .routes import Routes, graphql
from .rows import Row, rows_of
from .secrecy import Guard, secrets_of
from .slots import Parts, slots_of
from .sources import sources_of
from .texts import is_id_key
from .values import Values

MOST_STEPS = 1000
_ROUNDS = 4
_LOGIN_WORDS = ("login", "signin", "sign-in", "auth", "token", "session", "logout")


@dataclass
class Journey:
    """A journey, compiled.

    Attributes:
        about: the line about it; rows: its steps; data: column -> value of the first row.
        left: what was left out by a rule; held: writes that are left out, name -> reason.
        evidence: lines about values; notes: what to know.
    """

    name: str
    about: Row
    rows: list[Row]
    data: dict[str, str]
    left: list[Left]
    held: dict[str, str]
    evidence: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def compile_journey(
    name: str,
    recording: Recording,
    own: Overrides,
    routes: Routes,
    *,
    host: str = "",
    again: Recording | None = None,
) -> Journey:
    """Compile a recording.

    Args:
        name: of the journey.
        recording: what was recorded.
        own: the user's overrides.
        routes: names routes.
        host: host and port under test; default: the one that answers most.
        again: a second recording of the same session, which tells what is dynamic.

    Raises:
        Refused: nothing is left to replay.
    """
    chosen = host or main_host(recording.exchanges)
    kept, left = choose(recording.exchanges, chosen, own.keep)
    if not kept:
        hosts = sorted({one.request.host for one in recording.exchanges})[:5]
        raise Refused(
            f"none of {len(recording.exchanges)} requests is left to replay; hosts: "
            f"{', '.join(hosts) or 'none'}. Try: --host HOST, or --keep asset"
        )
    if len(kept) > MOST_STEPS:
        raise Refused(f"{len(kept)} requests, at most {MOST_STEPS} make a journey. Record less")
    guard = Guard(secrets_of(recording.exchanges, recording.secret_variables))
    steps_own = own.of(name, "steps")
    held: dict[str, str] = {}
    for _ in range(_ROUNDS):
        values = Values(forced=own.of(name, "values"))
        differs = _differences(kept, again, chosen, own.keep, routes)
        correlator = Correlator(kept, guard, values, differs)
        correlator.routes = routes
        steps = correlator.steps()
        out = _held(steps, routes, steps_own)
        if not out:
            break
        held.update({routes.name(steps[i].exchange, steps[i].ids): why for i, why in out.items()})
        kept = [one for i, one in enumerate(kept) if i not in out]
    if not kept:
        raise Refused(
            "every request changes something that the journey does not create. Record how it is"
            ' created too, or include them: "skip": false in data/traffic.overrides.json'
        )
    undo, notes = _clean_up(steps, correlator, values, routes)
    rows = rows_of(name, steps, values, routes, timed=recording.timed)
    rows += [{**row, "journey": name, "step": len(rows) + i} for i, row in enumerate(undo)]
    _apply(rows, steps_own)
    about: Row = {
        "journey": name,
        "source": recording.source,
        "host": chosen,
        "values": dict(values.defined),
    }
    journey = Journey(name, about, rows, dict(values.rows), left, held)
    journey.evidence = _evidence(values)
    journey.notes = [*recording.notes, *notes]
    _guarded(journey, guard)
    return journey


def _held(steps: Sequence[Step], routes: Routes, own: Mapping[str, Any]) -> dict[int, str]:
    found = {}
    for index, step in enumerate(steps):
        entry = own.get(routes.name(step.exchange, step.ids), {})
        if entry.get("skip") is False:
            continue
        if entry.get("skip"):
            found[index] = entry["skip"] if isinstance(entry["skip"], str) else "by the overrides"
            continue
        reason = reason_to_leave(step)
        if reason:
            found[index] = reason
    return found


def _apply(rows: list[Row], own: Mapping[str, Any]) -> None:
    for row in list(rows):
        entry = own.get(row["name"], {})
        if "ok" in entry:
            row["ok"] = [int(status) for status in entry["ok"] if str(status).isdigit()]
        if entry.get("check") is False:
            row.pop("responses", None)
        if entry.get("undo") is False and row.get("undo"):
            rows.remove(row)


def _differences(
    kept: Sequence[Exchange], again: Recording | None, host: str, keep: Sequence[str], routes: Routes
) -> dict[tuple[int, str], bool]:
    """Compare each value with that of a second recording of the same session."""
    if again is None:
        return {}
    other, _ = choose(again.exchanges, main_host(again.exchanges) or host, keep)
    rest = [(routes.name(one), one) for one in other]
    found: dict[tuple[int, str], bool] = {}
    for index, one in enumerate(kept):
        name = routes.name(one)
        match = next((i for i, (route, _) in enumerate(rest) if route == name), None)
        if match is None:
            continue
        twin = {slot.place: slot.value for slot in slots_of(rest.pop(match)[1].request)}
        for slot in slots_of(one.request):
            if slot.place in twin:
                found[index, slot.place] = twin[slot.place] != slot.value
    return found


# --- clean-up -------------------------------------------------------------------------------------


def _clean_up(
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
        if graphql(one) is None and ids and one.request.method == "POST" and one.answer.status in {200, 201}:
            undo.append(_deletion(step, index, ids, values, routes))
            notes.append(f"{name} creates something; it is deleted with {undo[-1]['name']}")
        elif not (one.request.method == "POST" and _is_form(one) and _deletes_later(steps[index + 1 :])):
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
    return any(
        step.own_ids and not step.foreign and step.exchange.request.method not in {"GET", "HEAD"}
        and ("delete" in step.exchange.request.url.lower() or "delete" in step.exchange.request.body.lower())
        for step in steps
    )  # fmt: skip


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
            if where["in"] != "json" or len(where["path"]) > 2 or any(
                isinstance(step, int) for step in where["path"]
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


def _deletion(step: Step, index: int, ids: Mapping[str, str], values: Values, routes: Routes) -> Row:
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
    part: Any = {"v": known} if known else values.add(
        "created id", {"from": index, "where": place}, "for the clean-up"
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
        "ok": [200, 202, 204, 404, 410],
        "undo": True,
    }


# --- what is said ---------------------------------------------------------------------------------


def _evidence(values: Values) -> list[str]:
    from .values import KINDS  # noqa: PLC0415 - a table of words

    lines = []
    for name, definition in values.defined.items():
        kind = next(KINDS[key] for key in KINDS if key in definition)
        extra = definition.get("setting", "")
        lines.append(f"{name}: {kind}{f' {extra}' if extra else ''} - {values.evidence[name]}")
    return lines


def _guarded(journey: Journey, guard: Guard) -> None:
    """Refuse to write a secret down, wherever it got in."""
    for row in [journey.about, *journey.rows, journey.data]:
        text = json.dumps(row, ensure_ascii=False)
        secret = guard.first(text)
        if secret:
            masked = guard.masked(row)
            row.clear()
            row.update(masked)
            journey.notes.append(
                f"{row.get('name', 'the journey')}: a secret stood where none was expected; it was"
                " replaced by ***"
            )
    journey.evidence = guard.masked(journey.evidence)
    journey.notes = guard.masked(journey.notes)
