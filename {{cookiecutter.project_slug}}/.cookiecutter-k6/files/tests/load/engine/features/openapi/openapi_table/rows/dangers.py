"""Operations that a test must not send unasked: they end session, account, service or data.

An operation is recognised by its method, path, operationId, tags and the beginning of its summary.
k6 leaves it out by default, unless it acts on something that the run itself created.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from openapi_table.generators.nodes import Node, resolved
from openapi_table.operations.model import Operation
from openapi_table.schemas.views import Schemas

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
_LONGEST_SUMMARY = 120  # characters of a summary that are read
_SYSTEM = r"\b(server|service|system|application|app|node|daemon|process|cluster|instance)s?\b"


class Danger(NamedTuple):
    """One way of doing harm.

    what: it does. Expressions, "" for none, are matched with words in lower case. name: the last
    literal segment of the path, the operationId or the beginning of the summary. path: the whole
    path. methods: a method not listed here is not concerned. safe: GET as well, by its name alone.
    """

    what: str
    name: str = ""
    path: str = ""
    methods: str = "POST PUT PATCH DELETE"
    safe: bool = False


SESSION = "ends the session"
ACCOUNT = "removes or locks the account"
SERVICE = "stops or restarts the service"
DATA = "deletes or resets data"

TABLE = (
    Danger(SESSION, name=r"(log|sign)(s|ging)? ?(out|off)\b|end ?session\b", safe=True),
    Danger(
        SESSION,
        name=r"(revoke|invalidate|expire|terminate|kill|end)\b.*\b(session|token|login|grant)s?\b",
    ),
    Danger(SESSION, name=r"(revoke|revocation|invalidate|blacklist)\b"),
    Danger(SESSION, path=r"\b(sessions?|tokens?|logins?|o?auth|jwt)$", methods="DELETE"),
    Danger(
        ACCOUNT,
        path=r"\b(me|self|myself|whoami|current( user| account)?|profile|account)$",
        methods="DELETE",
    ),
    Danger(
        ACCOUNT,
        name=r"(deactivate|close|disable|delete|remove|terminate|lock|suspend|block|ban)"
        r"( my| your| the)?( own)?( user| current)? (account|me|self|myself|profile)\b",
    ),
    Danger(ACCOUNT, name=r"(deactivate|close|disable|suspend)$", path=r"\b(me|account|profile)\b"),
    Danger(ACCOUNT, name=r"(change|reset|set|update)( my| your| the)?( own| user)? ?password\b"),
    Danger(ACCOUNT, name=r"(password )?(change|reset|update)$", path=r"\bpassword"),
    Danger(
        SERVICE,
        name=r"(shut ?down|reboot|restart|halt|power ?(off|cycle|down)|quit|hibernate)\b",
        safe=True,
    ),
    Danger(
        SERVICE, name=r"(stop|kill|terminate|suspend|upgrade|downgrade|drain|exit)\b", path=_SYSTEM
    ),
    Danger(SERVICE, name=r"((enter|enable|start) )?maintenance( mode)?$"),
    Danger(
        DATA,
        name=r"((factory|hard) )?(reset|wipe|purge|truncate|flush|drop|erase|destroy|nuke|clear"
        r"|clean|clean ?up|cleanse|empty|prune|vacuum|restore|roll ?back|reinit\w*)\b",
    ),
    Danger(
        DATA,
        name=r"((bulk|batch|mass|multi) )?(delete|remove)( |$)"
        r"(all|every|many|by|multiple|everything|batch|bulk|$)",
    ),
    Danger(DATA, name=r"(bulk|batch|mass|multi) ?(delete|remove)\b"),
)
TAGS = re.compile(r"danger|destructive|unsafe|irreversible")


def danger_of(operation: Operation, *, names_own: bool) -> str:
    """Return what harm an operation may do, "" for none.

    names_own: its body or query names the one thing that it changes.

    >>> from openapi_table.operations.model import Operation
    >>> rest = [[], None, [], [], None, {}, [], ""]
    >>> danger_of(Operation("POST /logout", "", "POST", "/logout", *rest), names_own=False)
    'ends the session'
    """
    path = _words(re.sub(r"\{[^{}]*\}", " ", operation.path))
    last = _last_literal(operation.path)
    is_safe = operation.method in SAFE
    names = [last, _words(operation.id)]
    if not is_safe:
        names += _imperatives(_words(operation.summary[:_LONGEST_SUMMARY]))
    for danger in TABLE:
        if is_safe and not danger.safe:
            continue
        if not is_safe and operation.method not in danger.methods.split():
            continue
        # The whole name: `GET /restart-policies` restarts nothing.
        match = re.fullmatch if is_safe else re.match
        if danger.path and not re.search(danger.path, path):
            continue
        if not danger.name or any(match(danger.name, name) for name in names):
            return danger.what
    if not is_safe and any(TAGS.search(tag.lower()) for tag in operation.tags):
        return DATA
    return "" if is_safe or names_own else _without_id(operation)


def _without_id(operation: Operation) -> str:
    """Return what a DELETE, PUT or PATCH of a path that names no single thing does."""
    if re.search(r"\}/?$", operation.path):
        return ""
    return {
        "DELETE": "deletes without an ID, perhaps everything there",
        "PUT": "changes without an ID what was there before",
        "PATCH": "changes without an ID what was there before",
    }.get(operation.method, "")


def _imperatives(summary: str) -> list[str]:
    """Return a summary, and the same in the imperative.

    >>> _imperatives("flushes all"), _imperatives("resets all")
    (['flushes all', 'flush all', 'flushe all'], ['resets all', 'reset all'])
    """
    first, space, rest = summary.partition(" ")
    verbs = [first, *(first[: -len(end)] for end in ("es", "s") if first.endswith(end))]
    return [verb + space + rest for verb in verbs]


def _last_literal(path: str) -> str:
    parts = [part for part in path.partition("#")[0].split("/") if part and "{" not in part]
    return _words(parts[-1].partition("?")[0].rpartition(":")[2]) if parts else ""


def _words(text: str) -> str:
    """Return a name as words in lower case.

    >>> _words("shutdownServer-v2")
    'shutdown server v2'
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return " ".join(re.findall(r"[a-z0-9]+", apart.lower()))


def targets_of(
    row: Mapping[str, Any], operation: Operation, schemas: Schemas, shared: Mapping[str, Node]
) -> dict[str, str]:
    """Return the values that name what an operation changes, each with its slot.

    The slot is "" if no operation gives the value: only the user can. Keys are those of `values` in
    the overrides. An enum in the path of a POST names a kind of thing.
    """
    kinds = _kinds(operation, schemas)
    found: dict[str, str] = {}
    listed = row.get("params", [])
    for parameter in listed:
        if parameter["in"] == "path" and parameter["name"] not in kinds:
            found[f"path.{parameter['name']}"] = parameter["gen"].get("bind", "")
    if any(parameter["in"] == "path" for parameter in listed) or row["role"] == "create":
        return found
    for parameter in listed:
        if "bind" in parameter["gen"] and not parameter.get("optional"):
            found[f"{parameter['in']}.{parameter['name']}"] = parameter["gen"]["bind"]
    for entry in row.get("body", {}).get("types", [])[:1]:
        for name, slot in _required(entry["gen"], shared):
            found[f"body.{name}"] = slot
    return found


def _kinds(operation: Operation, schemas: Schemas) -> set[str]:
    if operation.method != "POST":
        return set()
    return {
        parameter.name
        for parameter in operation.parameters
        if schemas.flat(parameter.schema).keys() & {"enum", "const"}
    }


def _required(made: Node, shared: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """Yield the required properties of a body that hold an id, with their slots."""
    for name, inner in resolved(made, shared).get("required", {}).items():
        if "bind" in inner:
            yield name, inner["bind"]
