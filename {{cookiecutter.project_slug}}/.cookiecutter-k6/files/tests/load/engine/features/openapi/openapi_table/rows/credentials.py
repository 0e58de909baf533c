"""Operations that sign somebody in: made-up credentials get a 401, and may lock an account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_table.generators.names import TEXTS
from openapi_table.generators.nodes import Node, resolved
from openapi_table.operations.model import SAFE, Operation
from openapi_table.schemas.views import Schemas
from openapi_table.texts import words

from .dangers import names_of

_SIGNS_IN = re.compile(
    r"((user|admin|auth|do) )?(log|sign) ?(in|on)( \w+)*|auth|oauth2?"
    r"|(authenticate[ds]?|authenticating|authentication)( \w+)*"
    r"|((get|create|issue|obtain|access|auth|oauth2?|bearer|jwt|api) )*tokens?"
    r"|tokens? (create|obtain|pair|verify)|((jwt|token) )?(refresh|renew)( \w+)*|exchange( token)?"
    r"|(create )?sessions?|(verify|confirm)( \w+)*|jwt (create|verify)|introspect"
)
_SECRET = re.compile(
    r"(\w+ )?(password|passwd|passphrase|pwd|secret)|pin|assertion|credential|refresh|jwt|otp|totp"
    r"|((refresh|access|id|auth|verification|confirmation|reset|jwt) )?token"
    r"|((verification|confirmation|auth|login|mfa|otp|totp) )?code"
)
_PASSWORD = re.compile(r"(\w+ )?(password|passwd|passphrase|pwd)")
_TOKEN = re.compile(r"((access|auth|bearer|id|jwt|session|refresh|api) )?token|(access )?jwt")
# Answers to these hold a token as well, and made-up credentials are right there.
_REGISTERS = re.compile(
    r"((user|account|auth|do) )?(register|registration|sign ?up|join|enroll?|invite)( \w+)*"
    r"|(create|add|new|post)?( ?an?)? ?(users?|accounts?|members?|customers?)( \w+)*"
)
_USER = re.compile(
    r"user( (name|id))?|username|name|e ?mail( address)?|login|identifier|phone( number)?|client id"
)


def credentials_of(
    row: Mapping[str, Any], operation: Operation, schemas: Schemas, shared: Mapping[str, Node]
) -> list[str]:
    """Return what an operation signs in with, as keys of `values`, if that is made up.

    It signs in by its name, or because it gets a password and answers with a token. Examples,
    defaults and enums of the document are not made up. shared: see Builder.
    """
    if operation.method in SAFE:
        return []
    names = names_of(operation)
    secret = _SECRET
    if not any(map(_SIGNS_IN.fullmatch, names)):
        if any(map(_REGISTERS.fullmatch, names)) or not _gives_token(operation, schemas):
            return []
        secret = _PASSWORD
    sent = [(f"{part['in']}.{part['name']}", part["gen"]) for part in row.get("params", [])]
    for entry in row.get("body", {}).get("types", [])[:1]:
        sent += _properties(entry["gen"], shared)
    made_up = [key for key, made in sent if _is_made_up(resolved(made, shared))]
    named = {key: words(key.partition(".")[2]) for key in made_up}
    if not any(map(secret.fullmatch, named.values())):
        return []
    return [key for key, name in named.items() if _SECRET.fullmatch(name) or _USER.fullmatch(name)]


def _gives_token(operation: Operation, schemas: Schemas) -> bool:
    """Tell whether a success is answered with a token, at the top or one level below."""
    for status, answer in operation.answers.items():
        if answer.schema is not None and status[0] in "2d":
            top = _fields(schemas.flat(answer.schema))
            below = [_fields(schemas.flat(schema)) for schema in top.values()]
            if any(_TOKEN.fullmatch(words(name)) for part in (top, *below) for name in part):
                return True
    return False


def _fields(view: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = view.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _is_made_up(made: Node) -> bool:
    return made["const"] in TEXTS if "const" in made else "pick" not in made


def _properties(made: Node, shared: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    node = resolved(made, shared)
    for name, inner in {**node.get("required", {}), **node.get("optional", {})}.items():
        yield f"body.{name}", inner
