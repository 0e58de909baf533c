"""From a recording to a journey: what is left out, what is linked, what is cleaned up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .cleaning import clean_up
from .correlate import Correlator, Step
from .filters import Left, choose, main_host
from .model import Exchange, Recording, Refused
from .overrides import Overrides
from .ownership import guard, reason_to_leave
from .routes import Routes
from .rows import Row, rows_of
from .secrecy import Guard, secrets_of
from .slots import slots_of
from .sources import texts_of_code
from .values import Values

MOST_STEPS = 1000
_ROUNDS = 4


@dataclass
class Journey:
    """A journey, compiled.

    Attributes:
        about: the line about it; rows: its steps; data: column -> value of the first row.
        left: what was left out by a rule; held: writes that are left out, name -> reason.
        evidence: lines about values; notes: what to know; origin: scheme and host of the recording.
    """

    name: str
    about: Row
    rows: list[Row]
    data: dict[str, str]
    left: list[Left]
    held: dict[str, str]
    evidence: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    origin: str = ""


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
    secrets = Guard(secrets_of(recording.exchanges, recording.secret_variables))
    steps_own = own.of(name, "steps")
    code = texts_of_code(recording.exchanges)
    held: dict[str, str] = {}
    for _ in range(_ROUNDS):
        values = Values(forced=own.of(name, "values"))
        differs = _differences(kept, again, chosen, own.keep, routes)
        correlator = Correlator(kept, secrets, values, differs)
        correlator.typed.code = code
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
    undo, notes = clean_up(steps, correlator, values, routes)
    rows = rows_of(name, steps, values, routes, timed=recording.timed)
    rows += [{**row, "journey": name, "step": len(rows) + i} for i, row in enumerate(undo)]
    guard(rows, steps, correlator)
    _apply(rows, steps_own)
    about: Row = {
        "journey": name,
        "source": recording.source,
        "host": chosen,
        "values": dict(values.defined),
    }
    journey = Journey(name, about, rows, dict(values.rows), left, held)
    journey.evidence = _evidence(values)
    journey.origin = f"{kept[0].request.parts.scheme}://{chosen}"
    journey.notes = [*recording.notes, *notes]
    _guarded(journey, secrets)
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
    kept: Sequence[Exchange],
    again: Recording | None,
    host: str,
    keep: Sequence[str],
    routes: Routes,
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


# --- what is said ---------------------------------------------------------------------------------


def _evidence(values: Values) -> list[str]:
    from .values import KINDS  # noqa: PLC0415 - a table of words

    lines = []
    for name, definition in values.defined.items():
        kind = next(KINDS[key] for key in KINDS if key in definition)
        extra = definition.get("setting", "")
        lines.append(f"{name}: {kind}{f' {extra}' if extra else ''} - {values.evidence[name]}")
    return lines


def _guarded(journey: Journey, secrets: Guard) -> None:
    """Refuse to write a secret down, wherever it got in."""
    for row in [journey.about, *journey.rows, journey.data]:
        text = json.dumps(row, ensure_ascii=False)
        secret = secrets.first(text)
        if secret:
            masked = secrets.masked(row)
            row.clear()
            row.update(masked)
            journey.notes.append(
                f"{row.get('name', 'the journey')}: a secret stood where none was expected; it was"
                " replaced by ***"
            )
    journey.evidence = secrets.masked(journey.evidence)
    journey.notes = secrets.masked(journey.notes)
