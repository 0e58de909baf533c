"""Declared responses of an operation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from openapi_table.document import Document, below
from openapi_table.texts import clean

from .model import Answer, Operation

_STATUS = re.compile(r"\s*([1-5](?:\d\d|[xX]{2}))(?!\d)(.*)", re.DOTALL)


def answers_of(document: Document, node: Mapping[str, Any], at: str) -> dict[str, Answer]:
    """Return the responses of an operation by status: `200`, `4XX` or `default`.

    node: the operation. at: its pointer.
    """
    answers: dict[str, Answer] = {}
    for key, entry in document.mapping(node, at, "responses").items():
        where = below(at, "responses", key)
        status = _status(str(key))
        if str(key).startswith("x-"):
            continue
        if not status:
            document.note(where, f"invalid response status: {clean(key)}")
            continue
        if status not in {str(key), str(key).upper()}:
            document.note(where, f"response status {clean(key)} is read as {status}")
        answer, spot = document.follow(entry, where)
        if isinstance(answer, Mapping):
            answers.setdefault(status, _answer(document, answer, node, spot))
    return answers


def _answer(
    document: Document, answer: Mapping[str, Any], node: Mapping[str, Any], at: str
) -> Answer:
    headers = answer.get("headers")
    listed = headers if isinstance(headers, Mapping) else ()
    names = frozenset(str(name).lower() for name in listed)
    if document.swagger:
        return _swagger_answer(document, answer, node, names)
    content = document.mapping(answer, at, "content")
    schemas = [
        media.get("schema")
        for kind, media in content.items()
        if isinstance(media, Mapping) and ("json" in str(kind) or str(kind) == "*/*")
    ]
    links = [
        document.follow(link, at)[0] for link in document.mapping(answer, at, "links").values()
    ]
    return Answer(
        _media_types(content),
        next((schema for schema in schemas if schema is not None), None),
        [link for link in links if isinstance(link, Mapping)],
        names,
    )


def _swagger_answer(
    document: Document, answer: Mapping[str, Any], node: Mapping[str, Any], names: frozenset[str]
) -> Answer:
    if "schema" not in answer:
        return Answer([], None, [], names)
    listed = node.get("produces", document.root.get("produces"))
    kinds = [str(kind) for kind in listed] if isinstance(listed, list) else []
    as_json = not kinds or any("json" in kind for kind in kinds)
    return Answer(_media_types(kinds), answer["schema"] if as_json else None, [], names)


def _media_types(kinds: Any) -> list[str]:
    return list(dict.fromkeys(clean(str(kind).split(";")[0].strip().lower()) for kind in kinds))


def _status(key: str) -> str:
    """Return the status that a key means, "" for none.

    >>> [_status(key) for key in ("200", "4xx", "204 NO_CONTENT", "Default", "ok")]
    ['200', '4XX', '204', 'default', '']
    """
    if key.lower() == "default":
        return "default"
    match = _STATUS.fullmatch(key)
    return match[1].upper() if match else ""


def expected(operation: Operation) -> list[str]:
    """Return the statuses that mean success: the declared 2xx, else any 2xx and declared 3xx."""
    declared = [status for status in operation.answers if status[0] == "2"]
    # A HEAD may declare 304 alone, and many documents nothing but failures.
    return declared or ["2XX", *(status for status in operation.answers if status[0] == "3")]


def media_types(operation: Operation, status: str) -> Sequence[str]:
    """Return the media types of a declared response."""
    answer = operation.answers.get(status)
    return answer.types if answer else ()
