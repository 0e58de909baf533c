"""Request bodies: `requestBody` of OpenAPI 3, body and form parameters of Swagger 2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openapi_table.document import Document, below

from .model import Body, Content
from .parameters import COLLECTIONS, Parameters, examples_of

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
    if not isinstance(body, Mapping):
        return None
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
