"""Operations that a test must not send unasked: they end session, account, service or data.

An operation is recognised by its method, path, operationId, tags and the beginning of its summary.
k6 leaves it out by default, unless it acts on something that the run itself created.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from openapi_table.generators.nodes import Node, resolved
from openapi_table.operations.model import SAFE, Operation
from openapi_table.schemas.views import Schemas
from openapi_table.texts import words

_STANDARD = frozenset("POST PUT PATCH DELETE".split())
_LONGEST_SUMMARY = 120  # characters of a summary that are read
_SYSTEM = r"\b(server|service|system|application|app|node|daemon|process|cluster|instance)s?\b"
_KEY = r"(keys?|secrets?|tokens?|credentials?|certificates?)"
_FACTOR = r"(2 ?fa|mfa|totp|otp|two ?factor\w*|multi ?factor\w*)"
# What begins with a verb and is read all the same: `GET /delete-requests`.
_READ = (
    r"(?!.*\b(status|form|page|requests?|reasons?|options?|logs?|history|list|info|preview|polic\w+"
    r"|events?|schedules?|jobs?|tasks?|configs?|settings|links?|tokens?)$)"
)


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
# These two reach beyond the service: they are left out even for what the run created.
MESSAGES = "sends messages to people or other systems"
MONEY = "moves money"

TABLE = (
    Danger(SESSION, name=r"(log|sign)(s|ging)? ?(out|off)\b|end ?session\b", safe=True),
    Danger(
        SESSION,
        name=r"(revoke|invalidate|expire|terminate|kill|end)\b.*\b(session|token|login|grant)s?\b",
    ),
    Danger(SESSION, name=r"(revoke|revocation|invalidate|blacklist|impersonate)\b"),
    Danger(SESSION, name=rf"(rotate|regenerate|roll|reissue)\b.*\b{_KEY}\b"),
    Danger(SESSION, name=r"(rotate|regenerate|roll|reissue)$", path=rf"\b{_KEY}\b"),
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
    Danger(
        MESSAGES,
        name=r"(forgot(ten)?|lost|recover)( my)? password\b|password (forgot(ten)?|recovery)\b",
    ),
    Danger(ACCOUNT, name=r"(change|reset|set|update)( my| your| the)?( own| user)? ?password\b"),
    Danger(ACCOUNT, name=r"(password )?(change|reset|update)$", path=r"\bpassword"),
    Danger(ACCOUNT, path=r"\bpassword$"),
    Danger(ACCOUNT, name=rf"(de)?(enable|disable|activate|enroll|set ?up|reset)\b.*\b{_FACTOR}\b"),
    Danger(ACCOUNT, name=r"(enable|disable|(de)?activate|enroll|set ?up)$", path=rf"\b{_FACTOR}\b"),
    Danger(ACCOUNT, path=rf"\b(me|account|profile)\b.*\b{_FACTOR}$"),
    Danger(
        SERVICE,
        name=r"(shut ?down|reboot|restart|halt|power ?(off|cycle|down)|quit|hibernate)\b",
        safe=True,
    ),
    Danger(
        SERVICE, name=r"(stop|kill|terminate|suspend|upgrade|downgrade|drain|exit)\b", path=_SYSTEM
    ),
    Danger(SERVICE, name=r"((enter|enable|start) )?maintenance( mode)?$"),
    Danger(SERVICE, name=r"((re|un)?deploy|fail ?over|migrate|migrations? run|reindex)\b"),
    Danger(
        DATA,
        name=r"((factory|hard) )?(reset|wipe|purge|truncate|flush|drop|erase|destroy|nuke|clear"
        r"|clean|clean ?up|cleanse|empty|prune|vacuum|restore|roll ?back|reinit\w*|expunge)\b",
    ),
    Danger(
        DATA,
        name=r"((bulk|batch|mass|multi) )?(delete|remove)( |$)"
        r"(all|every|many|by|multiple|everything|batch|bulk|$)",
    ),
    Danger(DATA, name=r"(bulk|batch|mass|multi) ?(delete|remove|update|edit|replace)\b"),
    Danger(DATA, name=r"(delete|update|remove) by query\b"),
    Danger(
        DATA,
        name=_READ + r"(delete|remove|destroy|erase|purge|wipe|truncate|drop|flush|reset|clear"
        r"|deactivate|disable|unsubscribe|revoke)( \w+){0,2}",
        methods="",
        safe=True,
    ),
    Danger(MESSAGES, name=_READ + r"(re)?(send|notify|broadcast)\b( \w+){0,2}", safe=True),
    Danger(
        MESSAGES,
        name=r"(send|resend|notify|notifications? send|broadcast|invites?|invitations?|reminders?"
        r"|e?mails?|sms|text ?messages?|newsletters?|(push )?notifications?$)\b",
    ),
    Danger(
        MESSAGES,
        name=r"(create|add|post|new) (an? )?(invitation|invite|e?mail|sms|reminder)s?\b",
    ),
    Danger(MESSAGES, name=r"(trigger|fire|test|ping|(re)?deliver)\b", path=r"\b(web ?)?hooks?\b"),
    Danger(
        MONEY,
        name=r"((create|make|add|post|new|issue|process|confirm|capture|execute) (an? )?)?"
        r"(charge|refund|payment|payout|withdrawal|transfer|purchase|donation)s?( intents?)?$",
        methods="POST PUT PATCH",
    ),
    Danger(MONEY, name=r"(pay|refund|charge|withdraw|pay ?out|buy|purchase|check ?out)\b"),
    Danger(MONEY, name=r"(capture|confirm)$", path=r"\b(payments?|charges?)\b"),
)
TAGS = re.compile(r"danger|destructive|unsafe|irreversible")
# Without an ID these act on what was there before.
_CHANGES = re.compile(
    r"(deactivate|disable|suspend|terminate|deprovision|unregister|archive|expire|cancel|close|lock"
    r"|block|ban|approve|reject|merge)( all\b.*)?$"
    r"|(update|replace|change|modify|edit|configure|toggle)\b"
    r"|((global|system|server) )?(settings|config(uration)?|preferences)$"
)
_DELETES = re.compile(r"(delete|remove|destroy|erase)\w*")


def danger_of(operation: Operation, *, names_own: bool) -> str:
    """Return what harm an operation may do, "" for none.

    names_own: its body or query names the one thing that it changes.

    >>> from openapi_table.operations.model import SAFE, Operation
    >>> rest = [[], None, [], [], None, {}, [], ""]
    >>> danger_of(Operation("POST /logout", "", "POST", "/logout", *rest), names_own=False)
    'ends the session'
    """
    path = words(re.sub(r"\{[^{}]*\}", " ", operation.path))
    is_safe = operation.method in SAFE
    # Methods of other protocols, such as PURGE and MOVE, are judged like POST, and by their name.
    method = operation.method if operation.method in _STANDARD else "POST"
    names = names_of(operation)
    if not is_safe:
        names += _imperatives(words(operation.summary[:_LONGEST_SUMMARY]))
    if operation.method not in SAFE | _STANDARD:
        names.append(operation.method.lower())
    for danger in TABLE:
        if is_safe and not danger.safe:
            continue
        if not is_safe and method not in danger.methods.split():
            continue
        # The whole name: `GET /restart-policies` restarts nothing.
        match = re.fullmatch if is_safe else re.match
        if danger.path and not re.search(danger.path, path):
            continue
        if not danger.name or any(match(danger.name, name) for name in names):
            return danger.what
    if not is_safe and any(TAGS.search(tag.lower()) for tag in operation.tags):
        return DATA
    return "" if is_safe or names_own else _without_id(operation, names)


def names_of(operation: Operation) -> list[str]:
    """Return the last literal segment of the path, the operationId and its last word, as words.

    >>> from openapi_table.operations.model import Operation
    >>> rest = [[], None, [], [], None, {}, [], ""]
    >>> names_of(Operation("POST /a/signIn/{x}", "user.logIn", "POST", "/a/signIn/{x}", *rest))
    ['sign in', 'user log in', 'log in']
    """
    last = _last_literal(operation.path)
    return [last, words(operation.id), words(re.split(r"[_./-]", operation.id)[-1])]


def _without_id(operation: Operation, names: Sequence[str]) -> str:
    """Return what an operation does whose path names no single thing. names: see danger_of."""
    if "{" in operation.path and (
        operation.method == "POST" or operation.path.rstrip("/")[-1:] == "}"
    ):
        return ""
    if operation.method == "DELETE" or any(map(_DELETES.match, names)):
        return "deletes without an ID, perhaps everything there"
    if operation.method != "POST" or any(map(_CHANGES.match, names)):
        return "changes without an ID what was there before"
    return ""


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
    return words(parts[-1].partition("?")[0].rpartition(":")[2]) if parts else ""


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
