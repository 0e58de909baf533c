"""Where in a response, or in the request itself, the id of a thing is.

Places are JSON pointers (`*` for each item of an array), with a prefix where they do not point into
the body of the response: `request:/name`, `header:location`, and `search:pet,id,uuid`, which names
the resource and the properties to look for in a response that the document does not describe.
"""

from __future__ import annotations

from collections.abc import Iterator

from openapi_table.operations.model import Answer, Operation, Parameter
from openapi_table.schemas.views import Flat, Schemas, main_type

from .naming import NO_WRAPPER, compatible, id_names, words, wrapper_rank

_PLACES = 2  # places kept of a response
_ARRAYS = 3  # nested arrays and alternatives that are searched
_VAGUE = frozenset({"key", "slug", "code", "name"})
_WRAPPERS = 2  # nested wrappers that are searched


def success(operation: Operation) -> Answer | None:
    """Return the response that an operation gives when all goes well, preferably with a schema."""
    good = [answer for status, answer in operation.answers.items() if status[0] == "2"]
    with_schema = [answer for answer in good if answer.schema is not None]
    return next(iter(with_schema or good), operation.answers.get("default"))


def places(
    schemas: Schemas, giver: Operation, parameter: Parameter, resource: str, kind: str
) -> list[str]:
    """Return where an operation holds the value of another one's path parameter, best first.

    resource: what the parameter identifies, a singular. kind: the parameter's type.
    """
    answer = success(giver)
    found = []
    if answer is not None and answer.schema is not None:
        view = schemas.flat(answer.schema)
        found = list(_find(schemas, view, parameter.name, resource, kind, 0))[:_PLACES]
    search = "search:" + ",".join([resource, *_unmistakable(parameter.name, resource)])
    if giver.method not in {"POST", "PUT"}:
        return found
    # Services answer otherwise than documented: what was created has to be found all the same.
    sent = [] if found else _sent(schemas, giver, parameter)
    return [*found, "header:location", search, *sent]


def _unmistakable(name: str, resource: str) -> list[str]:
    """Return the names of a response's properties that can hold nothing but the id."""
    own = words(name)
    return [known for known in id_names(name, resource) if known == own or known not in _VAGUE]


def _sent(schemas: Schemas, giver: Operation, parameter: Parameter) -> list[str]:
    """Return where the request itself holds the id, when the client chooses it."""
    for content in giver.body.contents if giver.body else []:
        for name in schemas.flat(content.schema).get("properties", {}):
            if words(str(name)) == words(parameter.name):
                return ["request:/" + _escaped(str(name))]
    return []


def _find(
    schemas: Schemas, view: Flat, name: str, resource: str, kind: str, depth: int
) -> Iterator[str]:
    """Yield pointers to the property of a response that holds the id."""
    if main_type(view) == "array" and depth < _ARRAYS:
        items = view.get("items")
        inner = schemas.flat(items) if items is not None else {}
        for place in _find(schemas, inner, name, resource, kind, depth + 1):
            yield "/*" + place
        return
    direct = _direct(schemas, view, name, resource, kind)
    if direct:
        yield direct
        return
    found = _in_alternatives(schemas, view, name, resource, kind, depth)
    if found:
        yield from found
        return
    if depth < _WRAPPERS:
        yield from _in_wrappers(schemas, view, name, resource, kind, depth)


def _direct(schemas: Schemas, view: Flat, name: str, resource: str, kind: str) -> str:
    properties = view.get("properties", {})
    for wanted in id_names(name, resource):
        for key, schema in properties.items():
            if words(str(key)) == wanted and compatible(kind, main_type(schemas.flat(schema))):
                return "/" + _escaped(str(key))
    return ""


def _in_alternatives(
    schemas: Schemas, view: Flat, name: str, resource: str, kind: str, depth: int
) -> list[str]:
    if depth >= _ARRAYS:
        return []
    for _, parts in view.get("groups", []):
        for part in parts:
            inner = schemas.flat(part)
            found = list(_find(schemas, inner, name, resource, kind, depth + 1))
            if found:
                return found
    return []


def _in_wrappers(
    schemas: Schemas, view: Flat, name: str, resource: str, kind: str, depth: int
) -> Iterator[str]:
    properties = view.get("properties", {})
    for key in sorted(properties, key=lambda key: wrapper_rank(str(key), resource)):
        inner = schemas.flat(properties[key])
        wraps = wrapper_rank(str(key), resource) < NO_WRAPPER
        if wraps and main_type(inner) in {"object", "array"}:
            for place in _find(schemas, inner, name, resource, kind, depth + 1):
                yield f"/{_escaped(str(key))}{place}"


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
