"""What the compiler knows about an operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from openapi_table.document import Schema

# Methods that change nothing; the last three are those of WebDAV.
SAFE = frozenset("GET HEAD OPTIONS TRACE QUERY PROPFIND REPORT SEARCH".split())
METHODS = ("get", "head", "options", "trace", "post", "put", "patch", "delete", "query")


class Parameter(NamedTuple):
    """A parameter. examples: documented values, unchecked. json: the value is sent as JSON text."""

    place: str
    name: str
    required: bool
    schema: Schema
    examples: Sequence[Any]
    style: str
    explode: bool
    json: bool = False
    reserved: bool = False
    deprecated: bool = False


class Content(NamedTuple):
    """One media type of a body, with its schema."""

    type: str
    schema: Schema
    examples: Sequence[Any]
    encoding: Mapping[str, Any]


class Body(NamedTuple):
    """A request body. contents: the media types it may be sent as."""

    required: bool
    contents: Sequence[Content]


class Answer(NamedTuple):
    """A declared response. schema: of its JSON content, None without. links: link objects."""

    types: Sequence[str]
    schema: Schema
    links: Sequence[Mapping[str, Any]]
    headers: frozenset[str]


class Operation(NamedTuple):
    """One operation.

    url: literal texts, and names of path parameters at odd indexes. auth: alternatives, each a list
    of security schemes to combine. at: its JSON pointer.
    """

    name: str
    id: str
    method: str
    path: str
    url: Sequence[str]
    base: str | None
    tags: Sequence[str]
    parameters: Sequence[Parameter]
    body: Body | None
    answers: Mapping[str, Answer]
    auth: Sequence[Sequence[str]]
    at: str
    summary: str = ""
