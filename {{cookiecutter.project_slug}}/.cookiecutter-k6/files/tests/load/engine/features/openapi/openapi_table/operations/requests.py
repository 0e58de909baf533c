"""What an operation sends: its parameters and its body, of OpenAPI 3 and Swagger 2."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from openapi_table.document import Document, Schema, below
from openapi_table.texts import clean, variables

from .model import Body, Content, Parameter

PLACES = ("path", "query", "header", "cookie")
# Names that HTTP allows for headers and cookies.
TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
# Made-up values of these would break the request.
_WIRE_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "content-encoding"}
)
# collectionFormat of Swagger 2 -> style and explode of OpenAPI 3.
COLLECTIONS = {
    "csv": ("form", False),
    "multi": ("form", True),
    "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False),
    "tsv": ("tabDelimited", False),
}
# What a parameter without a schema of its own has besides the rules for its value.
_OUTSIDE = frozenset({"in", "name", "required", "description"})


class Parameters(NamedTuple):
    """What the parameters of an operation say. form, body: those of Swagger 2 that make a body."""

    sent: list[Parameter]
    form: list[Mapping[str, Any]]
    body: Mapping[str, Any] | None


def parameters_of(
    document: Document, path: str, item: Mapping[str, Any], node: Mapping[str, Any], at: str
) -> Parameters:
    """Return the parameters of an operation, with those of its path; notes what cannot be sent.

    item: the path item. node: the operation. at: its pointer.
    """
    names = variables(path)
    sent: list[Parameter] = []
    form: list[Mapping[str, Any]] = []
    body: Mapping[str, Any] | None = None
    for (place, name), (parameter, spot) in _declared(document, item, node, at).items():
        if document.swagger and place == "formData":
            form.append(parameter)
        elif document.swagger and place == "body":
            body = parameter
        elif problem := _problem(place, name, names):
            document.note(spot, problem)
        else:
            sent.append(_parameter(document, place, parameter))
    declared = {parameter.name for parameter in sent if parameter.place == "path"}
    for name in dict.fromkeys(names):
        if name not in declared:
            document.note(at, f"path parameter {clean(name)} is not declared")
            sent.append(Parameter("path", name, True, {"type": "string"}, [], "simple", False))
    return Parameters(sent, form, body)


def _declared(
    document: Document, item: Mapping[str, Any], node: Mapping[str, Any], at: str
) -> dict[tuple[str, str], tuple[Mapping[str, Any], str]]:
    """Return declared parameters and their pointers by place and name; an operation's own win."""
    found: dict[tuple[str, str], tuple[Mapping[str, Any], str]] = {}
    for holder, where in ((item, at.rpartition("/")[0]), (node, at)):
        for parameter, spot in document.items(holder, where, "parameters"):
            if isinstance(parameter, Mapping) and isinstance(parameter.get("name"), str):
                found[str(parameter.get("in")), parameter["name"]] = parameter, spot
            else:
                document.note(spot, "a parameter without a name")
    return found


def _problem(place: str, name: str, names: Sequence[str]) -> str:
    """Return why a parameter cannot be sent, "" when it can. names: those in the path."""
    if place not in PLACES:
        return f"unsupported parameter location {clean(place)}"
    if place == "path" and name not in names:
        return f"path parameter {clean(name)} does not occur in the path"
    if place in {"header", "cookie"} and not TOKEN.fullmatch(name):
        return f"{clean(name)} is not a valid {place} name"
    if place == "header" and name.lower() in _WIRE_HEADERS:
        return f"k6 sets the header {name} itself"
    return ""


def _parameter(document: Document, place: str, node: Mapping[str, Any]) -> Parameter:
    schema: Schema = node.get("schema")
    style = "simple" if place in {"path", "header"} else "form"
    as_json = False
    examples = examples_of(document, node)
    if document.swagger:
        schema = {key: value for key, value in node.items() if key not in _OUTSIDE}
        style, explode = COLLECTIONS.get(str(node.get("collectionFormat")), (style, False))
        if place in {"path", "header"} and style == "form":
            style, explode = "simple", False
    else:
        style = node["style"] if isinstance(node.get("style"), str) else style
        explode = node["explode"] if isinstance(node.get("explode"), bool) else style == "form"
        content = node.get("content")
        if schema is None and not content and node.keys() & {"type", "enum"}:
            schema = {key: value for key, value in node.items() if key not in _OUTSIDE}
        if isinstance(content, Mapping) and content:
            kind, media = next(iter(content.items()))
            media = media if isinstance(media, Mapping) else {}
            schema, as_json = media.get("schema"), "json" in str(kind)
            examples += examples_of(document, media)
    return Parameter(
        place,
        node["name"],
        required=node.get("required") is True or place == "path",
        schema={} if schema is None else schema,
        examples=examples,
        style=style,
        explode=explode,
        json=as_json,
        reserved=node.get("allowReserved") is True,
        deprecated=node.get("deprecated") is True,
    )


def examples_of(document: Document, node: Mapping[str, Any]) -> list[Any]:
    """Return the examples beside the schema of a parameter or a media type, unchecked."""
    found = [node[key] for key in ("example", "x-example") if node.get(key) is not None]
    listed = node.get("examples", node.get("x-examples"))
    for entry in listed.values() if isinstance(listed, Mapping) else []:
        target, _ = document.follow(entry, "#")
        if isinstance(target, Mapping) and target.get("value") is not None:
            found.append(target["value"])
    return found


_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


def body_of(
    document: Document, node: Mapping[str, Any], at: str, parameters: Parameters
) -> Body | None:
    """Return the body of an operation, None without.

    node: the operation. at: its pointer. parameters: hold the body in Swagger 2.
    """
    if not document.swagger:
        return _request_body(document, node, at)
    if parameters.form:
        return _from_form(document, parameters.form, node)
    if parameters.body is None:
        return None
    kinds = [kind for kind in _consumes(document, node, _JSON) if not _is_form(kind)]
    schema, examples = parameters.body.get("schema", {}), examples_of(document, parameters.body)
    contents = [Content(kind, schema, examples, {}) for kind in kinds or [_JSON]]
    return Body(parameters.body.get("required") is True, contents)


def _request_body(document: Document, node: Mapping[str, Any], at: str) -> Body | None:
    body, where = document.follow(node.get("requestBody"), below(at, "requestBody"))
    contents = []
    for kind, entry in document.mapping(body, where, "content").items():
        media = entry if isinstance(entry, Mapping) else {}
        encoding = media.get("encoding")
        contents.append(
            Content(
                str(kind),
                media.get("schema", {}),
                examples_of(document, media),
                encoding if isinstance(encoding, Mapping) else {},
            )
        )
    return Body(body.get("required") is True, contents) if contents else None


def _from_form(
    document: Document, form: Sequence[Mapping[str, Any]], node: Mapping[str, Any]
) -> Body:
    kinds = [kind for kind in _consumes(document, node, _FORM) if _is_form(kind)]
    if any(field.get("type") == "file" for field in form):
        kinds = [_MULTIPART]
    properties, encoding = {}, {}
    for field in form:
        properties[field["name"]] = {
            key: value for key, value in field.items() if key not in {"in", "name", "required"}
        }
        style, explode = COLLECTIONS.get(str(field.get("collectionFormat")), ("form", False))
        if field.get("type") == "array":
            encoding[field["name"]] = {"style": style, "explode": explode}
    required = [field["name"] for field in form if field.get("required") is True]
    schema = {"type": "object", "properties": properties, "required": required}
    return Body(bool(required), [Content(kind, schema, [], encoding) for kind in kinds or [_FORM]])


def _consumes(document: Document, node: Mapping[str, Any], default: str) -> list[str]:
    listed = node.get("consumes", document.root.get("consumes"))
    return [str(kind) for kind in listed] if isinstance(listed, list) and listed else [default]


def _is_form(kind: str) -> bool:
    return kind.lower().startswith(("multipart/", _FORM))
