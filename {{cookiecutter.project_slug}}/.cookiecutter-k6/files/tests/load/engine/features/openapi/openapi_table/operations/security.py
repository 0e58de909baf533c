"""Security schemes, and which of them an operation accepts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from openapi_table.document import Document, below, pointer
from openapi_table.texts import clean

from .model import Parameter
from .requests import TOKEN

# Names of parameters that hold a credential, though no security scheme says so.
_CREDENTIALS = re.compile(
    r"authorization|(x-)?(api|app|access|auth|subscription|ocp-apim-subscription)[-_]?(key|token)"
    r"|x-auth|x-token|x-(access|session|csrf)[-_]token",
    re.IGNORECASE,
)


def schemes_of(document: Document) -> dict[str, dict[str, str]]:
    """Return the security schemes of a document by name; notes those no credentials exist for."""
    keys = ("securityDefinitions",) if document.swagger else ("components", "securitySchemes")
    schemes: dict[str, dict[str, str]] = {}
    for name, node in document.mapping(document.root, "#", *keys).items():
        at = pointer(*keys, name)
        scheme, _ = document.follow(node, at)
        if isinstance(scheme, Mapping):
            made = _scheme(scheme)
            if made.get("in") in ("header", "cookie") and not TOKEN.fullmatch(made["name"]):
                made = {"type": "other", "what": f"apiKey with an invalid {made['in']} name"}
            if made["type"] == "other":
                kind = made.get("what")
                document.note(at, f"security schemes of type {kind} are not supported")
            schemes[str(name)] = made
    return schemes


def _scheme(scheme: Mapping[str, Any]) -> dict[str, str]:
    kind = str(scheme.get("type", "")).lower()
    how = str(scheme.get("scheme", "")).lower()
    place = scheme.get("in")
    named = isinstance(scheme.get("name"), str)
    if kind == "apikey" and place in ("header", "query", "cookie") and named:
        return {"type": "apiKey", "in": place, "name": scheme["name"]}
    if kind == "basic" or (kind == "http" and how == "basic"):
        return {"type": "basic"}
    if kind in {"oauth2", "openidconnect"} or (kind == "http" and how == "bearer"):
        return {"type": "bearer"}
    if kind == "http" and how:
        return {"type": "http", "what": clean(how)}
    if kind == "mutualtls":
        return {"type": "tls"}
    return {"type": "other", "what": clean(kind or "unknown")}


def auth_of(
    document: Document, schemes: Mapping[str, Any], node: Mapping[str, Any], at: str
) -> list[list[str]]:
    """Return the alternatives of schemes that an operation accepts.

    An alternative with an unknown scheme is left out. node: the operation. at: its pointer.
    """
    listed = node.get("security", document.root.get("security"))
    ways = []
    for way in listed if isinstance(listed, list) else []:
        names = [str(name) for name in way] if isinstance(way, Mapping) else []
        for name in names:
            if name not in schemes:
                document.note(below(at, "security"), f"unknown security scheme {clean(name)}")
        known = [name for name in names if name in schemes]
        if len(known) == len(names) and known not in ways:
            ways.append(known)
    return ways


def with_credentials(
    parameters: Sequence[Parameter],
    auth: list[list[str]],
    schemes: dict[str, dict[str, str]],
) -> tuple[list[Parameter], list[list[str]]]:
    """Return the parameters without credentials, and the alternatives with a scheme for each.

    A credential comes from the environment, whatever it is declared as. schemes: gets new ones.
    """
    left: list[Parameter] = []
    for parameter in parameters:
        documented = parameter.examples or (
            isinstance(parameter.schema, Mapping)
            and parameter.schema.keys() & {"enum", "const", "default"}
        )
        if parameter.place == "path" or documented or not _CREDENTIALS.fullmatch(parameter.name):
            left.append(parameter)
            continue
        name = _scheme_of(parameter, schemes)
        if any(name in way for way in auth) or (auth and not parameter.required):
            continue
        ways = [[*way, name] for way in auth] or [[name]]
        auth = ways if parameter.required else [*ways, []]
    return left, auth


def _scheme_of(parameter: Parameter, schemes: dict[str, dict[str, str]]) -> str:
    """Return the scheme that sends a parameter; a new one if none does."""
    is_bearer = parameter.place == "header" and parameter.name.lower() == "authorization"
    for name, scheme in schemes.items():
        same = scheme.get("in") == parameter.place and (
            scheme.get("name", "").lower() == parameter.name.lower()
        )
        if same or (is_bearer and scheme["type"] in {"bearer", "basic"}):
            return name
    schemes[parameter.name] = (
        {"type": "bearer"}
        if is_bearer
        else {"type": "apiKey", "in": parameter.place, "name": parameter.name}
    )
    return parameter.name
